"""The official lists of simap: the CPV in four languages, and where each buying office belongs.

API: `/codes/v1/cpv`, `/institutions/v1/institutions`, `/procoffices/v1/po/public` (OpenAPI 1.5.1, open).
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import scrapy
from pydantic import ValidationError
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response
from sqlalchemy import Engine
from twisted.python.failure import Failure

from config.settings import Settings
from config.tables import sources
from crawler.settings import scrapy_settings
from crawler.simap.listing import CodeTree, Institution, Institutions, Offices
from crawler.simap.shape import Shape
from crawler.simap.words import text_of
from crawler.source import read_json
from procurement.cantons import BuyerLevel
from procurement.codes import Seat, note_list, remember_cpv, remember_offices
from procurement.db import transaction
from procurement.models import Translations

logger = logging.getLogger(__name__)
S = TypeVar("S", bound=Shape)

_GREETING = "/cantons/v1"
_CPV, _INSTITUTIONS, _OFFICES = "/codes/v1/cpv", "/institutions/v1/institutions", "/procoffices/v1/po/public"
# The roots of the tree of institutions bear names, not codes: 26 cantons; Confederation and abroad have none.
_CANTONS = {
    "Aargau": "AG",
    "Appenzell A.Rh.": "AR",
    "Appenzell I.Rh.": "AI",
    "Basel-Landschaft": "BL",
    "Basel-Stadt": "BS",
    "Bern": "BE",
    "Freiburg": "FR",
    "Genf": "GE",
    "Glarus": "GL",
    "Graubünden": "GR",
    "Jura": "JU",
    "Luzern": "LU",
    "Neuenburg": "NE",
    "Nidwalden": "NW",
    "Obwalden": "OW",
    "Schaffhausen": "SH",
    "Schwyz": "SZ",
    "Solothurn": "SO",
    "St.Gallen": "SG",
    "Tessin": "TI",
    "Thurgau": "TG",
    "Uri": "UR",
    "Waadt": "VD",
    "Wallis": "VS",
    "Zug": "ZG",
    "Zürich": "ZH",
}
# `ProcOfficeType`; what hangs on the Confederation, a canton or a commune counts with it.
_LEVELS = {
    "central_federation": BuyerLevel.CONFEDERATION,
    "decentral_federation": BuyerLevel.CONFEDERATION,
    "other_federation": BuyerLevel.CONFEDERATION,
    "cantonal": BuyerLevel.CANTON,
    "other_cantonal": BuyerLevel.CANTON,
    "communal": BuyerLevel.COMMUNE,
    "other_communal": BuyerLevel.COMMUNE,
    "foreign": BuyerLevel.ABROAD,
}


@dataclass(frozen=True, slots=True)
class CodesReport:
    """What was read of the official lists, and when; `problems` names what could not be."""

    read_at: datetime
    cpv_codes: int = 0
    cpv_changed: int = 0
    institutions: int = 0
    offices: int = 0
    # Each buying office by its key; those of the Confederation and from abroad have no canton.
    seats: Mapping[str, Seat] = field(default_factory=dict)
    # Buyers that learnt their canton or level.
    buyers_placed: int = 0
    problems: tuple[str, ...] = ()


def refresh_codes(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> CodesReport:
    """Read the official lists and keep the words of the CPV, which replace those of notices.

    What cannot be read changes nothing and is named. One call per process: Scrapy's reactor starts once.
    """
    answers, problems = _fetch(settings)
    trees = {path: _shaped(shape, answers[path], path, problems) for path, shape in _SHAPES.items()}
    cpv = labels_of(tree) if isinstance(tree := trees[_CPV], CodeTree) else {}
    institutions, offices = trees[_INSTITUTIONS], trees[_OFFICES]
    seats: dict[str, Seat] = {}
    if isinstance(institutions, Institutions) and isinstance(offices, Offices):
        seats = seats_of(institutions, offices)
    with transaction(engine) as session:
        changed = remember_cpv(session, cpv, official=True)
        placed = remember_offices(session, source="simap", seats=seats)
        for name, entries in (("cpv", len(cpv)), ("offices", len(seats))):
            if entries:
                note_list(session, name=f"simap:{name}", entries=entries, now=clock())
    report = CodesReport(
        read_at=clock(),
        cpv_codes=len(cpv),
        cpv_changed=changed,
        institutions=len(institutions.institutions) if isinstance(institutions, Institutions) else 0,
        offices=len(offices.procOffices) if isinstance(offices, Offices) else 0,
        seats=seats,
        buyers_placed=placed,
        problems=tuple(problems),
    )
    facts = {"cpv_codes": report.cpv_codes, "offices": report.offices, "problems": problems}
    level = logging.WARNING if problems else logging.INFO
    logger.log(level, "the official lists were asked for", extra=facts)
    return report


def labels_of(tree: CodeTree) -> dict[str, Translations]:
    """Every code of a tree with its words."""
    found: dict[str, Translations] = {}
    waiting = list(tree.codes)
    while waiting:
        node = waiting.pop()
        if words := text_of(node.label, f"codes.{node.code}", single=True):
            found[node.code] = words
        waiting += node.codes or []
    return found


def seats_of(institutions: Institutions, offices: Offices) -> dict[str, Seat]:
    """The level of each buying office, and the canton above its institution; neither is guessed."""
    by_key = {each.id: each for each in institutions.institutions}
    return {
        office.id: Seat(_canton_above(office.institutionId, by_key), _LEVELS.get(office.type or ""))
        for office in offices.procOffices
    }


def _canton_above(key: str | None, institutions: Mapping[str, Institution]) -> str | None:
    met = set[str]()
    while key is not None and key in institutions and key not in met:
        met.add(key)
        parent = institutions[key].parentInstitutionId
        if parent is None:
            return _CANTONS.get((institutions[key].name.de or "").strip())
        key = parent
    return None


_SHAPES: dict[str, type[Shape]] = {_CPV: CodeTree, _INSTITUTIONS: Institutions, _OFFICES: Offices}


def _shaped(shape: type[S], answer: object, path: str, problems: list[str]) -> S | None:
    if answer is None:
        return None
    try:
        return shape.model_validate(answer)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        problems.append(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        return None


def _fetch(settings: Settings) -> tuple[dict[str, Any], list[str]]:
    """The three answers, by the rules of every crawl: hosts on the list, one request a second, retries."""
    form, base_url = sources()["simap"], settings.simap_url
    answers: dict[str, Any] = dict.fromkeys(_SHAPES)
    problems: list[str] = []
    process = AsyncCrawlerProcess({**scrapy_settings(settings, form, base_url), "ITEM_PIPELINES": {}})
    process.crawl(_CodesSpider, base_url=base_url, answers=answers, problems=problems)
    process.start()
    asked = {problem.partition(":")[0] for problem in problems}
    problems += [
        f"{path}: not read" for path in _SHAPES if answers[path] is None and not asked & {path, _GREETING}
    ]
    return answers, problems


class _CodesSpider(scrapy.Spider):
    """Asks for each list once."""

    name = "simap_codes"

    def __init__(self, *, base_url: str, answers: dict[str, Any], problems: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_url, self.answers, self.problems = base_url, answers, problems

    async def start(self) -> AsyncIterator[Any]:
        """Open the session as a browser would: a first visit without cookies is sent to a check page."""
        yield self.ask(_GREETING, self.greeted)

    def ask(self, path: str, callback: Callable[..., Any]) -> Request:
        """A request for one list, whose failure is named."""
        return Request(
            self.base_url + path,
            callback=callback,
            errback=self.failed,
            cb_kwargs={"path": path},
            dont_filter=True,
        )

    def greeted(self, response: Response, path: str) -> Iterator[Request]:
        """The cookie check is passed: ask for the lists."""
        for wanted in _SHAPES:
            yield self.ask(wanted, self.listed)

    def listed(self, response: Response, path: str) -> Iterator[Request]:
        """One list; a broken answer is asked for again."""
        try:
            self.answers[path] = read_json(response.body)
        except ValueError as problem:
            assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
            again = get_retry_request(response.request, spider=self, reason=str(problem))
            if again is None:
                self.problems.append(f"{path}: {problem}")
            else:
                yield again

    def failed(self, failure: Failure) -> None:
        """A list that was not given, after all its retries."""
        path = failure.request.cb_kwargs["path"]  # type: ignore[attr-defined]
        self.problems.append(f"{path}: {type(failure.value).__name__}: {failure.getErrorMessage()}"[:300])
