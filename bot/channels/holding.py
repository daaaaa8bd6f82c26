"""What is kept back in a channel, for how long, and what ends that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.channels import rhythm
from bot.channels.rhythm import Hours, Rhythm
from store.events.deliveries import Hold, UpdateHeld, UpdateReviewed
from store.views.values import Delivery, Held, Review

Decision = Literal["approve", "reject"]
PREFIX = "digest/"
PART = 15  # stories; as many fit into a message, whatever their headlines are
EVERYTHING = float("inf")  # no match scores as much
# Who pressed a button while the program was down comes before the deadline that passed meanwhile.
GRACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Which stories people look at first: those that score below `below`. Silence for `within` means `silence`."""

    below: float
    within: timedelta
    silence: Decision


@dataclass(frozen=True, slots=True)
class Habits:
    """How a channel wants to be told. With `only_digests` stories come in digests and no other way; else a digest
    sums up what was posted. With `witness` the day's root of the log is posted, with
    `index` a list of the commitments is kept current and pinned."""

    digest: Rhythm | None = None
    only_digests: bool = False
    quiet: Hours | None = None
    review: Reviewing | None = None
    witness: bool = False
    index: bool = False


NO_HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be sent now: its name, without a part's number, and the items it takes, of those held; for
    one that sums up, `since` and `until` say of which time."""

    name: str
    items: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def hold(habits: Habits, delivery: Delivery, now: datetime) -> UpdateHeld | None:
    """Whether the story's new items must wait; for what, and until when."""
    review = delivery.review
    if review is not None and review.decision is None:
        return _held(delivery, "review", review.until)
    if review is None and habits.review is not None and score(delivery) < habits.review.below:
        return _held(delivery, "review", now + habits.review.within)
    if habits.digest is not None and habits.only_digests:
        return _held(delivery, "digest", rhythm.next_slot(habits.digest, now))
    if habits.quiet is not None and rhythm.is_within(habits.quiet, now):
        return _held(delivery, "quiet", rhythm.end_of(habits.quiet, now))
    return None


def score(delivery: Delivery) -> float:
    """That of the story's best match."""
    return max((match.score for item in delivery.story.items for match in item.matches), default=0.0)


def unanswered(
    habits: Habits, reviews: Iterable[Review], *, now: datetime, started: datetime
) -> tuple[UpdateReviewed, ...]:
    """What silence means, for the reviews whose time is over; in a channel that reviews no longer, for all."""
    silence = habits.review.silence if habits.review else "approve"
    over = [
        one
        for one in reviews
        if one.decision is None and (habits.review is None or now >= max(one.until, started + GRACE))
    ]
    return tuple(UpdateReviewed(channel=one.channel, story=one.story, decision=silence) for one in over)


def due(habits: Habits, held: Sequence[Held], now: datetime) -> Due | None:
    """The digest of what was held, if one is to be sent now: of the quiet hours once they are over, else of the last
    slot. What was held after that slot waits for the next; what the channel's habits no longer hold goes out now."""
    if habits.quiet is not None and rhythm.is_within(habits.quiet, now):
        return None
    is_paced = habits.digest is not None and habits.only_digests
    loose = [one for one in held if one.reason == "quiet" or (one.reason == "digest" and not is_paced)]
    if loose:
        zone = habits.quiet.zone if habits.quiet else "UTC"
        return Due(rhythm.name_of("held", max(one.until for one in loose), zone), _items(loose))
    if habits.digest is None or not is_paced:
        return None
    slot = rhythm.slot(habits.digest, now)
    ripe = [one for one in held if one.reason == "digest" and one.at < slot]
    return Due(_name(habits.digest, slot), _items(ripe)) if ripe else None


def summary(habits: Habits, *, last: datetime | None, opened: datetime | None, now: datetime) -> Due | None:
    """The digest that sums up what was posted up to the last slot, and since the one before: `last` is when a digest
    of this kind was sent last. None while it is quiet, or where the channel was not there yet."""
    if habits.digest is None or habits.only_digests:
        return None
    if habits.quiet is not None and rhythm.is_within(habits.quiet, now):
        return None
    slot = rhythm.slot(habits.digest, now)
    since = rhythm.slot(habits.digest, last) if last else slot - rhythm.period(habits.digest)
    if since >= slot or opened is None or opened >= slot:
        return None
    return Due(_name(habits.digest, slot), since=since, until=slot)


def part(name: str, number: int) -> str:
    """The name of a further part of a digest; the first has the digest's own."""
    return name if number == 1 else f"{name}/{number}"


def _name(digest: Rhythm, slot: datetime) -> str:
    return rhythm.name_of(digest.every, slot, digest.zone)


def _items(held: Iterable[Held]) -> tuple[str, ...]:
    return tuple(one.item for one in held)


def _held(delivery: Delivery, reason: Hold, until: datetime) -> UpdateHeld:
    return UpdateHeld(
        channel=delivery.channel, story=delivery.story.id, items=delivery.new_items, reason=reason, until=until
    )
