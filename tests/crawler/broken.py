"""The command line with a fault in the spider itself: `python -m tests.crawler.broken METHOD VERB…`."""

import sys
from typing import Any

from aimp import main
from crawler.spiders.simap import SimapSpider


def break_down(*_arguments: Any, **_facts: Any) -> None:
    """Fail as a mistake in a program does."""
    raise KeyError("a mistake in the program")


if __name__ == "__main__":
    setattr(SimapSpider, sys.argv.pop(1), break_down)
    main()
