"""The rules of the house that no linter knows: who commits, reads the environment, asks the time."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

import aimp
from config.settings import Settings
from config.tables import jobs, sources
from procurement.links import Links
from procurement.models import CalendarLink, Person
from procurement.vocabulary import AnswerChoice
from web import create_app

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("config", "procurement", "crawler", "matcher", "web")
_MODULES = sorted(
    path.relative_to(_ROOT).as_posix()
    for path in [_ROOT / "aimp.py", *(found for name in _PACKAGES for found in (_ROOT / name).rglob("*.py"))]
)
_WRITTEN = [name for name in _MODULES if "/migrations/versions/" not in name]
_EDGES_OF_TRANSACTIONS = ("procurement/db.py", "procurement/migrations/", "web/transactions.py")
_EDGES_OF_TIME = ("procurement/installation.py", "crawler/guard.py", "web/__init__.py")
_VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "process", "common", "misc"}
each_module = pytest.mark.parametrize("name", _WRITTEN)


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse((_ROOT / name).read_text(encoding="utf-8"))


def _dotted(node: ast.expr) -> str:
    """The name of what is called or read: "datetime.now", "session.commit"."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "…"


def _calls(name: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Call):
            yield node.lineno, _dotted(node.func)


def _places(name: str, found: Iterator[tuple[int, str]]) -> list[str]:
    return [f"{name}:{line} {what}" for line, what in found]


@each_module
def test_transactions_begin_and_end_at_the_edge(name: str) -> None:
    found = [(line, call) for line, call in _calls(name) if call.endswith((".commit", ".begin"))]

    assert name.startswith(_EDGES_OF_TRANSACTIONS) or _places(name, iter(found)) == []


@each_module
def test_only_the_settings_read_the_environment(name: str) -> None:
    found = [
        (node.lineno, _dotted(node))
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Attribute) and _dotted(node) in ("os.environ", "os.getenv", "os.putenv")
    ]
    imported = [
        (node.lineno, alias.name)
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
        if alias.name in ("environ", "getenv")
    ]

    assert name == "config/settings.py" or _places(name, iter(found + imported)) == []


@each_module
def test_only_the_edges_ask_what_time_it_is(name: str) -> None:
    asks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    found = [(line, call) for line, call in _calls(name) if call.endswith(asks)]

    assert name in _EDGES_OF_TIME or _places(name, iter(found)) == []


@each_module
def test_no_module_prints(name: str) -> None:
    found = [(line, call) for line, call in _calls(name) if call in ("print", "pprint")]

    assert _places(name, iter(found)) == []


@each_module
def test_no_error_is_caught_without_a_name_or_swallowed(name: str) -> None:
    bare = [
        f"{name}:{node.lineno}"
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (_dotted(node.type) == "Exception" and isinstance(node.body[0], ast.Pass)))
    ]

    assert bare == []


@pytest.mark.parametrize("name", [name for name in _WRITTEN if name != "procurement/models.py"])
def test_no_module_is_too_long_to_be_read_at_once(name: str) -> None:
    lines = len((_ROOT / name).read_text(encoding="utf-8").splitlines())

    assert lines <= 400


def _wants_words(node: ast.AST) -> bool:
    return isinstance(
        node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) and not node.name.startswith("_")


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The public functions, classes and methods of a module, not what is defined inside a function."""
    for node in body:
        if _wants_words(node):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            yield f"{prefix}{node.name}", node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public(node.body, f"{node.name}.")


@each_module
def test_everything_public_says_what_it_guarantees(name: str) -> None:
    tree = _tree(name)
    silent = [
        place
        for place, node in _public(tree.body)
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    ]

    assert ast.get_docstring(tree), f"{name} does not say what it is for"
    assert silent == []


@each_module
def test_no_comment_puts_work_off(name: str) -> None:
    text = (_ROOT / name).read_text(encoding="utf-8")

    assert re.findall(r"#.*\b(TODO|FIXME|XXX|HACK)\b", text) == []


@each_module
def test_no_module_has_a_name_that_says_nothing(name: str) -> None:
    assert not _VAGUE & set(name.removesuffix(".py").split("/"))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")

    assert f"AIMP_{name.upper()}" in readme


def test_no_setting_in_the_readme_is_unknown() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    known = {f"AIMP_{name.upper()}" for name in Settings.model_fields}

    named = {each for each in re.findall(r"\bAIMP_[A-Z_]+\b", readme) if not each.startswith("AIMP_TEST_")}

    assert named <= known


@pytest.mark.parametrize("step", sorted({step for job in jobs() for step in job.steps}))
def test_every_step_of_the_schedule_is_a_command(step: str) -> None:
    verb, *arguments = step.split()
    command = aimp.main.get_command(click.Context(aimp.main), verb)
    assert command is not None

    context = command.make_context(verb, list(arguments))

    assert context.command is command


@pytest.mark.parametrize(
    "step", sorted({step for job in jobs() for step in job.steps if step.startswith("crawl ")})
)
def test_every_crawl_of_the_schedule_is_of_a_source_that_is_known(step: str) -> None:
    assert step.split()[1] in sources()


@pytest.mark.parametrize("key", sources())
def test_every_source_has_its_spider(key: str) -> None:
    assert find_spec(f"crawler.spiders.{sources()[key].spider}") is not None


def _addresses() -> dict[str, str]:
    """One address from each method of the links."""
    links = Links("", "k" * 40)
    return {
        "home": links.home(),
        "tender": links.tender(7),
        "matches": links.matches(),
        "answer": links.answer(7, AnswerChoice.INTERESTED),
        "room": links.room(7),
        "room_talk": links.room_talk(7),
        "result": links.result(7),
        "rooms": links.rooms(),
        "proposal": links.proposal(7),
        "room_tasks": links.room_tasks(7),
        "calendar": links.calendar(
            CalendarLink(id=7, version=1, renewed_at=datetime(2026, 11, 24, tzinfo=UTC))
        ),
        "advice": links.advice(),
        "advice_desk": links.advice_desk(7),
        "preferences": links.preferences(),
        "member": links.member(7),
        "sign_in_code": links.sign_in_code(),
        "queue": links.queue(),
        "sources": links.sources(),
        "unsubscribe": links.unsubscribe(Person(id=7)),
    }


def test_every_link_has_its_address_here() -> None:
    methods = {name for name, value in vars(Links).items() if callable(value) and not name.startswith("_")}

    assert set(_addresses()) == methods


@pytest.mark.parametrize(("name", "address"), _addresses().items(), ids=list(_addresses()))
def test_every_link_of_an_email_leads_to_a_page(
    engine: Engine, tmp_path: Path, name: str, address: str
) -> None:
    app = create_app(Settings(data_dir=tmp_path), engine=engine)
    router = app.url_map.bind("127.0.0.1")

    try:
        endpoint, _ = router.match(address.partition("?")[0], method="GET")
    except (NotFound, RequestRedirect) as problem:
        pytest.fail(f"{name} leads nowhere: {address} ({problem!r})")

    assert endpoint
