"""Precision: what many voices come to, and how sure it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.questions.precision import Rate, lines, needed, verdicts, wilson
from store.events.fact import Evidence
from store.views.values import ItemView, MatchView, StoryView, Voice

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def voice(story: str, verdict: str, role: str = "reader", by: str = "a", *commitments: str) -> Voice:
    return Voice(story, by, verdict, role, commitments or ("bridge",))


def story(name: str, *found: tuple[str, str, str]) -> StoryView:
    """A story with an item for each (commitment, language, term)."""
    items = tuple(
        ItemView(
            f"{name}{number}", number, "f", None, "T", "", None, lang, None, NOON, False, "d", name,
            (MatchView(what, "p", "r", "x", 0.5, (Evidence(field="title", start=0, end=1, term=term),), 1),),
        )
        for number, (what, lang, term) in enumerate(found)
    )  # fmt: skip
    return StoryView(name, items, tuple(what for what, _, _ in found))


# Values of Wilson's interval from Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    assert list(wilson(right, n)) == pytest.approx([low, high], abs=5e-5)


def test_nothing_judged_is_nothing_known() -> None:
    rate = Rate(0, 0)
    assert (rate.share, rate.low, rate.high, rate.needs) == (None, 0.0, 1.0, 93)


@pytest.mark.parametrize("right", [0, 3, 10])
def test_with_the_votes_it_needs_the_interval_is_narrow_enough(right: int) -> None:
    more = needed(right, 10)
    low, high = wilson(round(right / 10 * (10 + more)), 10 + more)
    assert more > 0
    assert (high - low) / 2 <= 0.1


def test_enough_votes_need_no_more() -> None:
    assert needed(200, 210) == 0


BOTH = ("bridge", "school")


@pytest.mark.parametrize(
    ("voices", "expected"),
    [
        ([voice("s", "right")], True),
        ([voice("s", "right", by="a"), voice("s", "wrong", by="b")], None),
        ([voice("s", "right", by="a"), voice("s", "right", by="b"), voice("s", "wrong", "reviewer", "c")], False),
        ([*(voice("s", "right", by=name) for name in "abcd"), voice("s", "wrong", "reviewer", "z")], True),
        ([*(voice("s", "right", by=name) for name in "abc"), voice("s", "wrong", "reviewer", "z")], None),
    ],
)
def test_a_reviewers_word_weighs_that_of_three_readers(voices: list[Voice], expected: bool | None) -> None:
    assert verdicts(voices, lambda name: (name,)).get(("s", "bridge")) is expected


def test_a_word_is_about_every_commitment_the_story_was_shown_for() -> None:
    found = verdicts([voice("s", "wrong", "reader", "a", *BOTH)], lambda name: (name,))
    assert found == {("s", "bridge"): False, ("s", "school"): False}


def test_what_was_said_of_a_former_commitment_is_said_of_its_heirs() -> None:
    found = verdicts([voice("s", "right")], lambda name: ("road", "rail") if name == "bridge" else (name,))
    assert found == {("s", "road"): True, ("s", "rail"): True}


def test_precision_is_told_per_commitment_language_and_term() -> None:
    stories = {
        "s": story("s", ("bridge", "en", "bridge"), ("bridge", "it", "ponte")),
        "t": story("t", ("bridge", "en", "bridge")),
    }
    found = lines({("s", "bridge"): True, ("t", "bridge"): False, ("gone", "bridge"): True}, stories.get)
    assert [(one.lang, one.term, one.rate.right, one.rate.n) for one in found] == [
        ("", "", 1, 2),
        ("en", "", 1, 2),
        ("en", "bridge", 1, 2),
        ("it", "", 1, 1),
        ("it", "ponte", 1, 1),
    ]


def test_a_match_that_was_withdrawn_counts_no_more() -> None:
    assert lines({("s", "school"): False}, {"s": story("s", ("bridge", "en", "bridge"))}.get) == []
