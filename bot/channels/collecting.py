"""A channel's digests that are due, and stories as its reviewers want them: from the views to deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels import holding
from bot.channels.audience import Audience, told
from bot.channels.holding import PART, PREFIX, Due, Habits
from store.views.values import Delivery, ItemView, MatchView, StoryView
from store.views.views import Views

PICTURE = "/picture"
_MOST_PARTS = 100


class Digests:
    """What a channel is owed in digests, beside its posts."""

    def __init__(self, views: Views, channel: str, audience: Audience, habits: Habits) -> None:
        self._views, self._channel, self._audience, self._habits = views, channel, audience, habits

    def owed(self, now: datetime) -> list[Delivery]:
        """A digest in doubt first, for what it tells of is settled with it; else the one that is due, if any. With a
        weekly one goes a picture, before it."""
        doubtful = [name for name in self._views.unsettled(self._channel) if name.startswith(PREFIX)]
        if doubtful:
            return [self._delivery(name, self._views.delivery(self._channel, name).queued_items) for name in doubtful]
        entry = self._held(now) or self._summary(now)
        if entry is None:
            return []
        picture = self._views.delivery(self._channel, entry.story.id + PICTURE)
        is_pictured = entry.story.id.startswith(f"{PREFIX}weekly/") and picture.state == "new"
        return [replace(picture, story=StoryView(entry.story.id + PICTURE, (), ())), entry] if is_pictured else [entry]

    def _held(self, now: datetime) -> Delivery | None:
        held = [*self._views.held(self._channel, "quiet"), *self._views.held(self._channel, "digest")]
        due = holding.due(self._habits, held, now)
        if due is None:
            return None
        ripe = frozenset(due.items)
        names = list(dict.fromkeys(one.story for one in held if one.item in ripe))[:PART]
        items = tuple(one.item for one in held if one.item in ripe and one.story in names)
        return self._delivery(self._free(due), items)

    def _free(self, due: Due) -> str:
        """The digest's name, or that of its first part that is not sent."""
        names = (holding.part(due.name, number) for number in range(1, _MOST_PARTS))
        return next(name for name in names if not self._is_over(name))

    def _summary(self, now: datetime) -> Delivery | None:
        if self._habits.digest is None:
            return None
        opened, last = self._views.digests(self._channel, self._habits.digest.every)
        due = holding.summary(self._habits, last=last, opened=opened, now=now)
        if due is None or due.since is None or due.until is None or self._is_over(due.name):
            return None
        items = self._views.told(self._channel, due.since, due.until)
        return self._delivery(due.name, tuple(item.key for item in items)) if items else None

    def _is_over(self, name: str) -> bool:
        return self._views.delivery(self._channel, name).state in {"sent", "failed"}

    def _delivery(self, name: str, items: Sequence[str]) -> Delivery:
        """The digest of these items, each story as the channel tells it."""
        entry = self._views.delivery(self._channel, name, tuple(items))
        stories = dict.fromkeys(item.story for item in self._views.items(items) if item.story)
        mine = frozenset(items)
        return replace(entry, story=gathered(name, [self._story(story, mine) for story in stories]))

    def _story(self, name: str, items: frozenset[str]) -> StoryView:
        mine = self._views.delivery(self._channel, name)
        new = tuple(item.key for item in mine.story.items if item.key in items)
        return corrected(told(self._audience, replace(mine, new_items=new))).story


def gathered(name: str, stories: Iterable[StoryView]) -> StoryView:
    """Many stories as the one that a digest is."""
    return StoryView(name, tuple(item for story in stories for item in story.items), ())


def corrected(delivery: Delivery) -> Delivery:
    """The delivery, its story with the commitments that a reviewer named in the place of those found."""
    if delivery.review is None or not delivery.review.commitments:
        return delivery
    wanted = delivery.review.commitments
    items = tuple(_renamed(item, wanted) for item in delivery.story.items)
    return replace(delivery, story=replace(delivery.story, items=items, commitments=wanted))


def _renamed(item: ItemView, wanted: Sequence[str]) -> ItemView:
    found = {match.commitment: match for match in item.matches}
    return replace(item, matches=tuple(found.get(name) or _named(name) for name in wanted))


def _named(commitment: str) -> MatchView:
    """A match that a person made: there are no words that show it."""
    return MatchView(commitment, plan="", rule="", rules="", score=0.0, evidence=(), pos=0)
