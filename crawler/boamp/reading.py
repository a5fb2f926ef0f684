"""One record of BOAMP, read into a NoticeRecord in clean text."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from crawler.boamp import moments, words
from crawler.boamp.announcement import as_record
from crawler.boamp.contents import Contents
from crawler.boamp.eforms import read_eforms
from crawler.boamp.legacy import PARTS, read_legacy
from crawler.boamp.national import READERS
from crawler.boamp.shape import Record, listed
from crawler.boamp.tree import Node
from crawler.source import read_json
from procurement.cleaning import web_address
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import CallRecord, ConsiderationRecord, LotRecord, NoticeRecord
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod

SOURCE = "boamp"
NOTICE_PAGE = "https://www.boamp.fr/pages/avis/?q=idweb:"

_NATURES = {
    "APPEL_OFFRE": NoticeType.TENDER,
    "RECTIFICATIF": NoticeType.TENDER,
    "ATTRIBUTION": NoticeType.AWARD,
    # The change of a contract that is awarded says again who holds it.
    "MODIFICATION": NoticeType.AWARD,
    "ANNULATION": NoticeType.ABANDONMENT,
    "PREINFORMATION": NoticeType.ADVANCE_NOTICE,
    "PERIODIQUE": NoticeType.ADVANCE_NOTICE,
    "INTENTION_CONCLURE": NoticeType.DIRECT_AWARD,
    "EX_ANTE_VOLONTAIRE": NoticeType.DIRECT_AWARD,
}
_STATES = frozenset({"INITIAL", "RECTIFICATIF", "ANNULATION", "MODIFICATION"})
_METHODS = {
    "OUVERT": ProcurementMethod.OPEN,
    "PROCEDURE_ADAPTE": ProcurementMethod.OPEN,
    "CONCOURS_OUVERT": ProcurementMethod.OPEN,
    "RESTREINT": ProcurementMethod.SELECTIVE,
    "CONCOURS_RESTREINT": ProcurementMethod.SELECTIVE,
    "NEGOCIE": ProcurementMethod.SELECTIVE,
    "DIALOGUE_COMPETITIF": ProcurementMethod.SELECTIVE,
}
_CONTRACTS = {
    "TRAVAUX": ContractNature.WORKS,
    "FOURNITURES": ContractNature.GOODS,
    "SERVICES": ContractNature.SERVICES,
}
# DILA's own index of notices with social or green criteria, in the codes of eForms.
_INDEXED_AIMS = {"SOCIA": "soc-obj", "ENVIRON": "env-imp"}
KEY = re.compile(r"[0-9A-Za-z_-]{3,40}")
_FIRST_QUOTED = re.compile(r'"([^"]+)"')


def canonical(row: object) -> bytes:
    """A record in one way only, whatever the order of its fields."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def read_record(payload: bytes, *, fetched_from: str) -> NoticeRecord:
    """The record of a notice; UnreadableNotice names the path that is not as it should be.

    The payload is a record, or a file of the XML archive, or an answer that holds the record among those it
    is about: then a correction in words becomes the whole call as it stands after it.
    """
    value = as_record(payload) if payload.startswith(b"<") else read_json(payload)
    row, others = _chosen(value, fetched_from)
    record = _shape(row)
    contents = _contents(record)
    if contents.correction is not None and contents.call is None:
        contents = _corrected(record, contents, others)
    return _notice(record, contents, payload, fetched_from)


def corrects(row: object) -> str | None:
    """The notice that a correction in words is about; None for every record that speaks for itself."""
    try:
        record = _shape(row)
        contents = _contents(record)
    except UnreadableNotice:
        return None
    if contents.correction is None or contents.call is not None:
        return None
    about = contents.initial_key or next(iter(listed(record.annonce_lie)), None)
    return about if about and KEY.fullmatch(about) else None


def _chosen(value: Any, fetched_from: str) -> tuple[Any, list[Any]]:
    """The record that was asked for, and the others of the same answer."""
    if not isinstance(value, dict) or "results" not in value:
        return value, []
    rows = value["results"] if isinstance(value["results"], list) else []
    question = " ".join(parse_qs(urlsplit(fetched_from).query).get("where", []))
    wanted = _FIRST_QUOTED.search(question)
    for row in rows:
        if isinstance(row, dict) and wanted and row.get("idweb") == wanted[1]:
            return row, [other for other in rows if other is not row]
    raise UnreadableNotice("results", "the notice asked for is not among them")


def _shape(row: object) -> Record:
    if isinstance(row, dict) and not row.keys() & {"nature", "donnees"}:
        raise UnreadableNotice(
            "record",
            f"an extract of {len(row)} fields, without `nature` and `donnees`: it lacks the notice itself",
        )
    try:
        return Record.model_validate_json(json.dumps(row))
    except RecursionError as problem:
        raise UnreadableNotice("record", "nested too deeply") from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"]) or "record"
        raise UnreadableNotice(path, first["msg"]) from problem


