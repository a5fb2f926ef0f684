"""How long the page of the search takes among many tenders, beside the plainest answer of the same run.

    python -m benchmarks.search_speed [--tenders 30000] [--url postgresql://…] [--rounds 40] [--out FILE]

Tenders are invented, with words as rare as in texts, a twelfth of them open. Without an address they are
stored in SQLite, in a folder of their own; in PostgreSQL in a schema that is dropped afterwards. Queries go
through the whole application, every facet counted, each time with other words; `plain` is one word of text
through the same application, asked before each of them, for other programs may take the processors meanwhile.
Prints milliseconds, median and 95th percentile, and the ratio of medians.
"""

import argparse
import itertools
import json
import logging
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.engine import make_url

from config.criteria import ess_criteria
from config.settings import Settings
from procurement.accounts import only_chamber
from procurement.cantons import CANTONS
from procurement.db import Base, connect, transaction
from procurement.lens import FindingKind, Polarity
from procurement.models import Buyer, Finding, Lot, Person, Tender
from procurement.search.indexing import AT_ONCE, index_tenders, tenders_to_index
from procurement.sign_in import open_sign_in
from procurement.vocabulary import CriteriaSource, ProcurementMethod, Role, Stated, TenderState
from web import create_app
from web.access import Audience, audience

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_BUYERS = 2_000
_WORDS = 30_000
_IN_TEXT = 120
_SYLLABLES = [
    first + vowel for first in ("b", "d", "fr", "g", "l", "m", "pl", "r", "str", "t") for vowel in "aeiou"
]
_FREQUENT = "nettoyage"
_ONE_IN = 12


class Invented:
    """Tenders by chance: the first words of the list are in most texts, the last in few."""

    def __init__(self) -> None:
        self._chance = random.Random(7)  # noqa: S311  no secret depends on it
        made = {"".join(self._chance.choices(_SYLLABLES, k=4)) for _ in range(_WORDS)}
        self.words = sorted(made)
        self._chance.shuffle(self.words)
        self._weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def text(self, count: int) -> str:
        """So many words, the frequent one among them once in a while."""
        words = self._chance.choices(self.words, cum_weights=self._weights, k=count)
        return " ".join([*words, _FREQUENT] if self._chance.randrange(_ONE_IN) == 0 else words)

    def rows(self, numbers: Sequence[int]) -> tuple[list[dict[str, Any]], ...]:
        """The rows of tenders, their lots and what was found in them."""
        chance, tenders, lots, findings = self._chance, [], [], []
        families = [each.key for each in ess_criteria().criteria]
        for number in numbers:
            is_open = number % _ONE_IN == 0
            days = chance.randint(1, 60) if is_open else -chance.randint(1, 1_000)
            language = chance.choice(("fr", "fr", "fr", "de", "de", "it"))
            codes = [f"{chance.randint(3, 98):02}{chance.randint(100, 999)}000"]
            tenders.append(
                {
                    "id": number,
                    "source": chance.choice(("simap", "simap", "ted", "boamp")),
                    "procedure_key": str(number),
                    "number": str(100_000 + number),
                    "buyer_id": chance.randint(1, _BUYERS),
                    "state": TenderState.CALLED if is_open or number % 3 else TenderState.AWARDED,
                    "title": {language: self.text(7)},
                    "description": {language: self.text(_IN_TEXT)},
                    "language": language,
                    "procurement_method": chance.choice(
                        (ProcurementMethod.OPEN, ProcurementMethod.SELECTIVE)
                    ),
                    "cpv_codes": codes,
                    "value_amount": chance.choice((None, None, 90_000, 700_000, 9_000_000)),
                    "value_currency": "CHF",
                    "published_on": date(2026, 11, 1),
                    "submission_deadline": NOW + timedelta(days=days, minutes=chance.randint(0, 600)),
                    "url": "https://example.org/",
                    "changed_at": NOW - timedelta(days=1),
                }
            )
            lots.append(
                {
                    "id": number,
                    "tender_id": number,
                    "source_key": "",
                    "number": 1,
                    "cpv_codes": codes,
                    "place_canton": chance.choice(CANTONS),
                    "place_country": "CH",
                    "award_criteria_source": CriteriaSource.DEFINED,
                    "selection_criteria_in_documents": Stated.NOT_SPECIFIED,
                    "read_at": NOW - timedelta(days=1),
                }
            )
            if number % 5 == 0:
                findings.append(_finding(number, chance.choice(families)))
        return tenders, lots, findings


def _finding(lot_id: int, family: str) -> dict[str, Any]:
    return {
        "lot_id": lot_id,
        "family": family,
        "kind": FindingKind.AWARD,
        "polarity": Polarity.PRESENT,
        "weight": 10.0,
        "counts": True,
        "field": "award.1.title",
        "start": 0,
        "evidence": "x",
        "sentence": "x",
        "rule": "bench",
        "found_with": "bench",
        "found_at": NOW,
    }


