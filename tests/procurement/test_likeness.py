"""What makes two tenders of two sources one, what speaks against it, and what leaves it to staff."""

from datetime import UTC, date, datetime, timedelta

import pytest

from procurement.likeness import Verdict, likeness, text_of
from procurement.models import Buyer, Tender

TITLE = "Réfection de l’étanchéité des toitures du groupe scolaire des Tilleuls"
DEADLINE = datetime(2026, 12, 14, 11, 0, tzinfo=UTC)
PUBLISHED = date(2026, 11, 20)
LONG = (
    "Fourniture et pose de faux plafonds, de cloisons et de revêtements de sols souples dans les étages du "
    "bâtiment administratif de la rue du Vieux-Moulin et de son annexe, y compris les locaux du rez"
)


def a_tender(**overrides: object) -> Tender:
    """An open call of an invented town, without a database."""
    buyer = overrides.pop("buyer", "Ville des Trois-Ponts")
    facts = {
        "title": {"fr": TITLE},
        "description": {},
        "cpv_codes": ["45261420"],
        "submission_deadline": DEADLINE,
        "published_on": PUBLISHED,
        "buyer": Buyer(name={"fr": buyer} if isinstance(buyer, str) else buyer),
        **overrides,
    }
    return Tender(**facts)


def titled(one: str, other: str, **facts: object) -> tuple[Tender, Tender]:
    return a_tender(title={"fr": one}, **facts), a_tender(title={"fr": other}, **facts)


def test_the_same_title_buyer_and_deadline_are_one_tender() -> None:
    assert likeness(a_tender(), a_tender()).verdict is Verdict.MERGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TITLE, TITLE.upper() + "."),
        ("Maîtrise d’œuvre pour la halle aux grains", "MAITRISE D'OEUVRE POUR LA HALLE AUX GRAINS"),
        ("Révision des équipements techniques du bassin", "Révision des équipement techniques du bassin"),
        (LONG + "-de-chaussée et du sous-sol", LONG + "-de..."),
    ],
    ids=["capitals", "accents and ligatures", "a letter slipped", "cut by the source"],
)
def test_a_title_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert likeness(*titled(one, other)).verdict is Verdict.MERGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Extension de l’école du Lac, lot 1 maçonnerie", "Extension de l’école du Lac, lot 2 électricité"),
        ("Entretien des espaces verts communaux, lot 1", "Entretien des espaces verts communaux, lot 2"),
        ("Entretien des espaces verts communaux, lot A", "Entretien des espaces verts communaux, lot B"),
        ("Schulhaus Linden, Erweiterung, BKP 221.1 Fenster", "Schulhaus Linden, Erweiterung, BKP 221.6 Tore"),
        ("Confortement de la digue, rive droite", "Confortement de la digue, rive gauche"),
        ("Transport scolaire 2024-2027 des vallées", "Transport scolaire 2027-2030 des vallées"),
    ],
    ids=["lots", "lot numbers alone", "lot letters alone", "trades", "places", "years"],
)
def test_lots_of_one_buyer_with_one_deadline_are_two_tenders(one: str, other: str) -> None:
    assert likeness(*titled(one, other)).verdict is Verdict.APART


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"title": {"fr": TITLE + " 2027"}}, "numbers"),
        ({"title": {"fr": TITLE + ", deuxième étape"}}, "title"),
        ({"cpv_codes": ["45311000"]}, "codes"),
        ({"buyer": "Fondation du Vieux-Moulin"}, "buyer"),
        ({"buyer": "Ville des Trois-Lacs"}, "buyer"),
        ({"submission_deadline": DEADLINE + timedelta(hours=5)}, "hour"),
        ({"submission_deadline": DEADLINE + timedelta(days=1)}, "deadline"),
        ({"submission_deadline": None}, "deadline"),
    ],
    ids=["a number", "more words", "other codes", "buyer", "neighbour", "hour", "next day", "no deadline"],
)
def test_what_speaks_against_two_that_are_alike_is_left_to_staff(
    facts: dict[str, object], reason: str
) -> None:
    found = likeness(a_tender(), a_tender(**facts))

    assert found.verdict is Verdict.DOUBTFUL
    assert reason in found.against


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Peinture des murs, des plafonds et des boiseries de tous les étages",
            "Chapes, carrelages et parquets du rez-de-chaussée et des caves",
        ),
        ("Portes intérieures", "Ferblanterie, couverture"),
    ],
    ids=["at length", "in two words"],
)
def test_a_trade_that_only_the_description_tells_is_left_to_staff(one: str, other: str) -> None:
    found = likeness(a_tender(description={"fr": one}), a_tender(description={"fr": other}))

    assert (found.verdict, found.against) == (Verdict.DOUBTFUL, ("description",))


