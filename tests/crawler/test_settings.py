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


IN_FORCE = {
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "COOKIES_ENABLED": True,
    "DOWNLOAD_MAXSIZE": 6 * 2**20,
    "DOWNLOAD_WARNSIZE": 3 * 2**20,
    "DOWNLOAD_TIMEOUT": 60,
    "CLOSESPIDER_TIMEOUT": 4 * 3600,
    "MEMUSAGE_LIMIT_MB": 1024,
    "REDIRECT_MAX_TIMES": 3,
    "RETRY_TIMES": 4,
    "DOWNLOAD_DELAY": 1.0,
    "DOWNLOAD_DELAY_JITTER": 0,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 1,
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
    "TWISTED_DNS_RESOLVER": "crawler.guard.GuardResolver",
    "AIMP_HOSTS": ["www.simap.ch"],
    "AIMP_BASE_URL": REAL,
    "AIMP_BOAMP_DEPARTMENTS": "1 01 74",
    "AIMP_TED_PLACES": "CHE FRK21 FRK28",
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "STATS_DUMP": False,
    "DOWNLOADER_STATS": False,
}
# What runs between a request and the database, by the setting that names it.
AT_WORK = {
    "DOWNLOAD_HANDLERS": {"crawler.guard.BoundedHandler"},
    "EXTENSIONS": {"CoreStats", "crawler.guard.MemoryNow", "CloseSpider"},
    "ITEM_PIPELINES": {"crawler.pipelines.StoreNotice"},
    "SPIDER_MIDDLEWARES": {
        "StartSpiderMiddleware",
        "HttpErrorMiddleware",
        "RefererMiddleware",
        "UrlLengthMiddleware",
    },
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.guard.SsrfGuard",
        "crawler.guard.PatientRetry",
        "RobotsTxtMiddleware",
        "DownloadTimeoutMiddleware",
        "DefaultHeadersMiddleware",
        "UserAgentMiddleware",
        "MetaRefreshMiddleware",
        "HttpCompressionMiddleware",
        "HttpCacheMiddleware",
        "DownloaderStats",
        "RedirectMiddleware",
        "CookiesMiddleware",
        "HttpProxyMiddleware",
    },
}


@pytest.mark.parametrize(("name", "value"), IN_FORCE.items())
def test_a_setting_is_in_force(name: str, value: object) -> None:
    assert effective(REAL).settings[name] == value


@pytest.mark.parametrize(("name", "parts"), AT_WORK.items())
def test_nothing_else_is_at_work(name: str, parts: set[str]) -> None:
    loaded = effective(REAL).settings.getwithbase(name)

    names = {
        value if name == "DOWNLOAD_HANDLERS" else key for key, value in loaded.items() if value is not None
    }
    assert {each if each.startswith("crawler.") else each.rpartition(".")[2] for each in names} == parts


def test_every_setting_of_ours_is_looked_at() -> None:
    ours = set(scrapy_settings(Settings(simap_url=REAL), sources()["simap"], REAL))

    assert ours - {"EXTENSIONS_BASE", "USER_AGENT"} == {*IN_FORCE, *AT_WORK} - {"EXTENSIONS"}


def test_a_source_may_be_slower_and_larger_than_most() -> None:
    form = sources()["simap"].model_copy(update={"timeout_seconds": 5.0, "largest_megabytes": 2})

    found = scrapy_settings(Settings(simap_url=REAL), form, REAL)

    assert (found["DOWNLOAD_TIMEOUT"], found["DOWNLOAD_MAXSIZE"]) == (5.0, 2 * 2**20)


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
