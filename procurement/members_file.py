"""Members from a spreadsheet (CSV or XLSX): read whole or not at all, every mistake named by its place."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tables import sectors
from procurement import consents, work
from procurement.accounts import valid_email
from procurement.cantons import CANTONS
from procurement.cleaning import clean_text, one_line
from procurement.credentials import Shown, replace_all
from procurement.errors import UnreadableFile
from procurement.labelled import LANGUAGES
from procurement.models import Chamber, Member, Person
from procurement.reserved import Status
from procurement.vocabulary import Frequency, LegalForm, Role

COLUMNS = (
    "key",
    "name",
    "legal_form",
    "statement",
    "sectors",
    "cpv_codes",
    "cantons",
    "offer_languages",
    "excluded_words",
    "references",
    "past_wins",
    "statuses",
    "largest_contract_chf",
    "smallest_contract_chf",
    "credentials",
    "person_name",
    "person_email",
    "person_language",
    "frequency",
)
_LONGEST_KEY = 80
# In the column of statuses: that the member is known to have none, which is not the same as an empty cell.
NO_STATUS = "none"
# "250000", "250'000", "CHF 250’000.–": thousands apart as one writes them in Switzerland, and no centimes.
_FRANCS = re.compile(
    r"(?:CHF|Fr\.)?\s*([0-9]{1,12}|[0-9]{1,3}(?:['’\s][0-9]{3}){1,3})(?:\.(?:0{1,2}|[-–—]{1,2}))?",
    re.IGNORECASE,
)
_REQUIRED = ("key", "name", "legal_form")


# What of a member is no column of its table.
_WITH_ROWS = frozenset({"key", "people", "credentials"})


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of a member, as the file names them."""

    name: str
    email: str
    language: str
    frequency: Frequency


@dataclass(slots=True)
class MemberRow:
    """A member as the file describes it, with its people."""

    key: str
    name: str
    legal_form: LegalForm
    statement: str
    sectors: list[str]
    cpv_codes: list[str]
    cantons: list[str]
    offer_languages: list[str]
    excluded_words: list[str]
    references: list[str]
    past_wins: list[str]
    statuses: list[str] | None
    largest_contract_chf: int | None
    smallest_contract_chf: int | None
    # None for an empty cell: then what the member states itself stays.
    credentials: list[Shown] | None = None
    people: list[PersonRow] = field(default_factory=list)


