"""The profile workshop: a draft is tried on thirty days, then saved as tried, by staff or by the member."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select

from procurement import entered, work
from procurement.db import transaction
from procurement.models import AuditEntry, Member, Person, Tender, Work
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@dataclass
class Workshop:
    """A member with its people, another member, staff, and a tender."""

    member: Member
    person: Person
    stranger: Person
    staff: Person
    tender: Tender

    @property
    def by_staff(self) -> str:
        """Where staff work on the member's profile."""
        return f"/equipe/membres/{self.member.id}/profil"


@pytest.fixture
def workshop(writing: Writing) -> Workshop:
    """A member with its people, another member, staff, and a tender."""
    with writing() as session:
        member = make_member(session, name="Net et Clair", cpv_codes=["90910000"], cantons=["GE"])
        return Workshop(
            member=member,
            person=make_person(session, member=member),
            stranger=make_person(session),
            staff=make_person(session, role=Role.STAFF),
            tender=make_tender(session, title={"fr": "Vitres du musée"}),
        )


def answer(engine: Engine, now: datetime, **facts: Any) -> None:
    """Do as the worker does, with an answer of the test's own."""
    with transaction(engine) as session:
        row = work.claim(session, now=now)
        assert row is not None
        said = {"days": 30, "found": 0, "per_week": 0.0, "tenders": [], "codes": [], "words": [], **facts}
        work.finish(session, work_id=row.id, answer=said, now=now)


def stored(writing: Writing, member: Member) -> Member:
    """The member as it stands in the database."""
    with writing() as session:
        return session.get_one(Member, member.id)


def works(writing: Writing, kind: str) -> list[Work]:
    """The rows of work of one kind."""
    with writing() as session:
        return list(session.scalars(select(Work).where(Work.kind == kind)))


def tick(soup: BeautifulSoup, name: str) -> list[str]:
    """The boxes of a name that are ticked."""
    return [str(box["value"]) for box in soup.select(f"input[name={name}][checked]")]


def test_trying_asks_the_matcher_and_changes_nothing(
    page: Page, workshop: Workshop, writing: Writing, engine: Engine, now: datetime
) -> None:
    page.sign_in(workshop.person)

    response = page.send(
        "/profil",
        "/profil/essai",
        statement="Lavage de vitres.",
        cpv_codes="90911300-9",
        cantons="VD",
        excluded_words="amiante, , toit",
    )
    tried = response.location
    waiting = page.get(tried)
    answer(engine, now, found=1, per_week=0.2, tenders=[{"tender_id": workshop.tender.id, "score": 0.71}])
    soup = page.get(tried)

    (row,) = works(writing, "profile_preview")
    assert row.facts == {
        "member_id": workshop.member.id,
        "draft": {
            "statement": "Lavage de vitres.",
            "cpv_codes": ["90911300"],
            "cantons": ["VD"],
            "excluded_words": ["amiante", "toit"],
        },
    }
    assert "La réponse se calcule" in waiting.get_text()
    # Without the address, a browser that stands at a # would only scroll.
    assert waiting.select_one(f'meta[http-equiv=refresh][content="3; url={tried}"]') is not None
    assert "Ces 30 derniers jours auraient apporté\u00a0: 1 marché" in soup.get_text()
    assert "Vitres du musée" in soup.get_text()
    statement = soup.find("textarea")
    assert statement is not None
    assert statement.get_text().strip() == "Lavage de vitres."
    assert tick(soup, "cantons") == ["VD"]
    assert stored(writing, workshop.member).cpv_codes == ["90910000"]


def test_what_was_tried_is_saved_audited_and_matched_again(
    page: Page, workshop: Workshop, writing: Writing, now: datetime
) -> None:
    page.sign_in(workshop.person)
    tried = page.send("/profil", "/profil/essai", statement="Lavage.", cantons="VD").location
    page.clock.move(minutes=1)

    response = page.send(tried, "/profil")

    assert response.location == "/profil"
    assert "Le profil est enregistré" in page.get("/profil").get_text()
    member = stored(writing, workshop.member)
    assert (member.statement, member.cantons, member.cpv_codes) == ("Lavage.", ["VD"], [])
    assert member.profile_changed_at == page.clock.now
    with writing() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "profile.change")).one()
    assert (entry.person_id, entry.subject) == (workshop.person.id, f"member:{member.id}")
    assert entry.facts["before"]["cantons"] == ["GE"]
    assert [row.facts for row in works(writing, "match_member")] == [{"member_id": member.id}]


def test_saving_what_stands_changes_nothing(
    page: Page, workshop: Workshop, writing: Writing, now: datetime
) -> None:
    before = workshop.member.profile_changed_at
    page.sign_in(workshop.staff)
    draft = {
        "statement": workshop.member.statement,
        "cpv_codes": "90910000",
        "cantons": "GE",
        "excluded_words": "",
    }
    tried = page.send(workshop.by_staff, f"{workshop.by_staff}/essai", **draft).location
    digest = tried.partition("essai=")[2]

    assert "C’est le profil enregistré." in page.get(tried).get_text()
    page.post(workshop.by_staff, essai=digest)

    assert "Rien n’a changé" in page.get(workshop.by_staff).get_text()
    assert stored(writing, workshop.member).profile_changed_at == before
    assert works(writing, "match_member") == []


