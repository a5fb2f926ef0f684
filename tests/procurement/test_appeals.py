"""Until when a decision may be contested: the canton's table, counted day by day from the publication."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from procurement.appeals import appeals_of
from procurement.cantons import BuyerLevel
from procurement.models import Buyer, Tender
from procurement.vocabulary import NoticeType
from tests.factories import make_notice, make_tender


def published(session: Session, canton: str | None, level: BuyerLevel | None = None) -> Tender:
    """A call of 2 November 2026 by a buyer of a canton, or of the Confederation."""
    buyer = Buyer(
        source="simap",
        source_key=f"{canton}{level}",
        name={"fr": "A"},
        canton=canton,
        country="CH",
        level=level,
    )
    return make_tender(session, buyer=buyer, published_on=date(2026, 11, 2))


def test_in_geneva_both_delays_are_shown_the_shorter_first(session: Session) -> None:
    (appeal,) = appeals_of(published(session, "GE"), today=date(2026, 11, 10))

    assert appeal.is_open_question
    assert [(each.rule.days, each.last_day, each.days_left) for each in appeal.delays] == [
        (10, date(2026, 11, 12), 2),
        (20, date(2026, 11, 22), 12),
    ]


@pytest.mark.parametrize(
    ("canton", "level"), [("VD", None), ("ZH", BuyerLevel.COMMUNE), (None, BuyerLevel.CONFEDERATION)]
)
def test_elsewhere_one_delay_holds_to_its_last_day(
    session: Session, canton: str | None, level: BuyerLevel | None
) -> None:
    tender = published(session, canton, level)

    (last_day,) = appeals_of(tender, today=date(2026, 11, 22))
    (over,) = appeals_of(tender, today=date(2026, 11, 23))

    assert not last_day.is_open_question
    assert (last_day.is_running, over.is_running) == (True, False)
    assert over.delays[0].days_left == -1


def test_each_kind_of_decision_has_its_own_delay_the_newest_first(session: Session) -> None:
    tender = published(session, "VD")
    for kind, day, is_correction in (
        (NoticeType.ADVANCE_NOTICE, date(2026, 9, 1), False),
        (NoticeType.TENDER, date(2026, 11, 9), True),
        (NoticeType.TENDER, date(2026, 11, 13), True),
        (NoticeType.AWARD, date(2026, 12, 21), False),
    ):
        make_notice(session, tender, notice_type=kind, published_on=day, is_correction=is_correction)
    session.refresh(tender)

    found = appeals_of(tender, today=date(2026, 12, 22))

    assert [(each.notice.notice_type, each.notice.published_on) for each in found] == [
        (NoticeType.AWARD, date(2026, 12, 21)),
        (NoticeType.TENDER, date(2026, 11, 13)),
        (NoticeType.TENDER, date(2026, 11, 2)),
    ]
    assert [each.is_running for each in found] == [True, False, False]


def test_where_nobody_knows_whose_table_holds_none_is_shown(session: Session) -> None:
    abroad = Buyer(source="boamp", source_key="b", name={"fr": "Annecy"}, country="FR")

    assert appeals_of(make_tender(session, buyer=abroad), today=date(2026, 11, 24)) == []
    assert appeals_of(published(session, None), today=date(2026, 11, 24)) == []
