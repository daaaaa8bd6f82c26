"""`pactwatch deliveries`: what became of every match."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from bot.channels.index import StandingIndex, standing_index
from bot.commands.options import config_option, json_option, load, open_views, print_json
from bot.questions.concern import facts
from bot.telegram.text import clean
from store.events.deliveries import ChannelOpened
from store.log import EventLog
from store.views.values import DeliveryCounts, End, MatchEnd
from store.views.views import Views

_PAGE = 500


@click.command()
@config_option
@json_option
@click.option("--channel", metavar="ID", help="Only this channel.  [default: every channel the log knows]")
@click.option("--end", "wanted", type=click.Choice(get_args(End)), help="Only matches that ended so.")
@click.option("--before", type=click.IntRange(min=1), help="Only matches before this position: the next page.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many matches at most.")
def command(
    config_path: Path, as_json: bool, channel: str | None, wanted: str | None, before: int | None, limit: int
) -> int:
    """What became of every match in every channel: published, merged into a post or digest, held (for the end
    of quiet hours, the next digest or a reviewer), suppressed or failed with the reason, or waiting. Each is in exactly
    one of these; what is in none is `unaccounted`, and that is always 0.

    \b
    pactwatch deliveries                  the newest, and the counts
    pactwatch deliveries --end failed     what a person must look at
    pactwatch deliveries --limit 0        the counts alone

    With --json: a line for each match, then a line with the counts of the channel. Exit code 1: some match is
    unaccounted for. Please report that.
    """
    with open_views(load(config_path)) as (log, views):
        channels = [channel] if channel else _channels(log)
        counts = [
            _show(views, name, standing_index(log, views, name), wanted, before, limit, as_json) for name in channels
        ]
    if not channels and not as_json:
        click.echo("No channel has been opened yet: `pactwatch run` does that.")
    return 1 if any(one.unaccounted for one in counts) else 0


def _channels(log: EventLog) -> list[str]:
    return [fact.channel for _, fact in facts(log, ChannelOpened)]


def _show(
    views: Views,
    channel: str,
    index: StandingIndex | None,
    wanted: str | None,
    before: int | None,
    limit: int,
    as_json: bool,
) -> DeliveryCounts:
    ends = itertools.islice(_ends(views, channel, wanted, before), limit)
    counts = views.deliveries(channel)
    if as_json:
        for end in ends:
            print_json({"channel": channel, **dataclasses.asdict(end)})
        told = dataclasses.asdict(index) if index else None
        print_json({"channel": channel, **dataclasses.asdict(counts), "index": told})
        return counts
    for end in ends:
        click.echo(_line(views, end))
    click.secho(f"{channel}: {_summary(counts)}{_pinned(index)}", bold=True)
    return counts


def _ends(views: Views, channel: str, wanted: str | None, before: int | None) -> Iterator[MatchEnd]:
    """The newest match first, in pages of positions."""
    while page := views.match_ends(channel, limit=_PAGE, before=before):
        before = page[-1].pos
        yield from (end for end in page if wanted in (None, end.end))


def _line(views: Views, end: MatchEnd) -> str:
    item = views.item(end.item)
    title = clean(item.title) if item else end.item
    why = end.reason or (f"message {end.message}" if end.message else "")
    return f"{end.pos:>6}  {end.end + (f' ({why})' if why else ''):<28}  {end.commitment:<24}  {title}"


def _summary(counts: DeliveryCounts) -> str:
    parts = [f"{counts.published} published", f"{counts.merged} merged"]
    parts += [f"{number} held ({reason})" for reason, number in sorted(counts.held.items())]
    parts += [f"{number} suppressed ({reason})" for reason, number in sorted(counts.suppressed.items())]
    parts += [f"{counts.failed} failed", f"{counts.waiting} waiting", f"{counts.unaccounted} unaccounted"]
    return ", ".join(parts)


def _pinned(index: StandingIndex | None) -> str:
    if index is None:
        return ""
    return f"; index: message {index.message}, " + ("pinned" if index.is_pinned else "NOT pinned, tried again")
