"""`pactwatch rebuild`: the views made anew from the log."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands import progress
from bot.commands.options import config_option, load, open_log
from bot.config import views_path
from bot.counted import counted
from store.views.compare import rebuild


@click.command()
@config_option
def command(config_path: Path) -> int:
    """Make the views (what latest, search and the bot answer from) anew from the log. That is never needed in good
    order: views of another version, and damaged ones, are made anew by themselves. The bot must not be running; the
    old views are there until the new ones are complete.

    \b
    pactwatch rebuild
    """
    loaded = load(config_path)
    path = views_path(loaded)
    if path is None:
        click.echo("The views of this store live in memory; there is nothing to rebuild.")
        return 0
    with open_log(loaded) as log, progress.shown("folding") as tell:
        log.exclusive()
        reached = rebuild(path, log, progress=tell)
    click.echo(f"The views are folded anew from {counted(reached, 'event')}.")
    return 0
