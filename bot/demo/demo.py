"""The demo: three acts of invented news, through the real program, into a stand-in for Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot import config
from bot.app import Watch, open_watch, utc_now
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.show import render_chat, render_message
from bot.demo.botapi.world import Chat, Message, User
from bot.demo.feed_server import FEEDS, FeedPages, feed_server
from bot.questions.narrate import line
from bot.run import run
from store import codec
from store.views.views import Views

CHANNEL = -1001000000001
READER = 1001

_QUIET = {"MonitorStarted", "StoryJoined", "UpdateQueued"}  # in the log, but not worth a line on the stage
_ACTS = (
    "The feeds are read for the first time. What they already carry is recorded and not posted.",
    "News. Each story that speaks of a commitment becomes one post.",
    "A second outlet tells a story, a headline is corrected: the post is edited, no second one is made.",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything on it: the program, the publishers, Telegram, and where to write."""

    watch: Watch
    pages: FeedPages
    telegram: BotApiServer
    channel: Chat
    reader: User
    say: Callable[[str], None]
    colour: bool


async def play(base: Path, folder: Path, *, say: Callable[[str], None], colour: bool) -> list[Message]:
    """Play the demo on the plan of the configuration `base`; configuration and log stay behind in `folder`.

    Gives the channel's posts as they stand in the end. Raises ConfigError and LogError as `run` does.
    """
    now = utc_now()
    async with feed_server(now=now) as (feeds_url, pages), BotApiServer() as telegram:
        channel = telegram.add_channel(CHANNEL, title="India-Italy action plan", username="pactwatch_demo")
        reader = telegram.add_user(READER, first_name="You", started=True)
        path = _prepare(base, folder, feeds_url, telegram.url)
        loaded = config.load(path, {config.TOKEN_VARIABLE: telegram.token})
        async with open_watch(loaded) as watch:
            stage = Stage(watch, pages, telegram, channel, reader, say, colour)
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(run(watch, stop=stop, show=say))
                await _acts(stage)
                stop.set()
        return telegram.messages(channel)


async def _acts(stage: Stage) -> None:
    for number, title in enumerate(_ACTS, 1):
        stage.pages.act = number
        begun, head = utc_now(), await stage.watch.lane.call(stage.watch.store.head)
        _title(stage, f"Act {number}. {title}")
        await _poll_all(stage, begun)
        await _all_delivered(stage)
        await _tell_events(stage, head)
    _title(stage, "The channel, as its readers see it")
    for text in render_chat(stage.channel, stage.telegram.messages(stage.channel), colour=stage.colour):
        stage.say(text)
    await _ask(stage, "/latest defence-roadmap")


async def _poll_all(stage: Stage, begun: datetime) -> None:
    """Make every feed due and let the scheduler's next tick find them."""
    watch = stage.watch
    await watch.lane.call(watch.store.expedite, list(watch.poller.feeds), due=begun)
    while True:
        rows = await watch.lane.call(watch.store.feeds)
        if rows and all(row.completed_at is not None and row.completed_at >= begun for row in rows):
            return
        await asyncio.sleep(0.1)


async def _all_delivered(stage: Stage) -> None:
    """Wait until nothing is owed to the channel."""
    views = Views.open(None)
    try:
        while True:
            await stage.watch.lane.call(views.catch_up, stage.watch.store)
            counts = await stage.watch.lane.call(views.deliveries, str(CHANNEL))
            if not counts.waiting and not await stage.watch.lane.call(views.owed, str(CHANNEL), 1):
                return
            await asyncio.sleep(0.1)
    finally:
        views.close()


async def _tell_events(stage: Stage, after: int) -> None:
    for recorded in await stage.watch.lane.call(stage.watch.store.read, after, 1000):
        name = recorded.type.partition(".")[0]
        if name in _QUIET:
            continue
        stage.say(f"{recorded.pos:>5}  {name:<16} {line(codec.fact(recorded))}"[:150])


async def _ask(stage: Stage, words: str) -> None:
    """A reader asks the bot in a private chat."""
    _title(stage, "The bot, asked by a reader")
    asked = stage.telegram.user_sends(stage.reader, None, words)
    chat = asked.chat
    await stage.telegram.wait_for(lambda: len(stage.telegram.messages(chat)) > 1)
    for message in stage.telegram.messages(chat):
        for text in render_message(message, colour=stage.colour):
            stage.say(text)


def _title(stage: Stage, text: str) -> None:
    stage.say("")
    stage.say(f"\x1b[1m{text}\x1b[0m" if stage.colour else text)
    stage.say("")


def _prepare(base: Path, folder: Path, feeds_url: str, api_url: str) -> Path:
    """The demo's own configuration: the plan of `base`, with the stand-ins as feeds and as Telegram."""
    config.load(base, {})
    document: dict[str, Any] = yaml.safe_load(base.read_text(encoding="utf-8"))
    document["feeds"] = [
        {"id": name, "url": f"{feeds_url}/{file}", "lang": lang, "publisher": publisher, "context": list(context)}
        for name, file, lang, publisher, context in FEEDS
    ]
    document["telegram"] = {"channel": CHANNEL, "api_url": api_url}
    document["fetch"] = {"allow_private_addresses": True, "user_agent": "pactwatch-demo"}
    document["store"] = "sqlite:///pactwatch.db"
    path = folder / "config.yaml"
    if path.exists() and path.resolve() != base.resolve():
        for left in (path, *folder.glob("pactwatch.*")):
            left.unlink()
    if folder.exists() and any(folder.iterdir()):
        raise config.ConfigError([f"{folder} holds other things; name an empty or a new folder with --state"])
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
