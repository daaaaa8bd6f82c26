"""Whatever the rules and the text, twice the text costs no more than about twice the steps."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from matchers.explain import explain
from matchers.match import match
from matchers.rules import RuleSet
from tests.matchers.plans import item, rules_of

PLAN = "{masks: [indian ocean], others: [france], words: {ships: [ship*, '@boats'], boats: [boat, ferry]}}"
MANY = " OR ".join(f"x{number}" for number in range(200))

HOSTILE = [
    ("any: [port*]", "port "),
    ("any: [port], with: [[ship]], near: 3", "port x x x x ship "),
    ("any: [port], with: [[ship], [crew]], near: 0", "port ship "),
    ("query: 'ONEAR/9(port, ship, crew, port)'", "port ship crew "),
    ("query: 'ONEAR/0(port, ship, crew, gold)'", "port ship crew "),
    ("query: 'NEAR/99(port OR ship, ship OR crew, crew OR port)'", "port ship crew "),
    ("any: [port, ship, crew], at_least: 3", "port ship "),
    ("any: [india, ocean], needs: []", "indian ocean "),
    ("any: [port]", "port, ship, crew and gold. "),
    ("any: [port]", "port, "),
    ("any: [port]", "port and "),
    ("any: ['por* por* por* por* ship']", "port "),
    ("any: [=Port]", "PORT port Port "),
    ("any: ['@ships'], unless_title: ['@boats'], scope: lead", "boat ship. "),
    (f"query: '{'(' * 40}port OR ship{')' * 40}'", "port "),
    (f"query: 'port AND NOT ({MANY})'", "port "),
    ("any: [port]", "a.b.c 1.2,3.4 port "),
    ("any: [港]", "港口"),
    ("any: [बंदरगाह]", "बंदरगाह\u200d ़ "),
]


def steps(rules: RuleSet, text: str) -> int:
    """How many lines of Python judging and explaining a text takes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    told = item("India, Italy", text)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        match(rules, told)
        explain(rules, told)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(("rule", "unit"), HOSTILE)
def test_twice_the_text_costs_no_more_than_twice_the_steps(rule: str, unit: str) -> None:
    rules = rules_of(rule, plan=PLAN)
    steps(rules, unit)  # what is made once only
    once, four_times = steps(rules, unit * 80), steps(rules, unit * 320)
    assert four_times <= 4.6 * once


def test_a_text_beyond_every_measure_is_read_to_its_limit() -> None:
    rules = rules_of("any: [port]")
    steps(rules, "port, ")  # what is made once only
    assert steps(rules, "port, " * 40_000) <= 1.2 * steps(rules, "port, " * 4_000)


@pytest.mark.parametrize(
    "rule", ["any: ['" + "port " * 30 + "']", f"query: '{MANY}'", "any: [" + "port*, " * 500 + "]"]
)
def test_long_rules_are_read_in_time_that_grows_with_them(rule: str) -> None:
    assert steps(rules_of(rule), "port " * 320) <= 4.6 * steps(rules_of(rule), "port " * 80)
