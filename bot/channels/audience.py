"""Whom a channel is for, and what of a story it is told. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from store.views.values import Delivery, ItemView, StoryView


@dataclass(frozen=True, slots=True)
class Audience:
    """What a channel wants to hear of: these commitments, in items of these languages. None restricts nothing."""

    commitments: frozenset[str] | None = None
    languages: frozenset[str] | None = None

    @property
    def is_everybody(self) -> bool:
        return self.commitments is None and self.languages is None

    def wants(self, item: ItemView) -> bool:
        """Whether the item speaks of one of the commitments, in one of the languages."""
        if self.languages is not None and item.lang not in self.languages:
            return False
        return self.commitments is None or any(one.commitment in self.commitments for one in item.matches)


EVERYBODY = Audience()


def outside(audience: Audience, delivery: Delivery) -> tuple[str, ...]:
    """The new items of a delivery that are not for this channel."""
    if audience.is_everybody:
        return ()
    items = (item for item in delivery.story.items if item.key in delivery.new_items)
    return tuple(item.key for item in items if not audience.wants(item))


def told(audience: Audience, delivery: Delivery) -> Delivery:
    """The delivery, its story as the channel tells it: without items and commitments that are not for it. What its
    post tells of already stays."""
    if audience.is_everybody:
        return delivery
    return replace(delivery, story=_narrowed(audience, delivery.story, delivery.delivered_items))


def _narrowed(audience: Audience, story: StoryView, delivered: Collection[str]) -> StoryView:
    kept = tuple(item for item in story.items if item.key in delivered or audience.wants(item))
    if audience.commitments is None:
        return replace(story, items=kept or story.items)
    wanted = audience.commitments
    items = tuple(replace(item, matches=tuple(m for m in item.matches if m.commitment in wanted)) for item in kept)
    commitments = tuple(name for name in story.commitments if name in wanted)
    return replace(story, items=items, commitments=commitments) if items else story
