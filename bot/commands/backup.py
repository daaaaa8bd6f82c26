"""`pactwatch backup`: a copy of the store, while the bot runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands import progress
from bot.commands.options import config_option, load
from bot.config import store_url
from bot.counted import counted
from store.log import LogError
from store.seal import Verdict, verify
from store.sqlite import SqliteStore
from store.sqlitefile import copy_while_in_use


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path))
def command(config_path: Path, file: Path) -> int:
    """Copy the store (log, schedule, readers) to FILE while the bot goes on, and verify the copy: positions, keys and
    seals. FILE is there whole and verified, or not at all.

    \b
    pactwatch backup pactwatch-2026-03-01.db

    To restore: stop the bot, put the copy in the place of the store, run `pactwatch verify`, start the bot
    (docs/operating.md). Exit code 1: the log itself does not hold; the copy was not kept.
    """
    if file.exists():
        raise click.UsageError(f"{file} is there already; name another file")
    url = store_url(load(config_path))
    if not url.startswith("sqlite:///") or url.endswith(":memory:"):
        raise LogError("backup copies SQLite stores; for any other use its own tools, or `pactwatch export --all`")
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with progress.shown("copying") as tell:
            copy_while_in_use(Path(url.removeprefix("sqlite:///")), partial, progress=tell)
        verdict = _verified(partial)
        if verdict.holds:
            partial.replace(file)
    finally:
        for end in ("", "-wal", "-shm", ".lock"):
            partial.with_name(partial.name + end).unlink(missing_ok=True)
    if not verdict.holds:
        click.echo(f"The log does not hold from position {verdict.broken_at}: {verdict.problem}. No copy was kept.")
        return 1
    click.echo(
        f"{file}: {counted(verdict.events, 'event')}, {counted(verdict.seals, 'seal holds', 'seals hold')},"
        f" {counted(verdict.unsealed, 'event')} not sealed yet."
    )
    return 0


def _verified(copy: Path) -> Verdict:
    store = SqliteStore(copy, create=False)
    try:
        return verify(store)
    finally:
        store.close()
