"""`pactwatch log`: read the event log."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.commands.choose import commitments
from bot.commands.events import as_object, printer
from bot.commands.options import config_option, json_option, load, open_log, print_json
from bot.commands.when import since_option, until_option
from bot.config import Loaded
from bot.counted import counted
from bot.meant import meant
from bot.questions.concern import Concern
from bot.questions.reading import Question, newest, onwards, position_before
from store.events.catalogue import EVENT_TYPES
from store.log import EventLog, Recorded

_TYPES = {fact.TYPE.partition(".")[0]: fact.TYPE for fact in EVENT_TYPES}
_WAIT_SECONDS = 3600.0
_NO_END = 1 << 62


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Which part of the log: behind `after`, before `before`, in that time, and at most `limit` of it (0: all).
    `onwards`: from where it begins, not its newest."""

    after: int
    before: int
    since: datetime | None
    until: datetime | None
    limit: int
    onwards: bool


@click.command()
@config_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for a spreadsheet.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only these events; docs/events.md has the types.")
@click.option("--key", default="", metavar="START", help="Only events whose key begins so: item/3f9a, failing/pib.")
@click.option("--commitment", "names", multiple=True, help="Only what concerns it: an id, title, clause or pillar.")
@click.option("--feed", default="", metavar="ID", help="Only what happened to this feed, and what it offered.")
@click.option("--grep", metavar="PATTERN", help="Only events that say this, upper or lower case (regular expression).")
@since_option
@until_option
@click.option(
    "--after", type=click.IntRange(min=0), help="Begin behind this position.  [default: the last --limit events]"
)
@click.option("--before", type=click.IntRange(min=1), help="The last --limit events before this position.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="How many events at most; 0: all."
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what is recorded from now on, until Ctrl-C.")
def command(  # noqa: PLR0913, PLR0917 - each is an option
    config_path: Path,
    as_json: bool,
    as_csv: bool,
    types: tuple[str, ...],
    key: str,
    names: tuple[str, ...],
    feed: str,
    grep: str | None,
    since: datetime | None,
    until: datetime | None,
    after: int | None,
    before: int | None,
    limit: int,
    follow: bool,
) -> int:
    """Read the event log, oldest first: position, time (UTC), event, and what happened. Reading never disturbs a
    running bot, and what it records meanwhile moves nothing: pages go by position.

    \b
    pactwatch log                                       the newest events
    pactwatch log --type ItemMatched --since 7d         what was decided in the last week
    pactwatch log --commitment II.c --limit 0           all that concerns a commitment
    pactwatch log --feed pib --grep 'fail|gap'          how a feed fared
    pactwatch log --after 0                             from the beginning, a page
    pactwatch log --follow --type UpdateSent --json     every post, as it is made

    An event concerns a commitment if it is a match of it, or about an item or a story that matched it.
    Exit code 1: there is no such event.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv: choose one")
    if follow and (until or before):
        raise click.UsageError("--follow has no end: leave out --until and --before")
    loaded = load(config_path)
    question = _question(loaded, types, key, names, feed, grep)
    from_a_point = after is not None or (since is not None and before is None)
    bounds = _Bounds(
        after or 0,
        before or _NO_END,
        since,
        until,
        limit=0 if follow and from_a_point else limit,
        onwards=from_a_point or limit == 0,
    )
    show = _print_object if as_json else printer(sys.stdout, as_csv=as_csv)
    with open_log(loaded) as log:
        shown, last = _show(log, question, bounds, show)
        if follow:
            _follow(log, question, last, show)
        if not shown and not follow:
            _tell_none(loaded, feed, log.head())
    return 0 if shown or follow else 1


def _tell_none(loaded: Loaded, feed: str, head: int) -> None:
    """Nothing on stdout looks the same as a mistake in what was asked."""
    said = f"no such event among the {counted(head, 'event')} of the log"
    ids = [one.id for one in loaded.config.feeds]
    if feed and feed not in ids:
        near = meant(feed, ids)
        said += f"; no feed is called {feed!r}" + (f", did you mean {near[0]}?" if near else " in this configuration")
    click.echo(said, err=True)


def _print_object(recorded: Recorded) -> None:
    """The event as a line of JSON on stdout."""
    print_json(as_object(recorded))


def _question(
    loaded: Loaded, types: tuple[str, ...], key: str, names: tuple[str, ...], feed: str, grep: str | None
) -> Question:
    try:
        words = re.compile(grep, re.IGNORECASE) if grep else None
    except re.error as exc:
        raise click.BadParameter(f"{grep!r}: {exc}", param_hint="--grep") from exc
    concern = Concern({name for one in commitments(loaded, names) for name in one.names}) if names else None
    return Question(tuple(map(_type, types)), key, feed, concern, words)


def _type(name: str) -> str:
    """The event type of this name, in upper or lower case."""
    for known, full in _TYPES.items():
        if known.casefold() == name.casefold():
            return full
    near = meant(name.casefold(), [one.casefold() for one in _TYPES], most=3)
    wanted = [one for one in _TYPES if one.casefold() in near] or sorted(_TYPES)
    raise click.BadParameter(f"{name!r} is no event; wanted {', '.join(wanted)}", param_hint="--type")


def _show(log: EventLog, question: Question, bounds: _Bounds, show: Callable[[Recorded], None]) -> tuple[int, int]:
    """Print what the log holds now; gives how many events that were and the position it was read to."""
    after, to = bounds.after, min(log.head(), bounds.before - 1)
    if bounds.since is not None:
        after = max(after, position_before(log, bounds.since))
    if bounds.until is not None:
        to = min(to, position_before(log, bounds.until))
    if not bounds.onwards:
        page = newest(log, question, bounds.limit, after=after, to=to)
        for recorded in page:
            show(recorded)
        return len(page), to
    shown, last = 0, after
    for recorded in onwards(log, question, after=after, to=to):
        if bounds.limit and shown == bounds.limit:
            _tell_more(last)
            return shown, last
        show(recorded)
        shown, last = shown + 1, recorded.pos
    return shown, to


def _tell_more(last: int) -> None:
    if sys.stderr.isatty():
        click.secho(f"more: add --after {last}", dim=True, err=True)


def _follow(log: EventLog, question: Question, after: int, show: Callable[[Recorded], None]) -> None:
    """Print events as they are recorded, until the reader has had enough."""
    with contextlib.suppress(KeyboardInterrupt):
        for recorded in _arriving(log, question, after):
            show(recorded)
            sys.stdout.flush()


def _arriving(log: EventLog, question: Question, after: int) -> Iterator[Recorded]:
    while True:
        sys.stdout.flush()
        if log.wait(after, _WAIT_SECONDS):
            head = log.head()
            yield from onwards(log, question, after=after, to=head)
            after = head