def test_only_what_was_tried_is_saved(page: Page, workshop: Workshop, writing: Writing) -> None:
    page.sign_in(workshop.person)

    response = page.post("/profil", essai="0123456789abcdef", statement="Autre chose")

    assert "essayez d’abord" in page.get(response.location).get_text()
    assert stored(writing, workshop.member).statement != "Autre chose"


def test_nobody_sees_or_saves_the_draft_of_another_member(
    page: Page, workshop: Workshop, writing: Writing
) -> None:
    page.sign_in(workshop.person)
    tried = page.send("/profil", "/profil/essai", statement="Un secret.").location
    stranger = page.other().sign_in(workshop.stranger)

    seen = stranger.get(tried)
    stranger.post("/profil", essai=tried.partition("essai=")[2], member_id=str(workshop.member.id))

    assert "Un secret." not in str(seen)
    assert stored(writing, workshop.stranger.member).statement != "Un secret."  # type: ignore[arg-type]
    assert stored(writing, workshop.member).statement != "Un secret."
    for path in (workshop.by_staff, f"{workshop.by_staff}/essai"):
        assert stranger.post(path, statement="Volé.").status_code == 404


def test_staff_of_another_chamber_reach_no_profile(page: Page, workshop: Workshop, writing: Writing) -> None:
    with writing() as session:
        other = make_chamber(session, key="autre")
        staff = make_person(session, role=Role.STAFF, chamber=other)
    page.sign_in(staff)

    page.get(workshop.by_staff, status=404)
    assert page.post(f"{workshop.by_staff}/essai", statement="Volé.").status_code == 404
    assert page.post(workshop.by_staff, essai="x").status_code == 404
    assert works(writing, "profile_preview") == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"found": 120, "per_week": 28.0}, "Trop large\u00a0: environ 28 par semaine."),
        ({"found": 0, "per_week": 0.0}, "Trop étroit\u00a0: rien en un mois."),
        ({"found": 86, "per_week": 20.0}, None),
    ],
)
def test_a_profile_that_is_too_broad_or_too_narrow_is_warned_of(
    page: Page, workshop: Workshop, engine: Engine, now: datetime, facts: dict[str, Any], words: str | None
) -> None:
    page.sign_in(workshop.staff)
    tried = page.send(workshop.by_staff, f"{workshop.by_staff}/essai", statement="Tout.").location
    answer(engine, now, **facts)

    text = page.get(tried).get_text()

    assert ("Trop " in text) is (words is not None)
    assert words is None or words in text


def test_codes_and_words_found_in_the_text_are_proposed_and_taken_by_a_tick(
    page: Page, workshop: Workshop, engine: Engine, writing: Writing, now: datetime
) -> None:
    page.sign_in(workshop.person)
    tried = page.send("/profil", "/profil/essai", statement="Nettoyage de vitres.", cpv_codes="").location
    sure = {"code": "90911300", "words": [], "confidence": 0.82}
    answer(
        engine,
        now,
        codes=[{"code": "90910000", "words": ["nettoyage"], "confidence": None}, sure],
        words=[{"word": "vitres", "count": 3}],
    )
    here = tried

    soup = page.get(here)
    page.send(here, "/profil/essai", proposed="90910000")

    assert [box["value"] for box in soup.select("input[name=proposed]")] == ["90910000", "90911300"]
    text = soup.get_text()
    assert "Services de nettoyage" in text
    assert "sûr à 82\u00a0%" in text
    assert "vitres 3" in text
    assert works(writing, "profile_preview")[-1].facts["draft"]["cpv_codes"] == ["90910000"]


def test_a_wrong_code_loses_nothing_that_was_written(page: Page, workshop: Workshop) -> None:
    page.sign_in(workshop.person)

    response = page.post("/profil/essai", statement="Un long texte.", cpv_codes="9091", cantons="XX")

    assert response.status_code == 422
    soup = BeautifulSoup(response.data, "lxml")
    assert "Un long texte." in soup.get_text()
    assert "n’est pas un code CPV" in soup.get_text()


def test_what_was_entered_by_hand_is_not_in_the_list(
    page: Page, workshop: Workshop, engine: Engine, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        session.get_one(Tender, workshop.tender.id).source = entered.SOURCE
    page.sign_in(workshop.person)
    tried = page.send("/profil", "/profil/essai", statement="Vitres.").location
    answer(engine, now, found=1, tenders=[{"tender_id": workshop.tender.id, "score": 0.7}])

    assert "Vitres du musée" not in page.get(tried).get_text()


def test_a_try_that_failed_says_so(page: Page, workshop: Workshop, writing: Writing) -> None:
    page.sign_in(workshop.person)
    tried = page.send("/profil", "/profil/essai", statement="Vitres.").location
    with writing() as session:
        session.scalars(select(Work)).one().failed_at = page.clock.now

    assert "Cet essai n’a pas de résultat" in page.get(tried).get_text()


def test_staff_find_the_workshop_from_the_page_of_a_member(page: Page, workshop: Workshop) -> None:
    soup = page.sign_in(workshop.staff).get(f"/equipe/membres/{workshop.member.id}")

    assert soup.find("a", href=workshop.by_staff) is not None
    assert "Net et Clair" in page.get(workshop.by_staff).get_text()
