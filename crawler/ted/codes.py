"""TED's codes in our words: countries, languages, places, procedures and kinds of notice."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from babel.core import get_global

from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod

_CANTONS = {
    "CH011": "VD",
    "CH012": "VS",
    "CH013": "GE",
    "CH021": "BE",
    "CH022": "FR",
    "CH023": "SO",
    "CH024": "NE",
    "CH025": "JU",
    "CH031": "BS",
    "CH032": "BL",
    "CH033": "AG",
    "CH040": "ZH",
    "CH051": "GL",
    "CH052": "SH",
    "CH053": "AR",
    "CH054": "AI",
    "CH055": "SG",
    "CH056": "GR",
    "CH057": "TG",
    "CH061": "LU",
    "CH062": "UR",
    "CH063": "SZ",
    "CH064": "OW",
    "CH065": "NW",
    "CH066": "ZG",
    "CH070": "TI",
}
# Countries that the EU writes in its own way, in old notices and in NUTS codes.
_EU_COUNTRIES = {"UK": "GB", "EL": "GR", "1A": "XK", "XKX": "XK"}
# Old notices give hours without an offset: they are those of the buyer's country (form heading IV.2.2).
_ZONES = {
    "AT": "Vienna",
    "BE": "Brussels",
    "BG": "Sofia",
    "CH": "Zurich",
    "CY": "Nicosia",
    "CZ": "Prague",
    "DE": "Berlin",
    "DK": "Copenhagen",
    "EE": "Tallinn",
    "ES": "Madrid",
    "FI": "Helsinki",
    "FR": "Paris",
    "GB": "London",
    "GR": "Athens",
    "HR": "Zagreb",
    "HU": "Budapest",
    "IE": "Dublin",
    "IT": "Rome",
    "LI": "Vaduz",
    "LT": "Vilnius",
    "LU": "Luxembourg",
    "LV": "Riga",
    "MK": "Skopje",
    "MT": "Malta",
    "NL": "Amsterdam",
    "NO": "Oslo",
    "PL": "Warsaw",
    "PT": "Lisbon",
    "RO": "Bucharest",
    "SE": "Stockholm",
    "SI": "Ljubljana",
    "SK": "Bratislava",
}

NATURES = {
    "works": ContractNature.WORKS,
    "supplies": ContractNature.GOODS,
    "services": ContractNature.SERVICES,
}
# eForms BT-105; an empty or unknown procedure is one that the notice does not name.
METHODS = {
    "open": ProcurementMethod.OPEN,
    "oth-single": ProcurementMethod.OPEN,
    "comp-tend": ProcurementMethod.OPEN,
    "restricted": ProcurementMethod.SELECTIVE,
    "neg-w-call": ProcurementMethod.SELECTIVE,
    "comp-dial": ProcurementMethod.SELECTIVE,
    "innovation": ProcurementMethod.SELECTIVE,
    "oth-mult": ProcurementMethod.SELECTIVE,
    "exp-int-rail": ProcurementMethod.SELECTIVE,
    "neg-wo-call": ProcurementMethod.DIRECT,
    "UNKNOWN": ProcurementMethod.NONE,
}
# eForms BT-02.
NOTICE_TYPES = {
    **dict.fromkeys(("pin-buyer", "pin-only", "pin-rtl", "pin-tran"), NoticeType.ADVANCE_NOTICE),
    "pmc": NoticeType.REQUEST_FOR_INFORMATION,
    **dict.fromkeys(
        ("cn-standard", "cn-social", "pin-cfc-standard", "pin-cfc-social", "qu-sy", "subco"),
        NoticeType.TENDER,
    ),
    "cn-desg": NoticeType.COMPETITION,
    "veat": NoticeType.DIRECT_AWARD,
    **dict.fromkeys(
        ("can-standard", "can-social", "can-desg", "can-tran", "can-modif", "compl"), NoticeType.AWARD
    ),
}
# These tell of a contract that was awarded before: their winners are not counted a second time.
AFTER_THE_AWARD = frozenset({"can-modif", "compl"})

# TED_EXPORT CODIF_DATA/PR_PROC.
OLD_METHODS = {
    "1": ProcurementMethod.OPEN,
    "D": ProcurementMethod.OPEN,
    **dict.fromkeys("2346BCEGQ", ProcurementMethod.SELECTIVE),
    **dict.fromkeys("ATVF", ProcurementMethod.DIRECT),
    **dict.fromkeys("089NRZ", ProcurementMethod.NONE),
}
# TED_EXPORT CODIF_DATA/NC_CONTRACT_NATURE; 8 and 9 are « not defined » and « not applicable ».
OLD_NATURES: dict[str, ContractNature | None] = {
    "1": ContractNature.WORKS,
    "2": ContractNature.GOODS,
    "4": ContractNature.SERVICES,
    **dict.fromkeys("389Z", None),
}
# TED_EXPORT CODIF_DATA/TD_DOCUMENT_TYPE; 1 and 2 are corrections of a call.
OLD_NOTICE_TYPES = {
    **dict.fromkeys("0PB", NoticeType.ADVANCE_NOTICE),
    **dict.fromkeys("123456ACHIMOQY", NoticeType.TENDER),
    "D": NoticeType.COMPETITION,
    **dict.fromkeys("7JKR", NoticeType.AWARD),
    "V": NoticeType.DIRECT_AWARD,
}


def country_of(code: str) -> str | None:
    """The two letters of a country, from its three or from the EU's own; None for one we do not know."""
    if code in _EU_COUNTRIES:
        return _EU_COUNTRIES[code]
    if re.fullmatch(r"[A-Z]{2}", code):
        return code
    found = get_global("territory_aliases").get(code) if re.fullmatch(r"[A-Z]{3}", code) else None
    return found[0] if found else None


def language_of(code: str) -> str | None:
    """The two letters of a language, from its three or two; None for one we do not know."""
    lower = code.strip().lower()
    if re.fullmatch(r"[a-z]{2}", lower):
        return lower
    found = get_global("language_aliases").get(lower)
    return found if found and len(found) == 2 else None


def canton_of(nuts: str) -> str | None:
    """The canton of a NUTS 3 code; None for a wider region and outside Switzerland."""
    return _CANTONS.get(nuts)


def place_of(places: Iterable[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Canton and country of (NUTS code, country code) pairs: only what holds for all of them is said."""
    cantons: set[str | None] = set()
    countries: set[str | None] = set()
    for nuts, country in places:
        cantons.add(canton_of(nuts))
        countries.add(country_of(country) or country_of(nuts[:2]) if country or nuts else None)
    return (
        cantons.pop() if len(cantons) == 1 else None,
        countries.pop() if len(countries) == 1 else None,
    )


def zone_of(country: str | None) -> ZoneInfo | None:
    """The zone in which a country's buyers give their hours; None for a country outside TED's."""
    return ZoneInfo(f"Europe/{_ZONES[country]}") if country in _ZONES else None


def publication_number(text: str) -> str | None:
    """The number of a publication as TED's site writes it, « 367831-2026 », from any of its spellings.

    « 00367831-2026 » stands in eForms, « 2026/S 103-367831 » in older notices.
    """
    if match := re.fullmatch(r"0*([1-9]\d{0,9})-(\d{4})", text.strip()):
        return f"{match[1]}-{match[2]}"
    if match := re.fullmatch(r"(\d{4})/S\s*\d{1,3}-0*([1-9]\d{0,9})", text.strip()):
        return f"{match[2]}-{match[1]}"
    return None
