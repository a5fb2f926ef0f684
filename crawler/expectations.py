"""The verdict on a run: complete only when every publication that the source listed is accounted for."""

from config.tables import SourceForm
from crawler.source import Tally
from procurement.vocabulary import Verdict

_LONG_WINDOW_DAYS = 4
# Three days hold at least one on which offices publish, but for Easter and the like: a warning, no more.
_USUAL_WINDOW_DAYS = 3
_SILENT_DAYS = 5
_VANISHED_SHARE = 0.02


def verdict_on(
    tally: Tally,
    *,
    form: SourceForm,
    finish_reason: str,
    spider_errors: int,
    window_days: int,
    silent_days: int = 0,
) -> tuple[Verdict, list[str]]:
    """How a run ended and why, in words; what a spider's fault swallowed is counted as lost in the tally.

    Failed: the listing is incomplete or the run was cut short, so nobody knows what is missing; so does a
    fault of the spider in a list, since one over a publication costs this publication alone. Incomplete: a
    listed publication is lost, missing or in quarantine, a field that we count on is gone from more than one
    in fifty, or nothing at all was listed in a long window. A source that has listed nothing for longer than
    a long week-end (`silent_days`) has failed too: silence is not « nothing new ».
    """
    reasons: list[str] = []
    unaccounted = tally.expected - tally.accounted
    if unaccounted > 0:
        tally.lost += unaccounted
        reasons.append(f"{unaccounted} publications were lost on the way")
    if spider_errors:
        reasons.append(f"{spider_errors} errors in the spider itself")
    if finish_reason != "finished":
        reasons.append(f"the run was cut short: {finish_reason}")
    if tally.listing_failed:
        reasons.append("the list of publications could not be read to its end")
    is_silent = not tally.listed and form.expected_per_run[0] > 0 and silent_days >= _SILENT_DAYS
    if is_silent:
        reasons.append(f"nothing has been listed for {silent_days} days")
    if tally.listing_failed or is_silent or spider_errors or finish_reason != "finished":
        return Verdict.FAILED, reasons
    for count, words in (
        (tally.missing, "listed publications are not given by the source"),
        (tally.quarantined, "publications could not be read and wait in quarantine"),
        (tally.lost - max(unaccounted, 0), "publications could not be fetched"),
    ):
        if count > 0:
            reasons.append(f"{count} {words}")
    reasons += _vanished(tally)
    if not tally.listed and form.expected_per_run[0] and window_days >= _LONG_WINDOW_DAYS:
        reasons.append(
            f"nothing was listed in {window_days} days; at least {form.expected_per_run[0]} expected"
        )
    return (Verdict.PARTIAL if reasons else Verdict.OK), reasons


def warnings_of(tally: Tally, *, form: SourceForm, window_days: int) -> list[str]:
    """What is odd about a list that was read to its end: far more or fewer publications than expected."""
    least, most = form.expected_per_run
    if tally.listing_failed:
        return []
    if tally.listed > most * max(1, window_days / 3):
        return [f"warning: {tally.listed} publications in {window_days} days, more than expected"]
    if tally.listed < least and window_days >= _USUAL_WINDOW_DAYS:
        return [f"warning: {tally.listed} publications in {window_days} days, fewer than expected"]
    return []


def _vanished(tally: Tally) -> list[str]:
    """A field gone from a few publications is theirs; gone from many, the source has changed its shape."""
    return [
        f"the field {path} is gone from {times} of {tally.examined} publications"
        for path, times in sorted(tally.vanished.items())
        if times > _VANISHED_SHARE * tally.examined
    ]
