"""From what a feed says about polling it to the pace we keep."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feeds.outcome import Answer
from feeds.state import Pace

if TYPE_CHECKING:
    from feeds.parse import Hints


def pace_of(hints: Hints) -> Pace:
    """The pace a feed asks for: `ttl`, `skipHours` and `skipDays` of RSS 2.0, `sy:updatePeriod` of RSS 1.0's
    syndication module; and the hub it names. What makes no sense is passed over."""
    return Pace(
        ttl=timedelta(minutes=hints.ttl) if hints.ttl and 0 < hints.ttl <= _MAX_TTL_MINUTES else None,
        update_period=_period(hints.update_period, hints.update_frequency),
        # RSS 0.91 counts the hours from 1 to 24, RSS 2.0 from 0 to 23: 24 is midnight in both readings.
        skip_hours=tuple(sorted({hour % 24 for hour in hints.skip_hours if 0 <= hour <= 24})),
        skip_days=tuple(sorted({_DAYS[day[:3].lower()] for day in hints.skip_days if day[:3].lower() in _DAYS})),
        hub=hints.hub if hints.self_link else None,
        topic=hints.self_link if hints.hub else None,
    )


def with_hub(pace: Pace, answer: Answer) -> Pace:
    """The pace, with the hub that the answer's headers name: they go before what the body says (WebSub, section 4)."""
    return replace(pace, hub=answer.hub, topic=answer.topic) if answer.hub and answer.topic else pace


def _period(name: str | None, frequency: int | None) -> timedelta | None:
    span = _PERIODS.get((name or "").strip().lower())
    return span / max(frequency or 1, 1) if span else None


_MAX_TTL_MINUTES = 7 * 24 * 60
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = {day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
