"""Two members go from a tender's page to a submitted bid; one says no on the way; a third sees nothing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from crawler.sample.chamber import MEMBER_EMAIL
from crawler.sample.chamber import MEMBERS_FILE as FILE
from procurement.members_file import read_members
from tests.stories.conftest import Served, serving
from tests.stories.test_whole_way import mails_of, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served."""
    with serving(tmp_path_factory.mktemp("teaming"), "demo") as served:
        yield served


@pytest.fixture(scope="module")
def addresses() -> dict[str, str]:
    """The address of somebody of each invented member, by the member's name."""
    return {row.name: row.people[0].email for row in read_members(FILE)}


def as_person(browser: Browser, demo: Served, address: str) -> Page:
    """A browser of somebody who has signed in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, demo.url, address)
    return page


def _ask_first(lead: Page, room: str) -> str:
    """Ask the member that is suggested first; its name."""
    lead.goto(room)
    lead.locator("#suggestions h3").first.wait_for(timeout=60_000)
    link = lead.locator("#suggestions .suggested").first
    name = link.locator("strong").inner_text()
    link.get_by_role("link", name="Demander").click()
    lead.fill("textarea[name=message]", "Une moitié du travail, dès le mois de mars.")
    lead.get_by_role("button", name="Envoyer la demande").click()
    lead.locator(".notice", has_text="sans votre nom").wait_for()
    return name


def _answer(browser: Browser, demo: Served, address: str, word: str) -> Page:
    """Answer the newest question from « Communautés », where no name of who asks stands."""
    page = as_person(browser, demo, address)
    page.goto(f"{demo.url}/communautes")
    page.get_by_role("link", name="Lire et répondre").last.click()
    shown = page.locator("main").inner_text()
    assert "Une moitié du travail" in shown
    assert "Net & Clair" not in shown
    page.get_by_role("button", name=word).click()
    return page


def _tender_to_open(lead: Page, demo: Served) -> str:
    """The page of an own tender on which no room is open yet, with a way to open one."""
    lead.goto(f"{demo.url}/marches")
    links = [link.get_attribute("href") for link in lead.locator(".line-title a").all()]
    for href in links:
        lead.goto(f"{demo.url}{href}")
        can_open = lead.locator("#s-associer summary", has_text="Former une communauté").count()
        if can_open and not lead.locator("#s-associer a.btn-main").count():
            return lead.url
    raise AssertionError("no tender of the member can be bid for together")


def test_from_the_tender_to_a_submitted_bid_with_a_refusal_on_the_way(
    demo: Served, browser: Browser, addresses: dict[str, str]
) -> None:
    lead = as_person(browser, demo, MEMBER_EMAIL)
    tender = _tender_to_open(lead, demo)
    lead.locator("#s-associer summary").first.click()
    for box in lead.locator("#s-associer input[name=lots]").all():
        box.check()
    lead.locator("#s-associer input[name=has_read]").check()
    lead.get_by_role("button", name="Ouvrir la communauté").click()
    room = lead.url.partition("#")[0]
    for text in ("Haies et prairies fleuries", "Repas pour des crèches"):
        lead.fill("#row-text", text)
        lead.get_by_role("button", name="Ajouter").click()
    lead.get_by_role("button", name="Chercher des partenaires").click()
    refuser = _ask_first(lead, room)
    refused = _answer(browser, demo, addresses[refuser], "Non merci")
    assert refused.goto(room).status == 404  # type: ignore[union-attr]

    lead.goto(room)
    waiting = lead.locator("section", has=lead.locator("#waiting-title")).inner_text()
    assert refuser in waiting
    assert "demandé le" in waiting
    lead.get_by_role("button", name="Chercher à nouveau").click()
    partner_name = _ask_first(lead, room)
    assert partner_name != refuser
    partner = _answer(browser, demo, addresses[partner_name], "Oui, en parler")
    assert "Net & Clair" in partner.locator("main").inner_text()
    partner.check("input[name=has_read]")
    partner.get_by_role("button", name="Nous nous engageons").click()

    lead.goto(room)
    shares = lead.locator("input[name^=share-]")
    shares.nth(0).fill("60")
    shares.nth(1).fill("40")
    lead.get_by_role("button", name="Enregistrer les parts").click()
    lead.fill("textarea[name=why]", "Aucune des deux n’a seule assez d’équipes.")
    lead.get_by_role("button", name="Déclarer l’équipe au complet").click()
    lead.get_by_role("button", name="L’offre est remise").click()
    assert "offre remise" in lead.locator(".tender-head").inner_text()

    third = next(
        address for name, address in addresses.items() if name not in (refuser, partner_name, "Net & Clair")
    )
    outsider = as_person(browser, demo, third)
    assert outsider.goto(room).status == 404  # type: ignore[union-attr]
    outsider.goto(tender)
    shown = outsider.locator("main").inner_text()
    assert not [name for name in ("Net & Clair", partner_name, refuser) if name in shown]
    outsider.goto(f"{demo.url}/communautes")
    assert "offre remise" not in outsider.locator("main").inner_text()

    demo.wait_for(lambda: _about(demo, "veut en parler"))
    assert _about(demo, "veut en parler") == [MEMBER_EMAIL]
    assert third not in _about(demo, "partenaire|communauté|au complet")


def _about(demo: Served, words: str) -> list[str]:
    """Who got an e-mail whose subject says so."""
    found = mails_of(demo.folder / "var" / "demo" / "mails")
    return [to for to, subject, _ in found if re.search(words, subject)]
