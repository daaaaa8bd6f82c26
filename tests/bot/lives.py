"""Lives of the program on one log: several channels, a Bot API that fails in every way, and death at any call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.channels.ledger import Ledger
from bot.channels.publish import Clock, Publisher, Rest, Terms
from bot.demo.botapi.calls import Call as ApiCall
from bot.demo.botapi.faults import Fault
from bot.demo.botapi.limits import Limits
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Message
from bot.lane import Lane
from bot.telegram.application import App, build_application, disconnect
from bot.telegram.client import Client
from bot.telegram.digest import Digest
from bot.telegram.outcome import Look, Outcome
from bot.telegram.pace import Turnstile
from bot.telegram.render import Post
from bot.telegram.sinks import TelegramSink
from store.log import Store, StoreUnavailable
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.bot.impatient import Impatient
from tests.bot.stage import CHANNEL, LOG_CHAT, START

T = TypeVar("T")
GROUP = -4242
How = Literal["before", "after", "during"]


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Time:
    """A clock that only sleeping turns. Calls that Telegram holds back take effect while it turns."""

    def __init__(self, server: Callable[[], BotApiServer]) -> None:
        self.passed = 0.0
        self._server = server
        self._slow: list[tuple[Fault, float]] = []
        self._held: list[tuple[float, Fault]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def clock(self) -> float:
        return self.now().timestamp()

    def hold_back(self, fault: Fault, seconds: float) -> None:
        """What this "slow" fault strikes takes effect so many seconds later."""
        self._slow.append((fault, seconds))

    async def sleep(self, seconds: float) -> None:
        self._held += [(self.passed + delay, fault) for fault, delay in self._slow if fault.fired]
        self._slow = [(fault, delay) for fault, delay in self._slow if not fault.fired]
        end = self.passed + seconds
        for at, fault in sorted(self._held, key=lambda held: held[0]):
            if at <= end:
                self.passed = max(self.passed, at)
                self._held.remove((at, fault))
                await self._let_go(fault)
        self.passed = end

    async def _let_go(self, fault: Fault) -> None:
        server = self._server()
        held = [call for call in server.calls if call.outcome == "pending"]
        fault.release()
        await server.wait_for(lambda: all(call.outcome != "pending" for call in held))


class Death:
    """Strikes at the nth step; steps are calls to the log and to Telegram. It comes before the step, after it, or
    while it is under way: what is on the wire by then takes effect when nobody is there to hear of it."""

    def __init__(self, world: World, step: int = 0, how: How = "before", late_s: float = 5.0) -> None:
        self._world, self._left, self._how, self._late_s = world, step, how, late_s
        self.struck = False
        self.victim: asyncio.Task[bool] | None = None  # of a polite end: who is told to stop at the step

    async def over(self, work: Callable[[], Awaitable[T]], *, is_call: bool = False) -> T:
        if self.struck:
            raise Killed
        self._left -= 1
        if self._left != 0:
            return await work()
        if self.victim is not None:
            self.victim.cancel()
            return await work()
        self.struck = True
        if self._how == "during" and is_call:
            await self._cut_off(work)
        elif self._how != "before":
            await work()
        raise Killed

    async def _cut_off(self, work: Callable[[], Awaitable[T]]) -> None:
        server = self._world.server
        fault = server.faults.add("slow")
        call = asyncio.ensure_future(work())
        done = asyncio.ensure_future(server.wait_for(lambda: fault.fired, timeout=5))
        await asyncio.wait({call, done}, return_when=asyncio.FIRST_COMPLETED)
        for task in (call, done):
            task.cancel()
        await asyncio.gather(call, done, return_exceptions=True)
        fault.times = 0
        self._world.time.hold_back(fault, self._late_s)


class MortalSink:
    """The real sink, whose every call may be the last."""

    def __init__(self, sink: TelegramSink, death: Callable[[], Death]) -> None:
        self._sink, self._death = sink, death
        self.in_flight: timedelta = sink.in_flight
        self.can_look: bool = sink.can_look

    async def open(self) -> str | Outcome:
        return await self._sink.open()

    async def turn(self) -> None:
        await self._sink.turn()

    async def send(self, post: Post | Digest, *, after: int | None) -> Outcome:
        return await self._death().over(lambda: self._sink.send(post, after=after), is_call=True)

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        return await self._death().over(lambda: self._sink.edit(number, post), is_call=True)

    async def pin(self, number: int) -> Outcome:
        return await self._death().over(lambda: self._sink.pin(number), is_call=True)

    async def look(self, number: int) -> Look:
        return await self._death().over(lambda: self._sink.look(number), is_call=True)

    async def delete(self, number: int) -> Outcome:
        return await self._death().over(lambda: self._sink.delete(number), is_call=True)

    def move(self, chat: int) -> None:
        self._sink.move(chat)

    async def shut(self) -> Outcome | None:
        return await self._death().over(self._sink.shut, is_call=True)


@dataclass(slots=True)
class Process:
    """A running program: what it knows beside the log, and a publisher for each channel."""

    world: World
    store: Store
    views: Views
    owner: str
    death: Death
    publishers: dict[int, Publisher] = field(default_factory=dict)
    idle_at: dict[int, float] = field(default_factory=dict)
    full: tuple[int, int] = (0, 0)  # before so many appends the disk will be full, for so many of them

    def add(self, channel: int, turnstile: Turnstile) -> None:
        world = self.world
        client = Client(world.app.bot, turnstile)
        sink = TelegramSink(client, channel, log_chat=LOG_CHAT if world.log_chat else None)
        clock = Clock(world.time.now, world.time.sleep, world.time.sleep)
        self.publishers[channel] = Publisher(MortalSink(sink, lambda: self.death), self._ledger, clock, Terms())

    def _ledger(self, channel: str) -> Ledger:
        async def call(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            if work == self.store.append:
                self._count_append()
            return await self.death.over(lambda: self.world.lane.call(work, *args, **kwargs))

        return Ledger(self.store, self.views, call, channel, owner=self.owner, meta={"run": self.owner})

    def _count_append(self) -> None:
        left, times = self.full
        self.full = (left - 1, times) if left > 1 else (left, max(0, times - 1))
        if left <= 1 and times:
            raise StoreUnavailable("the disk is full")

    async def work(self, turns: int) -> bool:
        """Let the publishers take their turns as they are due; True once none has anything left to do. `idle_at` says
        since when each of them had not."""
        time = self.world.time
        due = dict.fromkeys(self.publishers, time.passed)
        for _ in range(turns):
            channel = min(due, key=lambda each: due[each])
            await time.sleep(max(0.0, due[channel] - time.passed))
            before = await self.world.lane.call(self.store.head)
            rest = await self._turn(self.publishers[channel])
            due[channel] = time.passed + rest.seconds
            if rest.until_news and before == await self.world.lane.call(self.store.head):
                self.idle_at[channel] = time.passed
                del due[channel]
            if not due:
                return True
        return False

    async def _turn(self, publisher: Publisher) -> Rest:
        """One turn of `Publisher.run`."""
        try:
            return await publisher.turn()
        except StoreUnavailable:
            return Rest(1.0)

    async def work_until_told_to_stop(self, step: int) -> None:
        """As on SIGTERM at this step: what was begun is given a moment, then the channels are given back."""
        self.death = Death(self.world, step)
        self.death.victim = asyncio.ensure_future(self.work(30))
        await asyncio.wait({self.death.victim})
        self.death = Death(self.world)
        for publisher in self.publishers.values():
            await publisher.resign()

    async def close(self) -> None:
        """Let go of the files as the kernel does when a process ends."""
        await self.world.lane.call(self.store.close)
        await self.world.lane.call(self.views.close)


@dataclass(slots=True)
class World:
    """The log on the disk, Telegram, the time: what stays when a process goes."""

    folder: Path
    log_chat: bool
    server: BotApiServer
    time: Time
    lane: Lane
    app: App
    store: Store
    started: int = 0

    async def start(self, owner: str = "host") -> Process:
        """A process as after a start: it knows nothing but the log."""
        self.started += 1
        store = await self.lane.call(SqliteStore, self.folder / "log.db")
        views = await self.lane.call(Views.open, self.folder / f"views-{owner}.db")
        process = Process(self, store, views, owner, Death(self))
        turnstile = Turnstile(self.time.clock, self.time.sleep)
        for channel in (CHANNEL, GROUP):
            process.add(channel, turnstile)
        return process

    def posts(self, channel: int) -> list[Message]:
        """What the channel shows, also where it moved to."""
        chat = self.server.chat(channel)
        later = self.posts(chat.migrated_to) if chat.migrated_to else []
        return [post for post in self.server.messages(chat) if post.by_bot] + later

    def own_429(self) -> list[ApiCall]:
        """Calls refused by the flood limits, not by a fault."""
        return [call for call in self.server.calls if call.outcome == "error" and call.code == 429]


@asynccontextmanager
async def living(folder: Path, *, log_chat: bool) -> AsyncIterator[World]:
    """A channel and a group, both empty, an empty log, nobody running yet."""
    lane = Lane("test")
    servers: list[BotApiServer] = []
    time = Time(lambda: servers[0])
    async with BotApiServer(clock=time.clock, limits=Limits()) as server:
        servers.append(server)
        server.add_channel(CHANNEL)
        server.add_group(GROUP, kind="group")
        server.add_group(LOG_CHAT)
        app = build_application(server.token, server.url, transport=Impatient(server, lambda call: call.held))
        store = await lane.call(SqliteStore, folder / "log.db")
        try:
            yield World(folder, log_chat, server, time, lane, app, store)
        finally:
            await lane.call(store.close)
            lane.close()
            await disconnect(app)
