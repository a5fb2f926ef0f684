"""What can go wrong, by name: each says where and what."""

import pytest

from procurement import errors
from procurement.errors import AimpError, RuleBroken, UnreadableNotice
from procurement.rules import Rule

_ALL = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]


@pytest.mark.parametrize("error", _ALL)
def test_every_error_of_the_product_is_caught_as_one(error: type[Exception]) -> None:
    assert issubclass(error, AimpError)


def test_an_unreadable_notice_names_its_place_and_problem() -> None:
    problem = UnreadableNotice("dates.offerDeadline", "not an instant")

    assert (problem.path, problem.problem) == ("dates.offerDeadline", "not an instant")
    assert str(problem) == "dates.offerDeadline: not an instant"


def test_a_broken_rule_carries_the_facts_for_its_sentence() -> None:
    broken = RuleBroken(Rule.ALREADY_DECIDED, who="Solène Vuagnat")

    assert broken.rule.label("fr").format(**broken.facts) == (
        "Solène Vuagnat a déjà décidé de cette correspondance."
    )
