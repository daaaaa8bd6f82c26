"""Why an item was never seen: which feeds could have brought it, and when nobody was looking. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.counted import counted
from bot.questions.coverage import PERIOD
from bot.telegram.text import host_of
from store.views.values import Ledger, Stretch

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Missing:
    """What is known of an item that was not seen up to `at`. `feeds` are those that carry its outlet, all of them where
    none is known to (`is_known` tells); `holes` are when they were not watched in the week before; `begun` is when the
    watch began, None where it never did. `taken_out` counts the items whose content, address too, was redacted."""

    what: str
    at: datetime
    feeds: tuple[str, ...]
    is_known: bool
    holes: tuple[Stretch, ...]
    begun: datetime | None
    taken_out: int = 0


def missing(
    what: str,
    host: str,
    configured: Mapping[str, str],
    carrying: Collection[str],
    ledger: Ledger,
    at: datetime,
    taken_out: int = 0,
) -> Missing:
    """What is known of it. `configured` are the addresses of all feeds by id, `carrying` the feeds that brought items
    of this host."""
    mine = {feed for feed, url in configured.items() if host and host_of(url) == host} | set(carrying)
    feeds = tuple(sorted(mine or configured))
    holes = tuple(one for one in ledger.stretches if one.kind != "stale" and (not one.feed or one.feed in feeds))
    return Missing(what, at, feeds, bool(mine), holes, ledger.begun, taken_out)


def sentences(found: Missing, later: datetime | None) -> Iterator[str]:
    """In words, the most telling first. `later` is when it was seen after all."""
    yield f"{found.what} was never seen up to {_time(found.at)}."
    if later is not None:
        yield f"It was first seen later, at {_time(later)}."
    if found.taken_out:
        items = counted(found.taken_out, "item")
        yield f"Or it was taken out: the content of {items} was, for good, and with it the address."
    if found.begun is None or found.begun >= found.at:
        yield "Nobody was watching yet" + (f": the watch began at {_time(found.begun)}." if found.begun else ".")
        return
    yield from map(_hole, found.holes[-_SHOWN:])
    if len(found.holes) > _SHOWN:
        yield f"Left out here: {counted(len(found.holes) - _SHOWN, 'earlier gap')} of these feeds; --json has them."
    names = ", ".join(found.feeds[:_SHOWN]) + (f" and {len(found.feeds) - _SHOWN} more" * (len(found.feeds) > _SHOWN))
    if not found.is_known:
        yield f"No feed is known to carry its outlet. All feeds were looked at: {names}."
    elif found.holes:
        yield f"Feeds that carry its outlet: {names}."
    else:
        watched = f"were watched without a gap for {PERIOD.days} days and did not offer it"
        yield f"The feeds that carry its outlet ({names}) {watched}."


def _hole(one: Stretch) -> str:
    span = one.span
    until = f"to {_until(span.since, span.until)}" if span.until else "on"
    what = {
        "down": "pactwatch was not running",
        "failing": f"{one.feed} was failing",
        "gone": f"{one.feed} was gone",
        "gap": f"{one.feed} may have passed over items",
        "distrusted": f"{one.feed} was called unchanged by its server though it was not",
    }.get(one.kind, f"{one.feed} was not watched")
    why = f" ({span.reason})" if span.reason else ""
    return f"Never seen: {what} from {_time(span.since, zone=False)} {until}{why}."


def _time(when: datetime, *, zone: bool = True) -> str:
    return f"{when:%Y-%m-%d %H:%M}" + (" UTC" if zone else "")


def _until(since: datetime, until: datetime) -> str:
    return f"{until:%H:%M} UTC" if since.date() == until.date() else _time(until)
