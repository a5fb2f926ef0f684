"""The call of an OB01 form: deadlines, who may bid, lots and criteria.

Not read on purpose: remarks on how to hand in (they name persons), negotiations, dialogue, the date of the
offers in a selective procedure, and how long an offer binds.
"""

import re
from datetime import date, datetime

from crawler.archive.criteria import read_criteria
from crawler.archive.form import Node
from crawler.archive.moments import deadline_at, read_hour
from crawler.archive.statements import Subject, read_statement
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import CallRecord, CriterionRecord, LotRecord
from procurement.vocabulary import ContractNature, CriteriaSource, CriterionKind, ProcurementMethod, Stated

_DAYS_A_MONTH = 365.25 / 12
_CRITERIA_SOURCES = {
    "CRITERIA": CriteriaSource.DEFINED,
    "PRICE": CriteriaSource.PRICE_ONLY,
    "DOCUMENTS": CriteriaSource.IN_DOCUMENTS,
    "": CriteriaSource.NOT_SPECIFIED,
}
# Conditions in free words, by the name that they have in our table.
_CONDITIONS = {
    "participation": ("OB01.CONDITIONS/OB01.COND.GENERAL.CONDITIONS",),
    "securities": ("OB01.CONDITIONS/OB01.COND.GUARANTEES",),
    "payment": ("OB01.CONDITIONS/OB01.COND.PAYMENT",),
    "included_costs": ("OB01.CONDITIONS/OB01.COND.ADD.COSTS",),
    "business": ("OB01.INFORMATION/OB01.INFO.SALES.COND",),
    "outside_treaty": ("OB01.INFORMATION/OB01.INFO.NON.WTO",),
    "pre_involved": ("OB01.INFORMATION/OB01.INFO.ADMITTED.PROVIDER",),
    "other_requirements": ("OB01.INFORMATION/OB01.INFO.PROC", "OB01.INFORMATION/OB01.INFO.OTHER"),
}


def read_call(
    body: Node, what: Node, *, nature: ContractNature, published: date, method: ProcurementMethod
) -> CallRecord:
    """What a call says beyond its title; `what` is the element that describes the contract."""
    spec = body.child("OB01.SPEC")
    terms = spec.child("OB01.CONDITIONS")
    deadline, as_published = _deadline(terms.child("OB01.COND.SEND.DEADLINE"), published)
    question_day = terms.child("OB01.COND.QUESTIONS").day
    question_note = terms.words("OB01.COND.QUESTIONS.REMARK")
    together = terms.child("OB01.COND.LEGAL")
    below = terms.child("OB01.COND.CONTRACTOR.NOTICE")
    consortium = read_statement(together.text, Subject.CONSORTIUM)
    subcontracting = read_statement(below.text, Subject.SUBCONTRACTING)
    return CallRecord(
        description=what.words("CONT.DESCR"),
        lots=_lots(spec, what, nature),
        submission_deadline=deadline,
        submission_deadline_text=as_published,
        deadline_is_for_requests=method is ProcurementMethod.SELECTIVE,
        enquiry_deadline=question_day,
        enquiries=({"date": question_day.isoformat(), "note": question_note},) if question_day else (),
        opening=_opening(terms.child("OB01.COND.OFFER.OPEN")),
        consortium_allowed=consortium.allowed,
        consortium_multiple=consortium.multiple,
        consortium_note=terms.words("OB01.COND.LEGAL"),
        subcontracting_allowed=subcontracting.allowed,
        subcontracting_multiple=subcontracting.multiple,
        subcontracting_note=terms.words("OB01.COND.CONTRACTOR.NOTICE"),
        lots_per_tenderer=1
        if spec.child("OB01.CONTRACT/OB01.CONT.LOT/LOT.SUBMIT").value("TO") == "ONE"
        else None,
        conditions={name: words for name, paths in _CONDITIONS.items() if (words := spec.words(*paths))},
        offer_languages=_languages(terms.child("OB01.COND.LANGUAGE")),
        document_languages=_languages(terms.child("OB01.COND.DOC/OB01.COND.DOC.AVAILABLE.LANGUAGE")),
        documents_source=_documents_source(terms.child("OB01.COND.DOC/OB01.COND.DOC.LOC")),
        remedies=spec.words("OB01.INFORMATION/OB01.INFO.LEGAL"),
    )


def _deadline(node: Node, published: date) -> tuple[datetime | None, str | None]:
    """The deadline in Swiss time and as it is written; without an hour it runs to the end of its day."""
    day_node, hour_node = (node.child(f"OB01.COND.SEND.DEADLINE.{part}") for part in ("DATE", "HOUR"))
    day = day_node.day
    if day is None:
        return None, None
    if day < published:
        raise UnreadableNotice(day_node.path, f"{day_node.line} is before the publication")
    if day.year > published.year + 20:
        raise UnreadableNotice(day_node.path, f"{day_node.line} is out of this century")
    hour = read_hour(hour_node.line, hour_node.path)
    as_published = one_line(f"{day_node.line} {hour_node.line}", longest=40)
    return deadline_at(day, hour), as_published


