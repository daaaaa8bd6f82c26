"""What stands in a channel as the log tells of it: whether it is held up, and which topics it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.questions.concern import fact_of, facts
from store.events.deliveries import ChannelOpened, TopicOpened
from store.events.fact import Fact
from store.events.pauses import FeedPaused, PublishingPaused, PublishingResumed
from store.log import EventLog, each


@dataclass(frozen=True, slots=True)
class Standing:
    """How often a channel or a feed was paused, and whether it is now."""

    pauses: int = 0
    is_paused: bool = False


def channels(log: EventLog) -> Mapping[str, Standing]:
    """Every channel that was ever opened, by its name in the log; readers' own deliveries are no channels."""
    found: dict[str, Standing] = {}
    for fact in _facts(log, (ChannelOpened.TYPE, PublishingPaused.TYPE, PublishingResumed.TYPE)):
        match fact:
            case ChannelOpened(channel=name) if not name.startswith("reader/"):
                found.setdefault(name, Standing())
            case PublishingPaused():
                found[fact.channel] = Standing(fact.ordinal, is_paused=True)
            case PublishingResumed():
                found[fact.channel] = Standing(fact.ordinal)
    return found


def is_paused(log: EventLog, channel: str) -> bool:
    """Whether an operator holds up publishing in the channel."""
    stands = False
    for fact in _facts(log, (PublishingPaused.TYPE, PublishingResumed.TYPE)):
        if isinstance(fact, PublishingPaused | PublishingResumed) and fact.channel == channel:
            stands = isinstance(fact, PublishingPaused)
    return stands


def threads(log: EventLog, channel: str) -> dict[str, int]:
    """The topic of each pillar in a forum group, as last opened."""
    return {fact.pillar: fact.thread for _, fact in facts(log, TopicOpened) if fact.channel == channel}


def pauses_of(log: EventLog, feed: str) -> int:
    """How often a feed was paused from a chat."""
    return max((fact.ordinal for _, fact in facts(log, FeedPaused) if fact.feed == feed), default=0)


def _facts(log: EventLog, types: Sequence[str]) -> list[Fact]:
    """All events of these rare types, in order."""
    return [fact for recorded in each(log, types) if (fact := fact_of(recorded)) is not None]
