"""From the alert to a result: two members and a subcontractor in three languages, and a conflict."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from crawler.sample.chamber import MEMBER_EMAIL
from tests.stories.conftest import Served, serving
from tests.stories.test_teaming_up import as_person
from tests.stories.test_whole_way import mails_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_TRAINING, _REUSE = "Bilan de compétences et cours", "Réemploi du mobilier scolaire"
_PARTNER, _PARTNER_EMAIL = "Fondation Passerelle Compétences", "marlowe.teague@example.ch"
_SUB, _SUB_EMAIL = "Fondation Ressourcerie des Deux Rives", "fiorella.cattomio@example.ch"
_RIVAL_EMAIL, _THIRD_EMAIL = "octave.jaquenod@example.ch", "gaspard.evequoz@example.ch"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served."""
    with serving(tmp_path_factory.mktemp("bidding"), "demo") as served:
        yield served


def _mails_to(demo: Served, address: str) -> list[tuple[str, str]]:
    """Subject and text of what somebody got."""
    found = mails_of(demo.folder / "var" / "demo" / "mails")
    return [(subject, text) for to, subject, text in found if to == address]


def _send(page: Page, selector: str) -> None:
    """Click what sends a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def _open_room(page: Page, *rows: str) -> str:
    """Open a room on the tender whose page is shown, with rows of the lead's own; its address."""
    page.locator("#s-associer summary").first.click()
    for box in page.locator("#s-associer input[name=lots]").all():
        box.check()
    page.check("#s-associer input[name=has_read]")
    _send(page, "#s-associer form:has(input[name=has_read]) button")
    room = page.url.partition("#")[0]
    for text in rows:
        page.fill("#row-text", text)
        _send(page, ".add-row button")
    _send(page, "#suggestions form button")
    return room


def _ask(page: Page, room: str, name: str, role: str) -> None:
    """Ask a member that is suggested, as a partner or a subcontractor."""
    page.goto(room)
    page.locator("#suggestions h3").first.wait_for(timeout=60_000)
    page.locator("#suggestions .suggested", has_text=name).first.get_by_role("link").click()
    page.check(f"input[name=role][value={role}]")
    page.fill("textarea[name=message]", "Dès le mois de mars, deux jours par semaine.")
    page.get_by_role("button", name="Envoyer la demande").click()
    page.locator(".notice", has_text="sans votre nom").wait_for()


def _questions(page: Page, demo: Served) -> list[str]:
    """The addresses of what a member is asked, the oldest first."""
    page.goto(f"{demo.url}/communautes")
    links = page.locator("main a[href*='/communautes/propositions/']").all()
    return [f"{demo.url}{link.get_attribute('href')}" for link in links]


def _say_yes(page: Page, question: str) -> None:
    page.goto(question)
    _send(page, "form:has(input[name=answer][value=yes]) button")


def _commit(page: Page, room: str) -> None:
    page.goto(room)
    box = page.locator("form.commit input[name=has_read]")
    if box.count():
        box.check()
    _send(page, "form.commit button")


