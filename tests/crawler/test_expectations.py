"""The verdict tells the truth about a run."""

from typing import Any

import pytest

from config.tables import sources
from crawler.expectations import verdict_on, warnings_of
from crawler.source import Tally
from procurement.vocabulary import Verdict

FORM = sources()["simap"]


def verdict(tally: Tally, **facts: Any) -> tuple[Verdict, list[str]]:
    asked = {"finish_reason": "finished", "spider_errors": 0, "window_days": 3, **facts}
    return verdict_on(tally, form=FORM, **asked)


def test_a_run_that_accounts_for_everything_is_complete() -> None:
    assert verdict(Tally(listed=5, stored=3, unchanged=2)) == (Verdict.OK, [])


@pytest.mark.parametrize("cost", ["quarantined", "missing", "lost"])
def test_whatever_cost_a_notice_makes_the_run_incomplete(cost: str) -> None:
    tally = Tally(listed=5, stored=4)
    setattr(tally, cost, 1)

    found, reasons = verdict(tally)

    assert found is Verdict.PARTIAL
    assert len(reasons) == 1


def test_what_vanished_on_the_way_counts_as_lost() -> None:
    tally = Tally(listed=5, stored=3)

    found, reasons = verdict(tally)

    assert (found, tally.lost) == (Verdict.PARTIAL, 2)
    assert len(reasons) == 1


def test_a_fault_of_the_spider_has_failed_whatever_was_stored() -> None:
    found, reasons = verdict(Tally(listed=5, stored=5), spider_errors=1)

    assert (found, reasons) == (Verdict.FAILED, ["1 errors in the spider itself"])


@pytest.mark.parametrize("reason", ["shutdown", "lease_lost", "closespider_timeout", "never started"])
def test_a_run_cut_short_has_failed(reason: str) -> None:
    assert verdict(Tally(listed=5, stored=5), finish_reason=reason)[0] is Verdict.FAILED


def test_a_broken_listing_has_failed_whatever_was_stored() -> None:
    assert verdict(Tally(listed=5, stored=5, listing_failed=True))[0] is Verdict.FAILED


def test_silence_over_many_days_is_no_success() -> None:
    assert verdict(Tally(), window_days=30)[0] is Verdict.PARTIAL
    assert verdict(Tally(), window_days=3)[0] is Verdict.OK


@pytest.mark.parametrize(
    ("listed", "days", "word"),
    [
        (0, 2, None),
        (0, 3, "fewer"),
        (4, 3, "fewer"),
        (5, 3, None),
        (400, 3, None),
        (401, 3, "more"),
        (401, 6, None),
        (801, 6, "more"),
    ],
)
def test_a_volume_outside_what_is_expected_is_a_warning(listed: int, days: int, word: str | None) -> None:
    tally = Tally(listed=listed, stored=listed)

    said = warnings_of(tally, form=FORM, window_days=days)

    assert verdict(tally, window_days=days)[0] is Verdict.OK
    assert [each.split()[-3] for each in said] == ([word] if word else [])


def test_a_list_that_broke_off_says_nothing_of_the_volume() -> None:
    assert warnings_of(Tally(listed=1, listing_failed=True), form=FORM, window_days=30) == []


def test_a_fault_healed_by_a_retry_costs_nothing() -> None:
    assert verdict(Tally(listed=2, stored=2, healed=1))[0] is Verdict.OK
