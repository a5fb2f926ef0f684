"""Search over all tenders: what is found by which words and values, on both databases alike."""

import random
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from procurement import entered, word_index
from procurement.entered import Entry
from procurement.models import SearchBits, SearchEntry, Seat, Tender
from procurement.records import BY_HAND
from procurement.search.facets import Facet
from procurement.search.finding import Order, Search, find, hidden_from, in_order
from procurement.search.indexing import index_everything_again, index_tenders, tenders_to_index
from procurement.search.shelf import Shelf, bits_of, numbers_of
from procurement.search.words import read_question, stems
from procurement.teaming import SeatRole, SeatState
from procurement.vocabulary import EnteredKind, ProcurementMethod, Role, TenderState
from procurement.word_index import Term
from tests.factories import (
    NOW,
    finding,
    make_lot,
    make_match,
    make_member,
    make_notice,
    make_person,
    make_room,
    make_tender,
)

PAST = NOW - timedelta(days=3)


def index(session: Session) -> int:
    """Bring the index up to date."""
    session.flush()
    return index_tenders(session, tenders_to_index(session, now=NOW), now=NOW)


def search(address: str) -> Search:
    """The search of pairs such as « lieu=GE&q=école »."""
    return Search.of((name, value) for name, _, value in (each.partition("=") for each in address.split("&")))


def found(session: Session, address: str, **asked: int) -> list[int]:
    """The tenders that a search finds, in order."""
    standing = Shelf().at(session, NOW)
    hits = find(session, standing, search(address), **asked)
    return in_order(session, standing, hits, start=0, count=1_000)


def test_words_are_found_in_the_singular_without_accents_and_behind_an_article(session: Session) -> None:
    tender = make_tender(session, title={"fr": "Entretien de l’éclairage et aménagements sociaux"})
    make_tender(session)
    index(session)

    for words in (
        "eclairage",
        "L'ÉCLAIRAGES",
        "aménagement",
        "social entretien",
        "d’aménagements sociales",
        "l'eclairage",
    ):
        assert found(session, f"q={words}") == [tender.id], words


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("de", "Reinigung der Schulhäuser in Zürich", "schulhaus reinigungen"),
        ("it", "Pulizia delle scuole dell’infanzia", "scuola infanzia"),
        ("en", "Cleaning of school buildings", "schools building"),
    ],
)
def test_words_of_every_language_are_found(session: Session, language: str, title: str, words: str) -> None:
    tender = make_tender(session, title={language: title}, language=language)
    make_tender(session, title={"fr": "Maçonnerie"})
    index(session)

    if language == "de":
        words = words.replace("schulhaus", "schulhäuser")
    assert found(session, f"q={words}") == [tender.id]


def test_quotes_keep_words_together_a_minus_excludes_a_star_leaves_the_end_open(session: Session) -> None:
    roof = make_tender(session, title={"fr": "Toiture végétale du gymnase"})
    garden = make_tender(session, title={"fr": "Jardin du gymnase, toiture exclue, végétale"})
    index(session)

    assert found(session, "q=«toiture végétale»") == [roof.id]
    assert found(session, 'q="toiture végétale"') == [roof.id]
    assert found(session, "q=gymnase -jardin") == [roof.id]
    assert found(session, "q=gymnase -«toiture végétale»") == [garden.id]
    assert sorted(found(session, "q=gymn*")) == sorted([roof.id, garden.id])
    assert found(session, "q=gymn") == []


def test_articles_count_in_quotes_only(session: Session) -> None:
    tender = make_tender(session, title={"fr": "Nettoyage bureaux"}, description={}, lots=[])
    index(session)

    assert found(session, "q=nettoyage de bureaux") == [tender.id]
    assert found(session, "q=«nettoyage de bureaux»") == []


def test_a_number_of_the_tender_or_a_code_finds_it_and_a_wide_code_the_narrow_ones(session: Session) -> None:
    tender = make_tender(session, number="987654", cpv_codes=["90911200"])
    make_notice(session, tender, number="987654-03")
    other = make_tender(session, cpv_codes=["45000000"], lots=[])
    index(session)

    for words in ("987654", "987654-03", "90911200", "90911200-8", "90900000", "90000000"):
        assert found(session, f"q={words}") == [tender.id], words
    assert found(session, "q=45000000") == [other.id]


