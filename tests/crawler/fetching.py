"""A program that fetches addresses as a run over a source would, and says which sockets it opened.

Started with `python -m tests.crawler.fetching`; reads and writes JSON.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from config.settings import Settings
from config.tables import sources
from crawler.settings import scrapy_settings

ENDINGS: dict[str, str] = {}
CONNECTED: list[str] = []


class Fetcher(scrapy.Spider):
    """Asks for each address once and notes how that ended."""

    name = "fetcher"
    urls: list[str]

    async def start(self) -> AsyncIterator[Any]:
        """Yield a request for each address that Scrapy takes for one."""
        for url in self.urls:
            try:
                request = Request(url, callback=self.came, errback=self.failed, dont_filter=True)
            except ValueError as problem:
                ENDINGS[url] = type(problem).__name__
                continue
            request.cb_kwargs["asked"] = url
            yield request

    def came(self, response: Response, asked: str) -> None:
        """An answer came."""
        ENDINGS[asked] = f"{response.status}"

    def failed(self, failure: Failure) -> None:
        """None came."""
        ENDINGS[failure.request.cb_kwargs["asked"]] = type(failure.value).__name__  # type: ignore[attr-defined]


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note every attempt to open a connection over the network."""
    if event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        CONNECTED.append(str(arguments[1][0]))


def main() -> None:
    """Fetch what standard input asks for, with names that lead where it says."""
    asked = json.load(sys.stdin)
    really = socket.gethostbyname
    socket.gethostbyname = lambda name: asked["names"].get(name) or really(name)
    sys.addaudithook(watch)
    form, base_url = sources()["simap"], asked["base_url"]
    wanted = scrapy_settings(Settings(simap_url=base_url), form, base_url)
    # The guard is asked here, not the rules of robots, which it would have to fetch first.
    changes = {"AIMP_HOSTS": asked["hosts"], "ROBOTSTXT_OBEY": False, "ITEM_PIPELINES": {}}
    changes |= {"DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0, "CONCURRENT_REQUESTS": 8}
    process = AsyncCrawlerProcess({**wanted, **changes})
    process.crawl(Fetcher, urls=asked["urls"])
    process.start()
    sys.stdout.write(json.dumps({"endings": ENDINGS, "connected": CONNECTED}))


if __name__ == "__main__":
    main()
