"""Addresses in e-mails: below the public one, and signed where they act for a person."""

import pytest
from sqlalchemy.orm import Session

from procurement.links import Links, person_of_unsubscribe_token
from procurement.vocabulary import AnswerChoice
from tests.factories import make_person
from tests.procurement.mails import KEY, LINKS


def _token(links: Links, session: Session) -> tuple[str, int]:
    person = make_person(session)
    return links.unsubscribe(person).rpartition("/")[2], person.id


def test_every_address_is_below_the_public_one() -> None:
    addresses = [
        LINKS.home(),
        LINKS.tender(7),
        LINKS.matches(),
        *(LINKS.answer(7, choice) for choice in AnswerChoice),
        LINKS.preferences(),
        LINKS.sign_in_code(),
        LINKS.queue(),
    ]

    assert all(address.startswith("https://veille.example.ch/") for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_the_link_that_stops_alerts_names_its_person(session: Session) -> None:
    token, person_id = _token(LINKS, session)

    assert person_of_unsubscribe_token(token, key=KEY) == person_id


def test_a_link_signed_with_another_key_stops_nobody(session: Session) -> None:
    token, _ = _token(Links("https://veille.example.ch", "another key"), session)

    assert person_of_unsubscribe_token(token, key=KEY) is None


@pytest.mark.parametrize("token", ["", ".", "1", "MQ.", "é", "a" * 5000, "\x00", "{{7*7}}"])
def test_what_is_no_token_stops_nobody(token: str) -> None:
    assert person_of_unsubscribe_token(token, key=KEY) is None


def test_a_token_changed_in_one_character_stops_nobody(session: Session) -> None:
    token, _ = _token(LINKS, session)

    for place in range(len(token)):
        forged = f"{token[:place]}{'A' if token[place] != 'A' else 'B'}{token[place + 1 :]}"
        # The last character of base64 carries bits that mean nothing.
        if place < len(token) - 1:
            assert person_of_unsubscribe_token(forged, key=KEY) is None