def _contents(record: Record) -> Contents:
    if not record.donnees:
        raise UnreadableNotice("donnees", "the notice itself is missing")
    tree = Node.parse(record.donnees, "donnees")
    roots = [name for name in tree.names if not name.startswith("@")]
    if PARTS.intersection(roots):
        return read_legacy(tree, record)
    if roots == ["EFORMS"]:
        return read_eforms(tree.first("EFORMS"), record)
    if len(roots) == 1 and roots[0] in READERS:
        return READERS[roots[0]](tree.first(roots[0]), record)
    known = ", ".join(("EFORMS", *READERS, "OBJET …"))
    raise UnreadableNotice(
        "donnees", f"the root {', '.join(roots)[:80] or 'of an empty notice'} is none of {known}"
    )


def _corrected(record: Record, contents: Contents, others: list[Any]) -> Contents:
    """What holds after a correction: the call it is about, with what this and earlier corrections change."""
    wanted = contents.initial_key or next(iter(listed(record.annonce_lie)), None)
    initial: Contents | None = None
    chain: list[tuple[str, Contents]] = []
    for row in others:
        try:
            other = _shape(row)
            inside = _contents(other)
        except UnreadableNotice:
            continue
        order = f"{other.dateparution} {other.idweb}"
        if other.idweb == wanted and inside.call is not None:
            initial = replace(
                inside,
                call=_with_deadline(other, inside.call, inside),
                folder=inside.folder or other.contractfolderid,
            )
        elif (
            inside.correction
            and inside.initial_key == wanted
            and order < f"{record.dateparution} {record.idweb}"
        ):
            chain.append((order, inside))
    if initial is None or initial.call is None:
        return contents
    call = initial.call
    for _, each in [*sorted(chain, key=lambda pair: pair[0]), ("", contents)]:
        call = _with_correction(call, each)
    return replace(
        initial,
        call=call,
        cpv_codes=tuple(sorted({*initial.cpv_codes, *contents.cpv_codes})),
        initial_key=wanted,
        buyer=contents.buyer or initial.buyer,
        correction=contents.correction,
    )


def _with_correction(call: CallRecord, contents: Contents) -> CallRecord:
    correction = contents.correction
    if correction is None:
        return call
    conditions = {**call.conditions, "correction": _added(call.conditions.get("correction"), correction.note)}
    call = replace(call, conditions={name: text for name, text in conditions.items() if text})
    if not correction.is_about_deadline:
        return call
    # A deadline that changed in words we cannot read is unknown: the old one would be wrong for certain.
    text = correction.deadline_text or correction.note.get("fr", "")[:200] or None
    return replace(call, submission_deadline=correction.deadline, submission_deadline_text=text)


def _added(before: Translations | None, after: Translations) -> Translations:
    parts = [text for each in (before or {}, after) if (text := each.get("fr"))]
    return {"fr": "\n\n".join(parts)} if parts else {}


def _with_deadline(record: Record, call: CallRecord, contents: Contents) -> CallRecord:
    """The call with the deadline of the index where the notice itself states none."""
    if call.submission_deadline is not None or contents.correction is not None:
        return call
    is_true = record.donnees is not None and '"EFORMS"' in record.donnees[:40]
    moment = moments.field_moment(record.datelimitereponse, "datelimitereponse", is_true_utc=is_true)
    return replace(
        call,
        submission_deadline=moment,
        submission_deadline_text=call.submission_deadline_text or record.datelimitereponse,
    )


