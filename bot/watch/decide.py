"""What a poll means: items, rules and what the log already knows, turned into events. Values in, events out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import structs

from feeds.item import Feed, Item, item_digest, item_key
from matchers.match import Match
from store.events.fact import Evidence, Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, StoryJoined
from store.log import Event

MAX_TITLE = 500
MAX_SUMMARY = 2_000


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """An item as a feed offered it in this poll, cut to what we keep, with its identity."""

    key: str
    digest: str
    item: Item


@dataclass(frozen=True, slots=True)
class Judged:
    """What one plan's rules say of an item."""

    plan: str
    rules: str
    matches: tuple[Match, ...]


def sightings(items: Iterable[Item], *, feed_id: str, plain: Callable[[str], str]) -> list[Sighting]:
    """The items of a body, oldest first as far as the feed tells, each once.

    The text that is kept is the text that is judged, so that evidence always points into what was stored. An item
    without a summary is known by its content; one without a title by the beginning of its summary.
    """
    found: dict[str, Sighting] = {}
    for item in items:
        key = item_key(item, feed_id=feed_id)
        if key not in found:
            kept = _kept(item, plain)
            found[key] = Sighting(key, item_digest(kept), kept)
    return list(reversed(found.values()))


def seen(sighting: Sighting, *, feed: Feed, lang: str | None, archive: bool) -> ItemSeen:
    """What is recorded where the log does not know the item. `archive`: the feed was never read before."""
    item = sighting.item
    return ItemSeen(
        item=sighting.key,
        feed=feed.id,
        digest=sighting.digest,
        title=item.title or "",
        summary=item.summary or "",
        url=item.link,
        guid=item.guid,
        lang=lang,
        publisher=item.source or feed.publisher,
        published=item.published or item.updated,
        archive=archive,
    )


def revised(sighting: Sighting, *, feed: Feed, lang: str | None) -> ItemRevised:
    """What is recorded where the log knows the item, but not this text."""
    item = sighting.item
    return ItemRevised(
        item=sighting.key,
        feed=feed.id,
        digest=sighting.digest,
        title=item.title or "",
        summary=item.summary or "",
        url=item.link,
        lang=lang,
        updated=item.updated,
    )


def findings(sighting: Sighting, judged: Iterable[Judged]) -> list[ItemMatched]:
    """One event for each commitment found, best first."""
    return [
        ItemMatched(
            item=sighting.key,
            plan=verdict.plan,
            commitment=match.commitment,
            rules=verdict.rules,
            digest=sighting.digest,
            rule=match.rule,
            evidence=tuple(
                Evidence(field=at.field, start=at.start, end=at.end, term=at.term, role=at.role)
                for at in match.evidence
            ),
            score=match.score,
        )
        for verdict in judged
        for match in verdict.matches
    ]


def chain(
    appeared: Fact, matched: Sequence[ItemMatched], joined: StoryJoined | None, meta: Mapping[str, str]
) -> list[Event]:
    """The events of one item in their order, each naming the one it follows from."""
    events = [Event(appeared, meta)]
    events += [Event(match, {**meta, "cause": appeared.key}) for match in matched]
    if joined is not None and matched:
        events.append(Event(joined, {**meta, "cause": matched[0].key}))
    return events


def _kept(item: Item, plain: Callable[[str], str]) -> Item:
    summary = item.summary or (plain(item.content) if item.content else None)
    title = _without_source(item) or _beginning(summary) or item.link
    return structs.replace(item, title=_cut(title, MAX_TITLE), summary=_cut(summary, MAX_SUMMARY), content=None)


def _without_source(item: Item) -> str | None:
    """The title without the outlet's name behind it, which aggregators add ("… - The Hindu")."""
    title, source = item.title, item.source
    if not title or not source or not title.endswith(source):
        return title
    head = title[: -len(source)].rstrip()
    return head[:-1].rstrip() or title if head.endswith(("-", "–", "—", "|")) else title


def _beginning(text: str | None) -> str | None:
    return _cut(text, 100) if text else None


def _cut(text: str | None, length: int) -> str | None:
    """At most `length` characters, cut between words where there are any."""
    if text is None or len(text) <= length:
        return text
    cut = text[: length - 1]
    head, _, tail = cut.rpartition(" ")
    return (head if head and len(tail) < 80 else cut).rstrip() + "…"
