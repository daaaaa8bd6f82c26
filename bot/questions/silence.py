"""Silence: how long no evidence was seen, counting only the time in which somebody looked. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor

from bot.counted import counted
from bot.questions.coverage import Coverage

_DAY = timedelta(days=1)
NEAR_DAYS = 90


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing was seen of a commitment. `last` is the newest evidence, None where there is none yet; `days`
    count from there, or from when the watch began; of these the feeds were watched for `watched_days`. `limit_days` is
    how many of them are worth a look. None stands for what nobody can know, because nobody looked."""

    commitment: str
    last: datetime | None
    days: int | None
    watched_days: float | None
    limit_days: int
    is_beyond: bool


def begin(last: datetime | None, begun: datetime | None) -> datetime | None:
    """From when on silence is counted: from the last evidence, or from the beginning of the watch."""
    return last or begun


def silence(
    commitment: str,
    *,
    last: datetime | None,
    begun: datetime | None,
    watched: Coverage | None,
    months: int,
    at: datetime,
) -> Silence:
    """The silence of a commitment at `at`; `watched` is the coverage since its beginning (`begin`)."""
    since = begin(last, begun)
    limit = (add_months(since or at, months) - (since or at)).days
    if since is None:
        return Silence(commitment, None, None, None, limit, is_beyond=False)
    days = max(0, floor((at - since) / _DAY))
    seen = watched.share * ((watched.until - watched.since) / _DAY) if watched else 0.0
    return Silence(commitment, last, days, round(min(seen, days), 1), limit, is_beyond=seen >= limit)


def told(silence: Silence, months: int) -> str:
    """In words: "no evidence seen for 300 days, 280 of them watched; beyond its limit of 9 months"."""
    span = counted(months, "month")
    limit = f"beyond its limit of {span}" if silence.is_beyond else f"its limit is {span}"
    if silence.days is None:
        return f"no evidence seen, and nobody has looked yet; {limit}"
    if not silence.days:
        since = "evidence seen" if silence.last else "no evidence seen yet; the watch began"
        return f"{since} within the last day; {limit}"
    count = counted(silence.days, "day")
    since = f"no evidence seen for {count}" if silence.last else f"no evidence seen since the watch began, {count} ago"
    watched = f"{silence.watched_days:g} of them watched"
    return f"{since}, {watched}; {limit}"


def told_due(due: date, at: date) -> str:
    """What the plan wants when, near or past: "due 2027-12-31", "due 2026-12-31, in 33 days", "due 2025-06-30, 516 days
    ago". Says nothing of whether it was done."""
    days = (due - at).days
    if days < 0:
        return f"due {due}, {counted(-days, 'day')} ago"
    near = f", in {counted(days, 'day')}" if days else ", today"
    return f"due {due}{near if days <= NEAR_DAYS else ''}"


def add_months(when: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    day = min(when.day, calendar.monthrange(year, month + 1)[1])
    return when.replace(year=year, month=month + 1, day=day)
