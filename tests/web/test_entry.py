"""What staff enter by hand: the form, its mistakes, and the page of what was entered."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from procurement.i18n import ZURICH
from procurement.models import AuditEntry, Lot, Person, Tender
from procurement.vocabulary import EnteredKind, ProcurementMethod, Role, TenderState
from tests.factories import NOW, make_match, make_person, make_tender
from tests.web.conftest import Page, Writing, check_page

FORM = "/equipe/saisir"
ENTRY = {
    "kind": "below_threshold",
    "title": "Traiteur pour l’inauguration d’une école",
    "buyer": "Commune des Trois-Ponts",
    "language": "fr",
}
WHOLE = {
    **ENTRY,
    "description": "Buffet pour 120 personnes.\n\nProduits de la région.",
    "buyer_canton": "GE",
    "place_canton": "VD",
    "place_city": "Nyon",
    "cpv_codes": "55520000, 55321000-6;55520000",
    "deadline_day": "2026-12-15",
    "deadline_hour": "16:30",
    "link": "https://trois-ponts.example.ch/appel",
}


@pytest.fixture
def staff(page: Page, writing: Writing) -> Person:
    """Somebody of the staff, signed in."""
    with writing() as session:
        person = make_person(session, role=Role.STAFF)
    page.sign_in(person)
    return person


def entered(writing: Writing) -> list[Tender]:
    """What stands in the database, with what a test asks of it."""
    with writing() as session:
        found = list(session.scalars(select(Tender).order_by(Tender.id)))
        for tender in found:
            assert tender.buyer is not None
            assert tender.lots
        return found


def refused(page: Page, **fields: str) -> BeautifulSoup:
    """The form as it comes back."""
    response = page.post(FORM, **fields)
    assert response.status_code == 422
    return check_page(response)


def wrong(soup: BeautifulSoup) -> dict[str, str]:
    """What stands beside each field that is wrong."""
    return {
        str(each["id"]).removesuffix("-error"): each.get_text(strip=True).removeprefix("⚠")
        for each in soup.select(".wrong")
    }


def test_an_opportunity_becomes_a_tender_like_any_other(page: Page, staff: Person, writing: Writing) -> None:
    response = page.send(FORM, FORM, **WHOLE)

    (tender,) = entered(writing)
    assert (response.status_code, response.location) == (303, f"/marches/{tender.id}")
    assert (tender.source, tender.state) == ("hand", TenderState.CALLED)
    assert tender.procurement_method is ProcurementMethod.DIRECT
    assert tender.title == {"fr": WHOLE["title"]}
    assert tender.description == {"fr": WHOLE["description"]}
    assert tender.cpv_codes == ["55321000", "55520000"]
    assert tender.submission_deadline == datetime(2026, 12, 15, 16, 30, tzinfo=ZURICH)
    assert tender.url == WHOLE["link"]
    assert tender.buyer is not None
    assert (tender.buyer.name, tender.buyer.canton) == ({"fr": WHOLE["buyer"]}, "GE")
    (lot,) = tender.lots
    assert (lot.place_canton, lot.place_city, lot.matched_at) == ("VD", {"fr": "Nyon"}, None)
    with writing() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.act != "sign_in")).all()
        assert [(entry.act, entry.person_id) for entry in acts] == [("tender.enter", staff.id)]


def test_its_page_says_where_it_comes_from_and_when_matches_come(
    page: Page, staff: Person, writing: Writing
) -> None:
    location = page.send(FORM, FORM, **WHOLE).location

    soup = page.get(location)

    text = soup.get_text()
    for words in (
        "Saisi par l’équipe\u00a0: sous les seuils de publication.",
        "Les correspondances arrivent au prochain passage.",
        "Pas encore rapproché des membres",
        "Services traiteur",
        "mar. 15 déc. 2026, 16\u00a0h\u00a030",
    ):
        assert words in text
    for words in ("selon l’avis", "Avis officiel", "tel que publié", "Publications", "traité", "dossier"):
        assert words not in text
    (link,) = soup.select(".official a")
    assert (link.get_text(), link["href"]) == ("En savoir plus sur trois-ponts.example.ch", WHOLE["link"])


def test_without_a_link_there_is_none(page: Page, staff: Person, writing: Writing) -> None:
    location = page.send(FORM, FORM, **ENTRY).location

    soup = page.get(location)

    assert soup.select(".official a") == []
    assert "sans code CPV" in soup.get_text()
    assert "délai non précisé" in soup.get_text()


def test_once_matched_its_page_says_whom_it_concerns(page: Page, staff: Person, writing: Writing) -> None:
    location = page.send(FORM, FORM, **ENTRY).location
    with writing() as session:
        session.scalars(select(Lot)).one().matched_at = page.clock.now

    assert "Aucun membre n’a été rapproché" in page.get(location).get_text()


def test_a_member_reads_what_the_staff_entered_for_it(page: Page, staff: Person, writing: Writing) -> None:
    location = page.send(FORM, FORM, **WHOLE).location
    with writing() as session:
        person, stranger = make_person(session), make_person(session)
        tender = session.scalars(select(Tender)).one()
        make_match(
            session,
            member=person.member,
            tender=tender,
            released_at=page.clock.now,
        )

    own, other = page.other().sign_in(person), page.other().sign_in(stranger)

    assert "sous les seuils de publication" in own.get(location).get_text()
    assert "Traiteur pour l’inauguration" in own.get("/marches").get_text()
    assert own.post(f"{location}/reponse", choice="interested").status_code == 303
    other.get(location, status=404)


def test_a_day_without_an_hour_runs_to_its_end(page: Page, staff: Person, writing: Writing) -> None:
    page.send(FORM, FORM, **ENTRY, deadline_day="2026-11-24")

    (tender,) = entered(writing)
    assert tender.submission_deadline == datetime(2026, 11, 24, 23, 59, 59, tzinfo=ZURICH)


def test_what_is_sent_twice_is_entered_once(page: Page, staff: Person, writing: Writing) -> None:
    key = str(uuid4())

    first, second = (page.post(FORM, **WHOLE, key=key) for _ in range(2))
    corrected = page.post(FORM, **{**WHOLE, "title": "Traiteur"}, key=key)

    assert first.location == second.location == corrected.location
    (tender,) = entered(writing)
    assert tender.title == {"fr": "Traiteur"}


@pytest.mark.parametrize("key", ["", "x", "../..", "a" * 500])
def test_a_key_that_is_none_gets_a_new_one(page: Page, staff: Person, writing: Writing, key: str) -> None:
    for _ in range(2):
        assert page.post(FORM, **ENTRY, key=key).status_code == 303

    assert len(entered(writing)) == 2


@pytest.mark.parametrize("kind", EnteredKind)
def test_each_kind_can_be_entered(page: Page, staff: Person, writing: Writing, kind: EnteredKind) -> None:
    location = page.send(FORM, FORM, **{**ENTRY, "kind": kind.value}).location

    (tender,) = entered(writing)
    assert tender.procurement_method is kind.method
    assert kind.label("fr") in page.get(location).get_text()


def test_each_kind_is_explained(page: Page, staff: Person) -> None:
    choices = page.get(FORM).select(".choice")

    assert len(choices) == len(EnteredKind)
    assert all(choice.find("small") for choice in choices)


@pytest.mark.parametrize(
    ("field", "value", "beside", "words"),
    [
        ("kind", "", "kind", "Choisissez l’une des réponses."),
        ("kind", "secret", "kind", "Choisissez l’une des réponses."),
        ("title", " \u200b ", "title", "Ce champ est nécessaire."),
        ("title", "a" * 301, "title", "Ce texte est trop long."),
        ("buyer", "", "buyer", "Ce champ est nécessaire."),
        ("buyer", "a" * 121, "buyer", "Ce texte est trop long."),
        ("description", "a" * 20_001, "description", "Ce texte est trop long."),
        ("buyer_canton", "XX", "buyer_canton", "Choisissez l’une des réponses."),
        ("place_canton", "ge", "place_canton", "Choisissez l’une des réponses."),
        ("place_city", "a" * 121, "place_city", "Ce texte est trop long."),
        ("cpv_codes", "55520000 9091", "cpv_codes", "« 9091 » n’est pas un code CPV"),
        ("cpv_codes", "٥٥٥٢٠٠٠٠", "cpv_codes", "n’est pas un code CPV"),
        ("cpv_codes", "<b>", "cpv_codes", "« <b> » n’est pas un code CPV"),
        ("cpv_codes", " ".join(str(10_000_000 + n) for n in range(31)), "cpv_codes", "trop long"),
        ("deadline_day", "demain", "deadline_day", "Cette date n’est pas valable."),
        ("deadline_day", "2026-11-23", "deadline_day", "Le délai de remise des offres est échu."),
        ("deadline_day", "0001-01-01", "deadline_day", "Le délai de remise des offres est échu."),
        ("deadline_day", "2062-12-15", "deadline_day", "Cette date est bien lointaine"),
        ("deadline_day", "9999-12-31", "deadline_day", "Cette date est bien lointaine"),
        ("deadline_hour", "25:00", "deadline_hour", "Cette heure n’est pas valable"),
        ("link", "javascript:alert(1)", "link", "Une adresse complète"),
        ("link", "data:text/html,x", "link", "Une adresse complète"),
        ("link", "trois-ponts.example.ch", "link", "Une adresse complète"),
        ("link", "https://", "link", "Une adresse complète"),
        ("link", "http://[", "link", "Une adresse complète"),
        ("link", "https://a.example/un deux", "link", "Une adresse complète"),
        ("link", "https://a.example/" + "a" * 500, "link", "Ce texte est trop long."),
        ("language", "xx", "language", "Choisissez l’une des réponses."),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_is_lost(
    page: Page, staff: Person, writing: Writing, field: str, value: str, beside: str, words: str
) -> None:
    sent = {**WHOLE, field: value}

    soup = refused(page, **sent)

    found = wrong(soup)
    assert list(found) == [beside]
    assert words in found[beside].replace("\u00a0", " ")
    assert "Rien n’est enregistré ni perdu" in soup.get_text()
    kept = filled_in(soup)
    for name in sent.keys() - {field}:
        assert kept[name] == sent[name], name
    assert entered(writing) == []


def filled_in(soup: BeautifulSoup) -> dict[str, Any]:
    """What stands in the fields of the form."""
    form = soup.select_one("form.entry")
    assert form is not None
    kept: dict[str, Any] = {
        str(each["name"]): each.get("value", "") for each in form.select("input[name]:not([type=radio])")
    }
    kept |= {str(each["name"]): each.get("value") for each in form.select("input[type=radio][checked]")}
    for chosen in form.select("select"):
        option = chosen.select_one("option[selected]")
        kept[str(chosen["name"])] = option["value"] if option else ""
    for text in form.select("textarea"):
        kept[str(text["name"])] = text.get_text().lstrip("\r\n").replace("\r\n", "\n")
    return kept


def test_an_hour_alone_is_no_deadline(page: Page, staff: Person) -> None:
    found = wrong(refused(page, **ENTRY, deadline_hour="12:00"))

    assert found == {"deadline_hour": "Une heure demande aussi un jour."}


def test_a_wrong_day_is_not_said_to_be_missing(page: Page, staff: Person) -> None:
    found = wrong(refused(page, **ENTRY, deadline_day="31.12.2026", deadline_hour="12:00"))

    assert found == {"deadline_day": "Cette date n’est pas valable."}


def test_the_codes_that_are_right_are_said_in_words(page: Page, staff: Person) -> None:
    soup = refused(page, **{**WHOLE, "cpv_codes": "55520000 99999999 x"})

    assert [" ".join(code.get_text().split()) for code in soup.select(".codes li")] == [
        "Services traiteur CPV 55520000",
        "libellé inconnu CPV 99999999",
    ]


def test_what_is_written_into_it_is_text(page: Page, staff: Person, writing: Writing) -> None:
    trick = "<script>alert(1)</script>{{ 7*7 }}"
    page.send(
        FORM, FORM, **{**WHOLE, "title": trick, "buyer": trick, "description": trick, "place_city": trick}
    )

    (tender,) = entered(writing)
    soup = page.get(f"/marches/{tender.id}")

    assert soup.find("script") is None
    assert trick in soup.get_text()


def test_an_entry_in_another_language_keeps_it(page: Page, staff: Person, writing: Writing) -> None:
    page.send(FORM, FORM, **{**ENTRY, "language": "de", "title": "Verpflegung"})

    (tender,) = entered(writing)
    assert (tender.language, tender.title) == ("de", {"de": "Verpflegung"})


def test_what_is_over_waits_for_no_matching(page: Page, staff: Person) -> None:
    location = page.send(FORM, FORM, **ENTRY, deadline_day="2026-11-25").location
    assert "Pas encore rapproché" in page.get(location).get_text()

    page.clock.move(days=3)

    assert "Aucun membre n’a été rapproché" in page.sign_in(staff).get(location).get_text()


def test_what_was_entered_by_hand_is_seen_by_those_it_was_sent_to(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session)
        sent, kept = (make_tender(session, source="hand", url="") for _ in range(2))
        make_match(session, member=person.member, lot=sent.lots[0], released_at=NOW)
    page.sign_in(person)

    page.get(f"/marches/{sent.id}")

    page.get(f"/marches/{kept.id}", status=404)
    page.get(f"/marches/{kept.id}/reponse", status=404)
