"""A new story says which earlier one it continues, and rather says nothing than something wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matchers.follow import FOLLOWED
from matchers.phase import phase
from matchers.story import assign
from matchers.traits import StoryItem

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CONTEXT = frozenset("india indian italy italian italia italiana भारत इटली dialogue".split())  # noqa: SIM905
EARLIER = StoryItem(
    key="a",
    title="Italian yard Cantiere Verdi wins Kochi ferry order",
    summary="The Genoa group Cantiere Verdi will build ferries with Sagar Yards.",
    published=DAY,
    commitments=("ports",),
    story="order",
)
OTHER = StoryItem(
    key="b",
    title="Italian harbour masters visit Chennai",
    summary="A delegation of Liguria saw the new terminal.",
    published=DAY + timedelta(days=1),
    commitments=("ports",),
    story="visit",
)
LATER = StoryItem(
    key="new",
    title="Cantiere Verdi lays keel of first Kochi ferry",
    summary="Managers of the Italian group Cantiere Verdi and Sagar Yards met at the slipway.",
    published=DAY + timedelta(days=20),
    commitments=("ports",),
)


def follows(new: StoryItem, *recent: StoryItem, known: tuple[str, ...] = ()) -> str | None:
    return assign(new, recent, context=CONTEXT, known=known).follows


def test_the_next_event_of_the_same_affair_follows_the_earlier_story() -> None:
    joined = assign(LATER, (EARLIER, OTHER), context=CONTEXT)
    assert joined.story == "new"
    assert joined.follows == "order"


def test_it_is_followed_across_languages_where_three_names_are_shared() -> None:
    italian = replace(
        LATER,
        title="Cantiere Verdi, impostata a Kochi la prima nave",
        summary="I vertici del gruppo genovese Cantiere Verdi e della Sagar Yards erano allo scalo.",
    )
    assert follows(italian, EARLIER, OTHER) == "order"
    assert follows(replace(italian, title="Kochi, impostata la prima nave", summary=""), EARLIER, OTHER) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"published": DAY + FOLLOWED + timedelta(days=1)},
        {"published": DAY - timedelta(days=9)},
        {"published": None},
        {"commitments": ("energy",)},
        {"commitments": ()},
        {"commitments": ("dialogue",)},
        {"title": "Italian engineers lay keel of first Kochi ferry", "summary": "Managers met at the slipway."},
    ],
)
def test_nothing_is_followed_without_time_topic_and_names(changes: dict[str, Any]) -> None:
    assert follows(replace(LATER, **changes), EARLIER, OTHER) is None


def test_names_that_prove_nothing_or_that_many_stories_tell_of_tie_nothing() -> None:
    assert follows(LATER, EARLIER, known=("cantiere", "verdi", "kochi")) is None
    twice = [replace(EARLIER, key=f"c{n}", story=f"c{n}", title=f"{n} {EARLIER.title}") for n in range(3)]
    assert follows(LATER, EARLIER, *twice) is None


def test_an_item_that_joins_a_story_follows_none() -> None:
    again = replace(LATER, title=EARLIER.title, published=DAY + timedelta(hours=3))
    joined = assign(again, (EARLIER, OTHER), context=CONTEXT)
    assert (joined.story, joined.follows) == ("order", None)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Minister to visit Rome next week", "ahead"),
        ("Il ministro sarà a Nuova Delhi", "ahead"),
        ("रक्षा मंत्री इटली जाएंगे", "ahead"),
        ("अगले महीने रोम में बैठक", "ahead"),
        ("Interview: the envoy on trade", "view"),
        ("L'analisi: porti e ferrovie", "view"),
        ("Ministers met in Rome", ""),
        ("La guerra era finita", ""),
        ("मंत्री रोम पहुंचे", ""),
    ],
)
def test_a_headline_looks_ahead_comments_or_reports(title: str, said: str) -> None:
    assert phase(title) == said
