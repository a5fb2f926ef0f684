"""Official lists: words in the reader's language, from the source, else from config; where offices belong."""

from sqlalchemy.orm import Session

from procurement.cantons import BuyerLevel
from procurement.codes import Seat, cpv_all_languages, cpv_labels, office_seat, remember_cpv, remember_offices
from procurement.models import Buyer, Cpv


def test_words_are_said_in_the_language_of_the_reader(session: Session) -> None:
    remember_cpv(session, {"99999999": {"fr": "Nettoyage", "de": "Reinigung"}})

    assert cpv_labels(session, ["99999999"], "de") == {"99999999": "Reinigung"}
    assert cpv_labels(session, ["99999999"], "it") == {"99999999": "Nettoyage"}


def test_a_code_without_words_is_left_out(session: Session) -> None:
    assert cpv_labels(session, ["00000001"], "fr") == {}
    assert cpv_all_languages(session, ["00000001"]) == {}


def test_no_code_needs_no_question(session: Session) -> None:
    remember_cpv(session, {})

    assert cpv_labels(session, [], "fr") == {}


def test_a_code_of_config_has_french_words_before_any_notice(session: Session) -> None:
    assert cpv_labels(session, ["85312500"], "de") == {"85312500": "Services de réhabilitation"}
    assert cpv_all_languages(session, ["85312500"]) == {"85312500": {"fr": "Services de réhabilitation"}}


def test_a_later_notice_adds_a_language_and_replaces_no_words(session: Session) -> None:
    remember_cpv(session, {"99999999": {"fr": "Nettoyage"}})

    remember_cpv(session, {"99999999": {"fr": "Autre chose", "it": "Pulizia"}})

    assert session.get_one(Cpv, "99999999").labels == {"fr": "Nettoyage", "it": "Pulizia"}


def test_words_that_are_known_stay_as_they_are(session: Session) -> None:
    remember_cpv(session, {"99999999": {"fr": "Nettoyage", "it": "Pulizia"}})

    remember_cpv(session, {"99999999": {"it": "Altro"}})

    assert session.get_one(Cpv, "99999999").labels == {"fr": "Nettoyage", "it": "Pulizia"}


def test_words_of_config_and_of_the_source_are_joined(session: Session) -> None:
    remember_cpv(session, {"85312500": {"de": "Rehabilitation"}})

    words = cpv_all_languages(session, ["85312500"])

    assert words == {"85312500": {"fr": "Services de réhabilitation", "de": "Rehabilitation"}}


def test_offices_are_kept_without_a_canton_too_and_tell_buyers_what_they_lack(session: Session) -> None:
    session.add_all(
        Buyer(source="simap", source_key=key, name={}, canton=canton)
        for key, canton in (("school", None), ("federal", "BE"), ("stranger", None))
    )
    seats = {"school": Seat("GE", BuyerLevel.COMMUNE), "federal": Seat(None, BuyerLevel.CONFEDERATION)}

    first, second = (remember_offices(session, source="simap", seats=seats) for _ in range(2))

    buyers = {buyer.source_key: (buyer.canton, buyer.level) for buyer in session.query(Buyer)}
    assert (first, second) == (2, 0)
    assert buyers == {
        "school": ("GE", BuyerLevel.COMMUNE),
        "federal": ("BE", BuyerLevel.CONFEDERATION),
        "stranger": (None, None),
    }
    assert office_seat(session, source="simap", source_key="federal") == seats["federal"]
    assert office_seat(session, source="ted", source_key="federal") == Seat()
