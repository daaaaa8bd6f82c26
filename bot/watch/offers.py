"""What a body offers: its items, and what the rules say of those that are new. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.watch.decide import Judged, Sighting, sightings
from feeds.item import Feed
from feeds.outcome import Fetched
from feeds.pace import pace_of
from feeds.parse import NotAFeed, Parsed, parse
from feeds.state import FeedState, Pace
from feeds.text import plain
from matchers.match import detect_language, match
from matchers.rules import RuleSet


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


def offered(body: Body, rules: Sequence[RuleSet]) -> Offered | NotAFeed:
    """What the body offers, or why it is no feed. Blocks for as long as `parse` may."""
    parsed = parse(body.data, content_type=body.content_type, url=body.url, zone=_zone_of(body.feed))
    return _offered(parsed, body, rules) if isinstance(parsed, Parsed) else parsed


def _zone_of(feed: Feed) -> tzinfo:
    return ZoneInfo(feed.zone) if feed.zone else UTC


def _offered(parsed: Parsed, body: Body, rules: Sequence[RuleSet]) -> Offered:
    seen = sightings(parsed.items, feed_id=body.feed.id, plain=plain)
    return Offered(
        digests={one.key: one.digest for one in reversed(seen)},
        dates=tuple(when for one in seen if (when := one.item.published or one.item.updated)),
        pace=pace_of(parsed.hints),
        offers=tuple(_offer(one, body.feed, rules) for one in seen if body.window.get(one.key) != one.digest),
    )


def _offer(one: Sighting, feed: Feed, rules: Sequence[RuleSet]) -> Offer:
    judged = (Judged(each.plan.id, each.id, match(each, one.item, context=feed.context)) for each in rules)
    return Offer(one, detect_language(one.item), tuple(judged))
