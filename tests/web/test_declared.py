"""What a notice declares and what came of it: conditions, statements, results on the tender's page."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from procurement.models import Award, AwardSupplier, Consideration, Notice, Person, Tender
from procurement.vocabulary import ContractNature, NoticeType
from tests.factories import make_lot, make_notice, make_person, make_tender
from tests.web.conftest import Page, Writing
from web.addresses import web_host
from web.conditions import _HEADINGS
from web.considerations import _CODES, _TERMS


@pytest.fixture
def person(page: Page, writing: Writing) -> Person:
    """Somebody of a member, signed in."""
    with writing() as session:
        found = make_person(session)
    page.sign_in(found)
    return found


def conditions(soup: BeautifulSoup) -> tuple[int, list[str]]:
    """The count on the fold of conditions, and the texts that stand in it."""
    fold = next(
        fold
        for fold in soup.select("details.fold")
        if "Conditions de l’avis" in fold.select("summary")[0].get_text()
    )
    return int(fold.select(".count")[0].get_text()), [p.get_text(strip=True) for p in fold.select(".prose")]


def test_every_condition_is_shown_under_a_heading_and_counted(
    page: Page, person: Person, writing: Writing
) -> None:
    said = {key: {"fr": f"Texte de {key}"} for key in [*_HEADINGS, "inconnue", "autre_inconnue"]}
    with writing() as session:
        tender = make_tender(session, conditions={**said, "vide": {}, "blanc": {"fr": ""}})

    soup = page.get(f"/marches/{tender.id}")

    count, texts = conditions(soup)
    assert count == len(said)
    assert sorted(texts) == sorted(text["fr"] for text in said.values())
    headings = [heading.get_text() for heading in soup.select("details.fold h3")]
    assert headings[-1] == "Autres conditions"
    assert texts[-2:] == ["Texte de autre_inconnue", "Texte de inconnue"]
    assert len(headings) == len(set(headings)) == len(_HEADINGS) + 1


def test_without_conditions_there_is_no_fold(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, conditions={"vide": {}})

    assert "Conditions de l’avis" not in page.get(f"/marches/{tender.id}").get_text()


@pytest.mark.parametrize(
    ("nature", "words"),
    [
        (ContractNature.DESIGN, "Somme des prix"),
        (ContractNature.SERVICES, "Valeur estimée"),
        (None, "Valeur estimée"),
    ],
)
def test_the_sum_of_a_contest_is_that_of_its_prizes(
    page: Page, person: Person, writing: Writing, nature: ContractNature | None, words: str
) -> None:
    with writing() as session:
        tender = make_tender(session, contract_nature=nature, value_amount=90_000)

    assert words in [dt.get_text() for dt in page.get(f"/marches/{tender.id}").select("dt")]


def declare(lot: Any, *said: tuple[str, str] | tuple[str, str, dict[str, str]]) -> None:
    """Let a lot declare things."""
    lot.considerations = [
        Consideration(business_term=each[0], code=each[1], text=each[2] if len(each) > 2 else {})
        for each in said
    ]


def declared(soup: BeautifulSoup) -> list[str]:
    """What the box of declared criteria says."""
    return [" ".join(item.get_text(" ").split()) for item in soup.select(".statements > li")]


def test_a_reserved_tender_says_so_first(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        opportunities = ("BT-775", "opp")
        declare(tender.lots[0], opportunities, ("BT-71", "res-ws"), ("BT-736", "yes"), opportunities)

    soup = page.get(f"/marches/{tender.id}")

    (notice,) = soup.select(".tender-head .notice-reserved")
    assert notice.get_text() == "Marché réservé\u00a0: ateliers protégés et opérateurs d’insertion"
    assert declared(soup) == [
        "Marché réservé : ateliers protégés et opérateurs d’insertion champ BT-71 de l’avis",
        "Exécution réservée aux emplois protégés champ BT-736 de l’avis",
        "Emploi de personnes défavorisées, insertion, handicap champ BT-775 de l’avis",
    ]


def test_what_only_some_lots_declare_names_them(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        one, two, three = (make_lot(tender) for _ in range(3))
        declare(one, ("BT-71", "res-pub-ser"), ("BT-774", "circ-econ"))
        declare(two, ("BT-774", "circ-econ"), ("BT-775", "gen-eq"))
        declare(three, ("BT-774", "circ-econ"), ("BT-775", "gen-eq"))

    soup = page.get(f"/marches/{tender.id}")

    assert "(lot 1)" in soup.select(".notice-reserved")[0].get_text()
    assert [line.partition(" champ ")[2] for line in declared(soup)] == [
        "BT-71 de l’avis · lot 1",
        "BT-775 de l’avis · lots 2, 3",
        "BT-774 de l’avis",
    ]


def test_texts_stand_as_published_and_unknown_codes_as_they_are(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session, language="de")
        declare(
            tender.lots[0],
            ("BT-777", "", {"de": "Fünf Prozent der Stunden."}),
            ("BT-06", "xyz"),
            ("BT-999", "abc"),
            ("BT-76", "true", {"fr": "Société simple."}),
            ("BT-71", "none"),
            ("BT-754", "n-inc"),
        )

    soup = page.get(f"/marches/{tender.id}")

    assert declared(soup) == [
        "Achat stratégique xyz champ BT-06 de l’avis",
        "Précisions sur ces objectifs Fünf Prozent der Stunden. champ BT-777 de l’avis",
        "Forme juridique demandée à une communauté de soumissionnaires Société simple. champ BT-76 de l’avis",
        "Autre déclaration abc champ BT-999 de l’avis",
    ]
    assert soup.select(".statements [lang=de]")
    assert soup.select(".notice-reserved") == []


def test_every_code_with_words_is_of_a_field_with_words() -> None:
    assert {term for term, _ in _CODES} <= set(_TERMS)


def test_without_statements_there_is_no_box(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)

    assert "déclarés" not in page.get(f"/marches/{tender.id}").get_text()


def award(*suppliers: AwardSupplier, **facts: Any) -> Award:
    """An outcome with its winners in order."""
    for position, supplier in enumerate(suppliers):
        supplier.position = position
    return Award(suppliers=list(suppliers), **{"decided_on": date(2026, 11, 20), **facts})


def award_notice(session: Session, tender: Tender, *awards: Award, **facts: Any) -> Notice:
    """A publication of outcomes."""
    facts = {"notice_type": NoticeType.AWARD, "published_on": date(2026, 11, 23), **facts}
    return make_notice(session, tender, awards=list(awards), **facts)


def results(soup: BeautifulSoup) -> list[str]:
    """What each result says."""
    return [" ".join(block.get_text(" ").split()).replace("\u202f", " ") for block in soup.select(".result")]


def test_a_result_names_winner_place_price_offers_and_day(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        winner = AwardSupplier(
            name="Coopérative Éclat", city="Genève", value_amount=184_250.5, value_currency="CHF"
        )
        award_notice(
            session,
            tender,
            award(winner, offers_received=5, justification={"fr": "La meilleure.\n\nDe loin."}),
        )

    soup = page.get(f"/marches/{tender.id}")

    assert results(soup) == [
        "Coopérative Éclat , Genève · CHF 184 250,50 décidé le ven. 20 nov. 2026 · 5 offres reçues "
        "Justification La meilleure. De loin."
    ]
    assert soup.select(".result details.fold")


def test_several_winners_are_a_consortium_only_when_the_notice_says_so(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        award_notice(
            session,
            tender,
            award(
                AwardSupplier(name="Seule"),
                AwardSupplier(name="Cheffe", is_lead=True),
                AwardSupplier(name="Membre", is_lead=False),
                AwardSupplier(name="Autre cheffe", is_lead=True),
                AwardSupplier(name="Autre membre", is_lead=False),
                AwardSupplier(name="Dernière"),
            ),
        )

    winners = [
        " ".join(item.get_text(" ").split())
        for item in page.get(f"/marches/{tender.id}").select(".winners > li")
    ]

    assert winners == [
        "Seule",
        "Communauté de soumissionnaires : Cheffe chef de file Membre",
        "Communauté de soumissionnaires : Autre cheffe chef de file Autre membre",
        "Dernière",
    ]


def test_a_group_without_a_lead_is_one_still(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        members = (AwardSupplier(name=name, is_lead=False) for name in ("Une", "Deux"))
        award_notice(session, tender, award(*members))
        award_notice(session, tender, award(AwardSupplier(name="Seule", is_lead=False)))

    first, second = results(page.get(f"/marches/{tender.id}"))

    assert first.startswith("Communauté de soumissionnaires : Une Deux décidé")
    assert second.startswith("Seule décidé")


def test_lots_have_each_their_result_in_order(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        for name in ("Vitres", "Sols"):
            make_lot(tender, title={"fr": name})
        award_notice(session, tender, award(AwardSupplier(name="Deux")), lot_key="lot-2")
        award_notice(
            session,
            tender,
            award(AwardSupplier(name="Un", rank=1, note={"fr": "avec un associé"}), lot_key="lot-1"),
            award(AwardSupplier(name="Zéro"), lot_key="LOT-9"),
        )

    found = results(page.get(f"/marches/{tender.id}"))

    assert [line.partition(" décidé")[0] for line in found] == [
        "Lot LOT-9 Zéro",
        "Lot 1 : Vitres Un rang 1 avec un associé",
        "Lot 2 : Sols Deux",
    ]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"value_low": 10_000.0, "value_high": 20_000.0, "value_currency": "CHF"},
            "prix de CHF 10 000 à CHF 20 000",
        ),
        ({"value_low": 20_000.0, "value_high": 20_000.0, "value_currency": "EUR"}, "prix EUR 20 000"),
        ({"value_high": 20_000.0, "value_currency": None}, "prix 20 000"),
        ({"value_low": 0.0, "value_currency": "CHF"}, "prix CHF 0"),
        ({"offers_received": 1}, "1 offre reçue"),
        ({"offers_received": 0}, "0 offre reçue"),
        ({"decided_on": None}, "publié le lun. 23 nov. 2026"),
        ({"note": {"fr": "Toutes trop chères."}}, "Toutes trop chères."),
        ({}, "Pas d’adjudicataire nommé."),
        ({"justification": {"fr": "no-rece"}}, "Aucune offre n’a été reçue."),
        ({"justification": {"fr": "Aucune raison."}}, "Aucune raison."),
    ],
)
def test_an_outcome_without_a_winner_says_what_is_known(
    page: Page, person: Person, writing: Writing, facts: dict[str, Any], words: str
) -> None:
    with writing() as session:
        tender = make_tender(session)
        award_notice(session, tender, award(**facts))

    (said,) = results(page.get(f"/marches/{tender.id}"))

    assert words in said.replace("\u00a0", " ")
    assert "no-rece" not in said


def test_a_corrected_result_replaces_the_first_and_a_revoked_one_says_so(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        first = award_notice(session, tender, award(AwardSupplier(name="Erreur")))
        award_notice(
            session,
            tender,
            award(AwardSupplier(name="Juste")),
            is_correction=True,
            corrects_key=first.source_key,
            published_on=date(2026, 11, 24),
        )

    (said,) = results(page.get(f"/marches/{tender.id}"))
    assert said.startswith("Juste")

    with writing() as session:
        make_notice(
            session,
            session.get_one(Tender, tender.id),
            notice_type=NoticeType.REVOCATION,
            published_on=date(2026, 11, 25),
        )
    (said,) = results(page.get(f"/marches/{tender.id}"))
    assert said.startswith("⚠ Ce résultat a été révoqué. Juste")


def test_without_an_outcome_there_is_no_result(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        award_notice(session, tender)

    assert "Résultat" not in page.get(f"/marches/{tender.id}").get_text()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.simap.ch/x", "www.simap.ch"),
        ("http://a.example:8080", "a.example"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("https://", ""),
        ("http://[", ""),
        ("https://a.example/a b", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str | None, host: str) -> None:
    assert web_host(url) == host
