"""What a clause in free words says of consortia and subcontractors: yes, no, or nothing certain.

Source: `OB01.COND.LEGAL` and `OB01.COND.CONTRACTOR.NOTICE` of the old forms, in French, German, Italian and
English. A clause is read only where a sentence is about the subject itself; a refusal counts only when it is
plain, and whatever is not certain stays "not specified": the words themselves are kept beside it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from procurement.vocabulary import Stated


class Subject(Enum):
    """What a clause may be about."""

    CONSORTIUM = re.compile(
        r"\w*gemeinschaft(?:en)?|arge|arges|konsorti\w*|consorti\w*|consorzi\w*|communautés?|groupements?"
        r"|associations?|raggruppament\w+|comunità|ventures?"
    )
    SUBCONTRACTING = re.compile(
        r"sub(?:unter\w+|planer\w*|akkord\w*|mandat\w*|appalt\w*|contract\w*)|unter(?:akkord|auftrag)\w*"
        r"|sous-trait\w*|sottoappalt\w*|sous-mandat\w*"
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """Whether something is admitted, and whether a firm may take part in it several times."""

    allowed: Stated
    multiple: Stated


_ADMITTED = re.compile(
    r"admis(?:e|es)?|autorisée?s?|permise?s?|acceptée?s?|agréée?s?|zugelassen|zulässig|erlaubt|gestattet"
    r"|akzeptiert|ammess[aeio]|permess[aeio]|autorizzat[aeio]|approvat[aeio]|consentit[aeio]|allowed|permitted"
    r"|admitted"
)
_EXCLUDED = re.compile(
    r"exclue?s?|ausgeschlossen|esclus[aeio]|excluded|interdite?s?|verboten|vietat[aeio]|unzulässig"
)
_POSSIBLE = re.compile(r"possibles?|möglich|possibil[ei]")
_NEGATION = re.compile(r"nicht|kein\w*|weder|nein|non|pas|aucune?|ni|n|not|no|nessun\w*|né|plus")
_MULTIPLE = re.compile(r"mehrfach\w*|multipl[eai]s?|mehreren|plusieurs|several")
_ANSWERS = {
    **dict.fromkeys(("ja", "oui", "sì", "si", "yes"), Stated.YES),
    **dict.fromkeys(("nein", "non", "no"), Stated.NO),
}
# A refusal with a way out is no plain refusal.
_EXCEPTION = re.compile(
    r"\b(?:sauf|hormis|excepté|sans|ausser|außer|ausgenommen|ohne|sofern|salvo|tranne|eccetto|senza|unless|except"
    r"|without)\b|es sei denn|à moins|mit ausnahme|nicht nur|pas seulement|non solo"
)
# Words that may stand before the subject or around the verb without changing what the sentence is about.
_FILLER = re.compile(
    r"der|die|das|den|dem|des|eine?r?|es|sind|ist|werden|wird|grundsätzlich|allfällige|sämtliche|sämtlicher"
    r"|bildung|beizug|von|bieter|arbeits|planer|und|oder|sowie|unter|folgenden|bedingungen|nur|einzig"
    r"|les?|la|l|de|du|d|et|ou|en|ne|sont|est|seront|sera|soumissionnaires|travail|entreprises|bureaux|formation"
    r"|recours|aux?|à|seulement|uniquement|principe"
    r"|il|lo|i|gli|una?|del|della|dei|di|e|o|è|sono|offerenti|ricorso|al|solo|unicamente"
    r"|the|of|are|is|be|and|or|bidding|joint|only|\d+"
)
_REFERRING = re.compile(r"gem|gemäss|gemäß|selon|conformément|secondo|conformemente|according")
# After the verb these words bring a subject of their own: « zugelassen sind nur Einzelfirmen ».
_INVERTING = re.compile(
    r"sind|ist|sont|est|sono|è|are|il|lo|i|gli|les?|la|l|die|der|das|nur|seulement|uniquement|solo|unicamente"
    r"|only|einzig"
)
_ABBREVIATION = re.compile(
    r"\b(?:art|gem|ziff|abs|al|ch|chap|cf|s|vgl|bzw|resp|max|min|mind|no|nr|lit|let|p|ex|abg|inkl|z|b)$"
)
_TOKEN = re.compile(r"\w+(?:-\w+)*")


def read_statement(text: str, subject: Subject) -> Statement:
    """What a clause says of its subject; silence, a reference to documents or a doubt is "not specified"."""
    allowed: set[Stated] = set()
    multiple: set[Stated] = set()
    for number, sentence in enumerate(_sentences(text)):
        has_exception = bool(_EXCEPTION.search(sentence))
        for place, clause in enumerate(re.split(r"[,;:()–]| - ", sentence)):
            is_first = number == 0 and place == 0
            tokens = _TOKEN.findall(clause)
            if any(_MULTIPLE.fullmatch(token) for token in tokens):
                multiple |= _of_multiple(tokens, subject, has_exception)
            else:
                allowed |= _of_subject(tokens, subject, is_first, has_exception)
    return Statement(_agreed(allowed), _agreed(multiple))


def _agreed(found: set[Stated]) -> Stated:
    """What every sentence agrees on; two that differ say nothing certain."""
    return next(iter(found)) if len(found) == 1 else Stated.NOT_SPECIFIED


def _sentences(text: str) -> list[str]:
    """The sentences in small letters; a point after an abbreviation ends none."""
    text = text.replace("’", "'").replace("´", "'")
    # "Non-admise" is a negation and a word.
    text = re.sub(r"\bnon-(?=\w)", "non ", text, flags=re.IGNORECASE)
    # A word or two in brackets only says the subject again.
    text = re.sub(r"\(\s*(?!nicht|non|pas|kein|not)[\w-]+(?: [\w-]+)?\s*\)", " ", text, flags=re.IGNORECASE)
    found: list[str] = []
    start = 0
    for end in re.finditer(r"[.!?]+(?=\s|$)|\n+", text):
        sentence = text[start : end.start()]
        if end[0].startswith("\n") or not _ABBREVIATION.search(sentence.lower()):
            found.append(re.sub(r"^\s*\d+\s", "", sentence).strip().lower())
            start = end.end()
    return [sentence for sentence in (*found, text[start:].strip().lower()) if sentence]


def _of_subject(tokens: list[str], subject: Subject, is_first: bool, has_exception: bool) -> set[Stated]:
    """What one clause says of the subject, which it names first, or not at all when it begins the text."""
    own = [place for place, token in enumerate(tokens) if subject.value.fullmatch(token)]
    others = any(
        other.value.fullmatch(token) for other in Subject if other is not subject for token in tokens
    )
    if not tokens or (others and not own):
        return set()
    answer = _answer(tokens, own, is_first)
    if answer is not None:
        return {Stated.NOT_SPECIFIED if has_exception else answer}
    verbs = [place for place, token in enumerate(tokens) if _ADMITTED.fullmatch(token)]
    if not verbs:
        return _exclusion(tokens, own, is_first, has_exception)
    verb, rest = verbs[0], tokens[verbs[0] + 1 :]
    before = tokens[:verb]
    if own and own[0] < verb:
        is_about = _only_fillers(before[: own[0]])
        is_plain = _only_fillers(token for token in before[own[0] :] if not subject.value.fullmatch(token))
    else:
        is_about = (
            is_first and _only_fillers(before) and not (rest and _INVERTING.fullmatch(rest[0]) and not own)
        )
        is_plain = True
    if not is_about:
        return set()
    denies = any(_NEGATION.fullmatch(token) for token in before)
    if not denies and _denied_after(rest):
        return {Stated.NOT_SPECIFIED}
    if not denies:
        # With two verbs in one clause nobody knows which one is meant.
        return {Stated.YES} if len(verbs) == 1 else {Stated.NOT_SPECIFIED}
    return {Stated.NO if is_plain and len(verbs) == 1 and not has_exception else Stated.NOT_SPECIFIED}


def _denied_after(rest: list[str]) -> bool:
    """Whether a negation follows the verb at once or ends the clause, as in « zulässig sind sie nicht »."""
    return bool(rest) and bool(_NEGATION.fullmatch(rest[0]) or _NEGATION.fullmatch(rest[-1]))


def _answer(tokens: list[str], own: list[int], is_first: bool) -> Stated | None:
    """A bare yes or no: the whole first clause."""
    if is_first and not own and len(tokens) == 1:
        return _ANSWERS.get(tokens[0])
    return None


def _exclusion(tokens: list[str], own: list[int], is_first: bool, has_exception: bool) -> set[Stated]:
    """A refusal by a word of its own; what it refuses must be the subject and nothing else."""
    rest = [token for place, token in enumerate(tokens) if place not in own and not _FILLER.fullmatch(token)]
    if len(rest) == 1 and _EXCLUDED.fullmatch(rest[0]) and (own or is_first):
        return {Stated.NOT_SPECIFIED if has_exception else Stated.NO}
    return set()


def _of_multiple(tokens: list[str], subject: Subject, has_exception: bool) -> set[Stated]:
    """Whether a firm may take part several times, from a clause that begins with just that."""
    own = any(subject.value.fullmatch(token) for token in tokens)
    others = any(
        other.value.fullmatch(token) for other in Subject if other is not subject for token in tokens
    )
    verbs = [
        place
        for place, token in enumerate(tokens)
        if _ADMITTED.fullmatch(token) or _POSSIBLE.fullmatch(token)
    ]
    if len(verbs) != 1 or (others and not own):
        return set()
    before = tokens[: verbs[0]]
    # « Les participations multiples », « Mehrfachbewerbungen »: the third word at the latest.
    if not any(_MULTIPLE.fullmatch(token) for token in before[:3]):
        return set()
    if any(_NEGATION.fullmatch(token) for token in before):
        return {Stated.NOT_SPECIFIED if has_exception else Stated.NO}
    return {Stated.YES}


def _only_fillers(tokens: Iterable[str]) -> bool:
    """Whether words leave open what a clause is about; after « gemäss » or « selon » stands a reference."""
    for token in tokens:
        if _REFERRING.fullmatch(token):
            return True
        if not _FILLER.fullmatch(token) and not _NEGATION.fullmatch(token):
            return False
    return True
