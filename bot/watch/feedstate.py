"""How a feed fares: from configuration, schedule and ledger to one value. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.questions.coverage import Coverage, coverage
from bot.settings import FeedSettings
from bot.telegram.text import clean
from feeds import due
from feeds.state import FeedState
from store.log import FeedRow
from store.views.values import FeedHealth, Ledger, Span, Stretch

State = Literal["paused", "new", "gone", "failing", "stale", "ok"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the log and the schedule know; empty where nothing was ever polled."""

    rows: Sequence[FeedRow] = ()
    health: Sequence[FeedHealth] = ()
    ledger: Ledger = field(default_factory=lambda: Ledger(None, {}, ()))


@dataclass(frozen=True, slots=True)
class Line:
    """One feed, as it is told of. `judges_gaps` is False where it holds too few items for a gap to be seen."""

    feed: FeedSettings
    state: State
    since: datetime | None
    reason: str
    polled: FeedState
    items: int
    last_item_at: datetime | None
    coverage: Coverage | None
    judges_gaps: bool
    due: datetime | None
    moved_to: str | None


def line(feed: FeedSettings, known: Known, *, since: datetime, now: datetime) -> Line:
    """What is known of a feed, in one value; its coverage is that from `since` to `now`."""
    row = next((one for one in known.rows if one.feed == feed.id), None)
    health = next((one for one in known.health if one.feed == feed.id), None)
    polled = FeedState.from_json(row.state if row else None)
    state, span = _state(feed, polled, health)
    ledger = _with_what_is_not_told_yet(known.ledger, feed.id, polled)
    own = None if feed.paused else coverage(ledger, [feed.as_feed()], since=since, until=now)
    return Line(
        feed=feed,
        state=state,
        since=span.since if span else None,
        reason=clean(span.reason) if span else "",
        polled=polled,
        items=health.items if health else 0,
        last_item_at=polled.silence.newest or (health.last_item_at if health else None),
        coverage=own,
        judges_gaps=len(polled.window or ()) >= due.Settings().gap_items,
        due=row.due if row and not feed.paused else None,
        moved_to=polled.moved_to,
    )


def _with_what_is_not_told_yet(ledger: Ledger, feed: str, polled: FeedState) -> Ledger:
    """A feed that has begun to fail is not watched, also before the failure is long enough to be an event."""
    if polled.failing_since is None or polled.failing_reported:
        return ledger
    pending = Stretch(feed, "failing", Span(polled.failing_since, None, polled.last_failure))
    return replace(ledger, stretches=(*ledger.stretches, pending))


def _state(feed: FeedSettings, polled: FeedState, health: FeedHealth | None) -> tuple[State, Span | None]:
    if feed.paused:
        return "paused", None
    if health is not None and health.gone:
        return "gone", health.gone
    if health is not None and health.failing:
        return "failing", health.failing
    if polled.failing_since is not None:  # too short as yet to be an event
        return "failing", Span(polled.failing_since, None, polled.last_failure)
    if health is not None and health.stale:
        return "stale", health.stale
    return ("ok" if polled.polled_at else "new"), None
