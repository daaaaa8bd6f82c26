"""Why: what an event follows from and what followed from it, back to the item and on to the message. Pure.

Part of the answer stands in the events (`meta.cause`); the rest follows from what they name: a post tells of the
items that had joined its story, an ending belongs to the attempt before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.questions.concern import about
from store.events.deliveries import (
    UpdateEdited,
    UpdateFailed,
    UpdateQueued,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.fact import Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, MatchWithdrawn, StoryJoined
from store.events.monitor import FeedAwoke, FeedGone, FeedRecovered
from store.events.plan import RulesActivated
from store.log import Recorded

Known = tuple[Recorded, Fact]


@dataclass(frozen=True, slots=True)
class Link:
    """One event of a chain: `side` is -1 for what the event in question follows from, 0 for itself, 1 for what
    followed. `causes` are the positions of the events it directly follows from."""

    recorded: Recorded
    fact: Fact
    side: int
    causes: tuple[int, ...]


def chain(events: Sequence[Known], pos: int) -> tuple[Link, ...]:
    """The events that the one at `pos` follows from, itself, and those that followed from it, in the log's order.

    `events`, in order of position, is all that may be part of it; the rest of it is left out.
    """
    causes = {recorded.pos: tuple(_causes(recorded, fact, events)) for recorded, fact in events}
    before, behind = _origins(causes, pos), _results(causes, pos)
    sides = dict.fromkeys(before, -1) | dict.fromkeys(behind, 1) | {pos: 0}
    return tuple(
        Link(recorded, fact, sides[recorded.pos], causes[recorded.pos])
        for recorded, fact in events
        if recorded.pos in sides
    )


def _origins(causes: dict[int, tuple[int, ...]], pos: int) -> set[int]:
    found: set[int] = set()
    left = [pos]
    while left:
        new = set(causes.get(left.pop(), ())) - found
        found |= new
        left += new
    return found


def _results(causes: dict[int, tuple[int, ...]], pos: int) -> set[int]:
    """Causes stand before what follows from them, so one pass in order is enough."""
    found = {pos}
    for each, named in causes.items():
        if found.intersection(named):
            found.add(each)
    return found - {pos}


def _causes(recorded: Recorded, fact: Fact, events: Sequence[Known]) -> list[int]:
    """The positions of what an event directly follows from, each before it."""
    before = [known for known in events if known[0].pos < recorded.pos]
    named = [other.pos for other, _ in before if other.key == recorded.meta.get("cause")]
    return sorted({*named, *_following(fact, before)})


def _following(fact: Fact, before: Sequence[Known]) -> Iterable[int]:
    match fact:
        case ItemRevised():
            return _last(before, ItemSeen, item=fact.item)
        case ItemMatched() | MatchWithdrawn():
            return _judged(fact, before)
        case StoryJoined() | UpdateSuppressed():
            return _all(before, ItemMatched, item=fact.item)
        case UpdateQueued():
            return _told(before, fact.items)
        case UpdateSent() | UpdateUncertain():
            return _last(before, (UpdateQueued, UpdateUncertain), channel=fact.channel, story=fact.story)
        case UpdateFailed():
            tried = (UpdateQueued, UpdateUncertain, UpdateSent, UpdateEdited)
            return _last(before, tried, channel=fact.channel, story=fact.story)
        case UpdateEdited():
            return _news(fact, before)
        case FeedRecovered() | FeedGone():
            return _troubles(fact, before, "failing/", "gone/")
        case FeedAwoke():
            return _troubles(fact, before, "stale/")
    return ()


def _judged(fact: ItemMatched | MatchWithdrawn, before: Sequence[Known]) -> list[int]:
    """A match follows from the text, its withdrawal from the match, both from the rules."""
    rules = _last(before, RulesActivated, rules=fact.rules, plan=fact.plan)
    if isinstance(fact, MatchWithdrawn):
        return [*_last(before, ItemMatched, item=fact.item, commitment=fact.commitment), *rules]
    return [*_last(before, (ItemSeen, ItemRevised), item=fact.item, digest=fact.digest), *rules]


def _told(before: Sequence[Known], items: tuple[str, ...]) -> list[int]:
    """What makes a story worth telling: its items joined it; where nobody put them into one, they matched."""
    return [
        pos for item in items for pos in _all(before, StoryJoined, item=item) or _all(before, ItemMatched, item=item)
    ]


def _news(fact: UpdateEdited, before: Sequence[Known]) -> list[int]:
    """An edit follows from the post, and from what came between it and the edit: further items, other headlines,
    withdrawn matches."""
    post = _last(before, (UpdateSent, UpdateEdited), channel=fact.channel, story=fact.story)
    since = post[0] if post else 0
    return post + [
        recorded.pos
        for recorded, other in before
        if recorded.pos > since
        and isinstance(other, StoryJoined | ItemRevised | MatchWithdrawn)
        and other.item in fact.items
    ]


def _troubles(fact: Fact, before: Sequence[Known], *keys: str) -> list[int]:
    """What began before a feed was well again, or was given up."""
    feed = about(fact).feed
    return [known.pos for known, other in before if known.key.startswith(keys) and about(other).feed == feed][-1:]


def _all(before: Sequence[Known], kind: type[Fact] | tuple[type[Fact], ...], **wanted: str) -> list[int]:
    return [
        recorded.pos
        for recorded, fact in before
        if isinstance(fact, kind) and all(getattr(fact, name) == value for name, value in wanted.items())
    ]


def _last(before: Sequence[Known], kind: type[Fact] | tuple[type[Fact], ...], **wanted: str) -> list[int]:
    return _all(before, kind, **wanted)[-1:]
