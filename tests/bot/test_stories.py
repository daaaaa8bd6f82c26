"""Stories as the store's lane keeps them: joined, founded, and continued."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.watch.decide import Sighting
from bot.watch.stories import Stories
from feeds.item import Item
from matchers.follow import FOLLOWED
from matchers.traits import StoryItem
from store.events.items import ItemMatched, StoryJoined

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORDER = StoryItem(
    key="old",
    title="Italian yard Cantiere Verdi wins Kochi ferry order",
    summary="The Genoa group Cantiere Verdi will build ferries with Sagar Yards.",
    published=DAY - timedelta(days=20),
    commitments=("ports",),
    story="order",
)


def join(stories: Stories, title: str, summary: str) -> StoryJoined:
    item = Item(title=title, summary=summary, published=DAY)
    matched = ItemMatched(item="new", plan="p", commitment="ports", rules="r", digest="d", rule="w", evidence=())
    sighting = Sighting(key="new", digest="d", item=item)
    return stories.join(sighting, [matched], lang="en", now=DAY)


def test_a_new_story_that_continues_an_earlier_one_says_so() -> None:
    asked: list[datetime] = []

    def recall(since: datetime) -> list[StoryItem]:
        asked.append(since)
        return [ORDER]

    stories = Stories(recall, lambda: (frozenset(("italian", "italy")), ()))
    joined = join(
        stories,
        "Cantiere Verdi lays keel of first Kochi ferry",
        "Managers of the Italian group Cantiere Verdi and Sagar Yards met at the slipway.",
    )
    assert (joined.story, joined.follows) == ("new", "order")
    assert asked == [DAY - FOLLOWED]
    assert join(stories, "Chennai harbour masters in Liguria", "They saw a terminal.").follows is None