def test_open_tenders_come_by_deadline_those_without_one_after_them(session: Session) -> None:
    late = make_tender(session, submission_deadline=NOW + timedelta(days=40))
    soon = make_tender(session, submission_deadline=NOW + timedelta(days=4))
    undated = make_tender(session, submission_deadline=None)
    past = make_tender(session, submission_deadline=PAST)
    index(session)

    assert found(session, "") == [soon.id, late.id, undated.id]
    assert found(session, "statut=tous") == [soon.id, late.id, undated.id, past.id]
    assert found(session, "statut=clos") == [past.id]
    assert found(session, "delai=7-jours") == [soon.id]
    assert found(session, "delai=non-indique&delai=plus-tard") == [late.id, undated.id]


def test_a_deadline_that_passes_closes_without_a_new_index(session: Session) -> None:
    make_tender(session, submission_deadline=NOW + timedelta(hours=1))
    index(session)
    shelf = Shelf()

    before = find(session, shelf.at(session, NOW), Search())
    after = find(session, shelf.at(session, NOW + timedelta(hours=2)), Search())

    assert (before.total, after.total) == (1, 0)


def test_words_in_the_title_come_first_when_asked_for(session: Session) -> None:
    text = make_tender(session, title={"fr": "École"}, description={"fr": "Avec jardinage."})
    title = make_tender(
        session, title={"fr": "Jardinage"}, submission_deadline=NOW + timedelta(days=90), description={}
    )
    index(session)

    assert found(session, "q=jardinage") == [text.id, title.id]
    assert found(session, "q=jardinage&tri=pertinence") == [title.id, text.id]


def test_every_facet_finds_its_own_and_what_is_not_stated_has_a_value(session: Session) -> None:
    known = make_tender(session, value_amount=180_000, value_currency="CHF", source="simap")
    known.lots[0].findings = [finding()]
    known.lots[0].read_at = NOW
    unknown = make_tender(
        session,
        buyer=None,
        cpv_codes=[],
        source="ted",
        language="de",
        procurement_method=ProcurementMethod.SELECTIVE,
        lots=[],
    )
    unknown.buyer = None
    make_lot(unknown, cpv_codes=[], place_canton=None, place_country=None)
    index(session)

    for facet, its_own, of_the_other in (
        ("lieu", "GE", "non-indique"),
        ("siege", "GE", "non-indique"),
        ("cpv", "90", "non-indique"),
        ("cpv", "909", "non-indique"),
        ("ess", finding().family, "non-indique"),
        ("ess", "tous", "non-indique"),
        ("procedure", "open", "selective"),
        ("langue", "fr", "de"),
        ("source", "simap", "ted"),
        ("valeur", "250k", "non-indique"),
    ):
        assert found(session, f"{facet}={its_own}") == [known.id], facet
        assert found(session, f"{facet}={of_the_other}") == [unknown.id], facet
        assert len(found(session, f"{facet}={its_own}&{facet}={of_the_other}")) == 2


def test_the_count_of_a_value_is_what_one_finds_by_choosing_it(session: Session) -> None:
    for canton in ("GE", "GE", "VD", None):
        tender = make_tender(session, lots=[])
        make_lot(tender, place_canton=canton, place_country="CH")
    make_tender(session, state=TenderState.AWARDED)
    index(session)

    standing = Shelf().at(session, NOW)
    hits = find(session, standing, search("lieu=VD"))

    assert hits.total == 1
    assert hits.counts[Facet.PLACE] == {"GE": 2, "VD": 1, "non-indique": 1}
    for facet in (Facet.PLACE, Facet.STATUS, Facet.CPV, Facet.VALUE):
        chosen = {} if facet is Facet.PLACE else {Facet.PLACE: ("VD",)}
        for value, count in hits.counts[facet].items():
            again = find(session, standing, Search(chosen={**chosen, facet: (value,)}))
            assert again.total == count, (facet, value)


