"""The course of a procedure in the words of OCDS: what each of its notices is, ends or revokes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from procurement.models import Award, Notice, Tender
from procurement.vocabulary import NoticeType

_PLANS = {NoticeType.ADVANCE_NOTICE: "planned", NoticeType.REQUEST_FOR_INFORMATION: "planning"}
AWARDS = frozenset({NoticeType.AWARD, NoticeType.DIRECT_AWARD})
_STARTS = frozenset({NoticeType.TENDER, NoticeType.COMPETITION, NoticeType.STUDY_CONTRACT})
# The publications that describe what is called for: the facts of a tender are those of its newest one.
_CALLS = frozenset({*_PLANS, *_STARTS, NoticeType.SELECTIVE_OFFERING_PHASE})


@dataclass(frozen=True, slots=True)
class Stage:
    """One notice in the course of its procedure.

    `status` is that of the tender once it is published, `lots` that of the lots whose end it publishes or
    takes back, `ended` that of every lot ended by then; `root_key` names the notice that it corrects in the
    end, or itself; `revokes` is the award that it takes back.
    """

    notice: Notice
    tag: str
    status: str
    root_key: str
    lots: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)
    revokes: "Stage | None" = None
    carries_tender: bool = False


def course_of(tender: Tender) -> list[Stage]:
    """The notices of a tender in the order of their publication, with what each does to it.

    One of them carries the facts of the tender: the newest call, else the newest notice.
    """
    notices = sorted(tender.notices, key=lambda notice: (notice.published_on, notice.number))
    calls = [notice for notice in notices if notice.notice_type in _CALLS]
    carrier = (calls or notices)[-1] if notices else None
    by_key = {notice.source_key: notice for notice in notices}
    stages: list[Stage] = []
    ended: dict[str, str] = {}
    # What comes without a call stored here had one: only an announcement makes a tender planned.
    status = "active"
    for notice in notices:
        revoked = _revoked(notice, stages) if notice.notice_type is NoticeType.REVOCATION else None
        status = _status(notice, status, revoked)
        lots = _lots(tender, notice, status, revoked, ended)
        ended |= lots
        stages.append(
            Stage(
                notice=notice,
                tag=_tag(notice, revoked),
                status=status,
                root_key=_root(notice, by_key),
                lots=lots,
                ended=dict(ended),
                revokes=revoked,
                carries_tender=notice is carrier,
            )
        )
    return stages


@dataclass(frozen=True, slots=True)
class Outcome:
    """An award as it stands after corrections, and whether a later publication took it back."""

    notice: Notice
    award: Award
    is_revoked: bool


def outcomes_of(tender: Tender) -> list[Outcome]:
    """The awards of a tender; of a notice that was corrected those of the last correction."""
    stages = course_of(tender)
    revoked = {stage.revokes.root_key for stage in stages if stage.revokes is not None}
    newest = {
        stage.root_key: stage.notice
        for stage in stages
        if stage.notice.awards and stage.notice.notice_type is not NoticeType.REVOCATION
    }
    return [
        Outcome(notice, award, root_key in revoked)
        for root_key, notice in newest.items()
        for award in notice.awards
    ]


def _tag(notice: Notice, revoked: Stage | None) -> str:
    kind = notice.notice_type
    if kind in _PLANS:
        return "planningUpdate" if notice.is_correction else "planning"
    if kind in AWARDS:
        return "awardUpdate" if notice.is_correction else "award"
    if kind is NoticeType.REVOCATION and revoked is not None:
        return "awardCancellation"
    if kind in (NoticeType.ABANDONMENT, NoticeType.REVOCATION):
        # What ends one lot updates the tender: the others go on.
        return "tenderCancellation" if notice.lot_key is None else "tenderUpdate"
    return "tender" if kind in _STARTS and not notice.is_correction else "tenderUpdate"


def _status(notice: Notice, before: str, revoked: Stage | None) -> str:
    kind = notice.notice_type
    if kind in _PLANS:
        return _PLANS[kind]
    ends = kind in AWARDS or kind in (NoticeType.ABANDONMENT, NoticeType.REVOCATION)
    if ends and notice.lot_key is not None:
        return before
    if kind in AWARDS:
        return _outcome(notice)
    if kind is NoticeType.REVOCATION:
        return "active" if revoked is not None else "cancelled"
    return "cancelled" if kind is NoticeType.ABANDONMENT else "active"


def _lots(
    tender: Tender, notice: Notice, status: str, revoked: Stage | None, ended: Mapping[str, str]
) -> dict[str, str]:
    kind = notice.notice_type
    if kind is NoticeType.REVOCATION and revoked is not None:
        return {key: "active" for key in revoked.lots}
    if kind in AWARDS:
        own = {
            award.lot_key: "complete" if award.suppliers else "unsuccessful"
            for award in notice.awards
            if award.lot_key is not None
        }
        return own or _ended(tender, notice, _outcome(notice), ended)
    if kind in (NoticeType.ABANDONMENT, NoticeType.REVOCATION):
        return _ended(tender, notice, "cancelled", ended)
    return {}


def _outcome(notice: Notice) -> str:
    """How an award notice ends what it is about: only one that names outcomes can say that nobody has won."""
    has_winner = not notice.awards or any(award.suppliers for award in notice.awards)
    return "complete" if has_winner else "unsuccessful"


def _ended(tender: Tender, notice: Notice, end: str, ended: Mapping[str, str]) -> dict[str, str]:
    if notice.lot_key is not None:
        return {notice.lot_key: end}
    still_open = (lot.source_key for lot in tender.lots if not lot.is_withdrawn)
    return {key: end for key in still_open if ended.get(key, "active") == "active"}


def _revoked(notice: Notice, earlier: Sequence[Stage]) -> Stage | None:
    """The award that a revocation takes back: the one it names, else the last of the same lot."""
    # With a corrected award the one that it corrects is gone, too.
    gone = {stage.revokes.root_key for stage in earlier if stage.revokes is not None}
    awards = [stage for stage in earlier if stage.notice.notice_type in AWARDS and stage.root_key not in gone]
    named = [each for each in awards if each.notice.source_key == notice.refers_to_key]
    same = [each for each in awards if each.notice.lot_key == notice.lot_key]
    found = named or same
    return found[-1] if found else None


def _root(notice: Notice, by_key: Mapping[str, Notice]) -> str:
    """The notice that a chain of corrections began with, as far as it is stored."""
    seen: set[str] = set()
    while notice.source_key not in seen:
        seen.add(notice.source_key)
        notice = by_key.get(notice.corrects_key or "", notice)
    return notice.source_key
