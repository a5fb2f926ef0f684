"""What pages ask about leads: why not this tender, which ones came near, what a profile would bring."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config.settings import settings
from matcher.batch import Desk, context_of, weights_of, with_wins
from matcher.classifier import Classifier
from matcher.cpv.suggesting import Suggest, suggester_in_use
from matcher.gates import GATES, GateAnswer, answers
from matcher.judge import Judged, score_lead
from matcher.lead import Lead, LotFacts, MemberFacts, member_facts
from matcher.proposals import proposals
from matcher.registry import classifier_in_use
from matcher.signals import SIGNALS
from matcher.words import as_written, stems_of
from procurement.codes import cpv_all_languages
from procurement.db import transaction
from procurement.entered import SOURCE
from procurement.i18n import ZURICH
from procurement.matches import is_open_clause
from procurement.models import Lot, Match, Member, Notice, Tender
from procurement.vocabulary import NoticeType

Answer = dict[str, Any]

MOST_MISSES = 3
# A signal below this says next to nothing.
_SILENT = 0.25
RECENT_DAYS = 30
MOST_LISTED = 40
MOST_WORDS = 12
# From so many lots on, their texts are kept for the next question.
_FEW = 20


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


def in_use() -> Classifier:
    """The classifier that matching uses: what a page says of a score must hold for what is proposed."""
    return classifier_in_use(settings().data_dir)


def why_not(engine: Engine, facts: Mapping[str, Any], now: datetime) -> Answer:
    """What each lot of a tender is for a member, the one that comes nearest first."""
    classifier, suggest = in_use(), suggester_in_use(engine, settings().data_dir)
    with transaction(engine, read_only=True) as session:
        member, tender = _member(session, facts), session.get(Tender, int(facts["tender_id"]))
        if tender is None:
            raise LookupError(f"there is no tender {facts['tender_id']}")
        lots = [lot for lot in tender.lots if not lot.is_withdrawn] or list(tender.lots)
        found = weigh(
            session,
            member_facts(session, member),
            {lot.id for lot in lots},
            now,
            classifier=classifier,
            suggest=suggest,
            desk=_desk_of(engine, settings().data_dir),
        )
        threshold = member.chamber.hold_from
    found.sort(key=lambda each: (each.passes, each.judged.score), reverse=True)
    return {"threshold": threshold, "model": classifier.version, "lots": [_said(each) for each in found]}


def near_misses(engine: Engine, facts: Mapping[str, Any], now: datetime) -> Answer:
    """The open tenders that come nearest to being proposed to a member, and what each lacks.

    What staff entered by hand is left out: only whom it is sent to may know of it.
    """
    classifier, suggest = in_use(), suggester_in_use(engine, settings().data_dir)
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
        found = weigh(
            session,
            member_facts(session, member),
            lots,
            now,
            is_explained=False,
            classifier=classifier,
            suggest=suggest,
            desk=_desk_of(engine, settings().data_dir),
        )
        threshold = member.chamber.hold_from
    nearest: dict[int, Weighed] = {}
    for each in sorted(found, key=lambda each: each.judged.score, reverse=True):
        nearest.setdefault(each.lot.tender_id, each)
    missed = [each for each in nearest.values() if not each.passes or each.judged.score < threshold]
    return {
        "threshold": threshold,
        "model": classifier.version,
        "tenders": [
            _said(each) | {"tender_id": each.lot.tender_id, "missing": _missing(each)}
            for each in missed[:MOST_MISSES]
        ],
    }


def profile_preview(engine: Engine, facts: Mapping[str, Any], now: datetime) -> Answer:
    """What a draft of a profile would have brought in thirty days, and the codes and words in its text.

    A call that has closed since is judged as one that is open: the question is what would have come.
    """
    draft, suggest = facts["draft"], suggester_in_use(engine, settings().data_dir)
    with transaction(engine, read_only=True) as session:
        member = _member(session, facts)
        codes, statement = tuple(draft["cpv_codes"]), str(draft["statement"])
        drafted = replace(
            member_facts(session, member),
            statement=statement,
            cpv_codes=codes,
            cpv_words=cpv_all_languages(session, codes),
            cantons=tuple(draft["cantons"]),
            excluded_words=tuple(draft["excluded_words"]),
        )
        found = weigh(
            session,
            drafted,
            _recent(session, now),
            now,
            as_published=True,
            is_explained=False,
            classifier=in_use(),
            suggest=suggest,
            desk=_desk_of(engine, settings().data_dir),
        )
        threshold = member.chamber.hold_from
        proposed = proposals(session, statement, codes, suggest=suggest)
    brought: dict[int, float] = {}
    for each in found:
        if each.passes and each.judged.score >= threshold:
            tender = each.lot.tender_id
            brought[tender] = max(brought.get(tender, 0.0), each.judged.score)
    ranked = sorted(brought.items(), key=lambda pair: -pair[1])
    return {
        "days": RECENT_DAYS,
        "found": len(ranked),
        "per_week": round(len(ranked) * 7 / RECENT_DAYS, 1),
        "tenders": [{"tender_id": key, "score": round(score, 4)} for key, score in ranked[:MOST_LISTED]],
        "codes": [asdict(each) for each in proposed],
        "words": _words_met(statement, [each.lot for each in found]),
    }


def _recent(session: Session, now: datetime) -> set[int]:
    """The lots that were called for in the last thirty days, but what staff entered by hand."""
    since = (now - timedelta(days=RECENT_DAYS)).astimezone(ZURICH).date()
    called = select(Notice.tender_id).where(
        Notice.notice_type.in_([kind for kind in NoticeType if kind.calls_for_bids]),
        ~Notice.is_correction,
        Notice.published_on >= since,
    )
    wanted = (
        select(Lot.id)
        .join(Lot.tender)
        .where(
            Tender.id.in_(called), Tender.merged_into_id.is_(None), Tender.source != SOURCE, ~Lot.is_withdrawn
        )
    )
    return set(session.scalars(wanted))


def _words_met(statement: str, lots: Sequence[LotFacts]) -> list[Answer]:
    """The words of a text that titles of these lots use, with how many tenders do: the most used first."""
    titles: dict[int, set[str]] = {}
    for lot in lots:
        texts = (*lot.title.values(), *lot.lot_title.values())
        titles.setdefault(lot.tender_id, set()).update(stems_of("\n".join(texts)))
    met = Counter(root for roots in titles.values() for root in roots)
    written = as_written(statement)
    used = sorted((root for root in written if met[root]), key=lambda root: -met[root])
    return [{"word": written[root], "count": met[root]} for root in used[:MOST_WORDS]]


def weigh(
    session: Session,
    member: MemberFacts,
    lot_ids: Collection[int],
    now: datetime,
    *,
    as_published: bool = False,
    is_explained: bool = True,
    classifier: Classifier,
    suggest: Suggest,
    desk: Desk,
) -> list[Weighed]:
    """Judge lots for one member, in the company in which matching judges: texts weigh the same as there."""
    batch = desk.load(session, now=now, lot_ids=lot_ids, suggest=suggest)
    member, weights = with_wins(member, batch.past), weights_of(batch)
    context = context_of([member], weights, now=now, past=batch.past)
    lots = [batch.lots[key] for key in sorted(lot_ids) if key in batch.lots]
    if as_published:
        lots = [_as_published(lot, now) for lot in lots]
    if len(lots) > _FEW:
        weights.keep(lots)
    context.space.meet(lots)
    leads = [Lead(lot, member) for lot in lots]
    return [
        Weighed(
            lead.lot,
            score_lead(lead, context, classifier, is_explained=is_explained),
            answers(lead, now),
        )
        for lead in leads
    ]


@lru_cache(maxsize=1)
def _desk_of(engine: Engine, data_dir: Path) -> Desk:
    """The desk at which this process answers."""
    return Desk()


def _as_published(lot: LotFacts, now: datetime) -> LotFacts:
    """The lot as if it were still called for: a deadline that is over counts as unknown."""
    deadline = lot.submission_deadline
    is_over = deadline is not None and deadline <= now
    return replace(lot, is_called=True, submission_deadline=None if is_over else deadline)


def _member(session: Session, facts: Mapping[str, Any]) -> Member:
    member = session.get(Member, int(facts["member_id"]))
    if member is None:
        raise LookupError(f"there is no member {facts['member_id']}")
    return member


def _missing(each: Weighed) -> list[Answer]:
    """The signals that are silent, at most three, as the page names them."""
    return [signal for signal in _signals(each) if signal["value"] < _SILENT][:3]


def _signals(each: Weighed) -> list[Answer]:
    return [
        {"key": key, "label": SIGNALS[key].label, "value": round(value, 4)}
        for key, value in each.judged.signals.items()
    ]


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
        "signals": _signals(each),
        "reasons": [dict(reason) for reason in judged.reasons],
        "risk": dict(judged.risk) if judged.risk else None,
    }
