"""The small pieces of every answer: stable identifiers, texts in four languages, HTML, codes, addresses."""

import uuid
from typing import Any

JsonObject = dict[str, Any]
LANGUAGES = ("de", "en", "fr", "it")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "simap.example.ch")
PUBLISHER = {"id": str(uuid.uuid5(NAMESPACE, "publisher")), "name": "simap.ch"}
EMPTY_LINE = "<p><br></p>"


def identifier(*parts: object) -> str:
    """Give the uuid that always belongs to these words."""
    return str(uuid.uuid5(NAMESPACE, ":".join(map(str, parts))))


def texts(**written: str | None) -> JsonObject:
    """Give the dictionary of four languages, null where nothing is written."""
    return {language: written.get(language) for language in LANGUAGES}


def paragraphs(plain: str) -> str:
    """Give the HTML an office's editor makes of plain paragraphs, with empty lines and typed bullets."""
    blocks = []
    for block in plain.strip().split("\n\n"):
        lines = [line.replace("• ", "• &nbsp;", 1) for line in block.split("\n")]
        blocks.append("".join(f"<p>{line}</p>" for line in lines))
    return EMPTY_LINE.join(blocks)


def codes(labels: JsonObject, wanted: list[str]) -> list[JsonObject]:
    """Give the codes with their labels in four languages."""
    return [{"code": code, "label": texts(**labels[code])} for code in wanted]


def office_name(office: JsonObject) -> JsonObject:
    """Give the name of a buying office in its own language and, where it has one, in French."""
    return texts(**{"fr": office.get("french"), office.get("language", "fr"): office["name"]})


def office_address(office: JsonObject, key: str, purpose: str) -> JsonObject:
    """Give the postal address of a buying office, whose identifier differs with the purpose."""
    language = office.get("language", "fr")
    return {
        "cantonId": office["canton"],
        "city": texts(**{language: office["city"]}),
        "contactPerson": texts(**{language: office.get("contact")}),
        "countryId": "CH",
        "email": office["email"],
        "id": identifier("address", key, purpose),
        "name": office_name(office),
        "phone": office["phone"],
        "postalCode": office["postal_code"],
        "reference": None,
        "street": texts(**{language: office["street"]}),
        "url": texts(),
    }
