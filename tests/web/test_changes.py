"""What a publication changed, beside it on the time line: old and new in words."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from procurement.changes import record_changes, snapshot
from procurement.i18n import ZURICH
from procurement.models import Lot, Notice, Person, Tender, TenderChange
from procurement.vocabulary import CriterionKind, NoticeType, Stated, TenderField, TenderState
from tests.factories import NOW, make_lot, make_notice, make_person, make_tender
from tests.web.conftest import Page, Writing

Act = Callable[[Tender], None]


@pytest.fixture
def person(page: Page, writing: Writing) -> Person:
    """Somebody of a member, signed in."""
    with writing() as session:
        found = make_person(session)
    page.sign_in(found)
    return found


def changed(session: Session, tender: Tender, act: Act, **facts: Any) -> Notice:
    """A publication of today that changes the tender."""
    before = snapshot(tender)
    notice = make_notice(
        session, tender, **{"published_on": date(2026, 11, 24), "is_correction": True, **facts}
    )
    act(tender)
    session.flush()
    record_changes(session, tender=tender, before=before, notice=notice, now=NOW)
    return notice


def shown(soup: BeautifulSoup, notice: Notice | None = None) -> dict[str, list[str]]:
    """The fields that changed, with their lines as one reads them."""
    place = f"#publication-{notice.id} " if notice else ""
    return {
        row.select("dt")[0].get_text(): [" ".join(line.get_text().split()) for line in row.select("dd")]
        for row in soup.select(f"{place}.changed > div")
    }


def test_a_deadline_that_moves_is_said_as_people_write_dates(
    page: Page, person: Person, writing: Writing
) -> None:
    def act(tender: Tender) -> None:
        tender.submission_deadline = datetime(2026, 12, 21, 12, 0, tzinfo=ZURICH)
        tender.enquiry_deadline = date(2026, 12, 7)
        tender.opening = datetime(2026, 12, 22, 9, 30, tzinfo=ZURICH)
        tender.conditions = {"correction": {"fr": "Prolongé à la demande de plusieurs."}}

    with writing() as session:
        tender = make_tender(session)
        notice = changed(session, tender, act)

    soup = page.get(f"/marches/{tender.id}")

    assert shown(soup, notice) == {
        "Délai de remise des offres": ["avant : lun. 14 déc. 2026, 12 h → après : lun. 21 déc. 2026, 12 h"],
        "Délai pour les questions": ["avant : ven. 4 déc. 2026 → après : lun. 7 déc. 2026"],
        "Ouverture des offres": ["ajouté : mar. 22 déc. 2026, 9 h 30"],
    }
    head = soup.select_one(".dates")
    assert head is not None
    assert "délai changé le mar. 24 nov. 2026, avant : lun. 14 déc. 2026, 12 h" in " ".join(
        head.get_text().split()
    )
    assert head.select(f"a[href='#publication-{notice.id}']")
    line = soup.select_one(f"#publication-{notice.id}")
    assert line is not None
    assert "Prolongé à la demande de plusieurs." in line.get_text()
    assert "rectification" in line.get_text()


def set_to(**facts: Any) -> Act:
    """Change facts of the tender."""

    def act(tender: Tender) -> None:
        for name, value in facts.items():
            setattr(tender, name, value)

    return act


def on_lots(act: Callable[[Lot], None]) -> Act:
    """Change every lot."""

    def do(tender: Tender) -> None:
        for lot in tender.lots:
            act(lot)

    return do


def weigh(lot: Lot) -> None:
    """Let the price weigh less."""
    for criterion, weight in zip(lot.criteria, (40, 60), strict=False):
        criterion.weight = weight


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            set_to(state=TenderState.CANCELLED),
            {"État": ["avant : publié → après : interrompu"]},
        ),
        (
            set_to(title={"fr": "Nettoyage"}),
            {"Titre": ["avant : Nettoyage écologique des écoles → après : Nettoyage"]},
        ),
        (
            set_to(submission_deadline=None),
            {"Délai de remise des offres": ["retiré : lun. 14 déc. 2026, 12 h"]},
        ),
        (
            set_to(consortium_allowed=Stated.YES, consortium_note={"fr": "À trois au plus."}),
            {
                "Communautés de soumissionnaires": [
                    "avant : non précisé → après : admis selon l’avis",
                    "remarque ajouté : À trois au plus.",
                ]
            },
        ),
        (
            set_to(subcontracting_note={"fr": "Un tiers au plus."}),
            {"Sous-traitance": ["remarque ajouté : Un tiers au plus."]},
        ),
        (
            set_to(documents_url="https://dossier.example.ch/2"),
            {"Documents": ["ajouté : https://dossier.example.ch/2"]},
        ),
        (
            set_to(cpv_codes=["90911200", "55520000"]),
            {"Codes CPV": ["ajouté : Services traiteur (CPV 55520000)"]},
        ),
        (
            on_lots(weigh),
            {
                "Critères d’adjudication": [
                    "avant : Prix 60 %, Qualité 40 % → après : Prix 40 %, Qualité 60 %"
                ]
            },
        ),
        (
            on_lots(lambda lot: setattr(lot, "place_city", {"fr": "Carouge"})),
            {"Lieu d’exécution": ["avant : Genève (GE) → après : Carouge (GE)"]},
        ),
        (
            on_lots(lambda lot: setattr(lot, "place_city", {})),
            {"Lieu d’exécution": ["avant : Genève (GE) → après : Genève"]},
        ),
        (
            on_lots(lambda lot: setattr(lot, "ends_on", None)),
            {
                "Durée": [
                    "avant : du lun. 1 févr. 2027 au mer. 31 janv. 2029 → après : dès le lun. 1 févr. 2027"
                ]
            },
        ),
    ],
)
def test_each_field_is_said_in_words(
    page: Page, person: Person, writing: Writing, act: Act, said: dict[str, list[str]]
) -> None:
    with writing() as session:
        tender = make_tender(session)
        changed(session, tender, act)

    assert shown(page.get(f"/marches/{tender.id}")) == said


def test_a_text_that_changed_can_be_read_before_and_after(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        changed(session, tender, set_to(description={"de": "Reinigung.\n\nMit Label."}))

    fold = page.get(f"/marches/{tender.id}").select_one(".changed details")

    assert fold is not None
    assert [title.get_text() for title in fold.select("h4")] == ["Avant", "Après"]
    before, after = fold.select(".quote .published")
    assert "Nettoyage courant de douze écoles." in before.get_text()
    assert after.get_text(" ", strip=True) == "Reinigung. Mit Label."
    assert after["lang"] == "de"


def test_a_text_that_was_taken_away_leaves_nothing(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        changed(session, tender, set_to(description={}))

    fold = page.get(f"/marches/{tender.id}").select_one(".changed details")

    assert fold is not None
    assert fold.get_text(" ", strip=True).endswith("Après rien")


def test_lots_come_go_and_change_by_their_number(page: Page, person: Person, writing: Writing) -> None:
    def act(tender: Tender) -> None:
        first, second = tender.lots
        first.title, first.description = {"fr": "Vitrages"}, {"fr": "Deux fois."}
        second.is_withdrawn = True
        make_lot(tender, title={})

    with writing() as session:
        tender = make_tender(session, lots=[])
        for name in ("Vitres", "Sols"):
            make_lot(tender, title={"fr": name}, description={"fr": "Une fois."})
        session.flush()
        changed(session, tender, act)

    assert shown(page.get(f"/marches/{tender.id}")) == {
        "Lots": [
            "Lot 1 avant : Vitres → après : Vitrages",
            "Lot 1 avant : Une fois. → après : Deux fois.",
            "Lot 2 retiré : Sols",
            "Lot 3 ajouté : Lot 3",
        ]
    }


def test_what_a_call_says_after_its_announcement_is_no_change(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    def act(tender: Tender) -> None:
        (whole,) = tender.lots
        whole.is_withdrawn = True
        make_lot(tender)
        tender.state, tender.submission_deadline = TenderState.CALLED, now + timedelta(days=9)
        tender.subcontracting_allowed = Stated.NO
        tender.title = {"fr": "Nettoyage des écoles"}

    with writing() as session:
        tender = make_tender(session, state=TenderState.ANNOUNCED, submission_deadline=None)
        tender.notices[0].notice_type = NoticeType.ADVANCE_NOTICE
        changed(session, tender, act, is_correction=False)

    assert shown(page.get(f"/marches/{tender.id}")) == {
        "État": ["avant : annoncé → après : publié"],
        "Titre": ["avant : Nettoyage écologique des écoles → après : Nettoyage des écoles"],
    }


def test_the_first_publication_changes_nothing(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, published_on=date(2026, 11, 20))
        changed(session, tender, set_to(title={"fr": "Autre"}), published_on=date(2026, 11, 1))

    soup = page.get(f"/marches/{tender.id}")

    assert shown(soup) == {}
    assert "Ce qui a changé" not in soup.get_text()


def test_a_publication_read_twice_says_what_it_changed_in_the_end(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        notice = changed(session, tender, set_to(title={"fr": "Deux"}, state=TenderState.AWARDED))
        for field, old, new in (
            (TenderField.TITLE, {"fr": "Deux"}, {"fr": "Trois"}),
            (TenderField.STATE, "awarded", "called"),
        ):
            session.add(
                TenderChange(tender=tender, notice=notice, field=field, old=old, new=new, at=page.clock.now)
            )

    assert shown(page.get(f"/marches/{tender.id}")) == {
        "Titre": ["avant : Nettoyage écologique des écoles → après : Trois"]
    }


def test_every_field_that_can_change_has_its_words(page: Page, person: Person, writing: Writing) -> None:
    def act(tender: Tender) -> None:
        (lot,) = tender.lots
        tender.state, tender.title, tender.description = TenderState.AWARDED, {"fr": "A"}, {"fr": "B"}
        tender.submission_deadline = tender.opening = page.clock.now
        tender.enquiry_deadline, tender.documents_url = date(2026, 12, 1), "https://a.example"
        tender.consortium_allowed = tender.subcontracting_allowed = Stated.NO
        tender.cpv_codes, lot.title, lot.place_canton = ["55520000"], {"fr": "C"}, "VD"
        lot.criteria = [each for each in lot.criteria if each.kind is not CriterionKind.AWARD]
        lot.starts_on = lot.ends_on = None

    with writing() as session:
        tender = make_tender(session)
        changed(session, tender, act)

    found = shown(page.get(f"/marches/{tender.id}"))

    assert len(found) == len(TenderField)
    assert all(line for lines in found.values() for line in lines)
    assert found["Durée"] == ["retiré : du lun. 1 févr. 2027 au mer. 31 janv. 2029"]


def test_what_was_published_is_text(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        changed(session, tender, set_to(title={"fr": "<script>alert(1)</script>"}))

    soup = page.get(f"/marches/{tender.id}")

    assert soup.find("script") is None
    assert "<script>alert(1)</script>" in shown(soup)["Titre"][0]
