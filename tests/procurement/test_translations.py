"""The catalogues: every French text of pages and e-mails has its German, Italian and English."""

import re
import shlex
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from jinja2 import Environment, nodes
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.settings import Settings
from procurement import i18n, matches
from procurement.db import transaction
from procurement.labelled import LANGUAGES
from procurement.links import Links
from procurement.mail import messages
from procurement.mail.rendering import render
from procurement.models import CrawlRun, Person
from procurement.vocabulary import Role, Verdict
from tests.factories import NOW, make_lot, make_match, make_notice, make_person, make_tender
from tests.procurement.catalogues import FIELD, catalogue, forms_of, french_in, names, texts, translated
from tests.procurement.mails import LINKS
from tests.web.conftest import Clock, Page
from web import create_app, forms
from web.forms import PageForm
from web.pages import page_modules

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "fr"]
each_language = pytest.mark.parametrize("language", OTHERS)

_WORDS = re.compile(r"[^\W\d_]{2,}")
# A text that stands in a variable: where the catalogues find it instead.
_SAID_LATER = {
    "entry.label": "the MenuEntry of each page",
    "group": "translated_later in web/pages",
    "light.word": "the SourceLight of web/lights.py",
    "field.errors[0]": "translated_later in web/forms.py",
    "form.choice.errors[0]": "translated_later in web/forms.py",
    "form.name.errors[0]": "translated_later in web/forms.py",
    "form.frequency.errors[0]": "translated_later in web/forms.py",
    "form.weekdays.errors[0]": "translated_later in web/preference_forms.py",
    "text": "TEXTS of procurement/consent_words.py",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every French text there is, found as `make messages` finds it."""
    path = tmp_path_factory.mktemp("messages") / "messages.pot"
    line = next(line for line in (ROOT / "Makefile").read_text().splitlines() if " extract " in line)
    wanted = [part for part in shlex.split(line)[1:] if not part.startswith("--output-file=")]
    command = [sys.executable, "-m", "babel.messages.frontend", *wanted, f"--output-file={path}"]
    subprocess.run(command, check=True, cwd=ROOT)
    with path.open("rb") as file:
        return read_po(file)


@each_language
def test_every_french_text_has_its_translation(template: Catalog, language: str) -> None:
    known = {names(message): forms_of(message) for message in texts(catalogue(language))}

    missing = [ids for ids in map(names, texts(template)) if not all(known.get(ids, ("",)))]

    assert not missing, f"run `make messages`, then translate in {language}.po: {missing}"


@each_language
def test_no_catalogue_holds_a_text_that_nobody_says_or_that_was_guessed(
    template: Catalog, language: str
) -> None:
    said = {names(message) for message in texts(template)}

    assert [names(message) for message in texts(catalogue(language)) if names(message) not in said] == []
    assert [*catalogue(language).obsolete] == []
    assert [names(message) for message in texts(catalogue(language)) if message.fuzzy] == []


@each_language
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    for message in translated(language):
        one, *many = (sorted(FIELD.findall(text)) for text in names(message))
        first, *rest = (sorted(FIELD.findall(text)) for text in forms_of(message))

        assert rest == many, message.id
        # Where French says « un marché », another language may say « 1 Auftrag »: the number is always known.
        assert set(one) <= set(first) <= {*one, *(many[0] if many else ())}, message.id
        assert len(first) == len(set(first)), message.id


@each_language
def test_there_are_two_forms_for_a_number(language: str) -> None:
    assert catalogue(language).num_plurals == 2
    for message in texts(catalogue(language)):
        assert len(forms_of(message)) == len(names(message)), message.id


@each_language
def test_a_translation_is_typeset_in_its_own_language(language: str) -> None:
    foreign = {"de": "ß“”‘„'\"", "it": "“”‘„'\"", "en": "«»„'\""}[language]
    for message in translated(language):
        for french, text in zip(names(message), forms_of(message), strict=True):
            assert not set(text) & set(foreign), text
            assert not re.search("[ \u00a0\u202f](?=[:;?!,.»])|« |“ |  |\u00a0$", text), text
            assert text == text.strip() or french != french.strip(), text
            ending = french[-1] if french[-1] in ".:?!…" else ""
            assert text.endswith(ending), text
            assert ending or text[-1] not in ".:?!…", text


def test_what_is_said_later_is_in_the_catalogues_too(template: Catalog) -> None:
    found = {text for message in texts(template) for text in names(message)}
    entries = [module.MENU.label for module in page_modules() if hasattr(module, "MENU")]
    said = {
        message
        for form in PageForm.__subclasses__()
        for field in form()
        for validator in field.validators
        if (message := getattr(validator, "message", None))
    }
    constants = {value for name, value in vars(forms).items() if name.isupper() and isinstance(value, str)}

    assert entries
    assert said
    assert {*entries, *said, *constants} - found == set()


def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.do"], autoescape=True)


_TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
each_template = pytest.mark.parametrize(
    "path", _TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}"
)


@each_template
def test_a_template_translates_what_is_written_out(path: Path) -> None:
    tree = _environment().parse(path.read_text(encoding="utf-8"))

    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            wanted = call.args[: 2 if call.node.name == "ngettext" else 1]
            for each in wanted:
                assert isinstance(each, nodes.Const) or _spelled(each) in _SAID_LATER, f"line {call.lineno}"


def _spelled(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_spelled(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const() as key):
            return f"{_spelled(node.node)}[{key.value}]"
        case _:
            return type(node).__name__


@each_template
def test_a_template_holds_no_words_outside_the_catalogues(path: Path) -> None:
    source = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    soup = BeautifulSoup(source, "lxml")
    said = [soup.get_text(" ")]
    said += [
        str(tag[name]) for tag in soup.find_all(True) for name in ("aria-label", "title") if tag.get(name)
    ]

    assert set(_WORDS.findall(" ".join(said))) <= {"aimp", "CPV"}


def _digest(session: Session, language: str) -> tuple[str, ...]:
    """A digest with everything that it can say, rendered."""
    person = make_person(session, language=language)
    assert person.member is not None
    near = make_tender(session, submission_deadline=NOW + timedelta(days=2), value_amount=250_000)
    several = make_tender(session, title={"de": "Reinigung der Schulen"}, language="de")
    make_lot(several)
    for lot in (*near.lots, *several.lots):
        make_match(session, member=person.member, lot=lot, released_at=NOW)
    found = matches.tenders_of(session, member=person.member, now=NOW)
    since = date(2026, 11, 20)
    runs = [
        CrawlRun(source=source, since=since, started_at=NOW, ended_at=NOW, verdict=verdict)
        for source, verdict in (("simap", Verdict.OK), ("ted", Verdict.PARTIAL))
    ]
    email = messages.digest(
        person=person,
        member=person.member,
        new=found[1:],
        last_chance=found[:1],
        left_out=3,
        badges={},
        runs=runs,
        links=LINKS,
        now=NOW,
    )
    rendered = render(email)
    page = BeautifulSoup(rendered.html, "lxml").get_text(" ")
    return rendered.subject, rendered.text, page, email.preheader


@each_language
def test_a_digest_holds_no_french_of_ours(session: Session, language: str) -> None:
    for shown in _digest(session, language):
        assert french_in(shown, language) == []


def test_french_left_in_a_digest_would_be_found(session: Session) -> None:
    _, text, page, _ = _digest(session, "fr")

    for shown in (text, page):
        assert {"Dernière chance", "Nouveau pour vous", "Sources", "lu"} & set(french_in(shown, "de"))
        assert len(french_in(shown, "de")) > 10


@each_language
def test_a_sign_in_code_holds_no_french_of_ours(session: Session, language: str) -> None:
    person = make_person(session, language=language)

    rendered = render(messages.sign_in_code(person=person, code="042137", minutes=10, links=LINKS))

    assert french_in(rendered.subject + rendered.text, language) == []


@each_language
@pytest.mark.parametrize("is_unread", [True, False])
def test_an_alarm_holds_no_french_of_ours(session: Session, language: str, is_unread: bool) -> None:
    staff = make_person(session, role=Role.STAFF, language=language)
    failed = [
        CrawlRun(source="ted", since=date(2026, 11, 20), started_at=NOW, ended_at=NOW) for _ in range(3)
    ]

    email = messages.source_alarm(person=staff, runs=failed, is_unread=is_unread, links=LINKS)
    rendered = render(email)

    assert french_in(rendered.subject + rendered.text, language) == []


@pytest.mark.parametrize(
    ("language", "subject", "greeting", "answer"),
    [
        ("de", "1 neue Ausschreibung, 1 Frist läuft bald ab: Ville", "Guten Tag Maude", "Sucht Partner"),
        ("it", "1 nuova commessa, 1 termine vicino: Ville", "Buongiorno Maude", "Cerca partner"),
        ("en", "1 new tender, 1 deadline close: Ville", "Hello Maude", "Seeking partners"),
    ],
)
def test_a_digest_reads_well(
    session: Session, language: str, subject: str, greeting: str, answer: str
) -> None:
    first, text, *_ = _digest(session, language)

    assert first.startswith(subject)
    assert text.startswith(greeting)
    assert f"[{answer}] https://" in text
    assert "\u00a0:" not in text
    assert "\u00a0;" not in text


@pytest.fixture
def page(engine: Engine, tmp_path: Path) -> Page:
    """A browser in which nobody is signed in."""
    settings = Settings(
        data_dir=tmp_path,
        base_url="http://127.0.0.1:8000",
        secret_key="a key that is long enough for the tests",
        sample_password="demo",
    )
    clock = Clock(NOW)
    return Page(create_app(settings, engine=engine, clock=clock), engine, clock)


def shown_on(soup: BeautifulSoup) -> str:
    """What a page says in our own words, to the eye and to a screen reader."""
    page = BeautifulSoup(str(soup), "lxml")
    for tag in page.select(".published, code, [lang]:not(html)"):
        tag.decompose()
    labels = [str(tag["aria-label"]) for tag in page.find_all(attrs={"aria-label": True})]
    return " \n ".join([page.get_text(" "), *labels])


def test_every_language_of_the_service_has_its_pages() -> None:
    assert i18n.page_languages() == LANGUAGES


@pytest.mark.parametrize(
    ("language", "menu", "title"),
    [
        ("de", ["Meine Ausschreibungen", "Quellen", "Einstellungen"], "Einstellungen · aimp"),
        ("it", ["Le mie commesse", "Fonti", "Preferenze"], "Preferenze · aimp"),
        ("en", ["My tenders", "Sources", "Preferences"], "Preferences · aimp"),
    ],
)
def test_a_person_reads_menu_and_pages_in_their_language(
    page: Page, engine: Engine, language: str, menu: list[str], title: str
) -> None:
    with transaction(engine) as session:
        person = make_person(session, language=language)
    page.sign_in(person)

    soup, preferences = page.get("/marches"), page.get("/preferences")

    for each in (soup, preferences):
        assert each.html is not None
        assert each.html["lang"] == language
        entries = [entry.get_text(strip=True) for entry in each.select(".menu a")]
        assert [entry for entry in entries if entry in menu] == menu
    assert preferences.title is not None
    assert preferences.title.get_text() == title


@pytest.mark.parametrize(
    ("header", "language", "words"),
    [
        ("de", "de", "Anmelden"),
        ("de-CH, fr;q=0.8", "de", "Anmelden"),
        ("it-CH, de;q=0.5", "it", "Accedere"),
        ("rm, en;q=0.3", "en", "Sign in"),
        ("es", "fr", "Se connecter"),
        ("", "fr", "Se connecter"),
    ],
)
def test_a_visitor_reads_the_language_of_their_browser(
    page: Page, header: str, language: str, words: str
) -> None:
    soup = BeautifulSoup(page.client.get("/connexion", headers={"Accept-Language": header}).data, "lxml")

    assert soup.html is not None
    assert soup.html["lang"] == language
    assert words in {button.get_text(strip=True) for button in soup.find_all("button")}


def _world(session: Session, language: str, links: Links) -> tuple[Person, Person, list[str]]:
    """A member, staff, and the addresses of pages that are about them or their tender."""
    person = make_person(session, language=language)
    staff = make_person(session, role=Role.STAFF, language=language)
    tender = make_tender(session, submission_deadline=NOW + timedelta(days=3))
    make_notice(session, tender)
    make_lot(tender)
    for lot in tender.lots:
        make_match(session, member=person.member, lot=lot, released_at=NOW)
    make_match(session, member=person.member)
    session.flush()
    paths = [
        f"/marches/{tender.id}",
        f"/marches/{tender.id}/reponse",
        f"/equipe/membres/{person.member_id}",
        f"/equipe/membres/{person.member_id}/profil",
        f"/equipe/membres/{person.member_id}/marches/{tender.id}/pourquoi",
        links.unsubscribe(person).removeprefix(links.base_url),
    ]
    return person, staff, paths


@pytest.mark.slow
@each_language
def test_no_page_is_half_translated(page: Page, engine: Engine, language: str) -> None:
    with transaction(engine) as session:
        person, staff, about_them = _world(session, language, page.app.extensions["aimp"]["links"])
    rules = [rule for rule in page.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = [*about_them, "/nulle-part"]
    paths += [rule.rule for rule in rules if not rule.arguments and not rule.endpoint.endswith("static")]
    browsers = [page.other().sign_in(person), page.other().sign_in(staff), page]

    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for browser in browsers:
        for path in paths:
            answer = browser.client.get(path, headers={"Accept-Language": language})
            if answer.mimetype != "text/html" or answer.status_code in (302, 303):
                continue
            soup = BeautifulSoup(answer.data, "lxml")
            if answer.status_code == 200:
                seen.add(path)
            assert soup.html is not None
            assert soup.html["lang"] == language, path
            if left := french_in(shown_on(soup), language):
                found[path] = left

    assert found == {}
    assert {*about_them, "/", "/marches", "/preferences", "/sources", "/mentions", "/equipe/file"} <= seen
