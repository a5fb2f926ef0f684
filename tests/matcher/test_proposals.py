"""Codes proposed for a profile's text: by official words first, then as a model reads it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from matcher.proposals import MOST_PROPOSED, proposals
from procurement.codes import remember_cpv

WINDOWS, GARDENS = "90911300", "77310000"


def as_read(texts: Mapping[str, str]) -> Sequence[tuple[str, float]]:
    return [(WINDOWS, 0.9), (GARDENS, 0.4)] if "fr" in texts else []


def test_a_model_adds_what_official_words_do_not_find(session: Session) -> None:
    remember_cpv(session, {WINDOWS: {"fr": "Nettoyage de vitres"}}, official=True)
    session.flush()

    found = proposals(session, "Nous faisons le nettoyage de vitres et des jardins.", (), suggest=as_read)

    by_code = {each.code: each for each in found}
    assert by_code[WINDOWS].confidence is None
    assert by_code[WINDOWS].words
    assert by_code[GARDENS].confidence == 0.4
    assert len(by_code) == len(found) <= MOST_PROPOSED


def test_what_is_held_already_is_not_proposed(session: Session) -> None:
    found = proposals(session, "Entretien de jardins", (GARDENS, WINDOWS), suggest=as_read)

    assert not {WINDOWS, GARDENS} & {each.code for each in found}


def test_no_text_asks_no_model(session: Session) -> None:
    assert proposals(session, " ", (), suggest=lambda texts: [(WINDOWS, 1.0)]) == []
