"""What is due runs once, and nothing that we start outlives us."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest

from config.tables import Job, jobs
from crawler import children
from crawler.scheduler import due_since
from procurement.i18n import ZURICH

NOW = datetime(2026, 11, 24, 9, 10, tzinfo=ZURICH)
HOURLY = Job(key="hourly", cron="0 * * * *", steps=["match"])
WORKDAYS = Job(key="workdays", cron="0 7 * * mon-fri", steps=["alert"])


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.key)
def test_a_job_that_never_ran_is_due_at_once(job: Job) -> None:
    assert due_since(job, last=None, now=NOW) == NOW


def test_a_job_is_not_due_again_before_its_time() -> None:
    assert due_since(HOURLY, last=NOW.replace(minute=0), now=NOW) is None


def test_what_was_missed_is_made_up_for_once() -> None:
    due = due_since(HOURLY, last=NOW - timedelta(days=3), now=NOW)

    assert due == NOW.replace(minute=0)
    assert due_since(HOURLY, last=due, now=NOW) is None


def test_weekdays_are_those_of_the_name() -> None:
    saturday = datetime(2026, 11, 28, 12, tzinfo=ZURICH)

    assert due_since(WORKDAYS, last=saturday - timedelta(days=1), now=saturday) is None
    assert due_since(WORKDAYS, last=saturday, now=saturday + timedelta(days=2)) == datetime(
        2026, 11, 30, 7, tzinfo=ZURICH
    )


@pytest.mark.parametrize("day", [datetime(2026, 10, 25, tzinfo=ZURICH), datetime(2027, 3, 28, tzinfo=ZURICH)])
def test_a_day_with_a_clock_change_has_one_morning(day: datetime) -> None:
    daily = Job(key="daily", cron="0 7 * * *", steps=["alert"])
    seen = set()
    last = day - timedelta(hours=10)
    for minutes in range(0, 26 * 60, 10):
        moment = (day.astimezone(ZURICH).replace(hour=0) + timedelta(minutes=minutes)).astimezone(ZURICH)
        due = due_since(daily, last=last, now=moment)
        if due is not None:
            seen.add(due)
            last = due

    assert len([due for due in seen if due.date() == day.date()]) == 1


@pytest.mark.slow
def test_everything_that_runs_together_stops_together() -> None:
    stopping = threading.Event()
    threading.Timer(0.5, stopping.set).start()

    code = children.run_together([["--help"], ["--help"]], stopping=stopping)

    assert code in (0, 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
def test_a_child_does_not_outlive_a_parent_that_is_killed() -> None:
    program = (
        "import subprocess, sys, time\n"
        "from crawler.children import _end_with_parent\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " preexec_fn=_end_with_parent)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for yet has ended all the same.
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
        return file.read().split()[2] != "Z"
