"""How long a feed may be silent before that is news: its own rhythm, learned from dates and from polls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec.structs import replace

from feeds.notices import Awoke, Stale

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Silence(msgspec.Struct, frozen=True):
    """What is known of a feed's pauses. The empty value is that of a feed never read.

    `newest` is when its newest item was published or, failing a date, seen. `dated` is the longest usual pause
    between the items of the last body, by their dates; None where too few have one. `learned` is the longest pause
    between two polls with news, slowly forgotten, and `pauses` how many taught it. `stale_since` is the `newest` with
    which the feed was reported as stale, None while it is not.
    """

    newest: Time | None = None
    dated: timedelta | None = None
    learned: timedelta = timedelta()
    pauses: int = 0
    stale_since: Time | None = None


def heard(silence: Silence, dates: Iterable[datetime], *, has_news: bool, now: datetime) -> Silence:
    """A body was read; `dates` are those of its items, as far as they have one. `has_news`: one was not known before,
    and the body was not the first. Dates in the future say nothing of the past and are passed over."""
    past = sorted({date for date in dates if date <= now})
    newest = max((*past[-1:], *([silence.newest] if silence.newest else [])), default=now)
    dated = _usual_pause(past)
    if not has_news:
        return Silence(newest, dated, silence.learned, silence.pauses, silence.stale_since)
    learned = max(silence.learned * _FORGETTING, now - (silence.newest or now))
    return Silence(now, dated, learned, silence.pauses + 1, silence.stale_since)


def judged(
    silence: Silence, *, has_news: bool, now: datetime, at_least: timedelta
) -> tuple[Silence, Stale | Awoke | None]:
    """Whether the feed has just become stale, or has just awoken. It may be silent for `at_least`, and for three
    times its usual longest pause; a feed too small or too new to have a rhythm is never stale."""
    if silence.stale_since is not None:
        if not has_news:
            return silence, None
        return replace(silence, stale_since=None), Awoke(silence.stale_since)
    usual = usual_pause(silence)
    if usual is None or silence.newest is None or now - silence.newest <= max(at_least, _FACTOR * usual):
        return silence, None
    return replace(silence, stale_since=silence.newest), Stale(silence.newest, usual)


def usual_pause(silence: Silence) -> timedelta | None:
    """The longest pause that is usual with this feed; None where too little is known of it."""
    if silence.dated is None and silence.pauses < _MIN_PAUSES:
        return None
    return max(silence.dated or timedelta(), silence.learned)


def _usual_pause(dates: Sequence[datetime]) -> timedelta | None:
    """The longest pause between neighbours but for the very longest: an old item kept on top is no pause."""
    pauses = sorted(later - earlier for earlier, later in pairwise(dates))
    if len(pauses) < _MIN_PAUSES:
        return None
    return pauses[-2 - len(pauses) // 20]


_FORGETTING = 0.9
_FACTOR = 3
_MIN_PAUSES = 5
