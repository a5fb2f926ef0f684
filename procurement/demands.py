"""Sentences of a notice that demand something of whoever bids, told by few verbs of four languages."""

import re
from collections.abc import Iterable

# A sentence shorter than that names nothing, a longer one is a paragraph that nobody covers as one row.
_SHORTEST, _LONGEST = 25, 280
# An address would give away who asks when the row goes into a nameless question.
_ADDRESS = re.compile(r"@|https?:|www\.", re.IGNORECASE)
# What a bidder has to have, be or show; « doit » alone speaks of buildings and deadlines as well.
_DEMANDS = re.compile(
    r"""
    \b(?:doit|doivent|devra|devront)\s+(?:\w+\s+)?(?:disposer|justifier|posséder|démontrer|prouver|attester
        |garantir|fournir|présenter|maîtriser|être\s+(?:titulaires?|certifiée?s?|au\s+bénéfice|en\s+mesure))
  | \b(?:est|sont|sera|seront)\s+(?:\w+\s+)?(?:exigée?s?|requise?s?|demandée?s?|obligatoires?
        |indispensables?)
  | \b(?:muss|müssen)\b.{0,160}\b(?:verfügen|nachweisen|vorweisen|erbringen|besitzen
        |gewährleisten|sicherstellen)
  | \b(?:ist|sind|wird|werden)\b.{0,160}\b(?:verlangt|vorausgesetzt|zwingend|erforderlich|nachzuweisen)
  | \b(?:deve|devono|dovrà|dovranno)\s+(?:\w+\s+)?(?:disporre|dimostrare|possedere|garantire|fornire
        |presentare|essere\s+(?:in\s+possesso|titolar[ei]|certificat[oaie]|in\s+grado))
  | \b(?:è|sono|sarà|saranno)\s+(?:\w+\s+)?(?:richiest[oaie]|obbligatori[oaie]?|necessari[oaie]?
        |indispensabil[ei])
  | \b(?:must|shall)\s+(?:\w+\s+)?(?:have|hold|possess|demonstrate|prove|provide|be\s+(?:certified|able))
  | \b(?:is|are)\s+(?:required|mandatory|compulsory)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENDS = re.compile(r"(?<=[.;!?])\s+(?=[«\"„“]?[A-ZÀ-ÖØ-Þ•–-])|\n+")
_BULLET = re.compile(r"^[\s•–*·-]+")


def demanding_sentences(texts: Iterable[str], *, most: int) -> list[str]:
    """The sentences that demand something, in their order, each once and at most so many."""
    found: dict[str, str] = {}
    for text in texts:
        for part in _ENDS.split(text):
            sentence = " ".join(_BULLET.sub("", part).split())
            if not _SHORTEST <= len(sentence) <= _LONGEST or _ADDRESS.search(sentence):
                continue
            if _DEMANDS.search(sentence):
                found.setdefault(sentence.casefold(), sentence)
    return list(found.values())[:most]
