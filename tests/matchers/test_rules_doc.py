"""docs/rules.md says what is true: every example on it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from matchers.convert import as_lists, as_queries
from matchers.plan import Rule
from matchers.query import parse
from matchers.shape import read
from matchers.terms import read_term
from matchers.text import STAR, fold
from tests.matchers.plans import BASE, compiled, found

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"```yaml\n(?P<rules>[^`]*)```\n```items\n(?P<items>[^`]*)```")
_LINE = re.compile(r"(?P<mark>[✓✗]) (?:(?P<day>\d{4}-\d\d-\d\d) )?(?:(?P<commitment>[a-z-]+): )?(?P<text>.*)")


def examples() -> Iterator[tuple[str, str, str, str, str, bool]]:
    for example in _EXAMPLE.finditer(PAGE):
        for line in example["items"].splitlines():
            parts = _LINE.fullmatch(line)
            assert parts is not None, line
            title, _, summary = parts["text"].partition(" — ")
            yield example["rules"], parts["commitment"] or "", title, summary, parts["day"] or "", parts["mark"] == "✓"


@pytest.mark.parametrize(("rules", "commitment", "title", "summary", "day", "expected"), list(examples()))
def test_the_page_says_which_headlines_match(
    rules: str, commitment: str, title: str, summary: str, day: str, expected: bool
) -> None:
    matched = found(compiled(rules), title, summary, day=day or None)
    assert (commitment in matched if commitment else bool(matched)) == expected


def test_the_page_shows_the_plan_that_its_examples_share() -> None:
    for line in BASE.strip().splitlines():
        assert line in PAGE


def test_the_page_says_what_each_way_of_writing_a_term_finds() -> None:
    rows = re.findall(r"^\| `([^@`][^`]*)` \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 6
    for written, finds, finds_not in rows:
        rules = f"commitments: [{{id: c, title: {{en: C}}, rules: [{{id: r, any: ['{written}'], needs: []}}]}}]"
        for text in re.findall(r"\*([^*]+)\*", finds):
            assert found(compiled(rules), text) == ["c"], (written, text)
        for text in re.findall(r"\*([^*]+)\*", finds_not):
            assert found(compiled(rules), text) == [], (written, text)


def test_the_page_shows_rules_of_lists_and_the_queries_they_become() -> None:
    rows = re.findall(r"^\| (`any:.*`) \| `(.*)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == 6
    for lists, query in rows:
        rule = read(Rule, {"id": "r"} | yaml.safe_load("\n".join(re.findall("`([^`]+)`", lists))))
        assert parse(as_queries(rule)[0].query or "") == parse(query), lists
        assert as_lists(Rule(id="r", query=query)) == rule, query


@pytest.mark.parametrize("term", ["-", "a*", "in*side", "…"])
def test_the_terms_the_page_calls_errors_are_errors(term: str) -> None:
    assert read_term(term)[0] is None
    assert STAR not in fold(term)
