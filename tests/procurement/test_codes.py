"""Words of official codes: in the reader's language, from the source, else from config."""

from sqlalchemy.orm import Session

from procurement.codes import cpv_all_languages, cpv_labels, remember_cpv
from procurement.models import Cpv


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