def test_where_nothing_is_found_it_says_what_to_leave_out_the_most_first(session: Session) -> None:
    for number in range(3):
        make_tender(session, title={"fr": f"Jardinage {number}"}, submission_deadline=PAST)
    make_tender(session, title={"fr": "Nettoyage"})
    index(session)

    hits = find(session, Shelf().at(session, NOW), search("q=jardinage&langue=fr"))

    assert hits.total == 0
    assert [(each.facet, each.total) for each in hits.loosened] == [(Facet.STATUS, 3), (None, 1)]


def test_indexing_twice_does_nothing_twice_and_a_change_is_indexed_again(session: Session) -> None:
    tender = make_tender(session)
    assert index(session) == 1
    assert index(session) == 0

    tender.title, tender.changed_at = {"fr": "Déneigement"}, NOW
    tender.cpv_codes = ["90620000"]
    assert index(session) == 1

    assert found(session, "q=déneigement&cpv=906") == [tender.id]
    assert found(session, "q=écologique écoles") == []
    session.expire_all()
    index_everything_again(session)
    assert index(session) == 1


def test_what_was_read_or_judged_since_is_indexed_again(session: Session) -> None:
    tender = make_tender(session)
    index(session)

    tender.lots[0].findings = [finding()]
    tender.lots[0].read_at = NOW + timedelta(minutes=1)
    assert index(session) == 1
    assert found(session, "ess=tous") == [tender.id]

    session.get_one(SearchEntry, tender.id).indexed_at = NOW + timedelta(minutes=2)
    row = tender.lots[0].findings[0]
    row.is_right, row.judged_at = False, NOW + timedelta(minutes=3)
    assert index(session) == 1
    assert found(session, "ess=tous") == []
    assert found(session, "ess=aucun") == [tender.id]


def test_a_tender_that_another_stands_for_is_found_by_the_other_alone(session: Session) -> None:
    standing, other = make_tender(session), make_tender(session, source="ted", number="77-2026")
    index(session)

    other.merged_into, standing.changed_at = standing, NOW
    make_notice(session, other, number="77-2026")
    index(session)

    assert found(session, "") == [standing.id]
    assert found(session, "source=ted") == [standing.id]
    assert found(session, "q=77-2026") == [standing.id]
    other.merged_into, standing.changed_at = None, NOW + timedelta(minutes=1)
    index(session)
    assert sorted(found(session, "")) == sorted([standing.id, other.id])


def _by_hand(session: Session, title: str) -> Tender:
    staff = make_person(session, role=Role.STAFF)
    entry = Entry(kind=EnteredKind.PRIVATE, title=title, buyer="Régie Invérardi")
    return entered.enter(session, entry=entry, person=staff, now=NOW)


def test_what_staff_entered_is_found_by_those_who_were_sent_it_or_asked_about_it(session: Session) -> None:
    sent, asked, secret = (_by_hand(session, f"Jardin {each}") for each in ("un", "deux", "trois"))
    member, lead = make_member(session), make_person(session)
    make_match(session, member=member, tender=sent, released_at=NOW)
    make_match(session, member=member, tender=secret, released_at=None)
    room = make_room(session, lead=lead, tender=asked)
    session.add(
        Seat(consortium=room, member=member, role=SeatRole.PARTNER, state=SeatState.ASKED, asked_at=NOW)
    )
    public = make_tender(session)
    index(session)
    standing = Shelf().at(session, NOW)

    assert len(found(session, "")) == 4
    for person, knows in (
        (member, {sent.id, asked.id, public.id}),
        (None, {sent.id, asked.id, secret.id, public.id}),
    ):
        hidden = hidden_from(session, standing, person)
        hits = find(session, standing, Search(), hidden=hidden)
        assert set(numbers_of(hits.hits)) == knows
        assert hits.counts[Facet.SOURCE].get(BY_HAND) == len(knows) - 1
    strange = find(session, standing, search("q=jardin"), hidden=hidden_from(session, standing, lead.member))
    assert secret.id not in numbers_of(strange.hits)


