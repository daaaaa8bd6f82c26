"""`pactwatch demo`: the whole program against stand-ins."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

import click

from bot.commands.options import config_option
from bot.demo.demo import play


@click.command()
@config_option
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-state"),
    show_default=True,
    help="Where configuration and log stay behind; made anew each time.",
)
def command(config_path: Path, state: Path) -> None:
    """Show the whole program in under a minute: no token, no network.

    A loopback server offers feeds with news about the plan, written for this purpose: in three languages and four
    formats, with a duplicate, a correction, an ill-formed feed and two that fail. The real scheduler, fetcher,
    parser, matcher, log and publisher run against it, and post into a stand-in for Telegram on this machine.
    """
    logging.getLogger().setLevel(logging.ERROR)
    begun = time.monotonic()
    click.echo("pactwatch demo: everything below happens on this machine; the news is made up.")
    asyncio.run(play(config_path, state, say=click.echo, colour=sys.stdout.isatty()))
    _what_next(state / "config.yaml", time.monotonic() - begun)


def _what_next(path: Path, seconds: float) -> None:
    program = sys.argv[0] if "/" in sys.argv[0] else "pactwatch"
    if Path(program).is_absolute() and Path(program).is_relative_to(Path.cwd()):
        program = str(Path(program).relative_to(Path.cwd()))
    click.echo(f"\nThat took {seconds:.0f} seconds. The log is in {path.parent}. Look further:\n")
    for words in ("log", "latest defence-roadmap", "verify"):
        click.echo(f"  {program} {words} --config {path}")
    click.echo(
        "\nTo go live: make a bot with @BotFather, a channel with the bot as an administrator that may post, set"
        "\ntelegram.channel in config.yaml and TELEGRAM_BOT_TOKEN in the environment, then:\n"
        f"\n  {program} run\n"
    )
