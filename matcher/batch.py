"""What there is to judge: the open lots and active members as facts, and which of them wait."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from config.tables import sectors
from matcher.context import Context
from matcher.cpv.suggesting import Suggest, no_suggestion, with_suggestions
from matcher.fields import fields_in_use
from matcher.lead import LotFacts, MemberFacts, lot_facts, member_facts
from matcher.past import NOTHING, Past
from matcher.recall import read_past
from procurement.codes import cpv_all_languages
from procurement.findings import speaking_families
from procurement.matches import is_open_clause
from procurement.models import Answer, Award, Chamber, Finding, Lot, Match, Member, OfficialList, Tender

if TYPE_CHECKING:
    from matcher.features import Weights

logger = logging.getLogger(__name__)

# Facts of more lots than these are not kept for the next question.
_MOST_LOTS = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts read in one transaction: every lot that may be bid for, those asked for, every active member."""

    lots: Mapping[int, LotFacts]
    # Those of them that may be bid for.
    open_lots: frozenset[int]
    members: Mapping[int, MemberFacts]
    # The score from which each chamber wants to hear of a match.
    hold_from: Mapping[int, float]
    # Matches that nobody has decided on yet, as (lot, member).
    undecided: frozenset[tuple[int, int]]
    unreadable: tuple[int, ...]
    past: Past = NOTHING


def waiting_lots(session: Session, *, now: datetime, model: str) -> set[int]:
    """The open lots that this model has not judged as they are now; with them those taken away since."""
    on_hand = and_(~Lot.is_withdrawn, or_(Lot.matched_at.is_(None), _is_stale(), _is_by_another(model)))
    taken_away = and_(Lot.is_withdrawn, _is_stale())
    return set(
        session.scalars(select(Lot.id).join(Lot.tender).where(is_open_clause(now), or_(on_hand, taken_away)))
    )


def _is_stale() -> ColumnElement[bool]:
    return Lot.matched_at < Tender.changed_at


def _is_by_another(model: str) -> ColumnElement[bool]:
    return or_(Lot.matched_with.is_(None), Lot.matched_with != model)


def waiting_members(session: Session, *, model: str) -> set[int]:
    """The active members whose profile this model has not held against the open lots as it is now."""
    return set(
        session.scalars(
            select(Member.id).where(
                Member.is_active,
                or_(
                    Member.matched_at.is_(None),
                    Member.matched_at < Member.profile_changed_at,
                    Member.matched_with.is_(None),
                    Member.matched_with != model,
                ),
            )
        )
    )


def load_batch(
    session: Session, *, now: datetime, lot_ids: Iterable[int] = (), suggest: Suggest = no_suggestion
) -> Batch:
    """The facts of every open lot and active member, and of the lots asked for besides.

    A lot that cannot be read is named, and stops no other. One without a telling CPV code gets those that its
    texts suggest.
    """
    return Desk().load(session, now=now, lot_ids=lot_ids, suggest=suggest)


