"""The levels of the state, and the cantons with their names in the four languages of the service."""

from procurement.i18n import known_language
from procurement.labelled import Labelled


class BuyerLevel(Labelled):
    """Whose buyer it is (simap `ProcOfficeType`)."""

    CONFEDERATION = "confederation", "Confédération", "Bund", "Confederazione", "Confederation"
    CANTON = "canton", "canton", "Kanton", "Cantone", "canton"
    COMMUNE = "commune", "commune", "Gemeinde", "Comune", "commune"
    ABROAD = "abroad", "étranger", "Ausland", "estero", "abroad"


_CANTONS = {
    "AG": ("Argovie", "Aargau", "Argovia", "Aargau"),
    "AI": (
        "Appenzell Rhodes-Intérieures",
        "Appenzell Innerrhoden",
        "Appenzello Interno",
        "Appenzell Innerrhoden",
    ),
    "AR": (
        "Appenzell Rhodes-Extérieures",
        "Appenzell Ausserrhoden",
        "Appenzello Esterno",
        "Appenzell Ausserrhoden",
    ),
    "BE": ("Berne", "Bern", "Berna", "Bern"),
    "BL": ("Bâle-Campagne", "Basel-Landschaft", "Basilea Campagna", "Basel-Landschaft"),
    "BS": ("Bâle-Ville", "Basel-Stadt", "Basilea Città", "Basel-Stadt"),
    "FR": ("Fribourg", "Freiburg", "Friburgo", "Fribourg"),
    "GE": ("Genève", "Genf", "Ginevra", "Geneva"),
    "GL": ("Glaris", "Glarus", "Glarona", "Glarus"),
    "GR": ("Grisons", "Graubünden", "Grigioni", "Graubünden"),
    "JU": ("Jura", "Jura", "Giura", "Jura"),
    "LU": ("Lucerne", "Luzern", "Lucerna", "Lucerne"),
    "NE": ("Neuchâtel", "Neuenburg", "Neuchâtel", "Neuchâtel"),
    "NW": ("Nidwald", "Nidwalden", "Nidvaldo", "Nidwalden"),
    "OW": ("Obwald", "Obwalden", "Obvaldo", "Obwalden"),
    "SG": ("Saint-Gall", "St. Gallen", "San Gallo", "St. Gallen"),
    "SH": ("Schaffhouse", "Schaffhausen", "Sciaffusa", "Schaffhausen"),
    "SO": ("Soleure", "Solothurn", "Soletta", "Solothurn"),
    "SZ": ("Schwytz", "Schwyz", "Svitto", "Schwyz"),
    "TG": ("Thurgovie", "Thurgau", "Turgovia", "Thurgau"),
    "TI": ("Tessin", "Tessin", "Ticino", "Ticino"),
    "UR": ("Uri", "Uri", "Uri", "Uri"),
    "VD": ("Vaud", "Waadt", "Vaud", "Vaud"),
    "VS": ("Valais", "Wallis", "Vallese", "Valais"),
    "ZG": ("Zoug", "Zug", "Zugo", "Zug"),
    "ZH": ("Zurich", "Zürich", "Zurigo", "Zurich"),
}


CANTONS = tuple(_CANTONS)


def canton_name(code: str, language: str) -> str:
    """The name of a canton for a reader; what is no canton's code is returned as it is."""
    names = _CANTONS.get(code)
    return names[("fr", "de", "it", "en").index(known_language(language))] if names else code