def _notice(record: Record, contents: Contents, payload: bytes, fetched_from: str) -> NoticeRecord:
    title = words.words(record.objet or "", "objet", single=True) or contents.title
    if not title:
        raise UnreadableNotice("objet", "empty")
    kind, is_correction = _kind(record, contents)
    linked = listed(record.annonce_lie)
    is_first = (
        kind in (NoticeType.TENDER, NoticeType.COMPETITION, NoticeType.ADVANCE_NOTICE) and not is_correction
    )
    anterior = [] if is_first else listed(record.annonces_anterieures)
    about = contents.initial_key or next(iter([*linked, *anterior]), None)
    folder = record.contractfolderid or contents.folder
    earlier = [about, *linked, *anterior]
    names = [("procedure", folder), (SOURCE, record.idweb), *((SOURCE, key) for key in earlier)]
    names += [("ted", number) for number in contents.ted_numbers if not is_first]
    has_call = kind in (NoticeType.TENDER, NoticeType.COMPETITION, NoticeType.ADVANCE_NOTICE)
    call = contents.call if has_call else None
    return NoticeRecord(
        source=SOURCE,
        source_key=record.idweb,
        number=record.idweb,
        notice_type=kind,
        procedure_key=folder or (None if is_first else about) or record.idweb,
        procedure_number=(None if is_first else about) or record.idweb,
        published_on=record.dateparution,
        language="fr",
        title=title,
        cpv_codes=contents.cpv_codes,
        url=_page(record),
        procurement_method=contents.method
        or _METHODS.get(record.type_procedure or "", ProcurementMethod.NONE),
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=_contract_nature(record, contents, kind),
        is_under_treaty=contents.is_under_treaty,
        has_documents=True if call is not None and call.documents_url else None,
        is_correction=is_correction,
        corrects_key=about if is_correction else None,
        refers_to_key=None if is_correction or is_first else about,
        buyer=contents.buyer,
        call=_completed(record, contents, call) if call is not None else None,
        references=tuple(dict.fromkeys((scheme, value) for scheme, value in names if value)),
        awards=contents.awards if kind in (NoticeType.AWARD, NoticeType.DIRECT_AWARD) else (),
    )


def _kind(record: Record, contents: Contents) -> tuple[NoticeType, bool]:
    """What kind of publication this is, and whether it corrects an earlier one."""
    nature, state = record.nature.replace("PRE-", "PRE").replace("PRE_", "PRE"), record.etat or "INITIAL"
    if nature not in _NATURES:
        raise UnreadableNotice("nature", f"{record.nature!r} is none of {', '.join(_NATURES)}")
    if state not in _STATES:
        raise UnreadableNotice("etat", f"{state!r} is none of {', '.join(sorted(_STATES))}")
    kind = _NATURES[nature]
    if state == "ANNULATION":
        return NoticeType.ABANDONMENT, False
    if kind is NoticeType.AWARD and contents.ended_without_award:
        kind = NoticeType.ABANDONMENT
    if kind is NoticeType.TENDER and (contents.is_contest or record.sousnature == "CONCOURS"):
        kind = NoticeType.COMPETITION
    return kind, nature in ("RECTIFICATIF", "MODIFICATION") or state in ("RECTIFICATIF", "MODIFICATION")


def _contract_nature(record: Record, contents: Contents, kind: NoticeType) -> ContractNature | None:
    if kind is NoticeType.COMPETITION:
        return ContractNature.DESIGN
    kinds = listed(record.type_marche)
    return contents.nature or (_CONTRACTS.get(kinds[0]) if len(kinds) == 1 else None)


def _page(record: Record) -> str:
    """Where people read the notice."""
    link = web_address(record.url_avis or "")
    is_theirs = link is not None and (urlsplit(link).hostname or "").endswith("boamp.fr") and len(link) <= 500
    return link if link is not None and is_theirs else f"{NOTICE_PAGE}{record.idweb}"


def _completed(record: Record, contents: Contents, call: CallRecord) -> CallRecord:
    """The call with what only the index of BOAMP says: procedure, départements, subjects, deadline."""
    call = _with_deadline(record, call, contents)
    conditions = dict(call.conditions)
    if procedure := words.words(record.procedure_libelle or "", "procedure_libelle", single=True):
        conditions["procedure"] = procedure
    if subjects := listed(record.descripteur_libelle):
        conditions["subjects"] = words.words(", ".join(subjects), "descripteur_libelle", single=True)
    return replace(call, conditions=conditions, lots=tuple(_placed(record, lot) for lot in call.lots))


def _placed(record: Record, lot: LotRecord) -> LotRecord:
    performed, published = listed(record.code_departement_prestation), listed(record.code_departement)
    label = "Département d’exécution" if performed else "Département de publication"
    codes = ", ".join(words.department(code) for code in performed or published)
    note = [lot.place_note.get("fr", ""), f"{label} : {codes}" if codes else ""]
    aims = [
        ConsiderationRecord("BT-06", code, {"fr": "Critère signalé dans l’index du BOAMP"})
        for start, code in _INDEXED_AIMS.items()
        if any(word.upper().startswith(start) for word in listed(record.criteres))
        and not any((each.business_term, each.code) == ("BT-06", code) for each in lot.considerations)
    ]
    text = "\n".join(part for part in note if part)
    return replace(
        lot,
        contract_nature=lot.contract_nature or _only_kind(record),
        place_note={**lot.place_note, "fr": text} if text else lot.place_note,
        considerations=(*lot.considerations, *aims),
    )


def _only_kind(record: Record) -> ContractNature | None:
    kinds = listed(record.type_marche)
    return _CONTRACTS.get(kinds[0]) if len(kinds) == 1 else None
