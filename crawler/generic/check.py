"""Whether the forms of the sources can be used, before a run finds out."""

import re
from collections.abc import Iterator
from datetime import date

from config.readers import PageForm, Selectors
from config.settings import BadConfiguration, Settings, is_loopback
from config.tables import SourceForm
from crawler.generic.record import Kind
from crawler.generic.selecting import selector_of
from crawler.guard import is_allowed
from crawler.spiders import spider_of
from procurement.vocabulary import ProcurementMethod

_SLOWEST = 60.0
_CSS = ("item", "link", "next", "empty")


def faults_of(form: SourceForm, settings: Settings) -> list[str]:
    """What is wrong with a form, each with the name of its field; empty when a run may begin."""
    return [*_spider(form), *_address(form, settings), *_expectations(form), *_licence(form), *_reader(form)]


def address_of(form: SourceForm, settings: Settings) -> str:
    """Where a source is read: its fixed address, or that of the settings."""
    return form.url or str(getattr(settings, form.url_setting, ""))


def _spider(form: SourceForm) -> Iterator[str]:
    try:
        spider_of(form.spider)
    except ModuleNotFoundError:
        yield f"reader: there is no crawler/spiders/{form.spider}.py"
    except ValueError:
        yield f"reader: crawler/spiders/{form.spider}.py defines not one spider"


def _address(form: SourceForm, settings: Settings) -> Iterator[str]:
    if form.url_setting and form.url_setting not in type(settings).model_fields:
        yield f"url_setting: {form.url_setting!r} is no setting"
        return
    if form.is_read_from_files_alone:
        return
    address = address_of(form, settings)
    others = form.ocds.packages if form.ocds else []
    for each in [address, *(each for each in others if "://" in each)]:
        # A source on this machine is read from that very address: its hosts count for nothing.
        if not is_allowed(each, hosts=form.hosts, base_url=address):
            yield f"hosts: {each} is not https on one of {', '.join(form.hosts) or 'none'}"
    if not is_loopback(address) and any("/" in host or ":" in host for host in form.hosts):
        yield "hosts: names of hosts, without scheme, port or path"


def _expectations(form: SourceForm) -> Iterator[str]:
    least, most = form.expected_per_run
    if not 0 <= least <= most or most == 0:
        yield f"expected_per_run: from {least} to {most} is no range"
    if not 0 < form.delay_seconds <= _SLOWEST:
        yield f"delay_seconds: {form.delay_seconds} is not between 0 and {_SLOWEST:g}"


def _licence(form: SourceForm) -> Iterator[str]:
    if not form.licence.strip():
        yield "licence: say under what terms the notices may be shown"
    try:
        date.fromisoformat(form.licence_checked)
    except ValueError:
        yield f"licence_checked: {form.licence_checked!r} is no day (2026-11-24)"


def _reader(form: SourceForm) -> Iterator[str]:
    for table in (form.page, form.feed, form.csv):
        if table is not None:
            try:
                Kind.of(table)
            except BadConfiguration as problem:
                yield str(problem)
    if form.ocds is not None and ProcurementMethod.of(form.ocds.procurement_method) is None:
        yield f"ocds.procurement_method: {form.ocds.procurement_method!r} is unknown"
    if form.page is not None:
        yield from _selectors(form.page)


def _selectors(page: PageForm) -> Iterator[str]:
    written = {f"page.{name}": getattr(page, name) for name in (*_CSS, *Selectors.model_fields)}
    if page.detail is not None:
        written |= {f"page.detail.{name}": getattr(page.detail, name) for name in Selectors.model_fields}
    for name, selector in written.items():
        if not selector:
            continue
        parts = selector_of(selector)
        if fault := parts.fault():
            yield f"{name}: `{selector}` is no CSS selector: {fault}"
        if name in ("page.item", "page.empty") and (parts.attribute or parts.is_optional):
            yield f"{name}: `{selector}` is an element, without @ or ?"
    if page.only_if and re.search(page.only_if, ""):
        yield f"page.only_if: {page.only_if!r} lets every title pass"
