"""What in the log may be linked with an event: all about its items and their stories, or about its feed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.questions.concern import About, about, fact_of
from bot.questions.why import Known
from bot.rules.activation import activations
from store.events.catalogue import EVENT_TYPES
from store.events.items import ItemMatched, ItemSeen, MatchWithdrawn, StoryJoined
from store.events.monitor import FeedAwoke, FeedFailing, FeedGone, FeedRecovered, FeedStale
from store.log import EventLog, Recorded, each

_RARE = tuple(fact.TYPE for fact in EVENT_TYPES if fact is not ItemSeen)
_OF_FEEDS = tuple(fact.TYPE for fact in (FeedFailing, FeedGone, FeedRecovered, FeedStale, FeedAwoke))


def related(log: EventLog, recorded: Recorded) -> tuple[Known, ...]:
    """The event and all that may be part of its chain, in the log's order. Reads sightings by key alone, so that it
    does not take longer the more was seen."""
    fact = fact_of(recorded)
    subject = about(fact) if fact is not None else About()
    items = set(subject.items) | set(_members(log, {subject.story} - {""}))
    stories = {one.story for one in _joinings(log, items)} | {subject.story} - {""}
    found = {recorded.pos: recorded, **_sightings(log, items)}
    if items or stories:
        found |= {one.pos: one for one in _about(log, _RARE, items, stories)}
    elif subject.feed:
        found |= {one.pos: one for one in _about(log, _OF_FEEDS, {subject.feed}, ())}
    found |= _rules(log, found.values())
    known = ((found[pos], fact_of(found[pos])) for pos in sorted(found))
    return tuple((each, fact) for each, fact in known if fact is not None)


def _members(log: EventLog, stories: Collection[str]) -> Iterator[str]:
    """The items that joined one of the stories."""
    if stories:
        for recorded in _about(log, (StoryJoined.TYPE,), (), stories):
            fact = fact_of(recorded)
            yield from about(fact).items if fact is not None else ()


def _joinings(log: EventLog, items: Collection[str]) -> Iterator[StoryJoined]:
    for recorded in log.find([f"story/{item}" for item in items]).values():
        fact = fact_of(recorded)
        if isinstance(fact, StoryJoined):
            yield fact


def _sightings(log: EventLog, items: Collection[str]) -> dict[int, Recorded]:
    return {recorded.pos: recorded for recorded in log.find([f"item/{item}" for item in items]).values()}


def _about(
    log: EventLog, types: tuple[str, ...], subjects: Collection[str], stories: Collection[str]
) -> Iterator[Recorded]:
    """The events of these types about one of these items (or feeds) or stories."""
    words = (*subjects, *stories)
    for recorded in each(log, types):
        # Before it is decoded: most are about something else. The key still names what a redaction left nothing of.
        if any(word in recorded.data or word in recorded.key for word in words):
            fact = fact_of(recorded)
            subject = about(fact) if fact is not None else About()
            if subject.story in stories or subject.feed in subjects or any(i in subjects for i in subject.items):
                yield recorded


def _rules(log: EventLog, found: Collection[Recorded]) -> dict[int, Recorded]:
    """The activations of the rules by which the matches among these were found."""
    facts = [fact_of(recorded) for recorded in found]
    wanted = {fact.rules for fact in facts if isinstance(fact, ItemMatched | MatchWithdrawn)}
    return {one.pos: one for one, fact in activations(log) if fact.rules in wanted} if wanted else {}
