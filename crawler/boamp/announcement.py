"""A notice of DILA's XML archive (schema V230, 2015 to 2021) as the record that the API gives of it.

The API was filled from these files: what they say of a notice in GESTION is in fields of the record there,
and DONNEES is `donnees`, written as JSON.
"""

import json
import re
from typing import Any

from lxml import etree

from crawler.xml import parse_xml
from procurement.errors import UnreadableNotice

ROOT = "ANNONCE"

_KEY = re.compile(rb"<IDWEB>\s*([0-9A-Za-z_-]{3,40})\s*</IDWEB>")
_CONTRACTS = {"TRAVAUX": "TRAVAUX", "FOURNITURE": "FOURNITURES", "SERVICE": "SERVICES"}


def key_in(payload: bytes) -> str:
    """The number of the notice in an XML file, "" when it has none; the first: others follow it."""
    found = _KEY.search(payload)
    return found[1].decode() if found else ""


def as_record(payload: bytes) -> dict[str, Any]:
    """The record of an XML file; ValueError when it is no XML, UnreadableNotice when it is another's."""
    root = parse_xml(payload)
    if root.tag != ROOT:
        raise UnreadableNotice(str(root.tag)[:100], f"no notice of BOAMP, whose root is {ROOT}")
    kind = "GESTION/REFERENCE/TYPE_AVIS"
    index = "GESTION/INDEXATION"
    record = {
        "idweb": _text(root, "GESTION/REFERENCE/IDWEB"),
        "objet": _text(root, f"{index}/RESUME_OBJET"),
        "dateparution": _text(root, f"{index}/DATE_PUBLICATION"),
        "datelimitereponse": _text(root, f"{index}/DATE_LIMITE_REPONSE"),
        "nomacheteur": _text(root, "DONNEES/IDENTITE/DENOMINATION"),
        "code_departement": _texts(root, f"{index}/DEP_PUBLICATION"),
        "code_departement_prestation": _texts(root, f"{index}/DEP_PRESTATION"),
        "famille": _name(root, f"{kind}/FAMILLE"),
        "nature": _name(root, f"{kind}/NATURE"),
        "sousnature": _name(root, f"{kind}/NATURE/*"),
        "etat": _name(root, f"{kind}/STATUT"),
        "type_procedure": _name(root, "DONNEES/PROCEDURE/TYPE_PROCEDURE"),
        "type_marche": [
            _CONTRACTS.get(each.tag.removesuffix("S"), each.tag)
            for each in root.iterfind("DONNEES/OBJET/TYPE_MARCHE/*")
        ],
        "descripteur_libelle": _texts(root, f"{index}/DESCRIPTEURS/DESCRIPTEUR/LIBELLE"),
        "criteres": [each.tag for each in root.iterfind(f"{index}/CRITERES_SOCIAUX_ENV/*")],
        "annonces_anterieures": _texts(root, "GESTION/MARCHE/ANNONCE_ANTERIEUR/REFERENCE/IDWEB"),
    }
    contents = root.find("DONNEES")
    if contents is not None:
        record["donnees"] = json.dumps(_as_json(contents), ensure_ascii=False)
    return {name: value for name, value in record.items() if value}


def _text(root: etree._Element, path: str) -> str | None:
    return (root.findtext(path) or "").strip() or None


def _texts(root: etree._Element, path: str) -> list[str]:
    return [text for each in root.iterfind(path) if (text := (each.text or "").strip())]


def _name(root: etree._Element, path: str) -> str | None:
    """What is said by the name of the element inside another."""
    inside = root.find(f"{path}/*")
    return None if inside is None else str(inside.tag)


def _as_json(element: etree._Element) -> Any:
    """An element as BOAMP writes it in JSON: several of a name are a list, an empty one is ""."""
    found: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    several: set[str] = set()
    for child in element:
        tag, value = str(child.tag), _as_json(child)
        if tag not in found:
            found[tag] = value
        elif tag in several:
            found[tag].append(value)
        else:
            several.add(tag)
            found[tag] = [found[tag], value]
    text = (element.text or "").strip()
    return {**found, "#text": text} if found and text else found or text
