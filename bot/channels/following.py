"""What a reader who follows something is owed, and when: from what they chose to what may be sent now. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.channels import rhythm
from bot.channels.rhythm import Every, Hours, Rhythm
from store.readers import Follow, Pace, Progress, ReaderRow, Settings
from store.views.values import News

MAX_FOLLOWS = 30


def channel_of(reader: ReaderRow) -> str:
    """The name of a reader's deliveries in the log: says nothing of who it is."""
    return f"reader/{reader.id}"


def digest_id(pace: Pace, settings: Settings, slot: datetime) -> str:
    """What stands in the place of a story for a digest: the same for the same reader, pace and day."""
    return rhythm.name_of(pace, slot, settings.zone)


def key_of(kind: str, what: str) -> str:
    """A follow's name on a button: short, and the same for the same follow."""
    return hashlib.sha256(f"{kind}\n{what}".encode()).hexdigest()[:8]


def followed(settings: Settings, key: str) -> Follow | None:
    """The follow of that name."""
    return next((one for one in settings.follows if key_of(one.kind, one.what) == key), None)


def at_pace(settings: Settings, pace: Pace) -> tuple[Follow, ...]:
    return tuple(one for one in settings.follows if one.pace == pace)


def begins(follows: Sequence[Follow], served: int) -> int:
    """The position behind which these follows are owed anything."""
    return max(served, min(one.since for one in follows))


def is_wanted(follow: Follow, news: News, commitments: Sequence[str], pillars: Mapping[str, str]) -> bool:
    """Whether a follow of a commitment or a pillar asks for this; `pillars` gives each commitment's."""
    if news.pos <= follow.since:
        return False
    if follow.kind == "pillar":
        return any(pillars.get(name) == follow.what for name in commitments)
    return follow.kind == "commitment" and follow.what in commitments


def is_quiet(settings: Settings, now: datetime) -> bool:
    """Whether the reader wants no messages at this hour; the hours may pass midnight."""
    return settings.quiet is not None and rhythm.is_within(Hours(*settings.quiet, settings.zone), now)


def slot(pace: Pace, settings: Settings, now: datetime) -> datetime:
    """When the last digest of that pace was due, at or before now: every day at the reader's hour, or on the
    reader's day of the week."""
    every: Every = "weekly" if pace == "weekly" else "daily"
    return rhythm.slot(Rhythm(every, settings.digest_at, settings.zone, settings.digest_weekday), now)


def is_digest_due(pace: Pace, reader: ReaderRow, now: datetime) -> bool:
    """Whether the digest of the last slot is still to be made. What was asked for after it waits for the next."""
    follows = [one for one in at_pace(reader.settings, pace) if one.made < slot(pace, reader.settings, now)]
    made = reader.progress.daily_at if pace == "daily" else reader.progress.weekly_at
    return bool(follows) and (made is None or made < slot(pace, reader.settings, now))


def served(progress: Progress, pace: Pace) -> int:
    return {"now": progress.now, "daily": progress.daily, "weekly": progress.weekly}[pace]