class Desk:
    """Facts kept from one question to the next: what has not changed since is not read again."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._epoch: object = None
        self._lots: dict[int, tuple[object, LotFacts]] = {}
        self._members: dict[int, tuple[object, MemberFacts]] = {}
        self._past: tuple[object, Past] = (None, NOTHING)

    def load(
        self,
        session: Session,
        *,
        now: datetime,
        lot_ids: Iterable[int] = (),
        suggest: Suggest = no_suggestion,
    ) -> Batch:
        """The batch as it is now."""
        # What all lots hang on: what staff said of findings, the words of codes, and who suggests codes.
        judged = session.execute(select(func.count(Finding.judged_at), func.max(Finding.judged_at))).one()
        epoch = (tuple(judged), session.scalar(select(func.max(OfficialList.read_at))), suggest)
        if epoch != self._epoch:
            self._epoch, self._lots, self._members = epoch, {}, {}
        is_open = and_(is_open_clause(now), ~Lot.is_withdrawn)
        wanted, unreadable = self._read_lots(session, or_(is_open, Lot.id.in_(set(lot_ids))), suggest)
        past = self._read_members(session, now)
        undecided = session.execute(
            select(Match.lot_id, Match.member_id).where(
                Match.released_at.is_(None), Match.dropped_at.is_(None)
            )
        )
        return Batch(
            lots={key: self._lots[key][1] for key in sorted(wanted)},
            open_lots=frozenset(session.scalars(select(Lot.id).join(Lot.tender).where(is_open))),
            members={key: with_wins(self._members[key][1], past) for key in sorted(self._members)},
            hold_from={chamber.id: chamber.hold_from for chamber in session.scalars(select(Chamber))},
            undecided=frozenset((lot_id, member_id) for lot_id, member_id in undecided),
            unreadable=tuple(unreadable),
            past=past,
        )

    def _read_lots(
        self, session: Session, wanted: ColumnElement[bool], suggest: Suggest
    ) -> tuple[set[int], list[int]]:
        """Read the wanted lots that are not known as they are now: which are, and which cannot be read."""
        rows = session.execute(
            select(Lot.id, Tender.changed_at, Lot.read_at, Lot.is_withdrawn, Tender.state)
            .join(Lot.tender)
            .where(wanted)
        )
        states = {row.id: tuple(row) for row in rows}
        kept = {key for key, state in states.items() if key in self._lots and self._lots[key][0] == state}
        lots = session.scalars(
            select(Lot)
            .join(Lot.tender)
            .where(wanted if not kept else Lot.id.in_(states.keys() - kept))
            .options(
                contains_eager(Lot.tender).options(joinedload(Tender.buyer), selectinload(Tender.lots)),
                selectinload(Lot.criteria),
                selectinload(Lot.considerations),
            )
            .order_by(Lot.id)
        ).all()
        words = cpv_all_languages(
            session, {code for lot in lots for code in (*lot.cpv_codes, *lot.tender.cpv_codes)}
        )
        families = speaking_families(session, {lot.id for lot in lots})
        facts: dict[int, LotFacts] = {}
        unreadable: list[int] = []
        for lot in lots:
            try:
                facts[lot.id] = lot_facts(
                    session, lot, cpv_words=words, ess_families=families.get(lot.id, {})
                )
            except Exception:
                logger.exception("the facts of a lot could not be read", extra={"lot": lot.id})
                unreadable.append(lot.id)
        facts = with_suggestions(facts, suggest, words_of=lambda some: cpv_all_languages(session, some))
        if len(self._lots) > _MOST_LOTS:
            self._lots = {key: self._lots[key] for key in kept}
        self._lots |= {key: (states[key], lot) for key, lot in facts.items()}
        return kept | facts.keys(), unreadable

    def _read_members(self, session: Session, now: datetime) -> Past:
        """Read the members that changed, and the past where anything was decided or awarded since."""
        rows = session.execute(select(Member.id, Member.profile_changed_at).where(Member.is_active))
        states = {row.id: tuple(row) for row in rows}
        kept = {key: known for key, known in self._members.items() if states.get(key) == known[0]}
        members = session.scalars(
            select(Member)
            .where(Member.id.in_(states.keys() - kept.keys()))
            .options(joinedload(Member.chamber), selectinload(Member.credentials))
            .order_by(Member.id)
        ).all()
        words = cpv_all_languages(session, {code for member in members for code in member.cpv_codes})
        read = {member.id: member_facts(session, member, cpv_words=words) for member in members}
        self._members = kept | {key: (states[key], member) for key, member in read.items()}
        state = (now.date(), states, *_said_lately(session))
        if state != self._past[0]:
            owners = {key: member.name for key, (_, member) in self._members.items()}
            self._past = state, read_past(session, names=owners, now=now)
        return self._past[1]


def _said_lately(session: Session) -> Iterator[object]:
    """What changes as soon as something is decided, answered, awarded or taken back."""
    for column in (
        Match.released_at,
        Match.dropped_at,
        Match.unlearned_at,
        Answer.answered_at,
        Award.id,
    ):
        yield tuple(session.execute(select(func.count(column), func.max(column))).one())


def with_wins(member: MemberFacts, past: Past) -> MemberFacts:
    """A member with what it is known to have won among its references; what stands there says it once."""
    own = member.references
    titles = [
        title
        for title in past.titles_won(member.id)
        if not any(reference.startswith(title) for reference in own)
    ]
    return (
        replace(member, references=tuple(dict.fromkeys((*member.references, *titles)))) if titles else member
    )


def context_of(
    members: Iterable[MemberFacts], weights: "Weights", *, now: datetime, past: Past = NOTHING
) -> Context:
    """What lots are held against: these members and their past, texts placed by what words weigh."""
    from matcher.features import TextSpace

    members = tuple(members)
    past = past.about(members)
    space = TextSpace(weights, members, sectors=sectors(), remembered=tuple(past.lots.values()))
    return Context(members, now=now, space=space, fields=fields_in_use(), past=past)


def weights_of(batch: Batch) -> "Weights":
    """What words weigh among the lots that may be bid for and all members."""
    # Importing scikit-learn takes two seconds: only once there is something to judge.
    from matcher.features import learn_words

    lots = [lot for key, lot in batch.lots.items() if key in batch.open_lots]
    return learn_words(lots, tuple(batch.members.values()), sectors=sectors())
