"""`pactwatch export`: the whole log as lines, or a dossier on a commitment."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from bot import __version__, dossier
from bot.commands.choose import commitments
from bot.commands.options import config_option, load, now, open_log
from bot.commands.past import as_of_option, plan_as_of, views_as_of, watched_in
from bot.commands.when import since_option, until_option
from bot.concern import Concern, about, fact_of
from bot.config import Loaded
from bot.coverage import Coverage
from bot.dossierpage import Content, page
from bot.narrate import line
from bot.reading import Question, onwards, position_before
from matchers.plan import Commitment
from store.events.deliveries import UpdateEdited, UpdateSent
from store.events.items import ItemMatched
from store.events.plan import RulesActivated
from store.log import EventLog, Recorded
from store.seal import last_seal
from store.transfer import dump
from store.views.views import Views

# What tells how the period was watched: the events that the coverage follows from.
_WATCH = (
    "MonitorStarted.v1", "MonitorStopped.v1", "FeedFailing.v1", "FeedGone.v1", "FeedRecovered.v1", "FeedStale.v1",
    "FeedAwoke.v1", "FeedDistrusted.v1", "GapDetected.v1",
)  # fmt: skip


@click.command()
@config_option
@click.option("--all", "everything", is_flag=True, help="The whole log, for `pactwatch import` or any other tool.")
@click.option("--commitment", "name", help="A dossier on this commitment: an id, title or clause.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file (--all) or the new folder (--commitment) to write.",
)
@since_option
@until_option
@as_of_option
def command(
    config_path: Path,
    everything: bool,
    name: str | None,
    output: Path | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
) -> int:
    """Take the log, or what it holds on a commitment, elsewhere.

    \b
    pactwatch export --all -o log.jsonl
    pactwatch export --commitment II.c --since 2026-01-01 -o dossier
    pactwatch verify dossier

    --all writes one event per line as CloudEvents 1.0; `pactwatch import` reads it into an empty store of any engine,
    with positions, times and seals. Without -o it goes to standard output. When feeds are due next is not part of it.

    A dossier has the events recorded in the period that concern the commitment, a page to read and print
    (index.html), the rules in force, how the period was watched, and a proof for every event that it is what the log
    sealed. Exit code 1: no evidence was seen in the period; the dossier then says so.
    """
    if everything == bool(name):
        raise click.UsageError("say what to export: --all, or --commitment with its name")
    loaded = plan_as_of(load(config_path), as_of)
    if everything:
        if since or until:
            raise click.UsageError("--all is the whole log; --as-of ends it earlier")
        _export_all(loaded, output, as_of)
        return 0
    if output is None:
        raise click.UsageError("a dossier is a folder: name it with -o DIR")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise click.UsageError(f"{output} is there already and not an empty folder; name another")
    return _export_dossier(loaded, _just_one(commitments(loaded, [name or ""])), output, since, until, as_of)


def _just_one(found: Sequence[Commitment]) -> Commitment:
    if len(found) > 1:
        raise click.UsageError(f"that names several: {', '.join(one.id for one in found)}; choose one")
    return found[0]


def _export_all(loaded: Loaded, output: Path | None, as_of: datetime | None) -> None:
    with open_log(loaded) as log, _written(output) as file:
        to = position_before(log, as_of) if as_of else log.head()
        for text in dump(log, source=_source(loaded), to=to):
            file.write(text.encode() + b"\n")
    if output:
        click.echo(f"{to} events in {output}", err=True)


@contextlib.contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO]:
    """The file, which is there whole or not at all; standard output where none is named."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = output.with_name(output.name + ".partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def _source(loaded: Loaded) -> str:
    return f"/pactwatch/{loaded.config.plan.id}"