def _opening(node: Node) -> datetime | None:
    """When the offers are opened, where the form says the hour."""
    hour_node = node.child("OB01.COND.OFFER.OPEN.HOUR")
    day = node.child("OB01.COND.OFFER.OPEN.DATE").day
    hour = read_hour(hour_node.line, hour_node.path)
    return deadline_at(day, hour) if day and hour and 2000 <= day.year < 2100 else None


def _languages(node: Node) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(entry.value().lower() for entry in node.children("LANGUAGE.EC") if entry.value())
    )


def _documents_source(node: Node) -> str | None:
    """Where the documents are, in the words that simap uses today."""
    if node.child("OB01.COND.DOC.SIMAP").exists:
        return "documents_source_simap"
    return "documents_source_address" if node.child("OB01.COND.DOC.ADDRESS").exists else None


def _lots(spec: Node, what: Node, nature: ContractNature) -> tuple[LotRecord, ...]:
    """The lots; a call without lots has one, which is the whole of it."""
    contract = spec.child("OB01.CONTRACT")
    offers = contract.child("OB01.CONT.COND")
    selection, in_documents = _selection(spec.child("OB01.CONDITIONS"))
    lots = list(contract.child("OB01.CONT.LOT").children("LOT"))
    if not lots:
        extra = contract.child("OB01.CONT.OBJ/ADD.OBJECTS")
        return (
            _lot(
                extra,
                offers,
                selection,
                in_documents,
                prefix="",
                key="",
                number=1,
                description={},
                cpv_codes=what.codes("CONT.CPV"),
                nature=nature,
                place=what.words("CONT.LOC"),
            ),
        )
    keys = _keys(lots)
    return tuple(
        _lot(
            lot.child("LOT.ADD.OBJECTS"),
            offers,
            selection,
            in_documents,
            prefix="LOT.",
            key=keys[position],
            number=int(keys[position]) if re.fullmatch(r"[0-9]{1,6}", keys[position]) else position + 1,
            description=lot.words("LOT.DESCR", "LOT.REMARK"),
            cpv_codes=lot.codes("LOT.CPV") or what.codes("CONT.CPV"),
            nature=nature,
            place=what.words("CONT.LOC"),
        )
        for position, lot in enumerate(lots)
    )


def _keys(lots: list[Node]) -> list[str]:
    """The numbers of the lots as the form gives them; one that comes twice, or is missing, gets its place."""
    found: list[str] = []
    for position, lot in enumerate(lots):
        number = lot.key
        found.append(number if number and number not in found else f"{number}#{position + 1}")
    return found


def _lot(
    extra: Node,
    offers: Node,
    selection: tuple[CriterionRecord, ...],
    in_documents: Stated,
    *,
    prefix: str,
    key: str,
    number: int,
    description: Translations,
    cpv_codes: tuple[str, ...],
    nature: ContractNature,
    place: Translations,
) -> LotRecord:
    award = extra.child(f"{prefix}AWARD.CRITERIA")
    criteria, note = read_criteria(award, prefix)
    starts_on, ends_on, days = _period(extra.child(f"{prefix}TIMEFRAME"), offers.child("CONT.DEADLINE"))
    title = {language: one_line(words, longest=200) for language, words in description.items()}
    return LotRecord(
        source_key=key,
        number=number,
        title=title,
        description=description,
        cpv_codes=tuple(sorted(cpv_codes)),
        contract_nature=nature,
        place_note=place,
        starts_on=starts_on,
        ends_on=ends_on,
        duration_days=days,
        can_be_extended=extra.child(f"{prefix}RENEWAL").stated,
        variants=offers.child("CONT.VARIANTS").stated,
        partial_offers=offers.child("CONT.PARTIALS").stated,
        award_criteria_source=award.one_of(_CRITERIA_SOURCES),
        selection_criteria_in_documents=in_documents,
        criteria_note=note,
        criteria=(*criteria, *selection),
    )


def _selection(terms: Node) -> tuple[tuple[CriterionRecord, ...], Stated]:
    """What a bidder must be able to do and how it is proved, or that the documents say so."""
    ability, proof = (terms.child(f"OB01.COND.{part}") for part in ("TECHNICAL", "PROOF"))
    in_documents = "DOCUMENTS" in (ability.value(), proof.value())
    record = CriterionRecord(
        kind=CriterionKind.SELECTION,
        title={},
        description=ability.words("."),
        verification=proof.words("."),
    )
    return (
        (record,) if ability.text or proof.text else (),
        Stated.YES if in_documents else Stated.NOT_SPECIFIED,
    )


def _period(timeframe: Node, execution: Node) -> tuple[date | None, date | None, int | None]:
    """From when to when the contract runs, and for how many days where only months are given."""
    starts_on = timeframe.child("DATE.START").day or execution.child("CONT.DATE.START").day
    ends_on = timeframe.child("DATE.END").day or execution.child("CONT.DATE.END").day
    months = timeframe.child("MONTHS").number or execution.child("CONT.MONTHS").number or 0
    days = timeframe.child("DAYS").number or execution.child("CONT.DAYS").number or 0
    return starts_on, ends_on, round(months * _DAYS_A_MONTH) + days or None
