"""Many patterns are looked up in a table, few by an automaton: what is found is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.search import Search
from matchers.text import read

WORDS = st.sampled_from(["port", "ports", "इटली", "new", "l", "港", "a"])
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
STEMS = PHRASES.map(lambda phrase: f" {phrase[:-1] or phrase}")
PATTERNS = st.lists(PHRASES | STEMS, unique=True, max_size=12)


def search_for(patterns: list[str], *, many: int) -> Search:
    return Search({pattern: number for number, pattern in enumerate(patterns)}, many=many)


@given(PATTERNS, st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=30).map(" ".join))
def test_a_table_finds_what_an_automaton_finds(patterns: list[str], title: str, summary: str) -> None:
    text = read(title, summary)
    assert search_for(patterns, many=0).find(text) == search_for(patterns, many=100).find(text)


@pytest.mark.parametrize("many", [0, 100])
def test_whole_words_and_stems_are_found_where_they_stand(many: int) -> None:
    text = read("New ports", "A port")
    search = search_for(["port", " port", "new ports", "ports a"], many=many)
    found = [(number, text.folded[start:end]) for number, start, end in search.find(text)]
    assert found == [(1, " port"), (2, " new ports "), (1, " port"), (0, " port ")]


@pytest.mark.parametrize("many", [0, 100])
def test_no_patterns_find_nothing(many: int) -> None:
    assert Search({}, many=many).find(read("New ports", "")) == []
