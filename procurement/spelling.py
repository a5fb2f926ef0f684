"""Words brought to one form, so that matching and pages recognise them alike across spellings."""

import re
import unicodedata
from functools import lru_cache

ELISION = re.compile(
    r"\b(?:[ldjnstcm]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|all|nell|sull|dall|coll|un|quell|quest)['’ʼ`´]"
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_ENDING = re.compile(r"(?:e[nr]|[aeiou]{1,2})$")


@lru_cache(maxsize=1_000)  # the same description is asked about for every member
def normalise(text: str) -> str:
    """The text in lower case without accents, elisions and signs: words apart by one space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    apart = _NOT_A_WORD.sub(" ", ELISION.sub(" ", folded)).replace("œ", "oe").replace("æ", "ae").strip()
    return unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode("ascii")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A normalised word without its plural and its last vowels, so that its usual forms are one."""
    if len(word) <= 4:
        return word
    bare = word[:-1] if word[-1] in "sx" else word
    shorter = _ENDING.sub("", bare)
    return shorter if len(shorter) >= 4 else bare
