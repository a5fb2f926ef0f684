"""Every setting of Scrapy that we rely on is the effective one."""

import pytest
from scrapy.crawler import Crawler

from config.settings import Settings
from config.tables import sources
from crawler.settings import scrapy_settings
from crawler.spiders import spider_of

REAL, LOCAL = "https://www.simap.ch/api", "http://127.0.0.1:8765/simap/api"


def effective(base_url: str) -> Crawler:
    settings = Settings(simap_url=base_url)
    return Crawler(spider_of("simap"), scrapy_settings(settings, sources()["simap"], base_url))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("HTTPPROXY_ENABLED", False),
        ("ROBOTSTXT_OBEY", True),
        ("COOKIES_ENABLED", True),
        ("DOWNLOAD_MAXSIZE", 16 * 2**20),
        ("DOWNLOAD_TIMEOUT", 60),
        ("REDIRECT_MAX_TIMES", 3),
        ("RETRY_TIMES", 4),
        ("DOWNLOAD_DELAY", 1.0),
        ("CONCURRENT_REQUESTS", 1),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("TWISTED_DNS_RESOLVER", "crawler.guard.GuardResolver"),
    ],
)
def test_a_setting_is_in_force(name: str, value: object) -> None:
    assert effective(REAL).settings[name] == value


def test_no_handler_reads_files_or_other_schemes() -> None:
    handlers = effective(REAL).settings.getwithbase("DOWNLOAD_HANDLERS")

    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_the_guard_comes_before_everything_else() -> None:
    middlewares = effective(REAL).settings.getwithbase("DOWNLOADER_MIDDLEWARES")

    assert min((order, name) for name, order in middlewares.items() if order is not None)[1] == (
        "crawler.guard.SsrfGuard"
    )


def test_a_source_knows_who_asks() -> None:
    assert "+https://" in effective(REAL).settings["USER_AGENT"]


def test_our_own_machine_is_read_without_delay() -> None:
    assert effective(LOCAL).settings["DOWNLOAD_DELAY"] == 0