@contextmanager
def database(url: str | None) -> Iterator[Engine]:
    """An empty database of its own, gone afterwards."""
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            yield connect(f"sqlite:///{folder}/bench.db", is_collecting=True)
        return
    schema, outside = f"bench_{uuid.uuid4().hex[:10]}", connect(url)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    inside = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield connect(inside.render_as_string(hide_password=False))
    finally:
        with outside.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def store(engine: Engine, invented: Invented, count: int) -> None:
    """Store so many tenders of one lot."""
    Base.metadata.create_all(engine)
    with transaction(engine) as session:
        buyers = [
            {
                "source": "simap",
                "source_key": str(number),
                "name": {"fr": f"Commune {number}"},
                "canton": CANTONS[number % len(CANTONS)],
                "country": "CH",
            }
            for number in range(_BUYERS)
        ]
        session.execute(insert(Buyer), buyers)
    for start in range(1, count + 1, AT_ONCE):
        with transaction(engine) as session:
            numbers = range(start, min(start + AT_ONCE, count + 1))
            for table, rows in zip((Tender, Lot, Finding), invented.rows(numbers), strict=True):
                session.execute(insert(table), rows)


def index(engine: Engine) -> None:
    """Index everything, as `aimp index` does, and let PostgreSQL count its rows."""
    with transaction(engine) as session:
        waiting = tenders_to_index(session, now=NOW)
    for start in range(0, len(waiting), AT_ONCE):
        with transaction(engine) as session:
            index_tenders(session, waiting[start : start + AT_ONCE], now=NOW)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def signed_in(engine: Engine, folder: Path) -> FlaskClient:
    """The application with somebody of the staff in it, and with the plainest of answers."""
    settings = Settings(
        data_dir=folder, base_url="http://127.0.0.1:8000", secret_key="a key of the benchmark " * 2
    )
    app = create_app(settings, engine=engine, clock=lambda: NOW)
    app.add_url_rule("/plain", "plain", audience(Audience.PUBLIC)(lambda: "plain"))
    with transaction(engine) as session:
        person = Person(
            chamber_id=only_chamber(session).id,
            name="Bench",
            email="bench@example.org",
            role=Role.STAFF,
            created_at=NOW,
        )
        session.add(person)
        session.flush()
        token = open_sign_in(session, person=person, now=NOW)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def queries(invented: Invented) -> dict[str, Callable[[int], str]]:
    """What is asked, by the number of the round; words of the middle of the list are those people use."""
    words = invented.words
    return {
        "open, no words": lambda number: f"/recherche?statut=ouvert&page={number % 5 + 1}",
        "open, a word in one of 12": lambda number: f"/recherche?q={_FREQUENT}&page={number % 5 + 1}",
        "open, a word": lambda number: f"/recherche?q={words[200 + number]}",
        "open, two words": lambda number: f"/recherche?q={words[20 + number]}+{words[100 + number]}",
        "open, a phrase": lambda number: f"/recherche?q=%22{words[number]}+{words[number + 1]}%22",
        "open, canton and field": lambda number: (
            f"/recherche?lieu={CANTONS[number % 26]}&cpv={number % 90 + 5:02}"
        ),
        "all, no words": lambda number: f"/recherche?statut=tous&page={number % 5 + 1}",
        "all, a word": lambda number: f"/recherche?statut=tous&q={words[200 + number]}",
        "all, a word, titles first": lambda number: (
            f"/recherche?statut=tous&tri=pertinence&q={words[200 + number]}"
        ),
        "all, a word in one of 12": lambda number: (
            f"/recherche?statut=tous&q={_FREQUENT}&page={number % 5 + 1}"
        ),
        "nothing found": lambda number: f"/recherche?q={words[number + 400]}+xylophone",
    }


def measure(client: FlaskClient, address: Callable[[int], str], rounds: int) -> dict[str, float]:
    """Milliseconds of a query, after one that warms up, each beside the plain answer of the same instant."""
    plain: list[float] = []
    taken: list[float] = []
    for number in range(rounds + 1):
        for found, asked in ((plain, "/plain"), (taken, address(number))):
            before = time.perf_counter()
            response = client.get(asked)
            found.append(1_000 * (time.perf_counter() - before))
            if response.status_code != 200:
                raise SystemExit(f"{asked}: {response.status_code}")
    ordered, middle = sorted(taken[1:]), statistics.median(plain[1:])
    median, late = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    figures = {"median": median, "p95": late, "plain": middle, "ratio": median / middle}
    return {name: round(value, 2) for name, value in figures.items()}


def main() -> None:
    """Store, index, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenders", type=int, default=30_000)
    parser.add_argument("--url", help="of a PostgreSQL database")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    report: dict[str, Any] = {}
    with database(asked.url) as engine, tempfile.TemporaryDirectory() as folder:
        invented = Invented()
        store(engine, invented, asked.tenders)
        before = time.perf_counter()
        index(engine)
        report["indexing, seconds"] = round(time.perf_counter() - before, 1)
        with transaction(engine, read_only=True) as session:
            before = time.perf_counter()
            tenders_to_index(session, now=NOW)
            report["nothing to index, seconds"] = round(time.perf_counter() - before, 2)
            report["tenders"] = session.scalar(select(func.count(Tender.id)))
        client = signed_in(engine, Path(folder))
        for name, address in queries(invented).items():
            report[name] = measure(client, address, asked.rounds)
        engine.dispose()
    for name, found in report.items():
        if isinstance(found, dict):
            print(f"{name:30}{found['median']:9.1f}{found['p95']:9.1f} ms{found['ratio']:8.1f} x")
        else:
            print(f"{name:30}{found:9}")
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
