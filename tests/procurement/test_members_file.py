"""Members from a spreadsheet: whole or not at all, every mistake by its place, twice is once."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config.tables import sectors
from procurement.accounts import only_chamber
from procurement.credentials import Shown
from procurement.db import transaction
from procurement.errors import UnreadableFile
from procurement.members_file import COLUMNS, ImportReport, import_members, read_members
from procurement.models import Member, Person, Work
from procurement.vocabulary import Frequency, LegalForm, Role
from tests.factories import make_member, make_person

_SECTOR, _OTHER_SECTOR = list(sectors())[:2]


def _cells(**overrides: str) -> dict[str, str]:
    """A row about Maude of a cleaning cooperative."""
    facts = {
        "key": "eclat",
        "name": "Éclat coopérative",
        "legal_form": "cooperative",
        "statement": "Nettoyage écologique, d’écoles surtout.",
        "sectors": f"{_SECTOR}; {_OTHER_SECTOR}",
        "cpv_codes": "90910000;90911200-8",
        "cantons": "ge; VD",
        "offer_languages": "FR;de",
        "excluded_words": "amiante",
        "references": "École des Pins, 2024",
        "past_wins": "Crèche des Ormes, 2023; Musée, 2025",
        "statuses": "Work_Integration",
        "largest_contract_chf": "250'000",
        "smallest_contract_chf": "5000",
        "credentials": "apprentissage_formation: Apprenties (2); biodiversite: Prairies (2027-05-31)",
        "person_name": "Maude Rochat",
        "person_email": "Maude@Example.ch",
        "person_language": "",
        "frequency": "",
    }
    return {**facts, **overrides}


def _csv(path: Path, *rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    columns = list(rows[0]) if rows else list(COLUMNS)
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _xlsx(path: Path, *rows: dict[str, Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    book.close()
    return path


def _import(session: Session, path: Path, now: datetime) -> ImportReport:
    report = import_members(session, chamber=only_chamber(session), rows=read_members(path), now=now)
    session.flush()
    return report


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_of_any_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = _csv(tmp_path / "m.csv", _cells(), delimiter=delimiter, encoding=encoding)

    (member,) = read_members(path)

    assert (member.key, member.name, member.legal_form) == (
        "eclat",
        "Éclat coopérative",
        LegalForm.COOPERATIVE,
    )
    assert member.statement == "Nettoyage écologique, d’écoles surtout."
    assert member.sectors == [_SECTOR, _OTHER_SECTOR]
    assert member.cpv_codes == ["90910000", "90911200"]
    assert (member.cantons, member.offer_languages) == (["GE", "VD"], ["fr", "de"])
    assert member.past_wins == ["Crèche des Ormes, 2023", "Musée, 2025"]
    assert member.statuses == ["work_integration"]
    assert (member.largest_contract_chf, member.smallest_contract_chf) == (250_000, 5_000)
    (person,) = member.people
    assert (person.name, person.email, person.language, person.frequency) == (
        "Maude Rochat",
        "maude@example.ch",
        "fr",
        Frequency.DAILY,
    )


@pytest.mark.parametrize("name", ["m.xlsx", "M.XLSX"])
def test_a_workbook_is_read_like_a_csv(tmp_path: Path, name: str) -> None:
    row = {
        **_cells(),
        "cpv_codes": 90910000,
        "references": None,
        "largest_contract_chf": 90000,
        "smallest_contract_chf": 5000.0,
    }

    (member,) = read_members(_xlsx(tmp_path / name, row))

    assert member.cpv_codes == ["90910000"]
    assert member.references == []
    assert (member.largest_contract_chf, member.smallest_contract_chf) == (90_000, 5_000)
    assert member.people[0].email == "maude@example.ch"


def test_one_member_has_a_row_per_person(tmp_path: Path) -> None:
    path = _csv(
        tmp_path / "m.csv",
        _cells(),
        _cells(key=" ECLAT ", person_email="luc@example.ch", person_name="", frequency="weekly"),
        _cells(key="autre", person_email=""),
    )

    first, second = read_members(path)

    assert [person.email for person in first.people] == ["maude@example.ch", "luc@example.ch"]
    assert (first.people[1].name, first.people[1].frequency) == ("luc@example.ch", Frequency.WEEKLY)
    assert second.people == []


def test_columns_may_stand_in_any_order_and_be_left_out(tmp_path: Path) -> None:
    path = _csv(tmp_path / "m.csv", {" Legal_Form ": "association", "KEY": "a", "name": "A", "": "ignored"})

    (member,) = read_members(path)

    assert (member.legal_form, member.sectors) == (LegalForm.ASSOCIATION, [])
    assert (member.statuses, member.largest_contract_chf, member.smallest_contract_chf) == (None, None, None)


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    empty = dict.fromkeys(COLUMNS, " ")

    assert len(read_members(_csv(tmp_path / "m.csv", empty, _cells(), empty))) == 1
    assert len(read_members(_xlsx(tmp_path / "m.xlsx", empty, _cells(), empty))) == 1


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_line_separator_of_unicode_inside_a_cell_ends_no_row(tmp_path: Path, separator: str) -> None:
    (member,) = read_members(_csv(tmp_path / "m.csv", _cells(name=f"Éclat{separator}coopérative")))

    assert member.legal_form is LegalForm.COOPERATIVE
    assert member.name.startswith("Éclat")


def test_a_cell_may_hold_lines_of_its_own(tmp_path: Path) -> None:
    (member,) = read_members(_csv(tmp_path / "m.csv", _cells(statement="Un.\r\nDeux.\n\n\n\nTrois.")))

    assert member.statement == "Un.\nDeux.\n\nTrois."


def test_every_mistake_is_told_at_once_by_line_and_column(tmp_path: Path) -> None:
    path = _csv(
        tmp_path / "members.csv",
        _cells(key=""),
        _cells(key="a", name=" ", legal_form=""),
        _cells(key="b", legal_form="guild", sectors="juggling", cpv_codes="909100;90910000-12"),
        _cells(key="c", cantons="Genève", offer_languages="français"),
        _cells(key="d", person_email="maude@"),
        _cells(key="e", person_language="rm"),
        _cells(key="f", frequency="hourly"),
        _cells(key="g" * 81),
        _cells(key="h", statuses="charity;none", largest_contract_chf="beaucoup"),
        _cells(key="i", largest_contract_chf="1000", smallest_contract_chf="1001"),
    )

    with pytest.raises(UnreadableFile) as caught:
        read_members(path)

    first, *mistakes = str(caught.value).split("\n  ")
    assert first == "members.csv:"
    assert [mistake.partition(": ")[0] for mistake in mistakes] == [
        "line 2, key",
        "line 3, name",
        "line 3, legal_form",
        "line 4, legal_form",
        "line 4, sectors",
        "line 4, cpv_codes",
        "line 4, cpv_codes",
        "line 5, cantons",
        "line 5, offer_languages",
        "line 6, person_email",
        "line 7, person_language",
        "line 8, frequency",
        "line 9, key",
        "line 10, statuses",
        "line 10, statuses",
        "line 10, largest_contract_chf",
        "line 11, smallest_contract_chf",
    ]
    assert "'guild' is none of association, cooperative" in mistakes[3]
    assert "'juggling' is not a sector" in mistakes[4]
    assert mistakes[13].endswith(
        "'charity' is none of sheltered_workshop, work_integration, public_service_mission, none"
    )
    assert mistakes[14].endswith("'none' stands alone")
    assert mistakes[15].endswith("'beaucoup' is not a sum in whole francs")
    assert mistakes[16].endswith("1001 is more than the largest, 1000")


@pytest.mark.parametrize(
    ("written", "statuses"),
    [
        ("", None),
        (" ; ", None),
        ("none", []),
        ("None", []),
        ("sheltered_workshop; public_service_mission", ["sheltered_workshop", "public_service_mission"]),
        ("sheltered_workshop;sheltered_workshop", ["sheltered_workshop"]),
    ],
)
def test_no_status_is_another_thing_than_nothing_said(
    tmp_path: Path, written: str, statuses: list[str] | None
) -> None:
    (member,) = read_members(_csv(tmp_path / "m.csv", _cells(statuses=written)))

    assert member.statuses == statuses


@pytest.mark.parametrize(
    ("written", "francs"),
    [
        ("", None),
        ("250000", 250_000),
        ("250’000", 250_000),
        ("1 250\u00a0000", 1_250_000),
        ("CHF 250'000.–", 250_000),
        ("Fr. 250'000.--", 250_000),
        ("250000.0", 250_000),
        ("999999999999", 999_999_999_999),
    ],
)
def test_a_sum_is_read_as_one_writes_it(tmp_path: Path, written: str, francs: int | None) -> None:
    cells = _cells(largest_contract_chf=written, smallest_contract_chf="")

    (member,) = read_members(_csv(tmp_path / "m.csv", cells))

    assert member.largest_contract_chf == francs


@pytest.mark.parametrize(
    "written",
    ["0", "-5", "250.000", "250,000", "25'00", "EUR 5000", "1e5", "5000.50", "9" * 13, "٥٠٠٠", "1'2"],
)
def test_a_sum_that_could_mean_another_is_not_guessed(tmp_path: Path, written: str) -> None:
    path = _csv(tmp_path / "m.csv", _cells(smallest_contract_chf=written))

    with pytest.raises(UnreadableFile, match=r"line 2, smallest_contract_chf: .* is not a sum"):
        read_members(path)


def test_what_a_member_can_carry_is_part_of_its_profile(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    _import(session, _csv(tmp_path / "m.csv", _cells()), now)

    later = now + timedelta(days=1)
    cells = _cells(largest_contract_chf="", statuses="none")
    report = _import(session, _csv(tmp_path / "m.csv", cells), later)

    assert report == ImportReport(changed=1)
    member = session.scalars(select(Member)).one()
    assert (member.largest_contract_chf, member.statuses, member.profile_changed_at) == (None, [], later)


def test_a_mistake_in_a_workbook_is_told_by_its_row(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "m.xlsx", _cells(), _cells(key="b", cantons="Genève"))

    with pytest.raises(UnreadableFile, match=r"line 3, cantons: 'Genève' is not the two letters"):
        read_members(path)


def test_an_unknown_column_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    path = _csv(tmp_path / "m.csv", {**_cells(), "téléphone": "022"})

    with pytest.raises(UnreadableFile, match=r"m\.csv: unknown column 'téléphone'; known: key, name, "):
        read_members(path)


def test_a_column_that_is_needed_is_named(tmp_path: Path) -> None:
    path = _csv(tmp_path / "m.csv", {"key": "a", "name": "A"})

    with pytest.raises(UnreadableFile, match=r"m\.csv: no column 'legal_form'"):
        read_members(path)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"key,name,legal_form\n", b"\xef\xbb\xbf", b"key;name;legal_form\n;;\n"]
)
def test_a_file_without_members_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"m\.csv: no member in it"):
        read_members(path)


def test_a_file_that_is_not_utf8_says_where_and_what_to_do(tmp_path: Path) -> None:
    path = _csv(tmp_path / "m.csv", _cells(statement="Net"), encoding="latin-1")

    with pytest.raises(UnreadableFile, match=r"not UTF-8 at byte \d+; save it as CSV UTF-8"):
        read_members(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_a_broken_workbook_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.xlsx"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"m\.xlsx: not a readable XLSX file"):
        read_members(path)


def test_a_cell_without_end_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text('key,name,legal_form\na,"' + "x" * 200_000, encoding="utf-8")

    with pytest.raises(UnreadableFile, match=r"m\.csv: line 2: field larger than field limit"):
        read_members(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"m\.csv: No such file"):
        read_members(tmp_path / "m.csv")


@pytest.mark.parametrize("hostile", ["=HYPERLINK(1)", "<script>", "a\x00b", "\u202egnp", "x" * 5000])
def test_hostile_cells_are_cleaned_and_fit(
    session: Session, now: datetime, tmp_path: Path, hostile: str
) -> None:
    path = _csv(
        tmp_path / "m.csv",
        _cells(name=f"n{hostile}", statement=hostile, references=hostile, person_name=hostile),
    )

    _import(session, path, now)

    member = session.scalars(select(Member)).one()
    assert len(member.name) <= 200
    assert not set(member.name + member.statement) & set("\x00\u202e")


def test_members_and_their_people_are_added(session: Session, now: datetime, tmp_path: Path) -> None:
    path = _csv(
        tmp_path / "m.csv", _cells(), _cells(person_email="luc@example.ch"), _cells(key="b", person_email="")
    )

    report = _import(session, path, now)

    assert report == ImportReport(added=2, people_added=2)
    maude = session.scalars(select(Person).where(Person.email == "maude@example.ch")).one()
    assert (maude.role, maude.password_hash, maude.created_at) == (Role.MEMBER, None, now)
    assert maude.member is not None
    assert maude.member.profile_changed_at == now
    assert maude.chamber_id == maude.member.chamber_id


def test_the_same_file_twice_changes_nothing(engine: Engine, now: datetime, tmp_path: Path) -> None:
    path = _csv(tmp_path / "m.csv", _cells(), _cells(person_email="luc@example.ch"))
    with transaction(engine) as session:
        _import(session, path, now)

    with transaction(engine) as session:
        report = _import(session, path, now + timedelta(days=1))

    assert report == ImportReport(unchanged=1)
    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Member.profile_changed_at)).one() == now
        assert len(session.scalars(select(Work)).all()) == 1


def test_a_changed_profile_is_matched_again_and_asked_for_once(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    _import(session, _csv(tmp_path / "m.csv", _cells()), now)
    first = session.scalars(select(Work)).one()
    first.done_at = now
    changed = _csv(
        tmp_path / "m.csv", _cells(cantons="GE"), _cells(cantons="GE", person_email="luc@example.ch")
    )

    report = _import(session, changed, now + timedelta(days=1))

    assert report == ImportReport(changed=1, people_added=1)
    member = session.scalars(select(Member)).one()
    assert (member.cantons, member.profile_changed_at) == (["GE"], now + timedelta(days=1))
    waiting = session.scalars(select(Work).where(Work.done_at.is_(None))).one()
    assert (waiting.kind, waiting.facts) == ("match_member", {"member_id": member.id})


def test_a_new_person_alone_is_no_change_of_profile(session: Session, now: datetime, tmp_path: Path) -> None:
    _import(session, _csv(tmp_path / "m.csv", _cells()), now)

    again = _csv(tmp_path / "m.csv", _cells(), _cells(person_email="luc@example.ch"))
    report = _import(session, again, now + timedelta(days=1))

    assert report == ImportReport(unchanged=1, people_added=1)


def test_people_keep_the_frequency_and_language_they_chose(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    _import(session, _csv(tmp_path / "m.csv", _cells()), now)
    maude = session.scalars(select(Person)).one()
    maude.frequency, maude.language = Frequency.OFF, "de"

    path = _csv(tmp_path / "m.csv", _cells(person_name="Maude R.", frequency="instant", person_language="it"))
    _import(session, path, now)

    assert (maude.name, maude.frequency, maude.language) == ("Maude R.", Frequency.OFF, "de")


def test_whoever_is_not_in_the_file_stays(session: Session, now: datetime, tmp_path: Path) -> None:
    other = make_person(session)

    _import(session, _csv(tmp_path / "m.csv", _cells()), now)

    assert other.is_active
    assert len(session.scalars(select(Member)).all()) == 2


@pytest.mark.parametrize("whose", ["another member", "staff"])
def test_an_address_of_somebody_else_refuses_the_whole_file(
    engine: Engine, now: datetime, tmp_path: Path, whose: str
) -> None:
    with transaction(engine) as session:
        facts = {"role": Role.STAFF} if whose == "staff" else {"member": make_member(session)}
        make_person(session, email="luc@example.ch", **facts)
    path = _csv(tmp_path / "m.csv", _cells(), _cells(key="b", name="B", person_email="luc@example.ch"))

    def bring() -> None:
        with transaction(engine) as session:
            _import(session, path, now)

    with pytest.raises(UnreadableFile, match=r"luc@example\.ch already belongs to somebody else than B"):
        bring()

    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Member).where(Member.key.in_(("eclat", "b")))).all() == []
        assert len(session.scalars(select(Person)).all()) == 1


def test_an_address_that_stands_with_two_members_refuses_the_file(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    path = _csv(tmp_path / "m.csv", _cells(), _cells(key="b", name="B"))

    with pytest.raises(UnreadableFile, match=r"maude@example\.ch already belongs"):
        _import(session, path, now)
    session.rollback()


def test_a_person_twice_in_the_file_is_added_once(session: Session, now: datetime, tmp_path: Path) -> None:
    report = _import(session, _csv(tmp_path / "m.csv", _cells(), _cells()), now)

    assert report == ImportReport(added=1, people_added=1)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("biodiversite: Prairies", ("biodiversite", "Prairies", None, None)),
        ("biodiversite : Prairies (3)", ("biodiversite", "Prairies", 3, None)),
        ("biodiversite:Bio (2027-05-31)", ("biodiversite", "Bio", None, date(2027, 5, 31))),
        ("biodiversite: Bio (3, 2027-05-31)", ("biodiversite", "Bio", 3, date(2027, 5, 31))),
        ("biodiversite: Bio (2027)", ("biodiversite", "Bio", 2027, None)),
        ("biodiversite: Bio (depuis 2020)", ("biodiversite", "Bio (depuis 2020)", None, None)),
        ("biodiversite: Bio ()", ("biodiversite", "Bio ()", None, None)),
        ("biodiversite: None", ("biodiversite", "", 0, None)),
    ],
)
def test_what_a_member_can_show_is_read_with_figure_and_end(
    tmp_path: Path, written: str, shown: tuple[str, str, int | None, date | None]
) -> None:
    (member,) = read_members(_csv(tmp_path / "m.csv", _cells(credentials=written)))

    assert member.credentials == [Shown(*shown)]


@pytest.mark.parametrize(
    "written", ["Apprentis", "juggling: Apprentis", "biodiversite:", "biodiversite: Bio (2027-13-31)"]
)
def test_what_is_no_proof_is_told_by_its_place(tmp_path: Path, written: str) -> None:
    with pytest.raises(UnreadableFile, match="line 2, credentials: "):
        read_members(_csv(tmp_path / "m.csv", _cells(credentials=written)))


def test_an_empty_cell_leaves_what_the_member_states_and_a_full_one_replaces_it(
    session: Session, tmp_path: Path, now: datetime
) -> None:
    _import(session, _csv(tmp_path / "m.csv", _cells()), now)
    later = now + timedelta(days=1)

    empty = _import(session, _csv(tmp_path / "m.csv", _cells(credentials="")), later)
    again = _import(session, _csv(tmp_path / "m.csv", _cells()), later)
    other = _import(session, _csv(tmp_path / "m.csv", _cells(credentials="biodiversite: Prairies")), later)

    assert (empty.unchanged, again.unchanged, other.changed) == (1, 1, 1)
    member = session.scalars(select(Member)).one()
    assert [each.name for each in member.credentials] == ["Prairies"]
    assert member.profile_changed_at == later