def _export_dossier(
    loaded: Loaded,
    one: Commitment,
    output: Path,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
) -> int:
    with views_as_of(loaded, as_of) as (log, views, rows):
        end = min(moment for moment in (until, as_of, now()) if moment)
        start = since or next((recorded.at for recorded in log.read(limit=1)), end)
        events = _events(log, one, position_before(log, start), position_before(log, end))
        watched = watched_in(loaded, views, [one], rows, since=start, until=end)
        content = _content(log, views, one, events, watched, since=start, until=end)
        told: dict[str, object] = {
            "commitment": one.id,
            "plan": loaded.plan_of(one.id),
            "since": start.isoformat(),
            "until": end.isoformat(),
            "made": content.made.isoformat(),
            "position": content.position,
            "events": len(events),
            "items": [item.key for item in content.items],
            "rules": sorted({match.rules for item in content.items for match in item.matches}),
            "coverage": round(content.coverage.share, 4) if content.coverage else None,
            "root": content.root,
            "version": __version__,
        }
        dossier.write(output, log, events, source=_source(loaded), page=page(content), about=told)
    click.echo(f"{output}: {len(content.items)} items, {len(events)} events; `pactwatch verify {output}` checks them")
    return 0 if content.items else 1


def _events(log: EventLog, one: Commitment, after: int, to: int) -> list[Recorded]:
    """What concerns the commitment, how the period was watched, and the rules its matches were found by."""
    found = list(onwards(log, Question(concern=Concern({one.id, *one.formerly})), after=after, to=to))
    found += onwards(log, Question(types=_WATCH), after=after, to=to)
    rules = {fact.rules for fact in map(fact_of, found) if isinstance(fact, ItemMatched)}
    for recorded in log.read(limit=100_000, types=(RulesActivated.TYPE,)):
        fact = fact_of(recorded)
        if isinstance(fact, RulesActivated) and fact.rules in rules:
            found.append(recorded)
    return sorted({recorded.pos: recorded for recorded in found}.values(), key=lambda each: each.pos)


def _is_private(recorded: Recorded) -> bool:
    """What single readers were sent is nobody's evidence, even under a random id."""
    fact = fact_of(recorded)
    return fact is not None and about(fact).channel.startswith("reader/")


def _content(
    log: EventLog,
    views: Views,
    one: Commitment,
    events: Sequence[Recorded],
    watched: Coverage | None,
    *,
    since: datetime,
    until: datetime,
) -> Content:
    facts = [(recorded, fact) for recorded in events if (fact := fact_of(recorded)) is not None]
    names = {one.id, *one.formerly}
    keys = dict.fromkeys(fact.item for _, fact in facts if isinstance(fact, ItemMatched) and fact.commitment in names)
    found = [item for item in map(views.item, keys) if item is not None]
    items = [item for item in found if any(match.commitment == one.id for match in item.matches)]
    posts = {fact.story: _address(fact) for _, fact in facts if isinstance(fact, UpdateSent | UpdateEdited)}
    sealed = last_seal(log)
    return Content(
        commitment=one,
        since=since,
        until=until,
        made=now(),
        position=log.head(),
        events=len(events),
        items=sorted(items, key=lambda item: (item.published or item.seen_at, item.pos), reverse=True),
        posts=posts,
        coverage=watched,
        rules=[(recorded, line(fact)) for recorded, fact in facts if isinstance(fact, RulesActivated)],
        notes=[(r, line(f)) for r, f in facts if about(f).commitment in names and not isinstance(f, ItemMatched)],
        sealed=sealed.to if sealed else 0,
        root=sealed.root if sealed else "",
    )


def _address(fact: UpdateSent | UpdateEdited) -> str:
    """Where the post can be opened: by its members, or by everybody where the channel has a name."""
    if fact.channel.startswith("-100"):
        return f"https://t.me/c/{fact.channel.removeprefix('-100')}/{fact.message}"
    if fact.channel.startswith("@"):
        return f"https://t.me/{fact.channel.removeprefix('@')}/{fact.message}"
    return f"message {fact.message} in {fact.channel}"
