"""Running: polls, publisher and chat side by side until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot import monitor
from bot.app import Watch
from bot.config import TOKEN_VARIABLE, WEBSUB_VARIABLE, ConfigError, environment
from bot.coverage import Coverage, coverage, serving
from bot.dossiers import Dossiers
from bot.folding import folding
from bot.following import channel_of
from bot.ledger import Ledger
from bot.listener import PortTaken, listening
from bot.operators import Operators
from bot.painter import Painter
from bot.pauses import Pauses
from bot.publish import Clock, Publisher, Terms, Trouble
from bot.readers import Books, Followers
from bot.scheduler import ticking
from bot.telegram import secrecy
from bot.telegram.answers import Looked
from bot.telegram.application import TokenRefused, WebhookRefused, build_application
from bot.telegram.catalogue import Catalogue
from bot.telegram.client import Client
from bot.telegram.console import Console
from bot.telegram.desk import Desk
from bot.telegram.handlers import Chats, Staff
from bot.telegram.inquiries import Inquiries, Tools
from bot.telegram.jury import Jury
from bot.telegram.pace import Turnstile
from bot.telegram.pages import Library, Pages
from bot.telegram.polling import answering
from bot.telegram.roles import Roles
from bot.telegram.sinks import Sink, TelegramSink, TerminalSink
from bot.telegram.webhook import Webhook
from bot.texts import reading
from bot.websub import Subscriptions
from matchers.plan import Commitment
from store.events.deliveries import ChannelOpened
from store.events.monitor import MonitorStarted, MonitorStopped
from store.log import LogError
from store.readers import ReaderRow
from store.seal import seal

log = logging.getLogger(__name__)

SEAL_EVERY = timedelta(hours=1)

Servant = Publisher | Followers | Operators


async def run(watch: Watch, *, stop: asyncio.Event, show: Callable[[str], None]) -> None:
    """Watch until `stop` is set. Without a token, `show` gets each update as text in the place of a channel.

    Raises ConfigError where Telegram does not know the token, and StoreBusy where another process runs on the log.
    """
    await watch.lane.call(watch.store.exclusive)
    await _begin(watch)
    await _side_by_side(watch, stop, show)
    await watch.record(MonitorStopped(run=watch.run))
    await watch.lane.call(seal, watch.store, at=watch.clock())


async def _side_by_side(watch: Watch, stop: asyncio.Event, show: Callable[[str], None]) -> None:
    """The loops in one group: what ends one unexpectedly ends all, and is told."""
    try:
        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(_speak(watch, show)), group.create_task(_seal(watch))]
            loops.append(group.create_task(reading(watch.texts, watch.bell.ring)))
            if watch.subscriptions is not None:
                loops.append(group.create_task(_listen(watch, watch.subscriptions)))
            elif watch.config.websub is not None:
                log.warning("no secret: hubs are not asked to tell of news; set %s", WEBSUB_VARIABLE)
            loops.append(group.create_task(folding(watch.views, watch.store, watch.bell.another().wait)))
            async with ticking(lambda: _look(watch), now=watch.clock()):
                await stop.wait()
            log.info("stopping")
            for loop in loops:
                loop.cancel()
    except* (TokenRefused, WebhookRefused, PortTaken) as refused:
        raise ConfigError([str(refused.exceptions[0])]) from refused


async def _listen(watch: Watch, subscriptions: Subscriptions) -> None:
    """Let hubs tell of news."""
    settings = watch.config.websub
    assert settings is not None
    async with listening(settings.host, settings.port, subscriptions.answer) as port:
        log.info("listening for hubs host=%s port=%d", settings.host, port)
        await subscriptions.run()


async def _begin(watch: Watch) -> None:
    """Note the start, and when an earlier run was last known to be alive; whoever starts wants to look at once."""
    rows = await watch.lane.call(watch.store.feeds)
    await watch.record(monitor.started(watch.run, rows), *_opened(watch, await watch.lane.call(watch.store.head)))
    await watch.lane.call(watch.store.expedite, [row.feed for row in rows], due=watch.clock())
    log.info("watching plan=%s feeds=%d rules=%s", watch.config.plan.id, len(rows), watch.loaded.rules[0].id)


def _opened(watch: Watch, head: int) -> tuple[ChannelOpened, ...]:
    """The channel is owed what comes from its first run on, even if Telegram cannot be reached then. A channel known
    by its @name is opened by the publisher, which learns its id; without a channel the terminal is one."""
    settings = watch.config.telegram
    name = "terminal" if settings.token is None or settings.channel is None else settings.channel
    return () if isinstance(name, str) and name.startswith("@") else (ChannelOpened(channel=str(name), after=head),)


async def _speak(watch: Watch, show: Callable[[str], None]) -> None:
    """Keep the channel up to date and answer in chats, for ever."""
    async with _far_end(watch, show) as (sink, client):
        operators = await _operators(watch, client) if client and watch.config.telegram.admins else None
        servants: list[Servant] = [_publisher(watch, sink, operators.trouble if operators else None)]
        servants += [_followers(watch, client)] if client else []
        servants += [operators] if operators else []
        try:
            async with asyncio.TaskGroup() as group:
                for servant in servants:
                    group.create_task(servant.run())
        finally:
            for servant in servants:
                await servant.resign()


async def _look(watch: Watch) -> None:
    """One tick: poll what is due. A log that cannot be written is said in one line and tried again with the next."""
    try:
        await watch.poller.drain()
    except* LogError as group:
        log.error("nothing can be recorded: %s", group.exceptions[0])


async def _seal(watch: Watch) -> None:
    """Seal the log every hour, off the hot path."""
    while True:
        await asyncio.sleep(SEAL_EVERY.total_seconds())
        try:
            await watch.lane.call(seal, watch.store, at=watch.clock())
        except LogError as exc:
            log.error("the log was not sealed: %s", exc)


@contextlib.asynccontextmanager
async def _far_end(watch: Watch, show: Callable[[str], None]) -> AsyncIterator[tuple[Sink, Client | None]]:
    """Telegram, with the bot answering; or the terminal, where there is no token or no channel."""
    settings = watch.config.telegram
    if settings.token is None:
        log.warning("no token: updates are shown here instead of in Telegram; set %s to go live", TOKEN_VARIABLE)
        yield TerminalSink(show), None
        return
    token, webhook = settings.token.get_secret_value(), _webhook(watch)
    _keep_secret(token, *([webhook.secret] if webhook else []))
    app = build_application(token, settings.api_url)
    loop = asyncio.get_running_loop()
    client = Client(app.bot, Turnstile(loop.time, asyncio.sleep))
    roles = _roles(watch)
    library, desk = _library(watch), _desk(watch)
    inquiries = Inquiries(library, Tools(Painter(), Dossiers(watch.loaded.path, watch.clock), desk.settings_of))
    staff = _staff(watch, inquiries, roles)
    Chats(client, Pages(library), inquiries, desk, _jury(watch), loop.time, staff=staff).attach(app)
    async with answering(app, client, asyncio.sleep, roles=roles, webhook=webhook):
        log.info("answering as @%s", app.bot.username)
        if settings.channel is None:
            log.warning("no channel: set telegram.channel; until then updates are shown here")
            yield TerminalSink(show), client
        else:
            yield TelegramSink(client, settings.channel, log_chat=settings.log_chat), client


def _publisher(watch: Watch, sink: Sink, tell: Callable[[Trouble], Awaitable[None]] | None) -> Publisher:
    def ledger(channel: str) -> Ledger:
        # One name for the whole machine: the lock on the log sees to it that only one process runs here.
        return Ledger(watch.store, watch.views, watch.lane.call, channel, owner=socket.gethostname(), meta=watch.meta)

    clock = Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.wait)
    settings = watch.config.telegram
    terms = Terms(
        max_age=timedelta(days=settings.max_age_days), lang=settings.language, tag_prefix=watch.config.plan.tag
    )
    return Publisher(sink, ledger, clock, terms, tell)


async def _operators(watch: Watch, client: Client) -> Operators:
    started = MonitorStarted(run=watch.run, feeds=0).key
    known = await watch.lane.call(watch.store.find, [started])
    return Operators(
        watch.config.telegram.admins,
        client.send,
        log=watch.store,
        readers=watch.store.readers,
        call=watch.lane.call,
        clock=Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.another().wait),
        after=known[started].pos - 1,
    )


def _followers(watch: Watch, client: Client) -> Followers:
    def sink(row: ReaderRow) -> Sink:
        return TelegramSink(client, row.chat, silent=False, name=channel_of(row))

    books = Books(
        watch.store, watch.views, watch.lane.call, _catalogue(watch), owner=socket.gethostname(), meta=watch.meta
    )
    clock = Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.another().wait)
    return Followers(books, sink, clock, max_age=timedelta(days=watch.config.telegram.max_age_days))


def _desk(watch: Watch) -> Desk:
    return Desk(watch.store, watch.lane.call, _catalogue(watch), watch.clock, _new_id, watch.bell.ring)


def _jury(watch: Watch) -> Jury:
    return Jury(watch.store, watch.views, watch.lane.call, watch.clock, _new_id, _roles(watch), watch.meta)


def _staff(watch: Watch, inquiries: Inquiries, roles: Roles) -> Staff:
    pauses = Pauses(
        watch.store,
        watch.lane.call,
        watch.poller,
        path=watch.loaded.path,
        feeds=watch.config.feeds,
        environ=environment(),
        now=watch.clock,
        meta=watch.meta,
    )
    console = Console(
        watch.store,
        watch.views,
        watch.lane.call,
        _catalogue(watch),
        pauses,
        inquiries,
        watch.clock,
        _new_id,
        watch.bell.ring,
    )
    return Staff(roles, {name: ("operator", page) for name, page in console.commands().items()}, console.press)


def _roles(watch: Watch) -> Roles:
    settings = watch.config.telegram
    return Roles(operators=frozenset(settings.admins), reviewers=frozenset(settings.reviewers))


def _new_id() -> str:
    """A reader's name in the log: random, so that it leads to nobody."""
    return secrets.token_hex(8)


