"""When digests are due and when hours are quiet, on the clock of a place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["three-hourly", "daily", "weekly"]

_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_STEP_MINUTES = {"three-hourly": 180, "daily": _DAY_MINUTES, "weekly": _DAY_MINUTES}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a digest comes: every day at that minute of the day, every three hours counted from it, or on one day
    of the week, Monday being 0. The clock is that of `zone`: a digest comes at eight in summer and in winter."""

    every: Every
    minute: int
    zone: str
    weekday: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """Quiet hours: minutes of the day from which on and up to which they last; they may pass midnight."""

    start: int
    end: int
    zone: str


def slot(rhythm: Rhythm, now: datetime) -> datetime:
    """When the last digest was due, at or before now."""
    return max(each for each in _slots(rhythm, now, range(-8, 2)) if each <= now)


def next_slot(rhythm: Rhythm, now: datetime) -> datetime:
    """When the next digest is due, after now."""
    return min(each for each in _slots(rhythm, now, range(-1, 9)) if each > now)


def period(rhythm: Rhythm) -> timedelta:
    """What a digest looks back on, where none came before it."""
    return {"three-hourly": timedelta(hours=3), "daily": _DAY, "weekly": 7 * _DAY}[rhythm.every]


def name_of(kind: str, due: datetime, zone: str) -> str:
    """What stands in the place of a story for a digest: the same for the same slot. Digests of a day are named by it,
    others by their minute too."""
    local = due.astimezone(ZoneInfo(zone))
    return f"digest/{kind}/{local:%Y-%m-%d}" + ("" if kind in {"daily", "weekly"} else f"T{local:%H%M}")


def is_within(hours: Hours, now: datetime) -> bool:
    """Whether it is quiet now. Hours that begin when they end are none."""
    local = now.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    if hours.start <= hours.end:
        return hours.start <= minute < hours.end
    return minute >= hours.start or minute < hours.end


def end_of(hours: Hours, now: datetime) -> datetime:
    """When the quiet hours end next."""
    return next_slot(Rhythm("daily", hours.end % _DAY_MINUTES, hours.zone), now)


def _slots(rhythm: Rhythm, now: datetime, days: range) -> list[datetime]:
    today = now.astimezone(ZoneInfo(rhythm.zone)).date()
    return [each for back in days for each in _of_day(rhythm, today + back * _DAY)]


def _of_day(rhythm: Rhythm, day: date) -> list[datetime]:
    """The slots of a day of the place. An hour that the clock leaves out comes when it is put forward, one that it
    shows twice comes once."""
    if rhythm.every == "weekly" and day.weekday() != rhythm.weekday:
        return []
    step = _STEP_MINUTES[rhythm.every]
    zone = ZoneInfo(rhythm.zone)
    minutes = range(rhythm.minute % step, _DAY_MINUTES, step)
    return [datetime.combine(day, time(*divmod(minute, 60)), zone).astimezone(UTC) for minute in minutes]
