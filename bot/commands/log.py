"""`pactwatch log`: read the event log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bot.commands.options import config_option, json_option, load, open_log, print_json
from bot.narrate import line
from store import codec
from store.events import EVENT_TYPES
from store.log import EventLog, Recorded

_TYPES = {fact.TYPE.partition(".")[0]: fact.TYPE for fact in EVENT_TYPES}


@click.command()
@config_option
@json_option
@click.option(
    "--type", "types", multiple=True, type=click.Choice(sorted(_TYPES), case_sensitive=False), help="Only these events."
)
@click.option(
    "--after", type=click.IntRange(min=0), help="Begin behind this position.  [default: the last --limit events]"
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many events at most.")
def command(config_path: Path, as_json: bool, types: tuple[str, ...], after: int | None, limit: int) -> int:
    """Read the event log, oldest first: position, time, event, and what happened. Reading never disturbs a running bot.

    \b
    pactwatch log                              the newest events
    pactwatch log --type ItemMatched           what was decided
    pactwatch log --after 0 --limit 1000000    everything

    Exit code 1: there is no such event.
    """
    with open_log(load(config_path)) as log:
        wanted = tuple(_TYPES[name] for name in types)
        shown = list(_last(log, limit, wanted) if after is None else log.read(after, limit, wanted))
    for recorded in shown:
        if as_json:
            print_json(as_object(recorded))
        else:
            click.echo(as_line(recorded))
    return 0 if shown else 1


def as_object(recorded: Recorded) -> dict[str, object]:
    """An event as it stands in the log."""
    return {
        "pos": recorded.pos,
        "key": recorded.key,
        "type": recorded.type,
        "at": recorded.at.isoformat(),
        "data": json.loads(recorded.data),
        "meta": dict(recorded.meta),
    }


def as_line(recorded: Recorded) -> str:
    """An event as one line for a terminal."""
    name = recorded.type.partition(".")[0]
    return f"{recorded.pos:>6}  {recorded.at:%Y-%m-%d %H:%M:%S}  {name:<16}  {line(codec.fact(recorded))}"


def _last(log: EventLog, limit: int, types: tuple[str, ...]) -> Iterator[Recorded]:
    """The newest `limit` events of these types, looked for in ever longer stretches from the end."""
    head, span = log.head(), limit
    found: list[Recorded] = []
    while len(found) < limit:
        after = max(0, head - span)
        found = log.read(after, span, types)
        if after == 0:
            break
        span *= 4
    yield from found[-limit:]
