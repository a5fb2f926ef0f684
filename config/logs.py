"""Logging for all programs: one line per event, no control characters, no personal data."""

import logging
import sys

import structlog

from config.settings import Settings

# Libraries speak only when somebody must do something; Scrapy sets the levels of its loggers itself.
_QUIET = ("scrapy", "twisted", "alembic", "apscheduler", "asyncio", "filelock")


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    library = record.name.partition(".")[0]
    # APScheduler warns of each tick that finds the last one still busy: that is how it is meant to be.
    least = logging.ERROR if library == "apscheduler" else logging.WARNING
    return library not in _QUIET or record.levelno >= least


def set_up_logs(settings: Settings) -> None:
    """Send the standard library's log records to standard error as text or JSON, as the settings say."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_worth_a_line)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
