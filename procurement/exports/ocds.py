"""Everything stored as OCDS 1.1 release packages, for observatories and other programs."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config.settings import BadConfiguration
from procurement.codes import cpv_all_languages
from procurement.course import Stage, course_of
from procurement.exports.outcomes import awards, buyer_party, supplier_parties
from procurement.exports.parts import JsonObject, identifier, start_of, without_nothing
from procurement.exports.tender_block import full_block, notice_document, short_block
from procurement.models import Award, Lot, Notice, Tender, Translations

# Of the right form and registered by nobody: who publishes packages registers a prefix with the Open
# Contracting Partnership (standard.open-contracting.org, « Register an OCID prefix ») and sets it instead.
UNREGISTERED_PREFIX = "ocds-aimp00"
_PREFIX = re.compile(r"ocds-[0-9a-z]{6}")
_BATCH = 200
_EXTENSION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_{}_extension/master/extension.json"
)
# The extension that each field comes from, by its repository (open-contracting/extension_registry).
_EXTENSIONS = {
    "lots": "lots",
    "lotDetails": "lots",
    "relatedLot": "lots",
    "relatedLots": "lots",
    "deliveryAddresses": "location",
    "awardCriteria": "awardCriteria",
    "selectionCriteria": "selectionCriteria",
    "submissionTerms": "submissionTerms",
    "contractTerms": "contractTerms",
    "otherRequirements": "otherRequirements",
    "suitability": "suitability",
    "hasSustainability": "sustainability",
    "sustainability": "sustainability",
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the packages, below which address they are found, and under which OCID prefix.

    `license_url` stays out unless all the sources of the installation allow one: simap states none.
    """

    name: str
    packages_url: str
    ocid_prefix: str = UNREGISTERED_PREFIX
    url: str | None = None
    license_url: str | None = None
    policy_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse a prefix that no tool would recognise."""
        if not _PREFIX.fullmatch(self.ocid_prefix):
            raise BadConfiguration(f"an OCID prefix is ocds- and six letters or digits: {self.ocid_prefix!r}")


def ocds_packages(
    session: Session,
    *,
    publisher: Publisher,
    now: datetime,
    since: datetime | None = None,
    asking: Collection[int] | None = None,
    page_size: int = 500,
) -> Iterator[JsonObject]:
    """OCDS 1.1 release packages of everything stored: one release per notice, `page_size` in a package.

    The facts of a tender are stored as they follow from all its notices, not notice by notice. So the release
    of the newest call (of the newest notice when there is no call) carries the full tender block; the others
    carry what is known of them: identifier, date, tag, the tender's title, its status then, awards, and the
    link to the notice. A later correction moves the full block to its own release, so packages describe what
    is stored now and replace earlier ones; with `since` they hold every release of each tender changed from
    then on. Merging the releases of one OCID by date gives the tender as it stands. Persons are not named:
    neither officials nor contacts. A tender that stands at two sources has an OCID of each.

    With `asking` they hold these tenders alone, and their lots state as goals of sustainability which ESS
    criteria were found in their texts, each with its sentence: our reading, beside what the notice declares.
    """
    releases: list[JsonObject] = []
    number = 0
    for tender, cpv in _tenders(session, since=since, only=asking):
        releases.extend(_releases(tender, publisher, cpv, with_findings=asking is not None))
        while len(releases) >= page_size:
            number += 1
            yield _package(releases[:page_size], publisher, now, number)
            del releases[:page_size]
    if releases:
        yield _package(releases, publisher, now, number + 1)


def write_packages(packages: Iterable[JsonObject], folder: Path) -> tuple[int, int]:
    """Write each package into a file, whole or not at all, and return how many packages and releases.

    The files lie below the folder as their addresses end: a folder per export, which leaves none behind.
    """
    written = releases = 0
    for package in packages:
        written += 1
        releases += len(package["releases"])
        path = folder.joinpath(*package["uri"].split("/")[-2:])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(package, file, ensure_ascii=False, allow_nan=False)
        part.replace(path)
    return written, releases


def _tenders(
    session: Session, *, since: datetime | None, only: Collection[int] | None
) -> Iterator[tuple[Tender, dict[str, Translations]]]:
    """Tenders with all that a release needs, a batch at a time; the payloads of notices are not read."""
    last, left = 0, sorted(only or ())
    of_lots = [Lot.criteria, Lot.considerations, *([Lot.findings] if only is not None else [])]
    while True:
        wanted = (
            select(Tender)
            .where(Tender.id > last)
            .order_by(Tender.id)
            .limit(_BATCH)
            .options(
                joinedload(Tender.buyer),
                selectinload(Tender.lots).options(*(selectinload(each) for each in of_lots)),
                selectinload(Tender.notices).selectinload(Notice.awards).selectinload(Award.suppliers),
            )
        )
        if since is not None:
            wanted = wanted.where(Tender.changed_at >= since)
        if only is not None:
            some, left = left[:_BATCH], left[_BATCH:]
            wanted = wanted.where(Tender.id.in_(some))
        batch = session.scalars(wanted).all()
        if not batch:
            return
        codes = {code for tender in batch for code in tender.cpv_codes}
        codes |= {code for tender in batch for lot in tender.lots for code in lot.cpv_codes}
        cpv = cpv_all_languages(session, codes)
        for tender in batch:
            yield tender, cpv
        last = batch[-1].id


def _releases(
    tender: Tender, publisher: Publisher, cpv: dict[str, Translations], *, with_findings: bool
) -> Iterator[JsonObject]:
    ocid = identifier(publisher.ocid_prefix, tender.source, tender.procedure_key)
    for stage in course_of(tender):
        yield _release(tender, stage, ocid=ocid, cpv=cpv, with_findings=with_findings)


def _release(
    tender: Tender, stage: Stage, *, ocid: str, cpv: dict[str, Translations], with_findings: bool
) -> JsonObject:
    notice = stage.notice
    number = notice.number if notice.number != notice.source_key else ""
    release_id = identifier(notice.source, notice.source_key, number)
    buyer = buyer_party(tender.buyer, tender.language) if tender.buyer else None
    block = (
        full_block(tender, stage, release_id=release_id, cpv=cpv, with_findings=with_findings)
        if stage.carries_tender
        else short_block(tender, stage, release_id=release_id)
    )
    return without_nothing(
        {
            "ocid": ocid,
            "id": release_id,
            "date": start_of(notice.published_on),
            "tag": [stage.tag],
            "initiationType": "tender",
            "language": tender.language,
            "parties": [*([buyer] if buyer else []), *supplier_parties(tender, stage)],
            "buyer": {name: buyer[name] for name in ("id", "name") if name in buyer} if buyer else None,
            "tender": block,
            "awards": awards(tender, stage, document=notice_document(tender, stage, release_id=release_id)),
        }
    )


def _package(releases: list[JsonObject], publisher: Publisher, now: datetime, number: int) -> JsonObject:
    at = now.astimezone(UTC)
    return without_nothing(
        {
            "uri": f"{publisher.packages_url.rstrip('/')}/{at:%Y%m%dT%H%M%SZ}/releases-{number:04d}.json",
            "version": "1.1",
            "publishedDate": at.isoformat(timespec="seconds"),
            "publisher": without_nothing({"name": publisher.name, "uri": publisher.url}),
            "license": publisher.license_url,
            "publicationPolicy": publisher.policy_url,
            "extensions": [_EXTENSION.format(name) for name in sorted(_extensions_in(releases))],
            "releases": list(releases),
        }
    )


def _extensions_in(found: Any) -> set[str]:
    """The extensions whose fields occur; `awardCriteria` is of the core where it is only a code."""
    if isinstance(found, list):
        return {name for entry in found for name in _extensions_in(entry)}
    if not isinstance(found, dict):
        return set()
    own = {
        _EXTENSIONS[name]
        for name, value in found.items()
        if name in _EXTENSIONS and not (name == "awardCriteria" and isinstance(value, str))
    }
    return own | {name for value in found.values() for name in _extensions_in(value)}
