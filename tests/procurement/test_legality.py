"""Points of law in notices: each check where it holds, where it does not, and where the notice is silent."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.criteria import ess_criteria
from config.law import law
from procurement import legality
from procurement.cantons import BuyerLevel
from procurement.i18n import ZURICH
from procurement.labelled import LANGUAGES
from procurement.legal_words import SENTENCES, Check, Severity, say_point, say_reference
from procurement.legality import Concern, checks_of, sentences_on
from procurement.lens import FindingKind, Polarity
from procurement.models import Buyer, Criterion, Lot, Tender
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)
from tests.factories import NOW, finding, make_lot, make_notice, make_tender

_EXAMPLES = [
    (article.key, kind, language, sentence)
    for article in law().article
    for kind in ("matches", "ignores")
    for language, sentences in getattr(article, kind).items()
    for sentence in sentences
]


def of(tender: Tender, check: Check) -> list[Concern]:
    """The points of one check."""
    return [concern for concern in checks_of(tender) if concern.check is check]


@pytest.mark.parametrize(("key", "kind", "language", "sentence"), _EXAMPLES)
def test_the_examples_of_the_table_are_told_apart(key: str, kind: str, language: str, sentence: str) -> None:
    assert sentences_on(key, sentence, language) == ([sentence] if kind == "matches" else [])


def test_the_families_of_the_article_are_those_that_the_criteria_say_it_gates() -> None:
    gated = {
        each.key for each in ess_criteria().criteria if each.treaty_gate == "award_criterion_only_non_treaty"
    }

    assert set(law().article_of("complementary_criteria").families) == gated
    known = ess_criteria().by_key()
    assert all(key in known for article in law().article for key in article.families)


def test_a_text_in_an_unknown_language_is_read_with_the_rules_of_all() -> None:
    text = "Zwei Referenzen über öffentliche Aufträge."

    assert sentences_on("earlier_contracts", text, "rm") == [text]
    assert sentences_on("earlier_contracts", text, "fr") == []


def test_a_tender_as_it_should_be_raises_nothing(session: Session) -> None:
    tender = make_tender(
        session,
        consortium_allowed=Stated.YES,
        subcontracting_allowed=Stated.YES,
        submission_deadline=NOW + timedelta(days=40),
    )

    assert checks_of(tender) == []


def test_a_tender_of_which_little_is_said_raises_nothing(session: Session) -> None:
    tender = make_tender(session, is_under_treaty=None, submission_deadline=None, lots=[])
    make_lot(tender, criteria=[], contract_nature=None, award_criteria_source=CriteriaSource.NOT_SPECIFIED)

    assert checks_of(tender) == []


@pytest.mark.parametrize(
    ("is_under_treaty", "severity"), [(True, Severity.EXAMINE), (None, Severity.UNKNOWN), (False, None)]
)
def test_a_complementary_criterion_is_a_point_only_under_a_treaty(
    session: Session, is_under_treaty: bool | None, severity: Severity | None
) -> None:
    tender = make_tender(session, is_under_treaty=is_under_treaty, submission_deadline=None)
    tender.lots[0].findings = [finding()]

    found = of(tender, Check.COMPLEMENTARY)

    assert [each.severity for each in found] == ([severity] if severity else [])
    if severity is Severity.EXAMINE:
        assert found[0].article.key == "complementary_criteria"
        assert found[0].quote is not None
        assert found[0].quote.text == "Part des apprenties et apprentis dans l’effectif."
        assert "(5\u00a0%)" in say_point(found[0].how, found[0].facts, "fr")
        assert "(7,5\u00a0%)" in say_point(found[0].how, {"weight": 7.5}, "de")


@pytest.mark.parametrize(
    "overrides",
    [
        {"kind": FindingKind.EXECUTION_CONDITION},
        {"kind": FindingKind.SUBJECT},
        {"family": "economie_circulaire_reemploi"},
        {"counts": False},
        {"is_right": False},
        {"polarity": Polarity.EXCLUDED},
    ],
    ids=["execution", "subject", "another family", "boilerplate", "refused by staff", "excluded"],
)
def test_what_is_no_award_criterion_of_the_article_is_no_point(
    session: Session, overrides: dict[str, Any]
) -> None:
    tender = make_tender(session, is_under_treaty=True)
    tender.lots[0].findings = [finding(**overrides)]

    assert of(tender, Check.COMPLEMENTARY) == []


def test_a_criterion_named_in_its_title_and_its_description_is_one_point(session: Session) -> None:
    tender = make_tender(session, is_under_treaty=True)
    tender.lots[0].findings = [
        finding(field="award.2.title", sentence="Apprentis"),
        finding(field="award.2.description", sentence="Part des apprentis dans l’effectif."),
        finding(field="award.4.title", sentence="Places d’apprentissage"),
    ]

    quotes = [concern.quote.text for concern in of(tender, Check.COMPLEMENTARY) if concern.quote]

    assert quotes == ["Part des apprentis dans l’effectif.", "Places d’apprentissage"]


def test_what_staff_confirmed_counts_against_the_rules(session: Session) -> None:
    tender = make_tender(session, is_under_treaty=True)
    tender.lots[0].findings = [finding(counts=False, is_right=True, weight=None)]

    (concern,) = of(tender, Check.COMPLEMENTARY)

    assert "%" not in say_point(concern.how, concern.facts, "de")


@pytest.mark.parametrize("field", ["title", "description", "verification"])
@pytest.mark.parametrize("kind", [CriterionKind.SELECTION, CriterionKind.PARTICIPATION])
def test_a_condition_of_earlier_public_contracts_is_quoted(
    session: Session, kind: CriterionKind, field: str
) -> None:
    tender = make_tender(session)
    said = "Être inscrit au registre. Trois références de marchés publics comparables. Une assurance."
    tender.lots[0].criteria.append(Criterion(kind=kind, position=3, **{field: {"fr": said}}))

    (concern,) = of(tender, Check.EARLIER_CONTRACTS)

    assert concern.severity is Severity.EXAMINE
    assert concern.quote == legality.Quote("Trois références de marchés publics comparables.", "fr", kind)


def test_earlier_public_contracts_as_an_award_criterion_are_no_condition(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].criteria.append(
        Criterion(
            kind=CriterionKind.AWARD, position=3, title={"fr": "Références de marchés publics"}, weight=0
        )
    )

    assert of(tender, Check.EARLIER_CONTRACTS) == []


def test_references_in_general_are_no_point(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].criteria.append(
        Criterion(kind=CriterionKind.SELECTION, position=3, title={"fr": "Trois références comparables"})
    )

    assert of(tender, Check.EARLIER_CONTRACTS) == []


def award(*weights: float | None) -> list[Criterion]:
    """Award criteria with these weights."""
    return [
        Criterion(kind=CriterionKind.AWARD, position=n, title={"fr": f"Critère {n}"}, weight=weight)
        for n, weight in enumerate(weights)
    ]


@pytest.mark.parametrize(
    ("weights", "count"),
    [((None, None, None), 3), ((60, None), 1), ((60, 40), 0), ((60, 40, None), 0), ((None,), 0), ((), 0)],
    ids=["none", "some", "all", "a heading beside the whole", "one alone", "no criterion"],
)
def test_award_criteria_without_weights_are_counted(
    session: Session, weights: tuple[float | None, ...], count: int
) -> None:
    tender = make_tender(session, lots=[])
    make_lot(tender, criteria=award(*weights))

    found = of(tender, Check.WEIGHTS)

    assert [concern.facts["count"] for concern in found] == ([count] if count else [])


def test_who_buys_ideas_may_leave_weights_out(session: Session) -> None:
    tender = make_tender(session, contract_nature=ContractNature.DESIGN, lots=[])
    make_lot(tender, criteria=award(None, None), contract_nature=None)

    assert of(tender, Check.WEIGHTS) == []


def test_criteria_in_the_documents_are_unread_not_bare(session: Session) -> None:
    tender = make_tender(session, lots=[])
    make_lot(tender, criteria=[], award_criteria_source=CriteriaSource.IN_DOCUMENTS)

    (concern,) = of(tender, Check.WEIGHTS)

    assert concern.is_open_question


@pytest.mark.parametrize(
    ("nature", "is_point"),
    [
        (ContractNature.SERVICES, True),
        (ContractNature.WORKS, True),
        (ContractNature.GOODS, False),
        (None, False),
    ],
)
def test_price_alone_is_a_point_where_the_purchase_is_hardly_standard(
    session: Session, nature: ContractNature | None, is_point: bool
) -> None:
    tender = make_tender(session, contract_nature=nature, lots=[])
    make_lot(tender, contract_nature=None, criteria=[], award_criteria_source=CriteriaSource.PRICE_ONLY)

    assert bool(of(tender, Check.PRICE_ALONE)) is is_point


def test_a_single_criterion_that_is_the_price_is_price_alone(session: Session) -> None:
    tender = make_tender(session, lots=[])
    price = Criterion(kind=CriterionKind.AWARD, position=0, title={"fr": "Prix"}, weight=100, is_price=True)
    make_lot(tender, criteria=[price])

    (concern,) = of(tender, Check.PRICE_ALONE)

    assert concern.quote is not None
    assert concern.quote.text == "Prix"


def call(session: Session, days: int, **overrides: Any) -> Tender:
    """A call published so many days before its deadline."""
    published = date(2026, 11, 2)
    deadline = datetime(2026, 11, 2, 12, tzinfo=ZURICH) + timedelta(days=days)
    return make_tender(session, published_on=published, submission_deadline=deadline, **overrides)


@pytest.mark.parametrize(
    ("is_under_treaty", "days", "severity"),
    [
        (False, 20, None),
        (False, 19, Severity.EXAMINE),
        (True, 40, None),
        (True, 39, Severity.NOTE),
        (True, 25, Severity.NOTE),
        (True, 24, Severity.EXAMINE),
        (None, 24, None),
        (None, 19, Severity.EXAMINE),
    ],
)
def test_a_deadline_is_measured_by_its_procedure(
    session: Session, is_under_treaty: bool | None, days: int, severity: Severity | None
) -> None:
    found = of(call(session, days, is_under_treaty=is_under_treaty), Check.DEADLINE)

    assert [(each.severity, each.facts["days"]) for each in found] == ([(severity, days)] if severity else [])


@pytest.mark.parametrize(("days", "severity"), [(5, Severity.NOTE), (4, Severity.EXAMINE)])
def test_goods_are_mostly_standardised_and_may_have_less(
    session: Session, days: int, severity: Severity
) -> None:
    (concern,) = of(call(session, days, contract_nature=ContractNature.GOODS), Check.DEADLINE)

    assert concern.severity is severity


def test_requests_of_a_selective_procedure_have_their_own_days(session: Session) -> None:
    facts = {"procurement_method": ProcurementMethod.SELECTIVE, "is_under_treaty": True}

    assert of(call(session, 24, deadline_is_for_requests=True, **facts), Check.DEADLINE)
    assert not of(call(session, 25, deadline_is_for_requests=True, **facts), Check.DEADLINE)
    # Bids are counted from an invitation that nobody publishes.
    assert not of(call(session, 5, **facts), Check.DEADLINE)


@pytest.mark.parametrize(
    "overrides",
    [
        {"procurement_method": ProcurementMethod.LIMITED},
        {"procurement_method": ProcurementMethod.DIRECT},
        {"conditions": {"entered_as": {"fr": "sur invitation"}}},
    ],
    ids=["invitation", "direct award", "entered by hand"],
)
def test_other_procedures_have_no_least_days(session: Session, overrides: dict[str, Any]) -> None:
    assert of(call(session, 3, **overrides), Check.DEADLINE) == []


def test_days_count_from_the_call_not_from_an_advance_notice_or_a_correction(session: Session) -> None:
    tender = call(session, 15)
    make_notice(
        session, tender, notice_type=NoticeType.ADVANCE_NOTICE, published_on=date(2026, 9, 1), number="0"
    )
    make_notice(session, tender, is_correction=True, published_on=date(2026, 11, 10))
    session.refresh(tender)

    (concern,) = of(tender, Check.DEADLINE)

    assert concern.facts["days"] == 15


@pytest.mark.parametrize(
    ("name", "check"), [("consortium", Check.CONSORTIA), ("subcontracting", Check.SUBCONTRACTING)]
)
def test_excluding_partners_is_noted_with_its_words_and_a_bare_no_of_simap_is_not_believed(
    session: Session, name: str, check: Check
) -> None:
    said = {"fr": "Exclu : un seul titulaire."}
    with_words = make_tender(session, **{f"{name}_allowed": Stated.NO, f"{name}_note": said})
    bare = make_tender(session, **{f"{name}_allowed": Stated.NO})
    elsewhere = make_tender(session, source="ted", **{f"{name}_allowed": Stated.NO})

    (noted,), (unknown,), (other,) = (of(each, check) for each in (with_words, bare, elsewhere))

    assert (noted.severity, noted.how) == (Severity.NOTE, f"{check.value}_excluded")
    assert noted.quote is not None
    assert noted.quote.text == "Exclu : un seul titulaire."
    assert (unknown.severity, unknown.how) == (Severity.UNKNOWN, f"{check.value}_default")
    assert (other.severity, other.quote) == (Severity.NOTE, None)


def test_a_bound_on_partners_is_noted(session: Session) -> None:
    tender = make_tender(
        session,
        consortium_allowed=Stated.YES,
        consortium_note={"fr": "Admises. Quatre membres au plus."},
        subcontracting_allowed=Stated.YES,
        subcontracting_note={"fr": "Admise."},
    )

    (concern,) = of(tender, Check.CONSORTIA)

    assert concern.how == "consortia_limited"
    assert concern.quote is not None
    assert concern.quote.text == "Quatre membres au plus."
    assert of(tender, Check.SUBCONTRACTING) == []


def test_the_text_speaks_where_the_fields_are_silent(session: Session) -> None:
    tender, answered = make_tender(session), make_tender(session, consortium_allowed=Stated.NO)
    for each in (tender, answered):
        each.lots[0].findings = [
            finding(
                family="consortium_sous_traitance",
                kind=FindingKind.ACCESS,
                polarity=Polarity.EXCLUDED,
                counts=False,
                sentence="Les consortiums ne sont pas admis.",
            )
        ]

    (concern,) = of(tender, Check.CONSORTIA)

    assert concern.how == "association_excluded"
    assert [each.how for each in of(answered, Check.CONSORTIA)] == ["consortia_default"]


def test_a_seat_asked_for_is_examined_and_short_supply_noted(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].criteria.append(
        Criterion(kind=CriterionKind.SELECTION, position=3, title={"fr": "Avoir son siège dans le canton."})
    )
    tender.lots[0].findings = [
        finding(family="proximite_circuit_court", sentence="Circuits courts : 10 %", weight=10.0)
    ]

    found = of(tender, Check.LOCAL_PREFERENCE)

    assert [(each.how, each.severity) for each in found] == [
        ("local_preference", Severity.EXAMINE),
        ("local_sourcing", Severity.NOTE),
    ]


def test_where_members_pay_their_taxes_is_no_preference(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].criteria.append(
        Criterion(
            kind=CriterionKind.PARTICIPATION,
            position=3,
            title={"fr": "Siège dans un canton suisse, attesté."},
        )
    )

    assert of(tender, Check.LOCAL_PREFERENCE) == []


def test_the_same_words_in_several_lots_are_one_point(session: Session) -> None:
    tender = make_tender(session, lots=[])
    lots: list[Lot] = [make_lot(tender, criteria=award(None, None)) for _ in range(3)]
    lots[2].is_withdrawn = True

    (concern,) = of(tender, Check.WEIGHTS)

    assert [lot.number for lot in concern.lots] == [1, 2]


def test_what_is_to_be_examined_comes_first(session: Session) -> None:
    tender = make_tender(session, consortium_allowed=Stated.NO, is_under_treaty=True)
    tender.lots[0].findings = [finding()]

    severities = [concern.severity for concern in checks_of(tender)]

    assert severities[0] is Severity.EXAMINE
    assert severities[-1] is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("buyer", "is_swiss"),
    [
        ({"country": "CH"}, True),
        ({"canton": "GE"}, True),
        ({"level": BuyerLevel.CONFEDERATION}, True),
        ({"country": "FR"}, False),
        ({"level": BuyerLevel.ABROAD, "country": "CH"}, False),
        ({}, False),
    ],
)
def test_only_swiss_buyers_are_checked(session: Session, buyer: dict[str, Any], is_swiss: bool) -> None:
    tender = make_tender(
        session,
        buyer=Buyer(source="ted", source_key="b", name={"fr": "Acheteur"}, **buyer),
        is_under_treaty=True,
    )
    tender.lots[0].findings = [finding()]

    assert bool(checks_of(tender)) is is_swiss


def test_a_tender_without_a_buyer_is_not_checked() -> None:
    assert checks_of(Tender(conditions={}, buyer=None)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_point_has_its_sentence(language: str) -> None:
    facts = {"count": 3, "days": 12, "minimum": 40, "usual": 25, "least": 10, "weight": 7.5}
    for how in SENTENCES:
        for known in (facts, {**facts, "weight": None}):
            said = say_point(how, known, language)

            assert said.endswith(".")
            assert "{" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "LMP art. 11 let. c"),
        ("de", "BöB Art. 11 Bst. c"),
        ("it", "LAPub art. 11 lett. c"),
        ("en", "PPA art. 11 let. c"),
    ],
)
def test_an_article_is_named_as_its_readers_name_it(language: str, words: str) -> None:
    article = law().article_of("local_preference")

    assert say_reference(article, article.texts[0], language) == words
    assert say_reference(article, article.texts[2], "fr") == "LMI art. 5"
    assert say_reference(law().article_of("weights"), law().article_of("weights").texts[1], "fr") == (
        "AIMP 2019 art. 29 al. 3"
    )
