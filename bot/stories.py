"""Stories of the last days, kept in memory so that a new item can join one; folded from the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.decide import Sighting
from store.events import ItemMatched, StoryJoined


class Stories:
    """Which stories are being told now. Not safe for two threads: it lives in the store's lane."""

    def join(self, sighting: Sighting, matched: Sequence[ItemMatched], *, now: datetime) -> StoryJoined:
        """The story the item belongs to: a known one, or one that it founds."""
        del matched, now
        return StoryJoined(item=sighting.key, story=sighting.key, reason="first")
