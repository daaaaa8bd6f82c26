"""What is to be done next for one story in one channel, and what an outcome means for the log. Values only.

The order of recording is what makes a delivery accountable: `UpdateQueued` before the call, one ending after it. An
intent without an ending may or may not have had its effect, so it is settled (by looking, or by sending once more and
saying so) before anything else is sent to that channel: at most one post of a channel is ever in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.holding import NO_HABITS, PREFIX, Habits, hold
from bot.telegram.outcome import NotModified, Outcome, Refused, Sent, Unknown
from store.events.deliveries import (
    UpdateEdited,
    UpdateFailed,
    UpdateHeld,
    UpdateQueued,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.fact import Fact
from store.views.values import Delivery, ItemView, Silent

TOO_OLD = "too-old"
POST_GONE = "post-deleted"
NOT_FOR_IT = "not-for-this-channel"
REJECTED = "rejected"
POST_MOVED = "post-out-of-reach"
INTERRUPTED = "the program ended while sending"


@dataclass(frozen=True, slots=True)
class Suppress:
    """These items will not be told in this channel. `by` is the reviewer who said so."""

    items: tuple[str, ...]
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Post the story. `repeated`: an earlier attempt may stand there already."""

    attempt: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Settle:
    """Find out whether attempt `attempt` had its effect. `interrupted`: it has no ending in the log yet."""

    attempt: int
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """Bring the story's post up to date for the `number`th time. `needed`: a reader would see a difference."""

    number: int
    needed: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the story back, and say so."""

    held: UpdateHeld


Step = Suppress | Keep | Send | Settle | Edit


def next_step(
    delivery: Delivery,
    digest: str,
    *,
    now: datetime,
    max_age: timedelta,
    harmless: bool,
    habits: Habits = NO_HABITS,
) -> Step:
    """What the story needs now. `digest` is that of its post as it would be today; `harmless` says that this very
    process knows the last attempt to have had no effect."""
    match delivery.state:
        case "sent":
            return Edit(delivery.edits + 1, needed=digest != delivery.text_digest)
        case "queued" if harmless and delivery.text_digest == digest:
            return Send(delivery.attempts)
        case "queued" if not harmless:
            return Settle(delivery.attempts, interrupted=True)
        case "uncertain":
            return Settle(delivery.attempts, interrupted=False)
        case _ if delivery.story.id.startswith(PREFIX):
            return Send(delivery.attempts + 1)
        case "new" if all(is_old(item, now=now, max_age=max_age) for item in pending(delivery)):
            return Suppress(delivery.new_items, TOO_OLD)
        case _ if delivery.review is not None and delivery.review.decision == "reject":
            return Suppress(delivery.new_items, REJECTED, delivery.review.by)
        case _:
            held = hold(habits, delivery, now)
            return Keep(held) if held else Send(delivery.attempts + 1)


def is_old(item: ItemView, *, now: datetime, max_age: timedelta) -> bool:
    """Whether the item was published so long ago that posting it would surprise; without a date it is new."""
    return item.published is not None and now - item.published > max_age


def pending(delivery: Delivery) -> tuple[ItemView, ...]:
    """The items the channel has not been told of."""
    return tuple(item for item in delivery.story.items if item.key in delivery.new_items)


def told(delivery: Delivery) -> tuple[str, ...]:
    """The items a post of the story tells of: those it told of and those it did not yet."""
    wanted = {*delivery.delivered_items, *delivery.new_items}
    return tuple(item.key for item in delivery.story.items if item.key in wanted)


def silences(channel: str, items: tuple[Silent, ...]) -> tuple[Fact, ...]:
    """The ends of what a channel is not told of."""
    return tuple(UpdateSuppressed(channel=channel, item=entry.item, reason=entry.reason) for entry in items)


def suppressed(delivery: Delivery, step: Suppress) -> tuple[Fact, ...]:
    return suppressions(delivery.channel, step.items, step.reason, by=step.by)


def suppressions(channel: str, items: Iterable[str], reason: str, *, by: str = "") -> tuple[Fact, ...]:
    """That the channel will not be told of these items, and why."""
    return tuple(UpdateSuppressed(channel=channel, item=item, reason=reason, by=by) for item in items)


def queued(delivery: Delivery, step: Send, digest: str, *, after_message: int | None) -> UpdateQueued:
    """The intent to post. `after_message` is the last message id known in the channel: the post's will be higher."""
    return UpdateQueued(
        channel=delivery.channel,
        story=delivery.story.id,
        items=told(delivery),
        text_digest=digest,
        after_message=after_message,
        attempt=step.attempt,
        as_of=delivery.as_of,
    )


def after_send(intent: UpdateQueued, outcome: Outcome, *, repeated: bool) -> tuple[Fact, ...]:
    """What a send that was meant so, and ended so, adds to the log; nothing where it will simply be tried again."""
    match outcome:
        case Sent(message):
            return (_sent(intent, message, repeated=repeated),)
        case Unknown(reason):
            return (_uncertain(intent.channel, intent.story, intent.attempt, reason),)
        case Refused("message" | "markup" | "gone", reason):
            return (_failed(intent.channel, intent.story, intent.items, intent.attempt, reason),)
        case _:
            return ()


def after_edit(delivery: Delivery, step: Edit, digest: str, outcome: Outcome) -> tuple[Fact, ...]:
    """What an edit adds to the log. A post that somebody deleted is not made anew: it was deleted for a reason."""
    channel, story, attempt = delivery.channel, delivery.story.id, delivery.attempts + 1
    match outcome:
        case Sent() | NotModified():
            return (edited(delivery, step, digest),)
        case Refused("gone", reason):
            quiet = suppressed(delivery, Suppress(delivery.new_items, POST_MOVED if delivery.moved else POST_GONE))
            return (*quiet, _failed(channel, story, (), attempt, reason))
        case Refused("message" | "markup", reason):
            return (_failed(channel, story, delivery.new_items, attempt, reason),)
        case _:
            return ()


def edited(delivery: Delivery, step: Edit, digest: str) -> UpdateEdited:
    return UpdateEdited(
        channel=delivery.channel,
        story=delivery.story.id,
        edit=step.number,
        items=told(delivery),
        text_digest=digest,
        message=delivery.message or 0,  # a story that was sent has one
        as_of=delivery.as_of,
    )


def found(delivery: Delivery, message: int) -> UpdateSent:
    """The attempt in doubt had its effect: the post was seen."""
    return UpdateSent(
        channel=delivery.channel,
        story=delivery.story.id,
        items=delivery.queued_items,
        text_digest=delivery.text_digest or "",
        message=message,
        as_of=delivery.queued_as_of,
    )


def interrupted(delivery: Delivery) -> UpdateUncertain:
    """The last intent has no ending: the program ended between the call and its record."""
    return _uncertain(delivery.channel, delivery.story.id, delivery.attempts, INTERRUPTED)


def _sent(intent: UpdateQueued, message: int, *, repeated: bool) -> UpdateSent:
    return UpdateSent(
        channel=intent.channel,
        story=intent.story,
        items=intent.items,
        text_digest=intent.text_digest,
        message=message,
        repeated=repeated,
        as_of=intent.as_of,
    )


def _failed(channel: str, story: str, items: tuple[str, ...], attempt: int, reason: str) -> UpdateFailed:
    return UpdateFailed(channel=channel, story=story, items=items, attempt=attempt, reason=reason)


def _uncertain(channel: str, story: str, attempt: int, reason: str) -> UpdateUncertain:
    return UpdateUncertain(channel=channel, story=story, attempt=attempt, reason=reason)
