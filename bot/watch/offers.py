"""What a body offers: its items, and what the rules say of those that are new. Values only; `bot.watch.bodies` finds
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from bot.watch.decide import Judged, Sighting
from feeds.item import Feed
from feeds.state import Pace


@dataclass(frozen=True, slots=True)
class Body:
    """What a feed sent, and what its last body held: the key of each item and the digest of its text, None where this
    is the first."""

    feed: Feed
    url: str
    content_type: str
    data: bytes = field(repr=False)
    window: Mapping[str, str] | None = field(repr=False)


class Offer(msgspec.Struct, frozen=True, gc=False):
    """An item that the last body did not hold, or not with this text, and what there is to say of it.

    Most are new, and no rule has anything to say of them: then `seen`, the data of their ItemSeen, is all that is
    needed, and the rest stays as it was `packed`. `judged` are the plans with a match.
    """

    key: str
    digest: str
    lang: str
    seen: str
    packed: bytes
    judged: tuple[Judged, ...] = ()

    @property
    def sighting(self) -> Sighting:
        return _SIGHTING.decode(self.packed)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a body holds: `digests` of all items, in the feed's order, when they were published as far as it says, and
    its `offers`, oldest first, judged by these `rules` of each plan."""

    digests: Mapping[str, str]
    dates: tuple[datetime, ...]
    pace: Pace
    rules: Mapping[str, str]
    offers: tuple[Offer, ...]


_SIGHTING = msgspec.msgpack.Decoder(Sighting)