def test_one_description_may_say_more() -> None:
    text = "Dépose de l’ancienne étanchéité, isolation et pose de deux couches bitumineuses"
    more = f"{text}. Sept lots, dont la ferblanterie, les garde-corps et les échafaudages de la halle"

    found = likeness(a_tender(description={"fr": text}), a_tender(description={"fr": more}))

    assert found.verdict is Verdict.MERGE


def test_of_two_short_descriptions_neither_may_say_more() -> None:
    one, other = ({"fr": text} for text in ("Rehaussement de la digue", "Rehaussement de la digue, drainage"))

    found = likeness(a_tender(description=one), a_tender(description=other))

    assert (found.verdict, found.against) == (Verdict.DOUBTFUL, ("description",))


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [(["45000000"], Verdict.DOUBTFUL), ([], Verdict.DOUBTFUL), (["45421150"], Verdict.MERGE)],
    ids=["a whole branch", "none", "one trade"],
)
def test_a_title_that_names_only_the_building_needs_a_code_of_one_trade(
    codes: list[str], verdict: Verdict
) -> None:
    assert likeness(
        *titled("Neubau Werkhof Lindental", "Neubau Werkhof Lindental", cpv_codes=codes)
    ).verdict is (verdict)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ville des Trois-Ponts", "COMMUNE DES TROIS-PONTS"),
        ("Conseil départemental du Haut-Lac", "Conseil Departemental Du Haut Lac"),
        ("Eaux du Plateau SA", "Eaux du Plateau"),
        ("Ville des Trois-Ponts", "Ville des Trois-Ponts, direction des bâtiments"),
    ],
)
def test_a_buyer_may_be_named_in_two_ways(one: str, other: str) -> None:
    assert likeness(a_tender(buyer=one), a_tender(buyer=other)).verdict is Verdict.MERGE


def test_a_buyer_under_two_names_with_the_same_codes_is_left_to_staff() -> None:
    codes = ["45261420", "45261410", "45320000"]
    one = a_tender(buyer="SGI-Est", cpv_codes=codes)
    other = a_tender(buyer="Préfecture du Haut-Lac", cpv_codes=codes, title={"fr": f"Accord-cadre : {TITLE}"})

    assert likeness(one, other).verdict is Verdict.DOUBTFUL


def test_a_title_that_many_have_does_not_bring_two_buyers_together() -> None:
    one = a_tender(title={"fr": "Travaux de voirie"}, buyer="Commune de Valbrune")
    other = a_tender(title={"fr": "Travaux de voirie"}, buyer="Commune de Hauterive")

    assert likeness(one, other).verdict is Verdict.APART


