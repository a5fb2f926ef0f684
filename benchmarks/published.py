"""Published notices out of recorded files as tenders without a database, as far as each file tells."""

import csv
import io
import json
import lzma
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from crawler.archive import files as simap_files
from crawler.archive.reading import read_form
from crawler.packed import Found
from crawler.ted import archive as ted_files
from crawler.ted.reading import read_notice
from procurement.errors import UnreadableNotice
from procurement.models import Buyer, Notice, NoticeReference, Tender
from procurement.records import NoticeRecord

# A file below the folder of the data, and what it calls the record.
Key = tuple[str, str]

_NOWHERE = "http://127.0.0.1/"


def read_records(data: Path, files: Iterable[str]) -> dict[Key, Tender]:
    """Every record of some files as a tender, as far as the file tells."""
    return {(file, key): tender for file in files for key, tender in _reader(file)(data / file)}


def _reader(file: str) -> Callable[[Path], Iterator[tuple[str, Tender]]]:
    if file.startswith("ted/api_recorded/"):
        return _ted_rows
    if file.startswith("ted/"):
        return _ted_notices
    if file.startswith("simap/"):
        return _simap_forms
    if file.endswith("rows.csv"):
        return _boamp_rows
    return _boamp_tables if ".tar" in file else _boamp_fields


def _ted_rows(path: Path) -> Iterator[tuple[str, Tender]]:
    for row in csv.DictReader(path.open(encoding="utf-8")):
        # « Country – label of the code – title »: the notice itself has the title alone.
        title = row["notice_title"].split(" – ", 2)[-1]
        yield (
            row["publication_number"],
            _tender(
                "ted",
                title={"fr": title},
                buyer={"fr": row["buyer_name"]},
                description={"fr": row["description_proc"]},
                deadline=row["deadlineAt"],
                published=row["publishedAt"],
                codes=json.loads(row["cpvCodesJson"]),
            ),
        )


def _boamp_rows(path: Path) -> Iterator[tuple[str, Tender]]:
    for row in csv.DictReader(path.open(encoding="utf-8")):
        yield (
            row["idweb"],
            _tender(
                "boamp",
                title={"fr": row["objet"]},
                buyer={"fr": row["acheteur"]},
                description={"fr": row["description"]},
                deadline=row["deadlineAt"],
                published=row["publishedAt"],
                codes=json.loads(row["cpvCodesJson"]),
            ),
        )


def _boamp_fields(path: Path) -> Iterator[tuple[str, Tender]]:
    for row in json.loads(lzma.decompress(path.read_bytes())):
        yield (
            row["idweb"],
            _tender(
                "boamp",
                title={"fr": row["objet"] or ""},
                buyer={"fr": row["nomacheteur"] or ""},
                deadline=row["datelimitereponse"] or "",
                published=row["dateparution"],
            ),
        )


def _boamp_tables(path: Path) -> Iterator[tuple[str, Tender]]:
    """Tables of notices by subject: who buys, and the numbers of TED that a notice names; no titles.

    A call names none: what it follows is an earlier procedure, as the reader of BOAMP has it too.
    """
    names: dict[str, str] = {}
    numbers: dict[str, set[str]] = defaultdict(set)
    calls: set[str] = set()
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            table = csv.DictReader(io.TextIOWrapper(content, encoding="utf-8"))
            fields = table.fieldnames or ()
            year = next((name for name in fields if name.endswith("_Publicationjoue_Annee")), None)
            number = next((name for name in fields if name.endswith("_Publicationjoue_Numannonce")), None)
            if "_D_01_" in member.name:
                names |= {row["BOAMP_AVIS_NUM"]: row["D_01_01_Identite_Denomination"] for row in table}
            elif "_D_11_" in member.name:
                calls |= {row["BOAMP_AVIS_NUM"] for row in table if _sets_deadline(row)}
            elif year and number:
                for row in table:
                    if row[year][:4].isdecimal() and row[number].isdecimal():
                        numbers[row["BOAMP_AVIS_NUM"]].add(f"{int(row[number])}-{row[year][:4]}")
    for key, named in numbers.items():
        yield (
            key,
            _tender(
                "boamp",
                title={},
                buyer={"fr": names.get(key, "")},
                deadline="",
                published="2021-01-01",
                references=[("ted", value) for value in sorted(named if key not in calls else ())],
            ),
        )


def _sets_deadline(row: Mapping[str, str]) -> bool:
    return any(value[:2] == "20" for field, value in row.items() if "_Conditiondelai_Recept" in field)


def _ted_notices(path: Path) -> Iterator[tuple[str, Tender]]:
    yield from _read(ted_files.read_file(path), lambda payload: read_notice(payload, fetched_from=_NOWHERE))


def _simap_forms(path: Path) -> Iterator[tuple[str, Tender]]:
    yield from _read(simap_files.read_file(path), lambda payload: read_form(payload, fetched_from=_NOWHERE))


def _read(found: Iterable[Found], read: Callable[[bytes], NoticeRecord]) -> Iterator[tuple[str, Tender]]:
    for key, payload, _ in found:
        try:
            record = read(payload)
        except (UnreadableNotice, ValueError):
            # A label names none of these.
            continue
        deadline = record.call.submission_deadline if record.call else None
        yield (
            key,
            _tender(
                record.source,
                title=record.title,
                buyer=record.buyer.name if record.buyer else {},
                description=record.call.description if record.call else {},
                deadline=deadline.isoformat() if deadline else "",
                published=record.published_on.isoformat(),
                codes=record.cpv_codes,
                references=record.references,
            ),
        )


def _tender(
    source: str,
    *,
    title: Mapping[str, str],
    buyer: Mapping[str, str],
    deadline: str,
    published: str,
    description: Mapping[str, str] | None = None,
    codes: Sequence[str] = (),
    references: Sequence[tuple[str, str]] = (),
) -> Tender:
    moment = datetime.fromisoformat(deadline) if deadline else None
    notice = Notice(references=[NoticeReference(scheme=scheme, value=value) for scheme, value in references])
    return Tender(
        source=source,
        title=dict(title),
        description=dict(description or {}),
        buyer=Buyer(name={language: name for language, name in buyer.items() if name}),
        submission_deadline=moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)),
        published_on=date.fromisoformat(published[:10]),
        cpv_codes=list(codes),
        notices=[notice],
    )
