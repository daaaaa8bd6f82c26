"""`pactwatch import`: a whole log from its lines."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import click

from bot.commands.options import config_option, load
from bot.config import store_url
from bot.counted import counted
from store.open import open_store
from store.seal import verify
from store.transfer import load as load_log
from store.transfer import parsed


@click.command()
@config_option
@click.option("--store", metavar="URL", help="Import into this store instead of the configured one.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def command(config_path: Path, store: str | None, file: Path) -> int:
    """Read a log that `pactwatch export --all` wrote into an empty store, of any engine: positions, times, texts and
    seals are kept. The file is checked whole before the first event is written, and the log is verified at the end.

    \b
    pactwatch import log.jsonl
    pactwatch import log.jsonl --store sqlite:///copy.db

    When feeds are due next is not part of a log: a bot that starts on it asks every feed at once, and what it knows
    already is not new to it. Exit code 1: what was read does not verify.
    """
    with file.open("rb") as lines:
        deque(parsed(lines), maxlen=0)
    log = open_store(store or store_url(load(config_path)))
    try:
        log.exclusive()
        with file.open("rb") as lines:
            count = load_log(log, parsed(lines))
        verdict = verify(log)
    finally:
        log.close()
    if not verdict.holds:
        click.echo(
            f"{counted(count, 'event')} imported, but the log does not hold from position {verdict.broken_at}:"
            f" {verdict.problem}"
        )
        return 1
    sealed = (
        f"{counted(verdict.seals, 'seal holds', 'seals hold')}, to position {verdict.sealed}"
        if verdict.seals
        else "no seal among them"
    )
    click.echo(f"{counted(count, 'event')} imported; {sealed}.")
    return 0
