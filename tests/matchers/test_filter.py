"""The `match` filter: JSON lines in, JSON lines out, in the same order."""

from __future__ import annotations

import json

import pytest

from matchers.filter import FilterError, judge
from tests.matchers.plans import rules_of

RULES = rules_of("any: [ports]")
LINES = [
    json.dumps({"id": "b", "title": "Ports of India and Italy", "summary": "", "date": "2026-03-10"}),
    "",
    json.dumps({"id": "a", "title": "Rain in Rome", "summary": None, "lang": "en", "date": "2026-03"}),
    json.dumps({"id": "c", "title": "Ports of India and Italy", "summary": "Again.", "date": "2026-03-11", "url": "x"}),
]


def test_each_item_is_answered_in_its_place() -> None:
    answers = [json.loads(line) for line in judge([RULES], LINES)]
    assert [one["id"] for one in answers] == ["b", "a", "c"]
    assert [one["commitments"] for one in answers] == [["c"], [], ["c"]]
    assert answers[0]["evidence"][0] == {"commitment": "c", "field": "title", "start": 0, "end": 5, "term": "ports"}
    assert answers[0]["story"] == answers[2]["story"] != answers[1]["story"]


@pytest.mark.parametrize("line", ["{", "[]", '"x"', '{"title": "no id"}'])
def test_a_line_that_is_no_item_is_named(line: str) -> None:
    with pytest.raises(FilterError, match="line 2"):
        list(judge([RULES], [LINES[0], line]))
