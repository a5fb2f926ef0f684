"""What pages ask about leads: why a tender is not proposed to a member, and which ones came near."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matcher.batch import context_of, load_batch
from matcher.classifier import Classifier
from matcher.gates import GATES, GateAnswer, answers
from matcher.judge import Judged, score_lead
from matcher.lead import Lead, LotFacts, MemberFacts, member_facts
from matcher.run import CLASSIFIER
from matcher.signals import SIGNALS
from procurement.db import transaction
from procurement.entered import SOURCE
from procurement.matches import is_open_clause
from procurement.models import Lot, Match, Member, Tender

Answer = dict[str, Any]

MOST_MISSES = 3
# A signal below this says next to nothing.
_SILENT = 0.25
# Above every score: a lead that is only listed needs no reasons.
NEVER = 2.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A lot as it was judged for a member: its score whatever the gates say, and what each gate says."""

    lot: LotFacts
    judged: Judged
    gates: Sequence[GateAnswer]

    @property
    def passes(self) -> bool:
        """Whether no gate stops it."""
        return all(gate.passed for gate in self.gates)


def why_not(engine: Engine, facts: Mapping[str, Any], now: datetime) -> Answer:
    """What each lot of a tender is for a member, the one that comes nearest first."""
    with transaction(engine, read_only=True) as session:
        member, tender = _member(session, facts), session.get(Tender, int(facts["tender_id"]))
        if tender is None:
            raise LookupError(f"there is no tender {facts['tender_id']}")
        lots = [lot for lot in tender.lots if not lot.is_withdrawn] or list(tender.lots)
        found = weigh(session, member_facts(session, member), {lot.id for lot in lots}, now)
        threshold = member.chamber.hold_from
    found.sort(key=lambda each: (each.passes, each.judged.score), reverse=True)
    return {"threshold": threshold, "model": CLASSIFIER.version, "lots": [_said(each) for each in found]}


def near_misses(engine: Engine, facts: Mapping[str, Any], now: datetime) -> Answer:
    """The open tenders that come nearest to being proposed to a member, and what each lacks.

    What staff entered by hand is left out: only whom it is sent to may know of it.
    """
    with transaction(engine, read_only=True) as session:
        member = _member(session, facts)
        found_before = select(Lot.tender_id).join(Match).where(Match.member_id == member.id)
        wanted = (
            select(Lot.id)
            .join(Lot.tender)
            .where(
                is_open_clause(now),
                ~Lot.is_withdrawn,
                Tender.source != SOURCE,
                Tender.id.not_in(found_before),
            )
        )
        lots = set(session.scalars(wanted))
        found = weigh(session, member_facts(session, member), lots, now, is_explained=False)
        threshold = member.chamber.hold_from
    nearest: dict[int, Weighed] = {}
    for each in sorted(found, key=lambda each: each.judged.score, reverse=True):
        nearest.setdefault(each.lot.tender_id, each)
    missed = [each for each in nearest.values() if not each.passes or each.judged.score < threshold]
    return {
        "threshold": threshold,
        "model": CLASSIFIER.version,
        "tenders": [
            _said(each) | {"tender_id": each.lot.tender_id, "missing": _missing(each)}
            for each in missed[:MOST_MISSES]
        ],
    }


def weigh(
    session: Session,
    member: MemberFacts,
    lot_ids: Collection[int],
    now: datetime,
    *,
    is_explained: bool = True,
    classifier: Classifier = CLASSIFIER,
) -> list[Weighed]:
    """Judge lots for one member, in the company in which matching judges: texts weigh the same as there."""
    batch = load_batch(session, now=now, lot_ids=lot_ids)
    members = {**batch.members, member.id: member}
    context = context_of(batch.lots.values(), members.values(), now=now, asked={member.id})
    explain_from = 0.0 if is_explained else NEVER
    return [
        Weighed(
            lot,
            score_lead(Lead(lot, member), context, classifier, explain_from=explain_from),
            answers(Lead(lot, member), now),
        )
        for lot in batch.lots.values()
        if lot.id in lot_ids
    ]


def _member(session: Session, facts: Mapping[str, Any]) -> Member:
    member = session.get(Member, int(facts["member_id"]))
    if member is None:
        raise LookupError(f"there is no member {facts['member_id']}")
    return member


def _missing(each: Weighed) -> list[Answer]:
    """The signals that are silent, at most three, as the page names them."""
    silent = [signal for signal in _said(each)["signals"] if signal["value"] < _SILENT]
    return silent[:3]


def _said(each: Weighed) -> Answer:
    judged = each.judged
    return {
        "lot_id": each.lot.id,
        "score": round(judged.score, 4),
        "gates": [
            {
                "key": gate.key,
                "passed": gate.passed,
                "label": GATES[gate.key].label,
                "facts": dict(gate.facts),
            }
            for gate in each.gates
        ],
        "signals": [
            {"key": key, "label": SIGNALS[key].label, "value": round(value, 4)}
            for key, value in judged.signals.items()
        ],
        "reasons": [dict(reason) for reason in judged.reasons],
        "risk": dict(judged.risk) if judged.risk else None,
    }
