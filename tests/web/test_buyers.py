"""The pages of buyers: contacts and leads, for staff alone."""

import pytest
from flask import Flask
from sqlalchemy import select

from procurement import entered
from procurement.entered import Entry
from procurement.models import BuyerContact, Person, Tender
from procurement.vocabulary import EnteredKind, Role
from tests.factories import NOW, make_contact, make_person, make_tender
from tests.web.conftest import Page, Writing
from tests.web.test_access import views

# Words that stand nowhere else.
_SECRET = {
    "name": "Quirin Zufferey",
    "function": "Économat",
    "email": "quirin.zufferey@example.ch",
    "telephone": "022 555 98 76",
    "note": "préfère le téléphone",
}


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


@pytest.fixture
def tender(writing: Writing) -> Tender:
    """A tender with its buyer."""
    with writing() as session:
        return make_tender(session)


def test_no_route_shows_a_contact_to_a_member_or_a_stranger(
    app: Flask, page: Page, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        contact = make_contact(session, buyer_id=tender.buyer_id, **_SECRET)
        person = make_person(session)
    ids = {"tender_id": tender.id, "buyer_id": tender.buyer_id, "contact_id": contact.id}

    for browser in (page, page.other().sign_in(person)):
        for method, rule in views(app):
            if method == "GET" and rule.arguments <= ids.keys():
                values = {name: ids[name] for name in rule.arguments}
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
                # Some are files: what they hold packed is the same as on the pages.
                text = browser.client.get(path).get_data().decode(errors="replace")
                assert not [word for word in _SECRET.values() if word in text], path


def test_staff_note_change_and_forget_a_contact(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    page.sign_in(staff)
    here = f"/adjudicateurs/{tender.buyer_id}"

    added = page.send(here, f"{here}/contacts", **_SECRET)
    with writing() as session:
        contact_id = session.scalars(select(BuyerContact.id)).one()
    shown = page.get(here)
    page.send(here, f"{here}/contacts/{contact_id}", **{f"c{contact_id}-name": "Quirin Z."})
    with writing() as session:
        changed = session.get_one(BuyerContact, contact_id)
    removed = page.send(here, f"{here}/contacts/{contact_id}/oter")

    assert added.location == removed.location == f"{here}#contacts"
    assert all(word in shown.get_text() for word in _SECRET.values())
    assert "Modifié le mar. 24 nov. 2026." in shown.get_text()
    assert (changed.name, changed.email) == ("Quirin Z.", "")
    assert "Quirin" not in page.get(here).get_text()


def test_a_contact_without_name_or_with_a_broken_address_is_asked_for_again(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        contact = make_contact(session, buyer_id=tender.buyer_id)
    page.sign_in(staff)
    here = f"/adjudicateurs/{tender.buyer_id}/contacts"

    nameless = page.post(here, name=" ", email="nora@", note="Gardé.")
    changed = page.post(
        f"{here}/{contact.id}", **{f"c{contact.id}-name": "", f"c{contact.id}-note": "Aussi."}
    )

    assert (nameless.status_code, changed.status_code) == (422, 422)
    text = nameless.get_data(as_text=True)
    assert "Ce champ est nécessaire." in text
    assert "Ce n’est pas une adresse e-mail." in text
    assert "Gardé." in text
    assert "Aussi." in changed.get_data(as_text=True)


def test_an_old_contact_is_marked(page: Page, staff: Person, tender: Tender, writing: Writing) -> None:
    with writing() as session:
        make_contact(session, buyer_id=tender.buyer_id, changed_at=NOW.replace(year=2024, month=1))

    assert "à effacer" in page.sign_in(staff).get(f"/adjudicateurs/{tender.buyer_id}").get_text()


def test_a_buyer_shows_its_tenders_and_leads_and_leads_to_the_entry_of_a_new_one(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        entry = Entry(
            kind=EnteredKind.EXEMPT, title="Conciergerie", buyer="Ville de Genève – Service des écoles"
        )
        entered.enter(session, entry=entry, person=session.get_one(Person, staff.id), now=NOW)
    page.sign_in(staff)

    soup = page.get(f"/adjudicateurs/{tender.buyer_id}")
    address = f"/equipe/saisir?adjudicateur={tender.buyer_id}&sorte=invitation"
    form = page.get(address)

    assert "Nettoyage écologique des écoles" in soup.get_text()
    leads = soup.select_one("aside")
    assert leads is not None
    assert "Conciergerie" in leads.get_text()
    assert address in {link["href"] for link in leads.select("a")}
    filled = {
        str(field["name"]): str(field.get("value", "")) for field in form.select("main input[type=text]")
    }
    assert filled["buyer"] == "Ville de Genève – Service des écoles"
    assert form.select_one("#buyer_canton option[selected][value=GE]") is not None
    assert form.select_one("#kind-invitation[checked]") is not None


@pytest.mark.parametrize("query", ["adjudicateur=987654", "adjudicateur=x&sorte=nonsense"])
def test_the_entry_form_takes_no_harm_from_an_address(page: Page, staff: Person, query: str) -> None:
    soup = page.sign_in(staff).get(f"/equipe/saisir?{query}")

    assert soup.select_one("input[name=kind][checked]") is None


def test_buyers_are_searched_and_those_with_contacts_listed(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    page.sign_in(staff)
    before = page.get("/adjudicateurs")
    with writing() as session:
        make_contact(session, buyer_id=tender.buyer_id)

    known, found, nothing = (
        page.get(path) for path in ("/adjudicateurs", "/adjudicateurs?q=ecoles", "/adjudicateurs?q=jussy")
    )

    assert "Personne encore" in before.get_text()
    assert "un contact" in known.get_text()
    assert len(found.select("ul.shorts")) == 2
    assert "ne porte ces mots" in nothing.get_text()


def test_an_unknown_buyer_or_contact_is_not_found(page: Page, staff: Person, tender: Tender) -> None:
    page.sign_in(staff)

    page.get("/adjudicateurs/987654", status=404)
    for act in ("", "/oter"):
        path = f"/adjudicateurs/{tender.buyer_id}/contacts/987654{act}"
        assert page.post(path, name="Nora").status_code == 404
