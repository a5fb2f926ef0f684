"""What the crawler may touch: hosts on its list, addresses on the open internet, at a polite pace."""

import asyncio
import ipaddress
import json
import logging
import resource
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.memusage import MemoryUsage
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.web._newclient import HEADER, STATUS
from twisted.web.iweb import IResponse

from config.settings import LOOPBACK_HOSTS, is_loopback

logger = logging.getLogger(__name__)
_LONGEST_WAIT = 300.0
_LONGEST_HEAD = 2**20


class NotOnTheList(IgnoreRequest):
    """An address that this run may not fetch: another host, scheme or port, or this machine."""


def is_allowed(url: str, *, hosts: list[str], base_url: str) -> bool:
    """Whether a run over a source may fetch an address.

    Only https on port 443 of the hosts on the source's list; a loopback address only when the setting of the
    source itself names that very host and port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if is_loopback(base_url):
        wanted = urlsplit(base_url)
        return (parts.scheme, parts.hostname, port) == (wanted.scheme, wanted.hostname, wanted.port)
    return parts.scheme == "https" and parts.hostname in hosts and port in (None, 443) and not parts.username


class SsrfGuard:
    """Refuses every request, redirects included, to an address that is not on the source's list."""

    def __init__(self, hosts: list[str], base_url: str) -> None:
        self._hosts = hosts
        self._base_url = base_url

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the list from the run's settings."""
        return cls(crawler.settings.getlist("AIMP_HOSTS"), crawler.settings["AIMP_BASE_URL"])

    def process_request(self, request: Request) -> None:
        """Let a request pass, or refuse it before a socket is opened."""
        if not is_allowed(request.url, hosts=self._hosts, base_url=self._base_url):
            raise NotOnTheList(request.url)


class GuardResolver(CachingThreadedResolver):
    """Refuses names that lead to this machine or a private network: the address itself counts."""

    allow_loopback = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Allow loopback names only when the source's own setting names one."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_loopback = is_loopback(crawler.settings["AIMP_BASE_URL"])
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: N802  Twisted's name
        """The address of a name, when it is one of the open internet."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        found.addCallback(self._checked, name)
        return found

    def _checked(self, address: str, name: str) -> str:
        if self.allow_loopback and name in LOOPBACK_HOSTS:
            return address
        found = ipaddress.ip_address(address)
        # A multicast address counts as global, and reaches whoever listens on this network.
        if not found.is_global or found.is_multicast:
            raise DNSLookupError(f"{name} leads to {address}, which is not on the open internet")
        return address


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """One connection, cut when the head of an answer does not end."""

    def request(self, request: Any) -> "Deferred[IResponse]":
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
        if self._head > _LONGEST_HEAD:
            self.transport.abortConnection()  # type: ignore[union-attr]
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _address: object) -> _BoundedProtocol:  # noqa: N802  Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's own way to fetch, which bounds the body of an answer, with a bound for its head too."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory


class MemoryNow(MemoryUsage):
    """Scrapy's bound of memory, by what the run holds now.

    The largest it ever held is that of the process that started it as well, which may be a large one.
    """

    def get_virtual_size(self) -> int:
        """The bytes that this process holds in memory; the largest so far where the system does not say."""
        try:
            return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        except OSError:
            return super().get_virtual_size()


class PatientRetry(RetryMiddleware):
    """Scrapy's retries; when the source says Retry-After, nothing at all is asked until then."""

    _waiting = 0

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Wait as long as the source asks for, at most five minutes, then retry."""
        seconds = retry_after(response, datetime.now(UTC)) if response.status in (429, 503) else 0.0
        if not seconds and response.status == 429:
            seconds = quota_returns(response, datetime.now(UTC))
            if seconds > _LONGEST_WAIT:
                # Asking again before the quota is back would only be refused again.
                return response
        if seconds:
            engine = self.crawler.engine
            logger.warning("the source asks to wait", extra={"seconds": seconds, "url": request.url})
            self._waiting += 1
            if engine is not None:
                engine.pause()
            await asyncio.sleep(seconds)
            self._waiting -= 1
            if engine is not None and not self._waiting:
                engine.unpause()
        return super().process_response(request, response)


def quota_returns(response: Response, now: datetime) -> float:
    """The seconds until a used-up quota is back, by `reset_time` in the answer (Opendatasoft), else 0."""
    try:
        until = datetime.fromisoformat(json.loads(response.body)["reset_time"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def retry_after(response: Response, now: datetime) -> float:
    """The seconds that an answer asks to wait, in either form of RFC 9110; 0 when it asks for nothing."""
    value = (response.headers.get("Retry-After") or b"").decode("ascii", "replace").strip()
    if value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, min((until - now).total_seconds(), _LONGEST_WAIT))
