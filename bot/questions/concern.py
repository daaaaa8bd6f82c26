"""The facts in the log, what each is about, read from its fields, and which events concern a commitment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from store import codec
from store.codec import Redacted
from store.events.fact import Fact
from store.events.items import ItemMatched, StoryJoined
from store.log import EventLog, LogDamaged, Recorded, each

F = TypeVar("F", bound=Fact)
PAGE = 2000


@dataclass(frozen=True, slots=True)
class About:
    """What an event names. Empty where it names none."""

    items: tuple[str, ...] = ()
    story: str = ""
    commitment: str = ""
    feed: str = ""
    channel: str = ""


def about(fact: Fact) -> About:
    """What the event names, whatever its type: in every type these fields mean the same."""
    if isinstance(fact, Redacted):
        kind, _, rest = fact.name.partition("/")
        return About(items=(rest.partition("/")[0],) if kind in {"item", "revised", "text", "translated"} else ())
    one = getattr(fact, "item", None)
    return About(
        items=(one,) if one else tuple(getattr(fact, "items", ())),
        story=getattr(fact, "story", ""),
        commitment=getattr(fact, "commitment", ""),
        feed=getattr(fact, "feed", ""),
        channel=getattr(fact, "channel", ""),
    )


def fact_of(recorded: Recorded) -> Fact | None:
    """The fact of an event; None where it cannot be read."""
    try:
        return codec.fact(recorded)
    except LogDamaged:
        return None


def facts(log: EventLog, kind: type[F], *, after: int = 0) -> Iterator[tuple[Recorded, F]]:
    """Every fact of that type behind the position, oldest first; without those that cannot be read."""
    for recorded in each(log, (kind.TYPE,), after=after):
        fact = fact_of(recorded)
        if isinstance(fact, kind):
            yield recorded, fact


class Concern:
    """Which events concern some commitments: their matches, and what is about an item or a story that matched them.

    Memory grows with the matches of these commitments, not with the log.
    """

    def __init__(self, commitments: Collection[str]) -> None:
        self.commitments = frozenset(commitments)
        self.items: set[str] = set()
        self.stories: set[str] = set()
        self._reached = 0

    def catch_up(self, log: EventLog) -> None:
        """Take in the matches the log holds by now: an item's sighting stands before the match that makes it matter."""
        while page := log.read(self._reached, PAGE, (ItemMatched.TYPE, StoryJoined.TYPE)):
            self._reached = page[-1].pos
            facts = [fact_of(recorded) for recorded in page]
            new = {fact.item for fact in facts if isinstance(fact, ItemMatched) and fact.commitment in self.commitments}
            self.items |= new
            self._join(facts)
            self._join([fact_of(joined) for joined in log.find([f"story/{item}" for item in new]).values()])

    def holds(self, subject: About) -> bool:
        """Whether an event about this concerns the commitments."""
        return (
            subject.commitment in self.commitments
            or subject.story in self.stories
            or any(item in self.items for item in subject.items)
        )

    def _join(self, facts: Sequence[Fact | None]) -> None:
        self.stories |= {fact.story for fact in facts if isinstance(fact, StoryJoined) and fact.item in self.items}
