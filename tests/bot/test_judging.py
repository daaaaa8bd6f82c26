"""Judging again: examples, scores, and the rules the log says were in force."""

from __future__ import annotations

import json

import pytest

from bot.judging import ExampleError, changed, read_examples, score
from matchers.lint import lint
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules


def rules(*given: dict[str, object], **plan: object) -> RuleSet:
    town = Plan.model_validate({"id": "town", "title": {"en": "Town"}, "languages": ["en", "it"], **plan})
    return compile_rules(
        town, [Commitment.model_validate({"id": "bridge", "title": {"en": "Bridge"}, "rules": list(given)})]
    )


def test_a_score_counts_what_is_right_wrong_and_missing() -> None:
    lines = [
        {"id": 1, "lang": "en", "title": "The bridge", "commitments": ["bridge"]},
        {"id": 2, "lang": "en", "title": "A bridge loan", "commitments": []},
        {"id": 3, "lang": "it", "title": "Il ponte", "commitments": ["bridge"]},
    ]
    examples = read_examples(map(json.dumps, lines))
    result = score(rules({"id": "words", "any": ["bridge"]}), examples)
    assert (result.total.right, result.total.wrong, result.total.missing) == (1, 1, 1)
    assert (result.friends, result.pushed) == (1, 1)
    assert result.languages["it"].recall == 0.0
    assert result.languages["it"].precision is None


def test_examples_that_fare_differently_are_named() -> None:
    assert changed({"a": frozenset({"x"}), "b": frozenset()}, {"a": frozenset(), "b": frozenset()}) == ["a"]


@pytest.mark.parametrize("line", ["no json", "[]", '{"id": 1}', '{"id": 1, "title": "x", "commitments": 3}'])
def test_a_line_that_is_no_example_is_named(line: str) -> None:
    with pytest.raises(ExampleError, match="line 2: wanted"):
        read_examples(["", line])


@pytest.mark.parametrize(
    ("rule", "plan", "kind"),
    [
        ({"id": "r", "any": {"en": ["bridge", "Bridge"], "it": ["ponte"]}}, {}, "twice"),
        ({"id": "r", "any": ["bridge"]}, {"masks": ["bridge"]}, "never"),
        ({"id": "r", "any": ["bridge"], "unless": ["bridge"]}, {}, "never"),
        ({"id": "r", "any": ["bridge"], "needs": []}, {}, "broad"),
        ({"id": "r", "any": {"en": ["bridge"]}, "needs": None}, {}, "language"),
    ],
)
def test_what_is_hardly_meant_is_found(rule: dict[str, object], plan: dict[str, object], kind: str) -> None:
    assert kind in [found.kind for found in lint(rules(rule, **plan))]


def test_a_rule_as_it_should_be_gives_no_finding() -> None:
    sides = {"sides": {"town": {"strong": {"en": ["town"], "it": ["paese"]}}}}
    assert lint(rules({"id": "r", "any": {"en": ["bridge"], "it": ["ponte"]}}, **sides)) == []
