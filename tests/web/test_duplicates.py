"""The same tender at several sources: one page, and staff who say what is the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from procurement import merging
from procurement.models import AuditEntry, Buyer, Person, Tender, TenderPair
from procurement.vocabulary import Role
from tests.factories import make_match, make_person, make_tender
from tests.web.conftest import Page, Writing

WAITING = "/equipe/doublons"


@dataclass
class Twins:
    """Two tenders that may be one, staff, and somebody of a member."""

    simap: Tender
    ted: Tender
    pair: TenderPair
    staff: Person
    person: Person


@pytest.fixture
def twins(writing: Writing, now: datetime) -> Twins:
    """A tender at simap and its like at TED, waiting for staff."""
    with writing() as session:
        simap = make_tender(session)
        ted = make_tender(
            session,
            source="ted",
            title={"fr": "Nettoyage des écoles"},
            url="https://ted.europa.eu/fr/notice/1",
            buyer=Buyer(source="ted", source_key="o", name={"fr": "Ville de Genève"}),
        )
        pair = TenderPair(first=simap, second=ted, score=0.8, found_at=now)
        pair.facts = {"title": 0.8, "buyer": 0.795, "same_deadline": True}
        session.add(pair)
        session.flush()
        return Twins(simap, ted, pair, make_person(session, role=Role.STAFF), make_person(session))


def stands_for(writing: Writing, tender: Tender) -> int | None:
    """The id of the tender that stands for this one."""
    with writing() as session:
        return session.get_one(Tender, tender.id).merged_into_id


def merge(writing: Writing, twins: Twins) -> None:
    """As the command does when it is sure."""
    with writing() as session:
        session.get_one(Tender, twins.ted.id).merged_into_id = twins.simap.id


def test_a_pair_stands_side_by_side_with_its_likeness_in_words(page: Page, twins: Twins) -> None:
    soup = page.sign_in(twins.staff).get(WAITING)

    (article,) = soup.select(".twins")
    first, second = article.select(".side")
    assert "simap.ch" in first.get_text()
    assert "TED (Suisse, Ain et Haute-Savoie)" in second.get_text()
    for side, tender in ((first, twins.simap), (second, twins.ted)):
        (title,) = side.select(".line-title a")
        assert title["href"] == f"/marches/{tender.id}"
        assert "dans 20 jours" in side.get_text()
        assert side.select(f"a[href='{tender.url}']")
    assert [item.get_text(" ", strip=True) for item in article.select(".likeness li")] == [
        "titres proches 80\u00a0%",
        "adjudicateurs proches 80\u00a0%",
        "même délai, à un jour et demi près",
    ]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"title": 0.95, "buyer": 1.0, "same_deadline": False},
            ["presque le même titre", "le même", "différents"],
        ),
        (
            {"title": 0.5, "buyer": 0.6, "same_deadline": True},
            ["en partie", "adjudicateurs proches", "même délai"],
        ),
    ],
)
def test_likeness_is_said_by_degrees(
    page: Page, twins: Twins, writing: Writing, facts: dict[str, object], words: list[str]
) -> None:
    with writing() as session:
        session.get_one(TenderPair, twins.pair.id).facts = facts

    lines = page.sign_in(twins.staff).get(WAITING).select(".likeness li")

    assert all(word in line.get_text() for word, line in zip(words, lines, strict=True))


def test_what_speaks_against_a_pair_is_said(page: Page, twins: Twins, writing: Writing) -> None:
    reasons = ["hour", "codes", "a reason of a later version"]
    with writing() as session:
        session.get_one(TenderPair, twins.pair.id).facts = {**twins.pair.facts, "against": reasons}

    (said,) = page.sign_in(twins.staff).get(WAITING).select(".doubts")

    assert said.get_text(" ", strip=True).partition(": ")[2] == (
        "le délai est du même jour, à une autre heure\u00a0; les codes CPV ne sont pas de la même branche."
    )


def test_a_pair_by_name_is_not_said_to_be_alike(page: Page, twins: Twins, writing: Writing) -> None:
    with writing() as session:
        facts = {"title": 1.0, "buyer": 1.0, "same_deadline": True, "exact": "key", "against": ["taken"]}
        session.get_one(TenderPair, twins.pair.id).facts = facts

    (line,) = page.sign_in(twins.staff).get(WAITING).select(".likeness li")

    assert "nomme l’autre" in line.get_text()


def test_what_is_the_same_has_one_page_from_then_on(page: Page, twins: Twins, writing: Writing) -> None:
    page.sign_in(twins.staff)

    response = page.send(WAITING, f"{WAITING}/{twins.pair.id}/meme")

    assert (response.status_code, response.location) == (303, WAITING)
    assert stands_for(writing, twins.ted) == twins.simap.id
    text = page.get(WAITING).get_text()
    assert "C’est noté\u00a0: un seul marché." in text
    assert "Rien à trancher" in text
    moved = page.client.get(f"/marches/{twins.ted.id}")
    assert (moved.status_code, moved.location) == (303, f"/marches/{twins.simap.id}")
    with writing() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject.startswith("pair:"))).all()
        assert acts == ["tender.same"]


def test_what_is_two_stays_two(page: Page, twins: Twins, writing: Writing, now: datetime) -> None:
    page.sign_in(twins.staff).send(WAITING, f"{WAITING}/{twins.pair.id}/deux")

    assert stands_for(writing, twins.ted) is None
    assert "C’est noté\u00a0: deux marchés." in page.get(WAITING).get_text()
    with writing() as session:
        assert session.get_one(TenderPair, twins.pair.id).is_same is False
        merging.merge_pending(session, since=now - timedelta(days=400), now=now)
    assert stands_for(writing, twins.ted) is None


def test_two_who_decide_at_once_do_not_undo_each_other(page: Page, twins: Twins, writing: Writing) -> None:
    other = page.other().sign_in(twins.staff)
    page.sign_in(twins.staff).send(WAITING, f"{WAITING}/{twins.pair.id}/meme")

    response = other.post(f"{WAITING}/{twins.pair.id}/deux")

    assert response.status_code == 303
    assert "Cette paire est déjà décidée." in other.get(WAITING).get_text()
    assert stands_for(writing, twins.ted) == twins.simap.id


def test_a_pair_of_what_stands_for_itself_no_more_makes_no_chain(
    page: Page, twins: Twins, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        nearer = make_tender(session)
        session.get_one(Tender, twins.simap.id).merged_into = nearer

    page.sign_in(twins.staff).send(WAITING, f"{WAITING}/{twins.pair.id}/meme")

    assert {stands_for(writing, each) for each in (twins.simap, twins.ted)} == {nearer.id}
    assert page.client.get(f"/marches/{twins.ted.id}").location == f"/marches/{nearer.id}"


@pytest.mark.parametrize("act", ["meme", "deux"])
def test_an_unknown_pair_is_not_found(page: Page, twins: Twins, act: str) -> None:
    assert page.sign_in(twins.staff).post(f"{WAITING}/98765/{act}").status_code == 404
    assert page.post("/equipe/marches/98765/separer").status_code == 404


def test_the_queue_leads_to_what_waits(page: Page, twins: Twins) -> None:
    page.sign_in(twins.staff)
    (link,) = page.get("/equipe/file").select(f"a[href='{WAITING}']")
    assert link.get_text() == "Un doublon possible à trancher"

    page.post(f"{WAITING}/{twins.pair.id}/deux")

    assert page.get("/equipe/file").select(f"a[href='{WAITING}']") == []


def test_the_standing_tender_names_the_others_and_staff_take_them_apart(
    page: Page, twins: Twins, writing: Writing
) -> None:
    merge(writing, twins)
    here = f"/marches/{twins.simap.id}"

    member = page.other().sign_in(twins.person).get(here)
    (link,) = member.select(".elsewhere a")
    assert (link.get_text(), link["href"]) == ("TED (Suisse, Ain et Haute-Savoie)", twins.ted.url)
    assert member.select(".elsewhere form") == []

    page.sign_in(twins.staff)
    response = page.send(here, f"/equipe/marches/{twins.ted.id}/separer")

    assert (response.status_code, response.location) == (303, f"/marches/{twins.ted.id}")
    assert "de nouveau deux marchés" in page.get(response.location).get_text()
    assert page.get(here).select(".elsewhere") == []
    assert page.post(f"/equipe/marches/{twins.ted.id}/separer").status_code == 303


def test_another_source_without_an_address_is_named_only(page: Page, twins: Twins, writing: Writing) -> None:
    merge(writing, twins)
    with writing() as session:
        ted = session.get_one(Tender, twins.ted.id)
        ted.url, ted.source = "javascript:alert(1)", "inconnue"

    (item,) = page.sign_in(twins.person).get(f"/marches/{twins.simap.id}").select(".elsewhere li")

    assert item.get_text(" ", strip=True) == f"inconnue {twins.ted.number}"
    assert item.find("a") is None


def test_an_old_link_to_an_answer_leads_to_the_standing_tender(
    page: Page, twins: Twins, writing: Writing
) -> None:
    merge(writing, twins)
    old = f"/marches/{twins.ted.id}/reponse"
    page.sign_in(twins.person)

    moved = page.client.get(f"{old}?choix=interested")
    plain = page.client.get(f"{old}?choix=autre")
    answered = page.post(old, choice="interested")

    assert moved.location == f"/marches/{twins.simap.id}/reponse?choix=interested"
    assert plain.location == f"/marches/{twins.simap.id}/reponse"
    assert answered.location == f"/marches/{twins.simap.id}"
    assert "Votre réponse\u00a0: intéresse" in page.get(answered.location).get_text()


def test_what_was_matched_before_the_merging_is_not_lost(
    page: Page, twins: Twins, writing: Writing, now: datetime
) -> None:
    page.sign_in(twins.person).post(f"/marches/{twins.ted.id}/reponse", choice="seeking_partners")
    with writing() as session:
        match = make_match(
            session,
            member=session.merge(twins.person).member,
            tender=session.get_one(Tender, twins.ted.id),
            released_at=now,
        )
    merge(writing, twins)

    soup = page.get(f"/marches/{twins.simap.id}")

    assert "Le titre emploie vos mots" in soup.get_text()
    assert "Votre réponse\u00a0: cherche partenaires" in soup.get_text()
    with writing() as session:
        assert session.get_one(type(match), match.id).opened_at == now
    concerned = page.other().sign_in(twins.staff).get(f"/marches/{twins.simap.id}").select(".concerned li")
    assert len(concerned) == 1
    assert "Cherche partenaires" in concerned[0].get_text()


def test_a_merged_tender_is_listed_once_as_the_one_that_stands(
    page: Page, twins: Twins, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        member = session.merge(twins.person).member
        make_match(session, member=member, tender=session.get_one(Tender, twins.ted.id), released_at=now)
    merge(writing, twins)
    page.sign_in(twins.person)

    def listed() -> list[tuple[str, str]]:
        return [
            (str(line.select("a")[0]["href"]), line.select(".line-act")[0].get_text(" ", strip=True))
            for line in page.get("/marches").select("article.line")
        ]

    ((address, act),) = listed()
    assert address == f"/marches/{twins.simap.id}"
    assert act.startswith("Voir et répondre")
    assert "Un marché attend votre réponse." in page.get("/").get_text()

    page.post(f"/marches/{twins.simap.id}/reponse", choice="interested")
    ((address, act),) = listed()
    assert "intéresse" in act

    with writing() as session:
        member = session.merge(twins.person).member
        make_match(session, member=member, tender=session.get_one(Tender, twins.simap.id), released_at=now)
    assert [address for address, _ in listed()] == [f"/marches/{twins.simap.id}"]


def test_only_the_first_pairs_are_shown_and_the_rest_counted(
    page: Page, twins: Twins, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.duplicates.MOST_PAIRS", 0)

    assert "Une autre paire viendra ensuite." in page.sign_in(twins.staff).get(WAITING).get_text()
