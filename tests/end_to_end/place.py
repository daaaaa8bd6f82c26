"""A place to run the program in: a small plan, feeds that tests write, and a Telegram of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

from bot.demo.botapi.http import HttpServer, Reply, Request
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat

CHANNEL = -1001000000001
LOG_CHAT = -1002000000002
SOON_S = 120.0  # how long a test waits for what must come; nothing is measured by it

PLAN: dict[str, Any] = {
    "plan": {"id": "town-plan", "title": {"en": "Town plan"}, "languages": ["en"]},
    "commitments": [
        {"id": "bridge", "title": {"en": "A new bridge"}, "rules": [{"id": "words", "any": ["bridge"]}]},
        {"id": "school", "title": {"en": "A new school"}, "rules": [{"id": "words", "any": ["school", "classroom*"]}]},
    ],
}


@dataclass(slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """What it printed as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Place:
    """One folder with a config.yaml, and what stands around it."""

    folder: Path
    telegram: BotApiServer
    channel: Chat
    feeds_url: str
    feeds: dict[str, list[tuple[str, str]]]
    asked: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    started: list[asyncio.subprocess.Process] = field(default_factory=list)

    def write_config(self, **settings: Any) -> Path:
        """The configuration of the place, with these keys instead of its own."""
        document: dict[str, Any] = {
            "telegram": {"channel": CHANNEL, "log_chat": LOG_CHAT, "api_url": self.telegram.url},
            "store": "sqlite:///pactwatch.db",
            "fetch": {"allow_private_addresses": True, "user_agent": "pactwatch-tests"},
            "feeds": [{"id": name, "url": f"{self.feeds_url}/{name}", "publisher": name} for name in self.feeds],
            **PLAN,
            **self.settings,
            **settings,
        }
        path = self.folder / "config.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return path

    async def command(self, *words: str, stdin: bytes = b"", token: bool = False) -> Ended:
        """Run a command to its end."""
        process = await self.start(*words, token=token)
        out, err = await asyncio.wait_for(process.communicate(stdin), SOON_S)
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def start(self, *words: str, token: bool = True) -> asyncio.subprocess.Process:
        """Start a command and leave it running, until the place is closed at the latest."""
        environment = {**os.environ, "COLUMNS": "100"}
        environment.pop("TELEGRAM_BOT_TOKEN", None)
        if token:
            environment["TELEGRAM_BOT_TOKEN"] = self.telegram.token
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("pactwatch")),
            *words,
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.started.append(process)
        return process

    async def end(self) -> None:
        """What still runs ends now, and what it has to say is read, so that no pipe is left for a later test."""
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    @asynccontextmanager
    async def running(self, *, token: bool = True) -> AsyncIterator[asyncio.subprocess.Process]:
        """`pactwatch run` for the length of the block; it is stopped politely at the end."""
        process = await self.start("run", token=token)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), SOON_S)

    async def posts(self, number: int, *, within_s: float = SOON_S) -> list[str]:
        """The texts of the channel's posts as soon as there are so many."""
        await self.telegram.wait_for(lambda: len(self.texts()) >= number, timeout=within_s)
        return self.texts()

    def texts(self) -> list[str]:
        """The texts of the channel's posts, oldest first."""
        return [message.body.text for message in self.telegram.messages(self.channel)]

    async def polled(self, times: int) -> None:
        """Return when feeds have been asked so many times in all."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.asked) >= times), SOON_S)

    async def events(self, *types: str) -> list[dict[str, Any]]:
        """The log's events, of these types."""
        chosen = [word for name in types for word in ("--type", name)]
        ended = await self.command("log", "--json", "--after", "0", "--limit", "100000", *chosen)
        return ended.lines()

    async def _answer(self, request: Request) -> Reply:
        name = request.path.removeprefix("/")
        async with self.changed:
            self.asked.append(name)
            self.changed.notify_all()
        if name in self.replies:
            return self.replies[name]
        if name not in self.feeds:
            return Reply(404, b"", "text/plain")
        return Reply(200, rss(self.feeds[name]), "application/rss+xml")


def rss(items: Sequence[tuple[str, str]]) -> bytes:
    """A feed with these (id, title) pairs, newest first."""
    now = format_datetime(datetime.now(UTC))
    entries = "".join(
        f"<item><guid isPermaLink='false'>{key}</guid><link>http://news.example/{key}</link>"
        f"<title>{title}</title><pubDate>{now}</pubDate></item>"
        for key, title in items
    )
    return f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>".encode()


@asynccontextmanager
async def open_place(folder: Path, **feeds: list[tuple[str, str]]) -> AsyncIterator[Place]:
    """A place with these feeds, each a list of (id, title)."""
    async with BotApiServer(limits=None) as telegram:
        channel = telegram.add_channel(CHANNEL, title="Town plan", username="town_plan")
        telegram.add_group(LOG_CHAT, title="Operators")
        place = Place(folder, telegram, channel, "", dict(feeds))
        server = HttpServer(place._answer)
        place.feeds_url = f"http://127.0.0.1:{await server.start('127.0.0.1', 0)}"
        place.write_config()
        try:
            yield place
        finally:
            await place.end()
            await server.stop()
