"""OCDS release packages, as the form of their source names them: one after the other, each release once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from scrapy.http import Request, Response

from config.readers import OcdsForm
from config.settings import BadConfiguration
from crawler.generic import ocds
from crawler.generic.packages import Slice, read_package
from crawler.source import Item, TenderSpider, Unreadable
from procurement.i18n import ZURICH
from procurement.notices import digest_of
from procurement.records import NoticeRecord


class OcdsSpider(TenderSpider):
    """Every release about a call or an award; a release never changes: a change is another release."""

    source = "ocds"

    def __init__(self, **kwargs: Any) -> None:
        """Take the form of the packages."""
        super().__init__(**kwargs)
        if self.form.ocds is None:
            raise BadConfiguration(f"{self.form.key}: the reader ocds needs the table [source.ocds]")
        self.ocds: OcdsForm = self.form.ocds
        self.asked: set[str] = set()

    def listing(self) -> Iterator[Request]:
        """The packages that the form names."""
        for address in (self.base_url, *self.ocds.packages):
            window = address.replace("{since}", self.since.isoformat()).replace(
                "{until}", self.until.isoformat()
            )
            yield from self.package(urljoin(self.base_url, window))

    def package(self, address: str) -> Iterator[Request]:
        """Ask for a package once; more packages than the form expects are a fault, not the end."""
        if address in self.asked:
            return
        if len(self.asked) >= self.ocds.most_pages:
            self.tally.listing_failed = True
            self.tally.reasons.append(f"{address}: more than {self.ocds.most_pages} packages")
            return
        self.asked.add(address)
        yield self.ask(address, self.releases)

    def releases(self, response: Response) -> Iterator[Request | Item]:
        """Hand over each release of a package, then ask for the next package."""
        try:
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            package = read_package(response.body)
        except ValueError as problem:
            yield from self.list_again(response, f"no release package: {problem}")
            return
        self.count_healed(response)
        for release in package.releases:
            yield from self.release(release, response.url)
        if package.following:
            yield from self.package(urljoin(response.url, package.following))

    def release(self, release: Slice, package: str) -> Iterator[Item]:
        """One release, unless it is older than the window or only about the contract."""
        said = release.content if isinstance(release.content, dict) else {}
        ocid, identifier, tags = said.get("ocid"), said.get("id"), said.get("tag")
        if isinstance(tags, list) and ocds.is_after_the_award(tags):
            return
        if self.is_old(said.get("date")):
            return
        if isinstance(ocid, str) and isinstance(identifier, str | int) and ocid:
            yield from self.take_answer(ocds.release_key(ocid, identifier), release.payload, package)
            return
        key = f"row:{digest_of(release.payload)[:16]}"
        if key not in self.met:
            self.met.add(key)
            self.tally.listed += 1
            yield Unreadable(key, "releases[]", "no ocid and id", release.payload, package)

    def is_old(self, date: object) -> bool:
        """Whether a release says that it was published before the window."""
        try:
            moment = datetime.fromisoformat(date) if isinstance(date, str) else None
        except ValueError:
            return False
        return (
            moment is not None and moment.tzinfo is not None and moment.astimezone(ZURICH).date() < self.since
        )

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One release."""
        return ocds.read_release(
            payload, self.ocds, source=self.form.key, fetched_from=url, homepage=self.form.homepage
        )
