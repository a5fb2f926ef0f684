"""How long a page waits for what it asks of the matcher, with many open lots and members in the database.

    python -m benchmarks.page_speed [--notices 3000] [--members 500] [--out FILE]

The notices, members and decisions are those of benchmarks.match_speed, stored in SQLite. Each question is
asked as `aimp work` answers them one after the other, each time for another member, and once more after a new
notice came in. Prints a table of seconds, those of CPU in brackets.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks.match_speed import NOW, Invented
from matcher import questions
from matcher.lead import LotFacts, MemberFacts
from procurement.db import Base, connect, transaction
from procurement.models import Buyer, Chamber, Lot, Match, Member, Notice, NoticeVersion, Person, Tender
from procurement.vocabulary import (
    ContractNature,
    DropReason,
    LegalForm,
    NoticeType,
    ProcurementMethod,
    Role,
    Strength,
    TenderState,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: the ids of tenders and of members."""

    tenders: Sequence[int]
    members: Sequence[int]


def store(engine: Engine, notices: int, members: int) -> Stored:
    """Store so many open notices of one lot and members, twenty decisions of the past for each."""
    chance = Invented()
    offering = [chance.member(number) for number in range(members)]
    past = chance.past(offering)
    with transaction(engine) as session:
        session.add(chamber := Chamber(key="bench", name="Bench"))
        session.flush()
        staff = Person(
            chamber_id=chamber.id, name="Bench", email="bench@example.org", role=Role.STAFF, created_at=NOW
        )
        session.add(staff)
        session.flush()
        stored_members = [_member(chamber, each) for each in offering]
        session.add_all(stored_members)
        old = {lot_id: _tender(lot, is_open=False) for lot_id, lot in past.lots.items()}
        new = [_tender(chance.lot(number), is_open=True) for number in range(notices)]
        session.add_all([*old.values(), *new])
        session.flush()
        seen = set()
        for act in past.acts:
            lot = old[act.lot_id].lots[0]
            if (act.member_id, lot.id) not in seen:
                seen.add((act.member_id, lot.id))
                at = NOW - timedelta(days=(NOW.date() - act.said_on).days)
                session.add(_match(staff, stored_members[act.member_id], lot, act.is_good, at))
        return Stored([tender.id for tender in new], [member.id for member in stored_members])


def _member(chamber: Chamber, facts: MemberFacts) -> Member:
    return Member(
        chamber_id=chamber.id,
        key=f"m{facts.id}",
        name=f"Bench {facts.id}",
        legal_form=LegalForm.COOPERATIVE,
        statement=facts.statement,
        sectors=list(facts.sectors),
        cpv_codes=list(facts.cpv_codes),
        cantons=list(facts.cantons),
        offer_languages=list(facts.offer_languages),
        references=list(facts.references),
        profile_changed_at=NOW,
    )


def _tender(facts: LotFacts, *, is_open: bool) -> Tender:
    key = f"t{facts.id}"
    lot = Lot(
        source_key=key,
        number=1,
        title=dict(facts.title),
        description={},
        cpv_codes=list(facts.own_cpv_codes),
        place_canton=facts.place_canton,
    )
    version = NoticeVersion(
        number=1, digest=key, payload=b"", fetched_at=NOW, fetched_from="http://127.0.0.1/"
    )
    notice = Notice(
        source="bench",
        source_key=key,
        number=key,
        notice_type=NoticeType.TENDER,
        published_on=facts.published_on,
        url="http://127.0.0.1/",
        first_seen_at=NOW,
        versions=[version],
    )
    return Tender(
        source="bench",
        procedure_key=key,
        number=key,
        buyer=Buyer(source="bench", source_key=key, name={"fr": facts.buyer_names[0]}, canton="GE"),
        state=TenderState.CALLED if is_open else TenderState.AWARDED,
        title=dict(facts.title),
        description=dict(facts.description),
        language=facts.language,
        procurement_method=ProcurementMethod.OPEN,
        contract_nature=ContractNature.SERVICES,
        cpv_codes=list(facts.own_cpv_codes),
        published_on=facts.published_on,
        submission_deadline=facts.submission_deadline,
        url="http://127.0.0.1/",
        changed_at=NOW - timedelta(days=1),
        lots=[lot],
        notices=[notice],
    )


def _match(staff: Person, member: Member, lot: Lot, is_good: bool, at: Any) -> Match:
    return Match(
        chamber_id=staff.chamber_id,
        member=member,
        lot=lot,
        notice_version_id=lot.tender.notices[0].versions[0].id,
        score=0.5,
        strength=Strength.GOOD,
        model="bench",
        proposed_at=at,
        released_at=at if is_good else None,
        dropped_at=None if is_good else at,
        drop_reason=None if is_good else DropReason.NOT_THEIR_TRADE,
        decided_by_id=staff.id,
    )


def timed(ask: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """The seconds that an answer takes, and those of CPU."""
    started, began = time.perf_counter(), time.process_time()
    ask(*arguments)
    return time.perf_counter() - started, time.process_time() - began


def main() -> None:
    """Store, ask, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notices", type=int, default=3_000)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    report: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/bench.db")
        Base.metadata.create_all(engine)
        stored = store(engine, asked.notices, asked.members)
        draft = {"statement": "Nettoyage de bureaux", "cpv_codes": ["90911200"], "cantons": ["GE"]}

        def facts(turn: int) -> dict[str, Any]:
            return {
                "member_id": stored.members[turn],
                "tender_id": stored.tenders[turn],
                "draft": {**draft, "excluded_words": []},
            }

        asks = (questions.why_not, questions.near_misses, questions.profile_preview)
        for turn, when in enumerate(("first", "second", "third")):
            for ask in asks:
                report[f"{ask.__name__}, {when} time"] = timed(ask, engine, facts(turn), NOW)
        with transaction(engine) as session:
            session.add(_tender(Invented(seed=8).lot(asked.notices), is_open=True))
        report["why_not, after a new notice"] = timed(questions.why_not, engine, facts(4), NOW)
    for name, (seconds, busy) in report.items():
        print(f"{name:40}{seconds:7.2f} ({busy:.2f})")
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
