"""Logs: one line per event, as text or JSON, with its facts, no control characters."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.logs import set_up_logs
from config.settings import Settings


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_of_json_holds_event_level_name_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(Settings(log_format="json"))

    logging.getLogger("crawler.run").warning("fewer notices than expected", extra={"found": 3})

    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "fewer notices than expected"
    assert (line["level"], line["logger"], line["found"]) == ("warning", "crawler.run", 3)
    assert line["timestamp"].endswith("Z")


def test_a_line_of_text_holds_event_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(Settings(log_format="text"))

    logging.getLogger("x").info("the run has ended", extra={"stored": 7})

    written = capsys.readouterr().err
    assert "the run has ended" in written
    assert "stored=7" in written
    assert "\x1b" not in written


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_hostile_fact_starts_no_line_of_its_own(
    capsys: pytest.CaptureFixture[str], log_format: str, tmp_path: Path
) -> None:
    set_up_logs(Settings.model_validate({"log_format": log_format, "data_dir": tmp_path}))

    logging.getLogger("x").warning("met", extra={"title": "a\n2026 [error] forged\x1b[31m"})

    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "\x1b" not in written


def test_an_exception_is_told_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(Settings(log_format="json"))

    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("x").exception("one unit failed")

    line = json.loads(capsys.readouterr().err)
    assert "ValueError: broken" in line["exception"]


@pytest.mark.parametrize(
    ("name", "level", "is_written"),
    [
        ("scrapy.core.engine", "INFO", False),
        ("scrapy.core.engine", "WARNING", True),
        ("apscheduler.scheduler", "WARNING", False),
        ("apscheduler.scheduler", "ERROR", True),
        ("crawler.run", "INFO", True),
    ],
)
def test_libraries_speak_only_when_somebody_must_do_something(
    capsys: pytest.CaptureFixture[str], name: str, level: str, is_written: bool
) -> None:
    set_up_logs(Settings(log_level="DEBUG"))

    logging.getLogger(name).log(logging.getLevelNamesMapping()[level], "met")

    assert ("met" in capsys.readouterr().err) is is_written


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(Settings(log_level="WARNING"))

    logging.getLogger("x").info("quiet")
    logging.getLogger("scrapy").info("quiet")

    assert capsys.readouterr().err == ""
