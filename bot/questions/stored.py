"""Stored texts, read again in pages by position: what was seen of each item, with the page that was fetched for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.questions.concern import fact_of
from feeds.item import Item
from matchers.match import Match, match
from matchers.nearmiss import match_with_text
from matchers.rules import RuleSet
from store.codec import is_compacted
from store.events.items import ItemRevised, ItemSeen, TextFetched
from store.log import EventLog, Recorded

PAGE = 500

Contexts = Mapping[str, Sequence[str]]
"""The sides that each feed lends, by its id."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One text of an item as it was recorded at `pos` under `key`; `text` is what was fetched for it. An item that was
    revised has several, and its matches are those of all of them. Of one that `is_gone` the text was dropped since, so
    that nothing can be found in it."""

    pos: int
    key: str
    at: datetime
    item: str
    digest: str
    feed: str
    lang: str
    archive: bool
    content: Item
    text: str = ""
    is_gone: bool = False


def stored(log: EventLog, *, after: int = 0, to: int | None = None) -> Iterator[list[Stored]]:
    """Every text recorded behind `after` and up to `to`, in pages. Redacted items are left out. Memory stays flat."""
    end = log.head() if to is None else to
    while after < end and (page := log.read(after, PAGE, (ItemSeen.TYPE, ItemRevised.TYPE))):
        after = page[-1].pos
        found = _read(log, [recorded for recorded in page if recorded.pos <= end])
        if found:
            yield found


def judged(rules: RuleSet, one: Stored, context: Sequence[str]) -> tuple[Match, ...]:
    """What the rules find in it: in title and summary, and beside that in the fetched text."""
    found = match(rules, one.content, context=context)
    if not one.text:
        return found
    known = {each.commitment for each in found}
    more = match_with_text(rules, one.content, one.text, context=context)
    return (*found, *(each for each in more if each.commitment not in known))


def _read(log: EventLog, page: Sequence[Recorded]) -> list[Stored]:
    facts = [(recorded, fact_of(recorded)) for recorded in page]
    texts = _texts(log, [fact.item for _, fact in facts if isinstance(fact, ItemSeen | ItemRevised)])
    seen = _seen(log, [fact.item for _, fact in facts if isinstance(fact, ItemRevised)])
    found = []
    for recorded, fact in facts:
        first = seen.get(fact.item) if isinstance(fact, ItemRevised) else fact
        if isinstance(fact, ItemSeen | ItemRevised) and isinstance(first, ItemSeen):
            found.append(_one(recorded, fact, first, texts.get(recorded.key, "")))
    return found


def _one(recorded: Recorded, fact: ItemSeen | ItemRevised, first: ItemSeen, text: str) -> Stored:
    return Stored(
        pos=recorded.pos,
        key=recorded.key,
        at=recorded.at,
        item=fact.item,
        digest=fact.digest,
        feed=fact.feed,
        lang=fact.lang or first.lang or "und",
        archive=first.archive,
        content=Item(first.guid, fact.url, fact.title, fact.summary, published=first.published),
        text=text,
        is_gone=is_compacted(recorded.data),
    )


def _texts(log: EventLog, items: Collection[str]) -> dict[str, str]:
    """Fetched texts, by the key of the event they were fetched for."""
    found = log.find([f"text/{item}" for item in items]).values()
    facts = ((recorded.meta.get("cause", ""), fact_of(recorded)) for recorded in found)
    return {cause: fact.text for cause, fact in facts if isinstance(fact, TextFetched)}


def _seen(log: EventLog, items: Collection[str]) -> dict[str, ItemSeen]:
    facts = map(fact_of, log.find([f"item/{item}" for item in items]).values()) if items else ()
    return {fact.item: fact for fact in facts if isinstance(fact, ItemSeen)}