def _catalogue(watch: Watch) -> Catalogue:
    return Catalogue(watch.config.plan, watch.config.commitments)


def _library(watch: Watch) -> Library:
    channel = watch.config.telegram.channel

    def looked() -> Looked:
        failing = tuple(sorted(watch.poller.failing))
        return Looked(watch.poller.last_at, len(watch.poller.feeds), failing, watch.views.coming)

    def watched(commitments: Sequence[Commitment], since: datetime, until: datetime) -> Coverage | None:
        feeds = tuple(watch.poller.feeds.values())
        asked = serving(feeds, commitments, watch.config.plan.languages) if commitments else feeds
        return coverage(watch.views.ledger(since, until), asked, since=since, until=until)

    return Library(
        log=watch.store,
        views=watch.views,
        call=watch.lane.call,
        catalogue=_catalogue(watch),
        looked=looked,
        watched=watched,
        now=watch.clock,
        channel=channel if isinstance(channel, str) else None,
    )


def _webhook(watch: Watch) -> Webhook | None:
    settings = watch.config.telegram.webhook
    if settings is None or settings.secret is None:
        return None
    return Webhook(settings.url, settings.listen, settings.port, settings.secret.get_secret_value())


def _keep_secret(*kept: str) -> None:
    secrecy.silence()
    for handler in logging.getLogger().handlers:
        handler.addFilter(secrecy.Redacting(*kept))
