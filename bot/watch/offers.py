"""What a body offers: its items, and what the rules say of those that are new. Values only; `bot.watch.bodies` finds
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.watch.decide import Judged, Sighting
from feeds.item import Feed
from feeds.outcome import Fetched
from feeds.state import FeedState, Pace


@dataclass(frozen=True, slots=True)
class Body:
    """What a feed sent, and what its last body held: the key of each item and the digest of its text."""

    feed: Feed
    url: str
    content_type: str
    data: bytes = field(repr=False)
    window: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """An item that the last body did not hold, or not with this text, and what there is to say of it."""

    sighting: Sighting
    lang: str
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """What a body holds: `digests` of all items, in the feed's order, when they were published as far as it says, and
    its `offers`, oldest first."""

    digests: Mapping[str, str]
    dates: tuple[datetime, ...]
    pace: Pace
    offers: tuple[Offer, ...]


def body_of(fetched: Fetched, feed: Feed, state: FeedState) -> Body:
    """What is to be read of an answer, and what is known already."""
    return Body(feed, fetched.answer.url, fetched.content_type, fetched.body, state.window or {})
