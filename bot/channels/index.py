"""The index of a channel: one message, pinned, that lists what was promised and what was last seen of it.

It is accounted for like a digest, and kept current by edits. Somebody who deletes it gets another one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.channels.holding import PREFIX, Habits
from store.events.deliveries import IndexPinned
from store.log import EventLog
from store.views.values import Delivery, StoryView
from store.views.views import Views

INDEX = f"{PREFIX}index/"
_MOST = 1000


@dataclass(frozen=True, slots=True)
class StandingIndex:
    """The index as the channel has it."""

    message: int
    is_pinned: bool


def owed_index(log: EventLog, views: Views, channel: str, habits: Habits) -> list[Delivery]:
    """The index as the channel has it, or is to get it. Whether it must be edited is for its text to say."""
    entry = _current(log, views, channel) if habits.index else None
    return [replace(entry, story=StoryView(entry.story.id, (), ()))] if entry else []


def standing_index(log: EventLog, views: Views, channel: str) -> StandingIndex | None:
    """The index that stands in the channel; None where there is none, or none that can be reached."""
    entry = _current(log, views, channel)
    if entry is None or entry.state != "sent" or entry.message is None or entry.moved:
        return None
    key = IndexPinned(channel=channel, message=entry.message).key
    return StandingIndex(entry.message, is_pinned=bool(log.known([key])))


def _current(log: EventLog, views: Views, channel: str) -> Delivery | None:
    for number in range(1, _MOST):
        entry = views.delivery(channel, f"{INDEX}{number}")
        if entry.state != "failed" and not _is_gone(log, entry):
            return entry
    return None


def _is_gone(log: EventLog, entry: Delivery) -> bool:
    """Whether an edit of it was refused for good: somebody has deleted it."""
    key = f"failed/{entry.channel}/{entry.story.id}/{entry.attempts}"
    return entry.state == "sent" and bool(log.known([key]))
