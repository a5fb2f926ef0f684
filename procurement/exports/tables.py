"""The list of tenders as a table for spreadsheets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config.tables import sources
from procurement.codes import cpv_labels
from procurement.exports.sheets import Sheet, write_book, write_csv_sheet
from procurement.i18n import ZURICH, translator
from procurement.labelled import Labelled
from procurement.models import Tender, in_language
from procurement.vocabulary import TenderState

_BATCH = 500


class Column(Labelled):
    """The columns of the table, in their order."""

    TITLE = "title", "Objet", "Gegenstand", "Oggetto", "Subject"
    BUYER = "buyer", "Adjudicateur", "Auftraggeber", "Committente", "Buyer"
    SEAT = "seat", "Siège", "Sitz", "Sede", "Seat"
    PLACE = "place", "Lieu d’exécution", "Ausführungsort", "Luogo di esecuzione", "Place of performance"
    CPV = "cpv", "CPV", "CPV", "CPV", "CPV"
    PROCEDURE = "procedure", "Procédure", "Verfahren", "Procedura", "Procedure"
    DEADLINE = "deadline", "Délai", "Frist", "Termine", "Deadline"
    STATE = "state", "État", "Stand", "Stato", "State"
    VALUE = "value", "Valeur", "Wert", "Valore", "Value"
    CURRENCY = "currency", "Monnaie", "Währung", "Valuta", "Currency"
    LINK = "link", "Avis officiel", "Amtliche Publikation", "Avviso ufficiale", "Official notice"
    SOURCE = "source", "Source", "Quelle", "Fonte", "Source"
    NUMBER = "number", "Numéro", "Nummer", "Numero", "Number"
    PUBLISHED = "published", "Publié le", "Publiziert am", "Pubblicato il", "Published on"


_WIDTHS = {Column.TITLE: 60, Column.BUYER: 40, Column.CPV: 40, Column.LINK: 40, Column.DEADLINE: 26}


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One tender as a reader of a spreadsheet sees it; only `value` is a number."""

    title: str
    buyer: str
    seat: str
    place: str
    cpv: str
    procedure: str
    deadline: str
    state: str
    value: int | None
    currency: str
    link: str
    source: str
    number: str
    published: str


def tender_rows(session: Session, *, now: datetime, language: str) -> Iterator[TenderRow]:
    """A row per tender, newest first, in the reader's language; those another one stands for are left out.

    Rows are read as they are asked for: the transaction stays open until the last.
    """
    wanted = (
        select(Tender)
        .where(Tender.merged_into_id.is_(None))
        .order_by(Tender.published_on.desc(), Tender.id.desc())
        .options(joinedload(Tender.buyer), selectinload(Tender.lots))
        .execution_options(yield_per=_BATCH)
    )
    for batch in session.scalars(wanted).partitions():
        yield from _rows(session, batch, now=now, language=language)


def chosen_rows(session: Session, ids: Sequence[int], *, now: datetime, language: str) -> Iterator[TenderRow]:
    """A row for each of these tenders, in their order, in the reader's language."""
    wanted = select(Tender).options(joinedload(Tender.buyer), selectinload(Tender.lots))
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        found = {tender.id: tender for tender in session.scalars(wanted.where(Tender.id.in_(some)))}
        batch = [found[each] for each in some if each in found]
        yield from _rows(session, batch, now=now, language=language)


def _rows(session: Session, batch: Sequence[Tender], *, now: datetime, language: str) -> Iterator[TenderRow]:
    titles = {key: form.title for key, form in sources().items()}
    words = cpv_labels(session, {code for tender in batch for code in tender.cpv_codes}, language)
    for tender in batch:
        yield _row(tender, now=now, language=language, words=words, titles=titles)


def write_csv(rows: Iterable[TenderRow], file: TextIO, *, language: str = "fr") -> int:
    """Write rows into a file opened with `newline=""` and UTF-8, one at a time; returns how many."""
    return write_csv_sheet(tender_sheet(rows, language), file)


def write_xlsx(rows: Iterable[TenderRow], path: Path, *, language: str = "fr") -> int:
    """Write rows into an XLSX file, one at a time, text as text and numbers as numbers; returns how many."""
    return write_book([tender_sheet(rows, language)], path)


def tender_sheet(rows: Iterable[TenderRow], language: str) -> Sheet:
    """Rows as a table."""
    return Sheet(
        title="aimp",
        columns=[column.label(language) for column in Column],
        rows=(_cells(row) for row in rows),
        widths=[_WIDTHS.get(column) for column in Column],
    )


def _cells(row: TenderRow) -> list[str | int | None]:
    return [getattr(row, column.value) for column in Column]


def _row(
    tender: Tender, *, now: datetime, language: str, words: dict[str, str], titles: dict[str, str]
) -> TenderRow:
    buyer = tender.buyer
    places = (
        _place(
            lot.place_postal_code, in_language(lot.place_city, language, tender.language), lot.place_canton
        )
        for lot in tender.lots
        if not lot.is_withdrawn
    )
    deadline = tender.submission_deadline
    return TenderRow(
        title=tender.title_in(language),
        buyer=in_language(buyer.name, language, tender.language) if buyer else "",
        seat=_place(buyer.postal_code, buyer.city, buyer.canton) if buyer else "",
        place=_joined(places),
        cpv=_joined(f"{code} {words.get(code, '')}".strip() for code in tender.cpv_codes),
        procedure=tender.procurement_method.label(language),
        deadline=deadline.astimezone(ZURICH).isoformat() if deadline else "",
        state=_state(tender, now=now, language=language),
        value=tender.value_amount,
        currency=(tender.value_currency or "") if tender.value_amount is not None else "",
        link=tender.url,
        source=titles.get(tender.source, tender.source),
        number=tender.number,
        published=tender.published_on.isoformat(),
    )


def _state(tender: Tender, *, now: datetime, language: str) -> str:
    if tender.state is TenderState.CALLED and not tender.is_open(now):
        return translator(language).gettext("clos")
    return tender.state.label(language)


def _place(postal_code: str, city: str, canton: str | None) -> str:
    name = " ".join(part for part in (postal_code, city) if part)
    if not canton:
        return name
    return f"{name} ({canton})" if name else canton


def _joined(parts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(part for part in parts if part))
