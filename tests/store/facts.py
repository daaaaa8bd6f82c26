"""Facts for tests: small names, and only the fields a test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import structs

from store.events.deliveries import (
    ChannelOpened,
    Hold,
    UpdateEdited,
    UpdateFailed,
    UpdateHeld,
    UpdateQueued,
    UpdateReviewed,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.fact import Evidence, Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, MatchWithdrawn, StoryJoined
from store.events.plan import Descent, PlanRevised
from store.log import Event, EventLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def record(log: EventLog, *facts: Fact, at: datetime = NOON) -> int:
    """Append the facts; gives the position of the last event of the log."""
    log.append([Event(fact) for fact in facts], at=at)
    return log.head()


def seen(item: str, title: str = "", *, archive: bool = False, published: datetime | None = None) -> ItemSeen:
    return ItemSeen(
        item=item, feed="pib", digest="d0", title=title or f"Title {item}", archive=archive, published=published
    )


def revised(item: str, digest: str = "d1", title: str = "Another title") -> ItemRevised:
    return ItemRevised(item=item, feed="pib", digest=digest, title=title)


def matched(item: str, commitment: str = "defence", *, digest: str = "d0", score: float = 0.5) -> ItemMatched:
    evidence = (Evidence(field="title", start=0, end=5, term="title"),)
    return ItemMatched(
        item=item, plan="p", commitment=commitment, rules="r1", digest=digest, rule="x", evidence=evidence, score=score
    )


def rematched(item: str, commitment: str = "defence", *, digest: str = "d0", ordinal: int = 2) -> ItemMatched:
    """Matched anew by later rules; nobody is told."""
    return structs.replace(matched(item, commitment, digest=digest), rules="r2", ordinal=ordinal, quiet=True)


def withdrawn(item: str, commitment: str = "defence", *, digest: str = "d0", ordinal: int = 2) -> MatchWithdrawn:
    return MatchWithdrawn(
        item=item, plan="p", commitment=commitment, rules="r2", ordinal=ordinal, digest=digest, reason="no sign of x"
    )


def plan_revised(*descents: tuple[str, str], ended: tuple[str, ...] = (), ordinal: int = 2) -> PlanRevised:
    """Each descent is a commitment and what it was called before, separated by blanks."""
    named = tuple(Descent(commitment=new, formerly=tuple(former.split())) for new, former in descents)
    return PlanRevised(plan="p", rules="r2", ordinal=ordinal, descents=named, ended=ended)


def joined(item: str, story: str) -> StoryJoined:
    return StoryJoined(item=item, story=story, reason="founded")


def opened(channel: str = "ch", after: int = 0) -> ChannelOpened:
    return ChannelOpened(channel=channel, after=after)


def queued(story: str, *items: str, channel: str = "ch", attempt: int = 1, as_of: int = 0) -> UpdateQueued:
    return UpdateQueued(
        channel=channel,
        story=story,
        items=items,
        text_digest=f"q{attempt}",
        after_message=10,
        attempt=attempt,
        as_of=as_of,
    )


def sent(story: str, *items: str, channel: str = "ch", as_of: int = 0) -> UpdateSent:
    return UpdateSent(channel=channel, story=story, items=items, text_digest="t0", message=11, as_of=as_of)


def edited(story: str, *items: str, channel: str = "ch", edit: int = 1, as_of: int = 0) -> UpdateEdited:
    return UpdateEdited(
        channel=channel, story=story, edit=edit, items=items, text_digest=f"t{edit}", message=11, as_of=as_of
    )


def uncertain(story: str, *, channel: str = "ch", attempt: int = 1) -> UpdateUncertain:
    return UpdateUncertain(channel=channel, story=story, attempt=attempt, reason="read timeout")


def failed(story: str, *items: str, channel: str = "ch", attempt: int = 1, as_of: int = 0) -> UpdateFailed:
    return UpdateFailed(channel=channel, story=story, items=items, attempt=attempt, reason="too long", as_of=as_of)


def held(story: str, *items: str, reason: Hold = "digest", channel: str = "ch") -> UpdateHeld:
    return UpdateHeld(channel=channel, story=story, items=items, reason=reason, until=NOON + HOUR)


def reviewed(story: str, decision: Literal["approve", "reject"] = "approve", channel: str = "ch") -> UpdateReviewed:
    return UpdateReviewed(channel=channel, story=story, decision=decision, by="r1", press="p1")


def suppressed(item: str, reason: str = "archive", channel: str = "ch") -> UpdateSuppressed:
    return UpdateSuppressed(channel=channel, item=item, reason=reason)