@dataclass(slots=True)
class ImportReport:
    """What an import did to the members, and how many people it added."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    people_added: int = 0


def read_members(path: Path) -> list[MemberRow]:
    """The members of a file, one row per person; UnreadableFile names every mistake at once."""
    rows = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    mistakes: list[str] = []
    members: dict[str, MemberRow] = {}
    for line, cells in rows:
        problem = _Problems(line, mistakes)
        key = one_line(cells["key"]).lower()
        if not key or len(key) > _LONGEST_KEY:
            problem.say("key", "empty" if not key else f"longer than {_LONGEST_KEY} characters")
            continue
        if key not in members:
            row = _member_row(key, cells, problem)
            if row is None:
                continue
            members[key] = row
        if person := _person_row(cells, problem):
            members[key].people.append(person)
    if mistakes:
        raise UnreadableFile(f"{path.name}:\n  " + "\n  ".join(mistakes))
    if not members:
        raise UnreadableFile(f"{path.name}: no member in it")
    return list(members.values())


def import_members(
    session: Session, *, chamber: Chamber, rows: list[MemberRow], now: datetime
) -> ImportReport:
    """Bring members and people up to the file; whoever is not in the file stays as they are.

    A changed profile is matched again at once by a row of work. People keep the frequency that they chose.
    """
    report = ImportReport()
    known = {
        member.key: member
        for member in session.scalars(select(Member).where(Member.chamber_id == chamber.id))
    }
    for row in rows:
        member = known.get(row.key)
        facts = {name: getattr(row, name) for name in MemberRow.__slots__ if name not in _WITH_ROWS}
        is_new = member is None
        if member is None:
            member = Member(
                chamber=chamber, key=row.key, profile_changed_at=now, people=[], credentials=[], **facts
            )
            session.add(member)
            session.flush()
        has_changed = any(getattr(member, name) != value for name, value in facts.items())
        for name, value in facts.items():
            setattr(member, name, value)
        if row.credentials is not None:
            has_changed |= replace_all(member, row.credentials, now=now)
        if is_new:
            report.added += 1
        elif has_changed:
            member.profile_changed_at = now
            report.changed += 1
        else:
            report.unchanged += 1
        if member.profile_changed_at == now and member.is_active is not False:
            work.ask(session, key=f"member:{member.id}", kind="match_member", now=now, member_id=member.id)
        report.people_added += _bring_people(session, member, row, now)
    return report


def _bring_people(session: Session, member: Member, row: MemberRow, now: datetime) -> int:
    added = 0
    for wanted in row.people:
        person = session.scalar(select(Person).where(Person.email == wanted.email))
        if person is None:
            person = Person(
                chamber=member.chamber,
                member=member,
                name=wanted.name,
                email=wanted.email,
                role=Role.MEMBER,
                language=wanted.language,
                frequency=wanted.frequency,
                created_at=now,
            )
            consents.join(person, now=now)
            session.add(person)
            added += 1
        elif person.member_id != member.id:
            raise UnreadableFile(f"{wanted.email} already belongs to somebody else than {member.name}")
        else:
            person.name = wanted.name
    return added


@dataclass(frozen=True, slots=True)
class _Problems:
    line: int
    found: list[str]

    def say(self, column: str, problem: str) -> None:
        self.found.append(f"line {self.line}, {column}: {problem}")


def _member_row(key: str, cells: dict[str, str], problem: _Problems) -> MemberRow | None:
    empty = [column for column in _REQUIRED if not cells[column].strip()]
    for column in empty:
        problem.say(column, "empty")
    legal_form = LegalForm.of(cells["legal_form"].strip().lower())
    if legal_form is None and "legal_form" not in empty:
        problem.say("legal_form", f"{cells['legal_form']!r} is none of {', '.join(LegalForm)}")
    lists = {column: _parts(cells, column, problem) for column in _LISTS}
    statuses = _statuses(cells, problem)
    credentials = _credentials(cells, problem)
    largest = _francs(cells, "largest_contract_chf", problem)
    smallest = _francs(cells, "smallest_contract_chf", problem)
    if largest is not None and smallest is not None and smallest > largest:
        problem.say("smallest_contract_chf", f"{smallest} is more than the largest, {largest}")
    if empty or legal_form is None:
        return None
    return MemberRow(
        key=key,
        name=one_line(cells["name"], longest=200),
        legal_form=legal_form,
        statement=clean_text(cells["statement"]),
        sectors=lists["sectors"],
        cpv_codes=[code[:8] for code in lists["cpv_codes"]],
        cantons=[canton.upper() for canton in lists["cantons"]],
        offer_languages=[language.lower() for language in lists["offer_languages"]],
        excluded_words=lists["excluded_words"],
        references=lists["references"],
        past_wins=lists["past_wins"],
        statuses=statuses,
        largest_contract_chf=largest,
        smallest_contract_chf=smallest,
        credentials=credentials,
    )


# The columns that hold several values, what each value must be, and the words for it.
_LISTS: dict[str, tuple[Callable[[str], object], str]] = {
    "sectors": (lambda key: key in sectors(), "a sector of config/sectors.toml"),
    "cpv_codes": (re.compile(r"[0-9]{8}(-[0-9])?").fullmatch, "a CPV code of eight digits"),
    "cantons": (lambda letters: letters.upper() in CANTONS, "the two letters of a canton"),
    "offer_languages": (re.compile(r"[A-Za-z]{2}").fullmatch, "the two letters of a language"),
    "excluded_words": (bool, "a word"),
    "references": (bool, "a text"),
    "past_wins": (bool, "a text"),
}


def _parts(cells: dict[str, str], column: str, problem: _Problems) -> list[str]:
    is_right, wanted = _LISTS[column]
    parts = [one_line(part) for part in cells[column].split(";") if part.strip()]
    for part in parts:
        if not is_right(part):
            problem.say(column, f"{part!r} is not {wanted}")
    return parts


def _statuses(cells: dict[str, str], problem: _Problems) -> list[str] | None:
    """What the member is where contracts are reserved; None for an empty cell, which says nothing."""
    parts = list(
        dict.fromkeys(one_line(part).lower() for part in cells["statuses"].split(";") if part.strip())
    )
    if not parts or parts == [NO_STATUS]:
        return [] if parts else None
    for part in parts:
        if part == NO_STATUS:
            problem.say("statuses", f"{NO_STATUS!r} stands alone")
        elif Status.of(part) is None:
            problem.say("statuses", f"{part!r} is none of {', '.join(Status)}, {NO_STATUS}")
    return parts


def _credentials(cells: dict[str, str], problem: _Problems) -> list[Shown] | None:
    """What the member can show; None for an empty cell, which says nothing."""
    found: list[Shown] = []
    for part in filter(None, map(one_line, cells["credentials"].split(";"))):
        try:
            found.append(Shown.read(part))
        except ValueError as mistake:
            problem.say("credentials", str(mistake))
    return found or None


def _francs(cells: dict[str, str], column: str, problem: _Problems) -> int | None:
    written = one_line(cells[column])
    if not written:
        return None
    found = _FRANCS.fullmatch(written)
    amount = int(re.sub(r"\D", "", found[1])) if found else 0
    if amount == 0:
        problem.say(column, f"{written!r} is not a sum in whole francs")
        return None
    return amount


def _person_row(cells: dict[str, str], problem: _Problems) -> PersonRow | None:
    if not cells["person_email"].strip():
        return None
    try:
        email = valid_email(cells["person_email"])
    except ValueError as mistake:
        problem.say("person_email", str(mistake))
        return None
    language = cells["person_language"].strip().lower() or "fr"
    if language not in LANGUAGES:
        problem.say("person_language", f"{language!r} is none of {', '.join(LANGUAGES)}")
        return None
    frequency = Frequency.of(cells["frequency"].strip().lower() or Frequency.DAILY.value)
    if frequency is None:
        problem.say("frequency", f"{cells['frequency']!r} is none of {', '.join(Frequency)}")
        return None
    return PersonRow(one_line(cells["person_name"], longest=200) or email, email, language, frequency)


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UnreadableFile(f"{path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableFile(
            f"{path.name}: not UTF-8 at byte {problem.start}; save it as CSV UTF-8"
        ) from problem
    first, _, _ = text.partition("\n")
    # Spreadsheets of French-speaking Switzerland write CSV with semicolons.
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = next(reader, [])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _named(path, header, cells)
    except csv.Error as problem:
        raise UnreadableFile(f"{path.name}: line {reader.line_num}: {problem}") from problem


def _xlsx_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as problem:
        # openpyxl lets every fault of the archive and its XML through as it is.
        raise UnreadableFile(f"{path.name}: not a readable XLSX file ({problem})") from problem
    header: list[str] = []
    with closing(book):
        for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            cells = ["" if value is None else str(value) for value in values]
            if not header:
                header = cells
            elif any(cell.strip() for cell in cells):
                yield line, _named(path, header, cells)


def _named(path: Path, header: list[str], cells: list[str]) -> dict[str, str]:
    names = [name.strip().lower() for name in header]
    if unknown := [name for name in names if name and name not in COLUMNS]:
        raise UnreadableFile(f"{path.name}: unknown column {unknown[0]!r}; known: {', '.join(COLUMNS)}")
    if lacking := [name for name in _REQUIRED if name not in names]:
        raise UnreadableFile(f"{path.name}: no column {lacking[0]!r}")
    named = dict.fromkeys(COLUMNS, "")
    named.update({name: cell for name, cell in zip(names, cells, strict=False) if name})
    return named
