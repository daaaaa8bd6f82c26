"""What several answers and digests look up alike: silences, and when nobody watched. To be asked through `call`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.questions.silence import Silence, begin, silence
from bot.telegram.pages import Library
from matchers.plan import Commitment

WHOLE = 0.98  # a restart of the program is no gap


def silences(library: Library, entries: Sequence[Commitment], now: datetime) -> list[Silence]:
    """For how long nothing was seen of each of these commitments."""
    views, plans = library.views, library.catalogue.plan_ids
    newest = {one.commitment: one.newest for one in views.counts().commitments if one.plan in plans}
    begun = views.ledger(now, now).begun
    found = []
    for one in entries:
        last = newest.get(one.id)
        since = begin(last, begun)
        watched = library.watched([one], since, now) if since and since < now else None
        found.append(silence(one.id, last=last, begun=begun, watched=watched, months=one.silence_months, at=now))
    return found


def unwatched(library: Library, entries: Sequence[Commitment], begins: Sequence[date], now: datetime) -> list[date]:
    """Those of the periods, each by its first day, in which something may have been missed."""
    edges = [*(datetime(one.year, one.month, one.day, tzinfo=UTC) for one in begins), now]
    found = []
    for place, first in enumerate(begins):
        since, until = edges[place], min(edges[place + 1], now)
        watched = library.watched(entries, since, until)
        if watched is None or watched.since > since or watched.share < WHOLE:
            found.append(first)
    return found
