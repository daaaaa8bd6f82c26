"""A stage for the publisher: a real log, real views, the Bot API stand-in, and a clock that is turned by sleeping."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.ledger import Call, Ledger
from bot.channels.publish import Clock, Dress, Publisher, Rest, Terms
from bot.channels.trouble import Trouble
from bot.demo.botapi.limits import Limits
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat, Message
from bot.lane import Lane
from bot.telegram.application import App, build_application, disconnect
from bot.telegram.client import Client
from bot.telegram.pace import Turnstile
from bot.telegram.sinks import Sink, TelegramSink
from store import codec
from store.events.fact import Evidence, Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, StoryJoined
from store.log import Event
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.bot.impatient import Impatient

CHANNEL = -1001000000001
LOG_CHAT = -1002000000002
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Time:
    """A clock that only sleeping turns."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def clock(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass(slots=True)
class Stage:
    """What a test of the publisher acts on."""

    server: BotApiServer
    time: Time
    store: SqliteStore
    lane: Lane
    app: App
    with_log_chat: bool = False
    is_patient: bool = False  # whether an answer that is held back is waited for, not given up as after 30 seconds
    rests: list[Rest] = field(default_factory=list)
    items: int = 0

    @property
    def channel(self) -> Chat:
        return self.server.chat(CHANNEL)

    @property
    def posts(self) -> list[Message]:
        return self.server.messages(CHANNEL)

    def client(self) -> Client:
        return Client(self.app.bot, Turnstile(self.time.clock, self.time.sleep))

    def sink(self) -> TelegramSink:
        return TelegramSink(self.client(), CHANNEL, log_chat=LOG_CHAT if self.with_log_chat else None)

    def publisher(
        self,
        sink: Sink | None = None,
        *,
        call: Call | None = None,
        owner: str = "test",
        tell: Callable[[Trouble], Awaitable[None]] | None = None,
        terms: Terms | None = None,
        dress: Dress | None = None,
        views: Views | None = None,
    ) -> Publisher:
        """A publisher as after a start: it knows nothing but the log."""
        views = views or Views.open(None)
        ask: Any = call or self.lane.call
        terms = terms or Terms()

        def ledger(channel: str) -> Ledger:
            return Ledger(self.store, views, ask, channel, owner=owner, meta={"run": "r1"}, habits=terms.habits)

        clock = Clock(self.time.now, self.time.sleep, self.time.sleep)
        return Publisher(sink or self.sink(), ledger, clock, terms, tell, dress)

    async def settle(self, publisher: Publisher, *, turns: int = 60) -> None:
        """Let the publisher work until it has nothing left to do."""
        for _ in range(turns):
            rest = await publisher.turn()
            self.rests.append(rest)
            if rest.until_news:
                return
            await self.time.sleep(rest.seconds)
        raise AssertionError(f"still busy: {self.rests[-3:]}")

    async def add(self, *facts: Fact) -> None:
        await self.lane.call(self.store.append, [Event(fact) for fact in facts], at=self.time.now())

    async def report(self, title: str, *, story: str | None = None, **changes: Any) -> str:
        """A matched item of a story (its own where none is named); gives the item's key."""
        self.items += 1
        key = f"{self.items:020x}"
        seen = {
            "publisher": f"Outlet {self.items}",
            "url": f"https://news.example/{self.items}",
            "summary": "India and Italy agreed on a defence industrial roadmap. Talks go on.",
            "lang": "en",
            "published": self.time.now(),
            **changes,
        }
        await self.add(
            ItemSeen(item=key, feed="wire", digest=f"d{self.items}", title=title, **seen),
            matched(key, f"d{self.items}", seen["summary"]),
            StoryJoined(item=key, story=story or key, reason="test"),
        )
        return key

    async def facts(self, *types: str) -> list[Fact]:
        """The events of these types, in order."""
        rows = await self.lane.call(self.store.read, limit=100_000, types=[f"{name}.v1" for name in types])
        return [codec.fact(row) for row in rows]

    def ends(self, channel: str = str(CHANNEL)) -> Any:
        views = Views.open(None)
        views.catch_up(self.store)
        return views.deliveries(channel)


def matched(item: str, digest: str, summary: str, commitment: str = "defence-roadmap") -> ItemMatched:
    term = "defence industrial roadmap"
    start = max(0, summary.find(term))
    return ItemMatched(
        item=item,
        plan="plan",
        commitment=commitment,
        rules="r" * 12,
        digest=digest,
        rule="roadmap",
        evidence=(Evidence(field="summary", start=start, end=start + len(term), term=term),),
        score=0.9,
    )


def revised(item: str, title: str, digest: str) -> ItemRevised:
    return ItemRevised(item=item, feed="wire", digest=digest, title=title, summary="", url="https://news.example/new")


@asynccontextmanager
async def staged(path: Path, *, log_chat: bool = False, limits: bool = True) -> AsyncIterator[Stage]:
    """Everything started, one channel (and a log chat) there, the log empty."""
    time = Time()
    lane = Lane("test")
    async with BotApiServer(clock=time.clock, limits=Limits() if limits else None) as server:
        server.add_channel(CHANNEL, username="pactwatch_test")
        server.add_group(LOG_CHAT)
        stages: list[Stage] = []
        network = Impatient(server, lambda call: call.held and not stages[0].is_patient)
        app = build_application(server.token, server.url, transport=network)
        store = await lane.call(SqliteStore, path / "log.db")
        try:
            stages.append(Stage(server, time, store, lane, app, with_log_chat=log_chat))
            yield stages[0]
        finally:
            await lane.call(store.close)
            lane.close()
            await disconnect(app)
