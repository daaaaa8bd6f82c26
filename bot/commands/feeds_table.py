"""The table of the feeds: from configuration, schedule and ledger to one line a feed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.options import now, open_views, print_json
from bot.config import Loaded
from bot.questions.coverage import Coverage, by_language, coverage, length, percent, sentence, with_present
from bot.telegram.text import clean, cut
from bot.watch.feedstate import Known, Line, line
from feeds.silence import usual_pause
from store.log import StoreUnavailable


def show(loaded: Loaded, period: timedelta, *, as_json: bool) -> int:
    """Print every feed of the configuration, in its order; coverage is that of the period until now."""
    at = now()
    known = known_of(loaded, at - period, at)
    lines = [line(feed, known, since=at - period, now=at) for feed in loaded.config.feeds]
    if as_json:
        for one in lines:
            print_json(as_object(one))
        return 0
    _print(lines, at)
    feeds = [feed.as_feed() for feed in loaded.config.feeds if not feed.paused]
    click.echo(sentence(coverage(known.ledger, feeds, since=at - period, until=at)))
    click.echo(_languages(by_language(known.ledger, feeds, since=at - period, until=at)), nl=False)
    return 0


def known_of(loaded: Loaded, since: datetime, at: datetime) -> Known:
    """What log and schedule know since then; nothing, where there is no log yet."""
    try:
        with open_views(loaded) as (store, views):
            rows = store.feeds()
            return Known(rows, views.feed_health(), with_present(views.ledger(since, at), rows, now=at))
    except StoreUnavailable as exc:
        click.echo(f"note: {exc}", err=True)
        return Known()


def as_object(one: Line) -> dict[str, object]:
    """A line as plain JSON values; spans in minutes, times in UTC."""
    usual = usual_pause(one.polled.silence)
    return {
        "id": one.feed.id,
        "url": one.feed.url,
        "lang": one.feed.lang,
        "publisher": one.feed.publisher,
        "state": one.state,
        "since": _iso(one.since),
        "reason": one.reason or None,
        "interval_minutes": _minutes(one.polled.interval),
        "usual_pause_minutes": _minutes(usual),
        "items": one.items,
        "last_item_at": _iso(one.last_item_at),
        "last_poll_at": _iso(one.polled.polled_at),
        "next_poll_at": _iso(one.due),
        "moved_to": one.moved_to,
        "asked_unconditionally": one.polled.distrusted,
        "coverage": _coverage_object(one),
    }


def _coverage_object(one: Line) -> dict[str, object] | None:
    if one.coverage is None:
        return None
    return {
        "since": _iso(one.coverage.since),
        "until": _iso(one.coverage.until),
        "share": round(one.coverage.share, 6),
        "holes": [
            {"since": _iso(hole.since), "until": _iso(hole.until), "monitor": hole.feed is None}
            for hole in one.coverage.holes
        ],
        "gaps": "seen" if one.judges_gaps else "unknown",
    }


def _minutes(span: timedelta | None) -> float | None:
    return None if span is None else round(span / timedelta(minutes=1), 1)


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


# --- on the terminal --------------------------------------------------------------------------------------

_STYLES = {"ok": "green", "new": "cyan", "paused": "dim", "stale": "yellow", "failing": "red", "gone": "bold red"}


def _print(lines: Sequence[Line], at: datetime) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("feed", "state", "every", "newest", "watched", "next", ""):
        table.add_column(name, no_wrap=bool(name), overflow="fold")
    for one in lines:
        table.add_row(*_cells(one, at))
    # In a pipe a line stays one line.
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 200)
    with console.capture() as printed:
        console.print(table)
    for row in printed.get().splitlines():
        click.echo(row.rstrip())
    if any(one.coverage and not one.judges_gaps for one in lines):
        click.echo("* holds too few items to tell whether some came and went between two polls")


def _cells(one: Line, at: datetime) -> list[Text]:
    plain = (
        length(one.polled.interval) if one.polled.interval else "–",
        f"{length(at - one.last_item_at)} ago" if one.last_item_at else "–",
        f"{percent(one.coverage.share)} %{'' if one.judges_gaps else '*'}" if one.coverage else "–",
        "–" if one.due is None else "now" if one.due <= at else f"in {length(one.due - at)}",
        _told(one, at),
    )
    return [Text(one.feed.id), Text(one.state, style=_STYLES[one.state]), *map(Text, plain)]


def _told(one: Line, at: datetime) -> str:
    """What an operator has to know beside the figures."""
    said = [f"for {length(at - one.since)}: {cut(one.reason, 100)}"] if one.since else []
    if one.moved_to:
        said.append(f"moved to {cut(clean(one.moved_to), 120)}")
    if one.polled.distrusted:
        said.append("its server calls changes unchanged")
    return "; ".join(said)


def _languages(found: dict[str, Coverage | None]) -> str:
    said = [f"{lang or 'no language'} {percent(one.share)} %" for lang, one in found.items() if one]
    return f"By language: {', '.join(said)}\n" if len(said) > 1 else ""
