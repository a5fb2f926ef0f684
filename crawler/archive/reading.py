"""A form of the old simap read into a NoticeRecord: OB01 is a call, OB02 an award.

What both kinds share is here: who buys, what, when it was published. Not read on purpose: persons, telephones
and e-mail addresses, where to send copies, BKP and NPK codes, the summary in another language (the form does
not say which), fees for documents.
"""

import re
from datetime import date

from crawler.archive.awards import read_awards
from crawler.archive.calls import read_call
from crawler.archive.form import Node, parse_form
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.records import BuyerRecord, NoticeRecord
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod

SOURCE = "simap_archive"

_TYPES = {"OB01": NoticeType.TENDER, "OB02": NoticeType.AWARD}
_METHODS = {"OPEN": ProcurementMethod.OPEN, "RESTRICTED": ProcurementMethod.SELECTIVE}
_TREATY = {"YES": True, "NO": False, "": None}
# The element that describes the contract is named after what is bought.
_OBJECTS = {
    "OB01": {
        "CONT.WORK.TYPE": ContractNature.WORKS,
        "CONT.SUPP.TYPE": ContractNature.GOODS,
        "CONT.SERV.TYPE": ContractNature.SERVICES,
    },
    "OB02": {
        "CONT.WORKS": ContractNature.WORKS,
        "CONT.SUPPLIES": ContractNature.GOODS,
        "CONT.SERVICES": ContractNature.SERVICES,
    },
}
_CANTONS = frozenset(
    {"AG", "AI", "AR", "BE", "BL", "BS", "FR", "GE", "GL", "GR", "JU", "LU", "NE"}
    | {"NW", "OW", "SG", "SH", "SO", "SZ", "TG", "TI", "UR", "VD", "VS", "ZG", "ZH"}
)


def read_form(payload: bytes, *, fetched_from: str, project: str = "") -> NoticeRecord:
    """The record of a form; UnreadableNotice names the path in it that is not as it should be.

    `project` is the number that the search gives and no form does: it joins an award to its call. Without it
    the form stands alone. ValueError when the answer is no whole form.
    """
    form = parse_form(payload)
    key = form.value("ID")
    if not re.fullmatch(r"\d{1,12}", key):
        raise UnreadableNotice("FORM@ID", f"{key!r} is no number")
    kind = next((kind for kind in _TYPES if form.child(kind).exists), None)
    if kind is None:
        found = ", ".join(str(child.tag) for child in form.element)
        raise UnreadableNotice("FORM", f"{found[:60]!r} is none of {', '.join(_TYPES)}")
    body = form.child(kind)
    what, nature = _contract(body, kind)
    title = what.child("CONT.NAME").line
    if not title:
        raise UnreadableNotice(f"{what.path}/CONT.NAME", "empty")
    published = body.child("SIMAP.PUB.DATE").day or body.child("PUB.DATE").day
    if published is None or not date(2000, 1, 1) < published < date(2100, 1, 1):
        raise UnreadableNotice(
            f"{body.path}/SIMAP.PUB.DATE", f"{published or 'empty'} is no day of the archive"
        )
    method = body.child("OB.PROC").one_of(_METHODS)
    lot = _lot_of_award(body)
    return NoticeRecord(
        source=SOURCE,
        source_key=key,
        number=key,
        notice_type=_TYPES[kind],
        procedure_key=project or f"form:{key}",
        procedure_number=project or key,
        published_on=published,
        language=form.language,
        title={form.language: title},
        cpv_codes=tuple(sorted({*body.codes("CONT.CPV"), *body.codes("LOT.CPV")})),
        url=f"https://archiv.simap.ch/api/detail?meldungsnummer={key}",
        procurement_method=method,
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=nature,
        is_under_treaty=body.child("OB.WTO").one_of(_TREATY),
        refers_to_key=_call_named(body),
        lot_key=lot,
        buyer=_buyer(body),
        call=read_call(body, what, nature=nature, published=published, method=method)
        if kind == "OB01"
        else None,
        references=_references(key, project, what),
        awards=(read_awards(body, lot_key=lot),) if kind == "OB02" else (),
    )


def _contract(body: Node, kind: str) -> tuple[Node, ContractNature]:
    """The description of what is bought, and its nature, which is the name of the element."""
    spec = body.child(f"{kind}.SPEC/{kind}.CONTRACT")
    place = spec.child("OB01.CONT.OBJ") if kind == "OB01" else spec
    for name, nature in _OBJECTS[kind].items():
        if place.child(name).exists:
            return place.child(name), nature
    raise UnreadableNotice(place.path, f"none of {', '.join(_OBJECTS[kind])}")


def _buyer(body: Node) -> BuyerRecord | None:
    """Who needs the contract; the address is the organiser's, often an office that works for the buyer."""
    contact = body.child("AUTHORITY/AUTH.CONTACT")
    organiser = contact.child("AUTH.NAME").line
    name = contact.child("AUTH.DEMAND").line or organiser
    if not name:
        return None
    is_organiser = organiser.lower().startswith(name.lower()) or name.lower().startswith(organiser.lower())
    canton = contact.child("AUTH.CANTONCODE").line
    country = contact.child("ADDRESS/COUNTRY").line
    return BuyerRecord(
        source_key=name[:120],
        name={body.language: name},
        city=one_line(contact.child("ADDRESS/CITY").text, longest=120) if is_organiser else "",
        postal_code=one_line(contact.child("ADDRESS/ZIPCODE").text, longest=20) if is_organiser else "",
        canton=canton if canton in _CANTONS else None,
        country=country if is_organiser and re.fullmatch(r"[A-Z]{2}", country) else None,
    )


def _lot_of_award(body: Node) -> str | None:
    """The lot that an award is about; None when it is about the whole."""
    lots = [lot.key for lot in body.children("OB02.SPEC/OB02.CONTRACT/OB02.CONT.LOT") if lot.key]
    if len(lots) > 1:
        raise UnreadableNotice(
            f"{body.path}/OB02.SPEC/OB02.CONTRACT/OB02.CONT.LOT", "several lots in one award"
        )
    return lots[0] if lots else None


def _call_named(body: Node) -> str | None:
    """The call that an award names, where it gives its number and no words."""
    named = body.child("OB02.SPEC/OB02.INFORMATION/OB02.INFO.OTHER/OB02.INFO.PROJECT").line
    return named if re.fullmatch(r"\d{4,12}", named) else None


def _references(key: str, project: str, what: Node) -> tuple[tuple[str, str], ...]:
    """Other names of a form: its number, its project's, and the one that the buyer gives it."""
    own = one_line(what.child("CONT.REF").text, longest=200)
    found = (("simap", key), ("simap_project", project), ("buyer", own))
    return tuple((scheme, value) for scheme, value in found if value)