@pytest.mark.parametrize(
    "deadline",
    [
        datetime(2026, 12, 14, tzinfo=UTC),
        datetime(2026, 12, 13, 23, 0, tzinfo=UTC),
        datetime(2026, 12, 14, 22, 59, tzinfo=UTC),
        DEADLINE + timedelta(hours=1),
        DEADLINE - timedelta(hours=2),
        DEADLINE + timedelta(seconds=59),
    ],
    ids=["day alone", "midnight here", "one minute to midnight", "winter label", "summer label", "seconds"],
)
def test_a_deadline_is_compared_as_far_as_the_source_tells_it(deadline: datetime) -> None:
    found = likeness(a_tender(), a_tender(submission_deadline=deadline))

    assert (found.verdict, found.same_deadline) == (Verdict.MERGE, True)


def test_the_same_call_weeks_later_is_another_tender() -> None:
    found = likeness(a_tender(), a_tender(submission_deadline=DEADLINE + timedelta(days=28)))

    assert (found.verdict, found.same_deadline) == (Verdict.APART, False)


@pytest.mark.parametrize(
    ("days", "codes", "text", "verdict"),
    [
        (3, ["45261420", "45321000"], "Dépose et pose de deux couches", Verdict.MERGE),
        (3, ["45261420"], "Dépose et pose de deux couches", Verdict.DOUBTFUL),
        (3, ["45261420", "45321000"], "", Verdict.DOUBTFUL),
        (21, ["45261420", "45321000"], "Dépose et pose de deux couches", Verdict.APART),
    ],
    ids=["codes and description", "one code", "no description", "weeks later"],
)
def test_without_deadlines_publication_codes_and_descriptions_must_agree(
    days: int, codes: list[str], text: str, verdict: Verdict
) -> None:
    facts = {"submission_deadline": None, "cpv_codes": codes, "description": {"fr": text}}
    one, other = a_tender(**facts), a_tender(**facts, published_on=PUBLISHED + timedelta(days=days))

    assert likeness(one, other).verdict is verdict


def test_a_title_kept_in_two_languages_is_the_same() -> None:
    one, other = a_tender(title={"de": TITLE}), a_tender(title={"fr": TITLE})

    assert likeness(one, other).verdict is Verdict.MERGE


def test_titles_in_the_language_of_both_are_compared() -> None:
    one = a_tender(title={"de": "Sanierung der Dächer", "fr": TITLE})
    other = a_tender(title={"fr": TITLE, "it": "Risanamento dei tetti"})

    assert likeness(one, other).verdict is Verdict.MERGE


@pytest.mark.parametrize(
    ("number", "verdict"), [("470012", Verdict.DOUBTFUL), ("2027", Verdict.APART)], ids=["project", "year"]
)
def test_the_number_of_a_project_makes_a_translated_title_doubtful(number: str, verdict: Verdict) -> None:
    one = a_tender(title={"de": f"{number} Sanierung der Stützmauern"}, buyer={"de": "Bundesamt für Brücken"})
    other = a_tender(title={"fr": f"{number} Réfection des murs"}, buyer={"fr": "Office fédéral des ponts"})

    assert likeness(one, other).verdict is verdict


@pytest.mark.parametrize("facts", [{"title": {}}, {"buyer": {}}, {"title": {"fr": ""}}, {"cpv_codes": None}])
def test_what_is_not_known_is_never_merged_by_itself_nor_fails(facts: dict[str, object]) -> None:
    known = facts.keys() == {"cpv_codes"}

    found = likeness(a_tender(**facts), a_tender(**facts))

    assert (found.verdict is Verdict.MERGE) is known


@pytest.mark.parametrize(
    "facts", [{"title": {"fr": TITLE + " 2027"}}, {"buyer": "Fondation"}, {"cpv_codes": []}]
)
def test_likeness_is_the_same_both_ways(facts: dict[str, object]) -> None:
    one, other = a_tender(), a_tender(**facts)

    assert likeness(one, other) == likeness(other, one)


def test_words_and_numbers_of_a_text_are_apart() -> None:
    found = text_of("Los III: BKP 221.10, Fenster für Gebäude n° 007")

    assert found.words == {"iii", "fenster", "gebaude"}
    assert found.numbers == {"iii", "221", "10", "7"}