def test_a_publication_does_not_tell_that_it_stands_for_something_entered_by_hand(session: Session) -> None:
    hand, standing = _by_hand(session, "Secret jardin"), make_tender(session)
    hand.merged_into, standing.changed_at = standing, NOW
    index(session)

    assert found(session, "") == [standing.id]
    assert found(session, f"source={BY_HAND}") == []
    assert found(session, f"q={hand.number}") == []


def test_many_hits_come_in_the_same_order_as_few(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        past = number % 3 == 0
        make_tender(session, submission_deadline=NOW + timedelta(days=-number - 1 if past else number))
    index(session)
    few = found(session, "statut=tous")

    monkeypatch.setattr("procurement.search.finding._FEW", 2)

    assert found(session, "statut=tous") == few
    standing = Shelf().at(session, NOW)
    hits = find(session, standing, search("statut=tous"))
    pages = [in_order(session, standing, hits, start=start, count=5) for start in (0, 5, 10)]
    assert [each for page in pages for each in page] == few


def test_the_address_says_the_whole_search_and_what_it_does_not_know_is_left_out() -> None:
    asked = search("q=école&lieu=GE&lieu=VD&lieu=GE&tri=pertinence&inconnu=1&cpv=")

    assert asked.pairs == [("q", "école"), ("lieu", "GE"), ("lieu", "VD"), ("tri", "pertinence")]
    assert Search.of(asked.pairs) == asked
    assert asked.order is Order.RELEVANCE


def test_a_question_is_read_word_by_word() -> None:
    question = read_question('l’école -"cour d\'école" 90911200-8 e-mail')

    assert question.wanted == (
        Term(("ecol",)),
        Term(("90911200", "8"), or_code="c_909112"),
        Term(("e", "mail")),
    )
    assert question.unwanted == (Term(tuple(stems("cour école"))),)


def test_only_articles_are_words_when_there_are_no_others() -> None:
    assert read_question("de la").wanted == (Term(("de",)), Term(("la",)))


def test_a_set_of_bits_is_its_numbers() -> None:
    numbers = {0, 1, 7, 8, 63, 64, 1_999, 2_000, 5_000}

    assert numbers_of(bits_of(numbers, 2_000)) == [1_999, 64, 63, 8, 7, 1, 0]
    assert numbers_of(bits_of([], 0)) == []


def hostile(count: int) -> list[str]:
    """Texts made of signs that mean something to a database, of letters of every script, and of nothing."""
    chance = random.Random(20261124)
    signs = "\"'«»-−*:()&|!<>^~+{}[]\\/%_;,.\0\n\t0123456789aàœßtcAND OR NOT NEAR "
    scripts = [chr(chance.randrange(1, 0x10FFFF)) for _ in range(400)]
    alphabet = [*signs * 6, *(each for each in scripts if not 0xD800 <= ord(each) <= 0xDFFF)]
    made = ["".join(chance.choices(alphabet, k=chance.randrange(60))) for _ in range(count)]
    return [
        *made,
        "",
        "*",
        "-",
        '"',
        '""',
        "-*",
        '-"',
        "a" * 5_000,
        "NEAR(a b)",
        "90911200*",
        "words:a",
        "٩٠٩١١٢٠٠",
    ]


def test_no_question_is_an_error(session: Session) -> None:
    make_tender(session)
    index(session)
    standing = Shelf().at(session, NOW)

    for words in hostile(400):
        pairs = [("q", words), *((facet.value, words[:50]) for facet in Facet), ("tri", "pertinence")]
        for asked in (Search.of(pairs), Search.of([("q", words), ("statut", "tous")])):
            in_order(session, standing, find(session, standing, asked), start=0, count=20)


def test_every_text_can_be_indexed_and_found(session: Session) -> None:
    tender = make_tender(session)

    for text in hostile(150):
        words = stems(text)
        word_index.write(session, {tender.id: words})
        found = word_index.rows_with(session, [Term(tuple(words[:20]))] if words else [])
        assert list(found) == ([tender.id] if words else []), text


def test_an_index_without_any_tender_finds_nothing(session: Session) -> None:
    assert found(session, "q=école") == []
    assert session.get(SearchBits, ("etat", "called")) is None
