"""Scrapy's settings for every run, each with its reason."""

from typing import Any

from config.settings import Settings, is_loopback
from config.tables import SourceForm

VERSION = "0.1"


def scrapy_settings(settings: Settings, form: SourceForm, base_url: str) -> dict[str, Any]:
    """The settings of one run over one source."""
    is_local = is_loopback(base_url)
    return {
        # Whom a source may call when we are a burden.
        "USER_AGENT": f"aimp/{VERSION} (+{settings.contact_url}; public procurement watch)",
        # One request at a time, one second apart; our own machine needs no manners.
        "DOWNLOAD_DELAY": 0.0 if is_local else form.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 2 if is_local else 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2 if is_local else 1,
        # What a page gives is stored one after the other; Scrapy would start a hundred workers for each page.
        "CONCURRENT_ITEMS": 1,
        # It would read the source code of a callback for each page; mypy knows what a callback returns.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        # We follow no links from page to page: nothing counts how deep, nor what one page hands to the next.
        "SPIDER_MIDDLEWARES": {
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
            "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
        },
        "ROBOTSTXT_OBEY": True,
        # simap redirects a first visit without cookies to a check page.
        "COOKIES_ENABLED": True,
        "RETRY_TIMES": 4,
        "DOWNLOAD_TIMEOUT": form.timeout_seconds,
        "CLOSESPIDER_TIMEOUT": 4 * 3600,
        # A hostile answer must not take the machine's memory: as text it may take four times the room.
        "DOWNLOAD_MAXSIZE": form.largest_megabytes * 2**20,
        "DOWNLOAD_WARNSIZE": form.largest_megabytes * 2**19,
        "MEMUSAGE_LIMIT_MB": 1024,
        # Scrapy 2.19 accepts self-signed certificates and opens two doors for remote control by default.
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        # Only what a run uses is loaded: the others take 10 MB, and two of them open a door.
        "EXTENSIONS_BASE": {
            "scrapy.extensions.corestats.CoreStats": 0,
            "crawler.guard.MemoryNow": 0,
            "scrapy.extensions.closespider.CloseSpider": 0,
        },
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawler.guard.BoundedHandler"),
            **dict.fromkeys(("file", "ftp", "s3", "data")),
        },
        "METAREFRESH_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 3,
        "TWISTED_DNS_RESOLVER": "crawler.guard.GuardResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.guard.SsrfGuard": 10,
            # The guard knows better where a run may go; no source asks for a password.
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "crawler.guard.PatientRetry": 550,
        },
        "ITEM_PIPELINES": {"crawler.pipelines.StoreNotice": 300},
        "AIMP_HOSTS": form.hosts,
        "AIMP_BASE_URL": base_url,
        "AIMP_BOAMP_DEPARTMENTS": settings.boamp_departments,
        "AIMP_TED_PLACES": settings.ted_places,
        # Our own logging is set up already.
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "DOWNLOADER_STATS": False,
    }
