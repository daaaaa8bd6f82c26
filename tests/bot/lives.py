"""Lives of the program on one log: several channels, a Bot API that fails in every way, and death at any call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.channels.audience import EVERYBODY
from bot.channels.holding import NO_HABITS, Decision, Habits
from bot.channels.ledger import Account, Ledger
from bot.channels.publish import Clock, Dress, Publisher, Rest, Terms
from bot.channels.reviewing import CardAccount
from bot.channels.standing import threads
from bot.demo.botapi.calls import Call as ApiCall
from bot.demo.botapi.faults import Fault
from bot.demo.botapi.limits import Limits
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Message
from bot.lane import Lane
from bot.telegram.application import App, build_application, disconnect
from bot.telegram.catalogue import Catalogue
from bot.telegram.client import Client
from bot.telegram.digest import Digest, compose
from bot.telegram.outcome import Look, Outcome
from bot.telegram.pace import Turnstile
from bot.telegram.render import Post
from bot.telegram.sinks import TelegramSink
from bot.telegram.topics import Topics
from matchers.plan import Watched
from store.events.deliveries import TopicOpened
from store.log import Event, Store, StoreUnavailable
from store.sqlite import SqliteStore
from store.views.values import Delivery
from store.views.views import Views
from tests.bot.impatient import Impatient
from tests.bot.stage import CHANNEL, LOG_CHAT, START
from tests.telegram.stories import COMMITMENTS, PLAN

T = TypeVar("T")
GROUP = -4242
REVIEWERS = {CHANNEL: -1004000000004, GROUP: -1005000000005}
YEAR = timedelta(days=365)
CATALOGUE = Catalogue([Watched(PLAN, COMMITMENTS)])
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


@dataclass(frozen=True, slots=True)
class Manners:
    """How a channel of a history is told: its habits, and whether it is a forum with a topic for each pillar."""

    habits: Habits = NO_HABITS
    topics: bool = False


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


async def dressed(entry: Delivery) -> Post | Digest:
    """What is sent of a delivery: a digest begins with the word Plan, a post never does."""
    return compose(entry.story, CATALOGUE, lang="en", of="Plan")


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
        """The publisher of a channel, and that of its reviewers where it has some."""
        world, manners = self.world, self.world.manners.get(channel, Manners())
        client = Client(world.app.bot, turnstile)
        log_chat = LOG_CHAT if world.log_chat else None
        topics = self._topics(client) if manners.topics else None
        sink = TelegramSink(client, channel, log_chat=log_chat, topics=topics)
        terms = Terms(YEAR, catalogue=CATALOGUE, habits=manners.habits)

        def ledger(name: str) -> Ledger:
            meta = {"run": self.owner}
            return Ledger(self.store, self.views, self.call, name, owner=self.owner, meta=meta, habits=manners.habits)

        publisher = self.publishers[channel] = self._publisher(sink, ledger, terms, dressed)
        if manners.habits.review:
            self._add_reviewers(client, channel, publisher, manners.habits.review.silence, log_chat)

    def _add_reviewers(
        self, client: Client, channel: int, publisher: Publisher, silence: Decision, log_chat: int | None
    ) -> None:
        name = f"review/{channel}"
        account = CardAccount(
            self.store,
            self.views,
            self.call,
            name=name,
            channel=lambda: publisher.channel,
            audience=EVERYBODY,
            owner=self.owner,
            meta={},
        )
        sink = TelegramSink(client, REVIEWERS[channel], log_chat=log_chat, name=name)
        card = account.card(CATALOGUE, "en", silence)
        terms = Terms(max_age=timedelta.max)
        self.publishers[REVIEWERS[channel]] = self._publisher(sink, lambda _: account, terms, card)

    def _publisher(self, sink: TelegramSink, ledger: Callable[[str], Account], terms: Terms, dress: Dress) -> Publisher:
        time = self.world.time
        clock = Clock(time.now, time.sleep, time.sleep)
        return Publisher(MortalSink(sink, lambda: self.death), ledger, clock, terms, None, dress)

    def _topics(self, client: Client) -> Topics:
        async def open_(chat: int, name: str) -> int | Outcome:
            return await self.death.over(lambda: client.open_topic(chat, name), is_call=True)

        async def recall(chat: int) -> dict[str, int]:
            found: dict[str, int] = await self.call(threads, self.store, str(chat))
            return found

        async def record(chat: int, pillar: str, thread: int) -> None:
            fact = TopicOpened(channel=str(chat), pillar=pillar, thread=thread)
            await self.call(self.store.append, [Event(fact)], at=self.world.time.now())

        return Topics(open_, lambda pillar: pillar, recall=recall, record=record)

    async def call(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """A call to the log, which may be the last."""
        if work == self.store.append:
            self._count_append()
        return await self.death.over(lambda: self.world.lane.call(work, *args, **kwargs))

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
    manners: dict[int, Manners] = field(default_factory=dict)

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
        for chat in REVIEWERS.values():
            server.add_group(chat)
        app = build_application(server.token, server.url, transport=Impatient(server, lambda call: call.held))
        store = await lane.call(SqliteStore, folder / "log.db")
        try:
            yield World(folder, log_chat, server, time, lane, app, store)
        finally:
            await lane.call(store.close)
            lane.close()
            await disconnect(app)
