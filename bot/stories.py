"""Stories of the last days, kept in memory so that a new item can join the one it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide import Sighting
from matchers.story import WINDOW, StoryItem, assign
from store.events import ItemMatched, StoryJoined
from store.views.values import StoryView

_REACH = 2 * WINDOW  # what a story is made of may be older than what a new item is compared with
_FORGET_EVERY = timedelta(hours=1)


class Stories:
    """Which stories are being told now. Not safe for two threads: it lives in the store's lane.

    `recall` gives the stories since a moment from the log; it is asked when the first item needs one, because most
    polls bring nothing that matches. `context` are the words that every item of the plan holds.
    """

    def __init__(self, recall: Callable[[datetime], Sequence[StoryView]], *, context: Collection[str]) -> None:
        self._recall = recall
        self._context = context
        self._recent: list[StoryItem] | None = None
        self._forgot_at: datetime | None = None

    def join(self, sighting: Sighting, matched: Sequence[ItemMatched], *, now: datetime) -> StoryJoined:
        """The story the item belongs to: one that is being told, or one that it founds."""
        recent = self._known(now)
        item = _story_item(sighting, matched, now)
        joined = assign(item, recent, context=self._context)
        recent.append(replace(item, story=joined.story))
        return StoryJoined(item=sighting.key, story=joined.story, reason=joined.reason)

    def _known(self, now: datetime) -> list[StoryItem]:
        if self._recent is None:
            stories = self._recall(now - _REACH)
            self._recent, self._forgot_at = [item for story in stories for item in _told(story)], now
        elif self._forgot_at is None or now - self._forgot_at > _FORGET_EVERY:
            self._recent = [item for item in self._recent if item.published and item.published >= now - _REACH]
            self._forgot_at = now
        return self._recent


def _story_item(sighting: Sighting, matched: Sequence[ItemMatched], now: datetime) -> StoryItem:
    item = sighting.item
    return StoryItem(
        key=sighting.key,
        title=item.title or "",
        summary=item.summary or "",
        link=item.link,
        published=item.published or item.updated or now,
        commitments=tuple(dict.fromkeys(found.commitment for found in matched)),
    )


def _told(story: StoryView) -> list[StoryItem]:
    return [
        StoryItem(
            key=item.key,
            title=item.title,
            summary=item.summary,
            lang=item.lang,
            link=item.url,
            published=item.published or item.seen_at,
            commitments=tuple(dict.fromkeys(match.commitment for match in item.matches)),
            story=story.id,
        )
        for item in story.items
    ]
