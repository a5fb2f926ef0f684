"""Words, numbers and links of BOAMP made safe and plain; what was spoilt is mended only where certain."""

import re
from contextlib import suppress

from crawler.text import html_to_text
from procurement.cleaning import one_line
from procurement.models import Translations

# In the source's old character set œ does not exist and became a question mark: words that can only be these.
_LOST_LIGATURE = re.compile(
    r"(?i)(?<!\w)(?:(?:man|d[ée]s)?\?uvr|(?:ch?|s)\?urs?\b|m\?urs\b|b?\?ufs?\b|n\?uds?\b|v\?ux?\b)"
)
_MOJIBAKE = re.compile("Ã[\u0080-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Å“|Å’|â€|Â[ °«»]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")
_CPV = re.compile(r"(\d{8})(?:-\d)?")
_NAMES = {"01": "Ain", "39": "Jura", "69": "Rhône", "73": "Savoie", "74": "Haute-Savoie"}


def mended(text: str) -> str:
    """The text with a lost œ put back where only one word is possible, and UTF-8 read as Latin undone."""
    if _MOJIBAKE.search(text):
        with suppress(UnicodeError):
            text = text.encode("cp1252").decode("utf-8")
    return _LOST_LIGATURE.sub(_ligature, text) if "?" in text else text


def _ligature(found: re.Match[str]) -> str:
    before, after = found[0].split("?")
    return f"{before}{'Œ' if after.isupper() else 'œ'}{after}"


def words(text: str, path: str, *, single: bool = False) -> Translations:
    """Clean French text, empty when there is none; `single` for titles and names, on one line."""
    clean = html_to_text(mended(text), path=path)
    clean = one_line(clean) if single else clean
    return {"fr": clean} if clean else {}


def name(text: str, path: str, *, longest: int = 500) -> str:
    """Clean text on one line."""
    return one_line(html_to_text(mended(text), path=path), longest=longest)


def number(text: str) -> float | None:
    """A number as French notices write it; None when the text is no single number."""
    bare = _SPACES.sub("", text).removesuffix("%").removesuffix("€")
    if "," in bare:
        bare = bare.replace(".", "").replace(",", ".")
    return float(bare) if _NUMBER.fullmatch(bare) and len(bare) < 16 else None


def amount(text: str) -> float | None:
    """A sum of money; 0 stands for an unknown one."""
    return number(text) or None


def whole(text: str) -> int | None:
    """A count."""
    found = number(text)
    return int(found) if found is not None and found == int(found) else None


def weights(text: str) -> list[tuple[str, float]]:
    """The criteria with their percentages that a free text lists, when they add up to exactly 100."""
    found: list[tuple[str, float]] = []
    for part in re.split(r"[\n;•]|,\s", text):
        shares = _PERCENT.findall(part)
        if len(shares) != 1:
            continue
        title = _PERCENT.sub("", part).strip(" \t-–—:.()/")
        title = re.sub(r"(?i)\s*\(?pondération\s*:?$", "", title).rstrip(" :(–-")
        if title:
            found.append((title, float(shares[0].replace(",", "."))))
    adds_up = len(found) > 1 and abs(sum(share for _, share in found) - 100) < 0.01
    return found if adds_up else []


def is_about_price(title: str) -> bool:
    """Whether a criterion is the price or the cost."""
    return re.search(r"(?i)\b(?:prix|co[uû]ts?|montant)\b", title) is not None


def cpv_codes(texts: list[str]) -> tuple[str, ...]:
    """The CPV codes among texts, without check digit, each once."""
    matches = (_CPV.fullmatch(text) for text in texts)
    return tuple(sorted({found[1] for found in matches if found}))


def siret(text: str) -> str | None:
    """The number of an establishment, when it is one of fourteen digits."""
    bare = _SPACES.sub("", text)
    return bare if re.fullmatch(r"\d{14}", bare) else None


def department(code: str) -> str:
    """A département as people write it, with its name near Geneva: "1" is the Ain."""
    padded = code.zfill(2) if code.isdigit() else code
    return f"{_NAMES[padded]} ({padded})" if padded in _NAMES else padded


def days(months: float | None) -> int | None:
    """Months as days."""
    return round(months * 365 / 12) if months else None
