"""What a bid needs before it is handed in: whole in four languages, sourced where it states law."""

import pytest

from config.preparation import Preparation, preparation


def test_every_kind_of_buyer_has_tasks_from_the_documents_to_the_delivery() -> None:
    for where in ("GE", "FR", "*"):
        keys = [task.key for task in preparation().task if where in task.of]
        assert keys[0].startswith("documents")
        assert keys[-1] == "delivery"
        assert any(key.startswith("attestations") for key in keys)


def test_what_geneva_asks_was_read_in_its_page_and_is_three_months_old_at_most() -> None:
    asked = {kind.key: kind.asked("GE") for kind in preparation().attestation}

    for key in ("avs", "laa", "lpp", "source_tax", "cct", "equality"):
        rule = asked[key]
        assert rule is not None
        assert (rule.months, rule.mark, rule.source) == (3, "found", "ge_conditions")
    assert asked["fr_social"] is None


def test_what_was_read_nowhere_is_marked_as_recalled() -> None:
    rules = [task.law for task in preparation().task if task.law]
    rules += [rule for kind in preparation().attestation for rule in kind.where]

    assert all((rule.source == "memory") == (rule.mark == "recalled") for rule in rules)


_WORDS = {"fr": "x", "de": "x", "it": "x", "en": "x"}
_TASK = {"key": "one", "of": ["GE"], "days": 3, "whose": "lead", "text": _WORDS}
_LAW = {"source": "nowhere", "mark": "found", "checked": "2026-11-24"}


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ([_TASK, _TASK], "a key stands twice"),
        ([{**_TASK, "least": 5}], "least is at most days"),
        ([{**_TASK, "law": _LAW}], "no source nowhere"),
        ([{**_TASK, "text": {"fr": "x"}}], "in fr, de, it and en"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tasks: list[dict[str, object]], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Preparation.model_validate({"source": [], "task": tasks, "attestation": []})
