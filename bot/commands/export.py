"""`pactwatch export`: the whole log as lines, or a dossier on a commitment."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from bot import __version__
from bot.commands.choose import commitments
from bot.commands.options import config_option, load, now, open_log
from bot.commands.past import as_of_option, plan_as_of, views_as_of, watched_in
from bot.commands.when import since_option, until_option
from bot.config import Loaded
from bot.counted import counted
from bot.questions import dossier
from bot.questions.dossierpage import page
from bot.questions.gathered import content_of, events_of, judged_of
from bot.questions.reading import position_before
from bot.telegram.catalogue import titled
from bot.whole import naming, whole_file
from matchers.plan import Commitment
from store.transfer import dump


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
        click.echo(f"{counted(to, 'event')} in {output}", err=True)


@contextlib.contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO]:
    """The file, which is there whole or not at all; standard output where none is named."""
    if output is None:
        with naming("standard output"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with whole_file(output) as file:
        yield file


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
        plan = loaded.plan_of(one.id)
        events = events_of(log, plan, one, position_before(log, start), position_before(log, end))
        watched = watched_in(loaded, views, [one], rows, since=start, until=end)
        content = content_of(log, views, one, events, watched, since=start, until=end, made=now())
        title = next((titled(each.plan.title, "en") for each in loaded.plans if each.plan.id == plan), "")
        content = replace(content, plan=title, **judged_of(log, views, plan, one))
        told: dict[str, object] = {
            "commitment": one.id,
            "plan": plan,
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
    click.echo(
        f"{output}: {counted(len(content.items), 'item')}, {counted(len(events), 'event')};"
        f" `pactwatch verify {output}` checks them"
    )
    return 0 if content.items else 1
