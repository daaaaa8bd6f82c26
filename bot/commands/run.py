"""`pactwatch run`: watch until stopped."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from bot import loop
from bot.app import open_watch
from bot.commands.options import config_option, load
from bot.config import Loaded
from bot.run import run


@click.command()
@config_option
def command(config_path: Path) -> None:
    """Poll the feeds, publish to the Telegram channel, and answer in chats, until SIGTERM or Ctrl-C.

    The token is read from TELEGRAM_BOT_TOKEN. Without one everything runs but Telegram, and each update is shown
    here as the channel would see it. Killed at any moment, it goes on at the next start where it was.
    """
    loop.run(_run(load(config_path)))


async def _run(loaded: Loaded) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_watch(loaded) as watch:
        await run(watch, stop=stop, show=click.echo)