def test_from_the_alert_to_the_result_in_three_languages(demo: Served, browser: Browser) -> None:
    lead, rival = as_person(browser, demo, MEMBER_EMAIL), as_person(browser, demo, _RIVAL_EMAIL)
    partner, sub = as_person(browser, demo, _PARTNER_EMAIL), as_person(browser, demo, _SUB_EMAIL)
    sub.goto(f"{demo.url}/preferences")
    sub.select_option("#language", "it")
    _send(sub, "form:has(#language) button.btn-main")
    asked_before = {*_questions(partner, demo), *_questions(sub, demo)}

    # The alert leads to the tender, and the tender to a room; a rival opens one of its own on it.
    tender = _tender_of_the_alert(lead, demo)
    room = _open_room(lead, _TRAINING, _REUSE)
    rival.goto(tender)
    rivals = _open_room(rival, _TRAINING)
    _ask(rival, rivals, _PARTNER, "partner")
    _ask(lead, room, _PARTNER, "partner")
    _ask(lead, room, _SUB, "subcontractor")

    # The partner says yes to the second question, and cannot to the first any more; nobody is told why.
    [of_rival, of_lead] = [each for each in _questions(partner, demo) if each not in asked_before]
    assert partner.locator("html").get_attribute("lang") == "en"
    _say_yes(partner, of_lead)
    assert "Net & Clair" in partner.locator("main").inner_text()
    _say_yes(partner, of_rival)
    refusal = partner.locator("body").inner_text()
    assert "already committed" in refusal
    assert "Aubépine" not in refusal
    [of_lead] = [each for each in _questions(sub, demo) if each not in asked_before]
    assert sub.locator("html").get_attribute("lang") == "it"
    _say_yes(sub, of_lead)
    _commit(partner, room)
    _commit(sub, room)

    # What is to be done, what was said, and a paper that names all three.
    lead.goto(f"{room}/echeances")
    assert lead.locator("main").get_by_text("attestation", exact=False).count()
    partner.goto(f"{room}/echanges")
    partner.fill("textarea[name=text]", "We take the courses, you take the furniture.")
    _send(partner, "form:has(textarea[name=text]) button.btn-main")
    lead.goto(f"{room}/echanges")
    assert "We take the courses" in lead.locator("main").inner_text()
    lead.goto(f"{room}/papiers")
    with lead.expect_download() as paper:
        lead.locator("form[action*='/papiers/'] button").first.click()
    assert paper.value.suggested_filename.endswith(".docx")

    lead.goto(room)
    for number, share in enumerate(("50", "30", "20")):
        lead.locator("input[name^=share-]").nth(number).fill(share)
    _send(lead, "form.shares button")
    lead.fill("textarea[name=why]", "Trois métiers qu’aucune n’a seule.")
    _send(lead, "form:has(textarea[name=why]) button")
    _send(lead, "form[action$='/remise'] button")

    # The result is said once, and each decides for itself whether it becomes a reference.
    lead.goto(f"{room}/resultat")
    lead.check("input[name=state][value=won]")
    lead.fill("#lesson", "Dire plus tôt qui porte quoi.")
    _send(lead, "form[action$='/resultat'] button.btn-main")
    partner.goto(f"{room}/resultat")
    _send(partner, "button[name=reference][value=oui]")
    partner.goto(f"{demo.url}/profil")
    assert "en communauté" in partner.content()
    sub.goto(f"{room}/resultat")
    assert "Dire plus tôt" in sub.locator("main").inner_text()
    assert sub.locator("button[name=reference][value=non]").count() == 1

    _third_sees_nothing(browser, demo, tender, room)
    demo.wait_for(lambda: [each for each in _mails_to(demo, _SUB_EMAIL) if "offerta comune" in each[0]])
    # The rival was never told that its question met a no, and still waits.
    rival.goto(rivals)
    assert _PARTNER in rival.locator("section", has=rival.locator("#waiting-title")).inner_text()
    assert not [text for _, text in _mails_to(demo, _RIVAL_EMAIL) if _PARTNER in text or _SUB in text]


def _tender_of_the_alert(lead: Page, demo: Served) -> str:
    """The page of a tender that the e-mail led to and that no room of the member is open on."""
    text = "\n".join(text for _, text in _mails_to(demo, MEMBER_EMAIL))
    for address in dict.fromkeys(re.findall(r"http\S+/marches/\d+(?=\s)", text)):
        lead.goto(address)
        can_open = lead.locator("#s-associer summary", has_text="Former une communauté").count()
        if can_open and not lead.locator("#s-associer a.btn-main").count():
            return lead.url
    raise AssertionError("no tender of the e-mail can be bid for together")


def _third_sees_nothing(browser: Browser, demo: Served, tender: str, room: str) -> None:
    """Pages, exports, search and e-mails of a member that is not inside hold no trace of it."""
    third = as_person(browser, demo, _THIRD_EMAIL)
    for page in ("", "/echeances", "/echanges", "/papiers", "/resultat"):
        answer = third.goto(f"{room}{page}")
        assert answer is not None
        assert answer.status == 404
    traces = (_PARTNER, _SUB, "Net & Clair", "Trois métiers", "We take the courses", "Dire plus tôt")
    for path in ("/", "/marches", "/communautes", "/renouvellements", "/recherche?q=formation", "/conseil"):
        third.goto(f"{demo.url}{path}")
        shown = third.locator("main").inner_text()
        assert not [trace for trace in traces if trace in shown], path
    third.goto(tender)
    shown = third.locator("main").inner_text()
    assert not [trace for trace in traces if trace in shown]
    exported = third.request.get(f"{demo.url}/recherche.csv").text()
    assert not [trace for trace in traces if trace in exported]
    told = "\n".join(text for _, text in _mails_to(demo, _THIRD_EMAIL))
    assert not [trace for trace in traces if trace in told]
