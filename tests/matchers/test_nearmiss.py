"""Near misses, and matches on the text of a page with evidence that stands where it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.match import match
from matchers.nearmiss import match_with_text, near_miss
from tests.matchers.plans import item, rules_of


@pytest.mark.parametrize(
    ("title", "context", "near"),
    [
        ("Semiconductors for Italy", (), "c without india"),
        ("Semiconductors made in Goa and Italy, by India", (), ""),  # a match
        ("Semiconductors", (), "c without india and italy"),
        ("India and Italy sign an accord", (), "india and italy without a commitment"),
        ("India signs an accord", ("italy",), "india and italy without a commitment"),
        ("India signs an accord", (), ""),
        ("An accord is signed", ("italy",), ""),
        ("The weather", (), ""),
    ],
)
def test_an_item_is_near_when_one_half_of_a_match_is_there(title: str, context: tuple[str, ...], near: str) -> None:
    assert near_miss(rules_of("any: [semiconductor*]"), item(title), context=context) == near


def test_what_keeps_an_item_back_for_good_is_no_near_miss() -> None:
    rules = rules_of("any: [semiconductor*]", plan="{never: [cricket]}")
    assert near_miss(rules, item("Cricket: India and Italy play")) == ""


def test_without_sides_nothing_is_near() -> None:
    assert near_miss(rules_of("any: [bridge]", plan="{sides: {}}"), item("The school")) == ""


def test_evidence_from_the_text_says_so_and_stands_where_it_says() -> None:
    title, summary, text = "Accord signed", "By India, in Rome.", "At last.\nItaly will make semiconductors in Goa."
    rules = rules_of("any: [semiconductor*]")
    assert match(rules, item(title, summary)) == ()
    (matched,) = match_with_text(rules, item(title, summary), text)
    fields = {"title": title, "summary": summary, "text": text}
    said = {(one.field, fields[one.field][one.start : one.end]) for one in matched.evidence}
    assert said == {("text", "semiconductors"), ("summary", "India"), ("text", "Italy")}


def test_no_phrase_runs_from_the_summary_into_the_text() -> None:
    rules = rules_of("any: [search and rescue]")
    assert match_with_text(rules, item("India, Italy", "They search"), "and rescue") == ()


words = st.lists(st.sampled_from(["India", "Italia", "भारत", "semiconductors", "è", "x.", "\ue001", "İ"])).map(" ".join)


@given(words, words, words)
def test_evidence_never_points_outside_its_field(title: str, summary: str, text: str) -> None:
    fields = {"title": title, "summary": summary, "text": text}
    for matched in match_with_text(rules_of("any: [semiconductor*]"), item(title, summary), text):
        for one in matched.evidence:
            assert 0 <= one.start < one.end <= len(fields[one.field])
