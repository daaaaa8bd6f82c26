"""Plain data becomes frozen values, every problem at once, and is told again without what goes without saying."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matchers.plan import Commitment, Plan, Rule
from matchers.shape import Secret, ShapeError, json_schema, read, told

COMMITMENT: dict[str, Any] = {
    "id": "bridge",
    "title": {"en": "Bridge"},
    "due": "2030-01-31",
    "rules": [{"id": "words", "any": {"en": ["bridge"]}, "with": [{"any": ["river"]}], "near": 5}],
}


def test_what_was_read_is_told_as_it_stood_there() -> None:
    assert told(read(Commitment, COMMITMENT)) == COMMITMENT


def test_what_a_key_is_anyway_is_not_told() -> None:
    rule = {"id": "words", "any": {"any": ["bridge"]}}
    said = {**rule, "strength": "strong", "unless": {}, "with": [], "near": None}
    assert told(read(Rule, said)) == rule


def test_what_decides_nothing_is_not_told() -> None:
    plan = {"id": "town", "title": {"en": "Town plan"}, "languages": ["en"]}
    assert told(read(Plan, {**plan, "tag": "Town"})) == plan


def test_values_are_of_the_types_that_are_written() -> None:
    commitment = read(Commitment, COMMITMENT)
    assert commitment.due == date(2030, 1, 31)
    assert commitment.rules[0].with_ == ({"any": ("river",)},)


def test_every_problem_is_told_with_its_place() -> None:
    with pytest.raises(ShapeError) as caught:
        read(Commitment, {"id": "A b", "rules": [{"id": "words"}, {"id": "more", "any": ["x"], "naer": 3}]})
    assert {(fault.where, fault.kind) for fault in caught.value.faults} == {
        (("id",), "wrong"),
        (("title",), "missing"),
        (("rules", 0), "refused"),
        (("rules", 1, "naer"), "unknown key"),
    }


def test_the_schema_calls_keys_as_files_do() -> None:
    keys = json_schema(Rule)["properties"]
    assert "with" in keys
    assert "with_" not in keys


def test_a_secret_does_not_show_in_print() -> None:
    assert "1:abc" not in f"{Secret('1:abc')} {[Secret('1:abc')]}"
    assert Secret("1:abc") == Secret("1:abc") != Secret("2:abc")
