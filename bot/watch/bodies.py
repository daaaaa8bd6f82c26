"""Reading bodies: bytes and rules in, what the body offers out; here, and for a process that asks in MessagePack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from bot.watch.decide import Judged, Sighting, seen, sightings
from bot.watch.offers import Body, Offer, Offered
from feeds.item import Feed
from feeds.outcome import NotAFeed
from feeds.pace import pace_of
from feeds.parse import Parsed, parse
from feeds.text import plain
from matchers.match import detect_language, match
from matchers.rules import RuleSet
from store.codec import encode


@dataclass(frozen=True, slots=True)
class _Found:
    offered: Offered | None = None
    refused: NotAFeed | None = None


def asked(body: Body) -> bytes:
    """The body, as another process is asked to read it."""
    return _ENCODER.encode(body)


def body_asked(question: bytes) -> Body:
    """What `asked` wrote."""
    return _BODY.decode(question)


def told(found: Offered | NotAFeed) -> bytes:
    """What was found, as that process tells it."""
    return _ENCODER.encode(_Found(offered=found) if isinstance(found, Offered) else _Found(refused=found))


def heard(answer: bytes) -> Offered | NotAFeed:
    """What `told` wrote."""
    found = _FOUND.decode(answer)
    said = found.offered or found.refused
    assert said is not None
    return said


def offered(body: Body, rules: Sequence[RuleSet]) -> Offered | NotAFeed:
    """What the body offers, or why it is no feed. Blocks for as long as `parse` may."""
    parsed = parse(body.data, content_type=body.content_type, url=body.url, zone=_zone_of(body.feed))
    return _offered(parsed, body, rules) if isinstance(parsed, Parsed) else parsed


def _zone_of(feed: Feed) -> tzinfo:
    return ZoneInfo(feed.zone) if feed.zone else UTC


def _offered(parsed: Parsed, body: Body, rules: Sequence[RuleSet]) -> Offered:
    held = sightings(parsed.items, feed_id=body.feed.id, plain=plain)
    window = body.window or {}
    return Offered(
        digests={one.key: one.digest for one in reversed(held)},
        dates=tuple(when for one in held if (when := one.item.published or one.item.updated)),
        pace=pace_of(parsed.hints),
        rules={each.plan.id: each.id for each in rules},
        offers=tuple(_offer(one, body, rules) for one in held if window.get(one.key) != one.digest),
    )


def _offer(one: Sighting, body: Body, rules: Sequence[RuleSet]) -> Offer:
    lang = detect_language(one.item)
    fact = seen(one, feed=body.feed, lang=lang, archive=body.window is None)
    return Offer(one.key, one.digest, lang, encode(fact), _ENCODER.encode(one), _judged(one, body.feed, rules))


def _judged(one: Sighting, feed: Feed, rules: Sequence[RuleSet]) -> tuple[Judged, ...]:
    found = ((each, match(each, one.item, context=feed.context)) for each in rules)
    return tuple(Judged(each.plan.id, each.id, matches) for each, matches in found if matches)


_ENCODER = msgspec.msgpack.Encoder()
_BODY = msgspec.msgpack.Decoder(Body)
_FOUND = msgspec.msgpack.Decoder(_Found)
