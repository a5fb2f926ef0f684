"""Which calls the reader of the observatory looks at: read from the address, and written into one."""

from flask import request

from config.tables import sectors
from procurement.cantons import CANTONS, BuyerLevel
from procurement.observatory.calls import Choice
from procurement.observatory.figures import Dimension
from procurement.vocabulary import ProcurementMethod

_YES, _NO = "oui", "non"


def choice() -> Choice:
    """What the address asks for; what it asks for that there is not, it does not ask."""
    year, quarter = _number("annee", 1990, 2100), _number("trimestre", 1, 4)
    canton, sector = request.args.get("canton"), request.args.get("secteur")
    return Choice(
        year=year,
        quarter=quarter if year else None,
        level=BuyerLevel.of(request.args.get("niveau", "")),
        canton=canton if canton in CANTONS else None,
        sector=sector if sector in sectors() else None,
        method=ProcurementMethod.of(request.args.get("procedure", "")),
        treaty={_YES: True, _NO: False}.get(request.args.get("accords", "")),
    )


def dimension() -> Dimension:
    """What the address wants calls told apart by; at first, the level."""
    return Dimension.of(request.args.get("par", "")) or Dimension.LEVEL


def address_of(choice: Choice) -> dict[str, str | int]:
    """The choice as the address says it."""
    said = {
        "annee": choice.year,
        "trimestre": choice.quarter,
        "niveau": choice.level and choice.level.value,
        "canton": choice.canton,
        "secteur": choice.sector,
        "procedure": choice.method and choice.method.value,
        "accords": None if choice.treaty is None else _YES if choice.treaty else _NO,
    }
    return {name: value for name, value in said.items() if value is not None}


def _number(name: str, least: int, most: int) -> int | None:
    said = request.args.get(name, "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= 4 else None
    return number if number is not None and least <= number <= most else None
