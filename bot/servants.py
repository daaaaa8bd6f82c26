"""Who serves whom: the publishers of the channels, those of readers and operators, and the bot that answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import Watch
from bot.channels.audience import EVERYBODY, Audience
from bot.channels.following import channel_of
from bot.channels.ledger import Ledger
from bot.channels.operators import Operators
from bot.channels.painter import Painter
from bot.channels.publish import Clock, Dress, Publisher, Terms
from bot.channels.readers import Books, Followers
from bot.channels.reviewing import CardAccount
from bot.channels.standing import threads
from bot.channels.translate import Translations, by_command
from bot.channels.trouble import Trouble
from bot.channels.wishes import audience_of, habits_of
from bot.config import TOKEN_VARIABLE, environment, store_url
from bot.pauses import Pauses
from bot.questions import coverage
from bot.questions.dossiers import Dossiers
from bot.settings import ChannelSettings, ReviewingSettings
from bot.telegram import secrecy
from bot.telegram.actions import JudgeMiss, Operation, ShowMiss
from bot.telegram.answers import Looked, Reader
from bot.telegram.application import build_application
from bot.telegram.auditing import Auditing
from bot.telegram.bench import Bench
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.client import Client
from bot.telegram.console import Console
from bot.telegram.desk import Desk
from bot.telegram.editor import Editor
from bot.telegram.handlers import Chats
from bot.telegram.inquiries import Inquiries, Tools
from bot.telegram.jury import Jury
from bot.telegram.message import Message
from bot.telegram.pace import Turnstile
from bot.telegram.pages import Library, Pages
from bot.telegram.polling import answering
from bot.telegram.presses import Page, Staff
from bot.telegram.roles import Role, Roles
from bot.telegram.sinks import Sink, TelegramSink, TerminalSink
from bot.telegram.template import DEFAULT
from bot.telegram.topics import Topics
from bot.telegram.trials import Trials
from bot.telegram.webhook import Webhook
from matchers.plan import Commitment
from store.events.deliveries import TopicOpened
from store.events.monitor import MonitorStarted
from store.readers import ReaderRow

log = logging.getLogger(__name__)

Servant = Publisher | Followers | Operators
Tell = Callable[[Trouble], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(watch: Watch, show: Callable[[str], None]) -> AsyncIterator[Sequence[Servant]]:
    """Whoever brings people up to date: a publisher for each channel, and with Telegram one for readers and one for
    operators, while the bot answers. `show` takes the place of a channel where there is no token, or no channel."""
    settings = watch.config.telegram
    if settings.token is None:
        log.warning("no token: updates are shown here instead of in Telegram; set %s to go live", TOKEN_VARIABLE)
        yield [_terminal(watch, show, None)]
        return
    token, webhook = settings.token.value, _webhook(watch)
    _keep_secret(token, *([webhook.secret] if webhook else []))
    app = build_application(token, settings.api_url)
    loop = asyncio.get_running_loop()
    client = Client(app.bot, Turnstile(loop.time, asyncio.sleep))
    roles = _roles(watch)
    library, desk = _library(watch), _desk(watch)
    painter = Painter()
    inquiries = Inquiries(library, Tools(painter, Dossiers(watch.loaded.path, watch.clock), desk.settings_of))
    staff = _staff(watch, library, inquiries, roles)
    Chats(client, Pages(library), inquiries, desk, _jury(watch), loop.time, staff=staff).attach(app)
    async with answering(app, client, asyncio.sleep, roles=roles, webhook=webhook):
        log.info("answering as @%s", app.bot.username)
        operators = await _operators(watch, client) if settings.admins else None
        tell = operators.trouble if operators else None
        channels: list[Publisher] = []
        press = Press(library, painter, _translations(watch))
        for one in settings.served():
            channels += _channel(watch, client, one, tell, press)
        if not channels:
            log.warning("no channel: set telegram.channel; until then updates are shown here")
        yield [
            *(channels or [_terminal(watch, show, tell)]),
            _followers(watch, client),
            *([operators] if operators else []),
        ]


def _terminal(watch: Watch, show: Callable[[str], None], tell: Tell | None) -> Publisher:
    settings = watch.config.telegram
    terms = Terms(timedelta(days=settings.max_age_days), settings.language, _catalogue(watch))
    return _publisher(watch, TerminalSink(show), EVERYBODY, terms, tell)


@dataclass(frozen=True, slots=True)
class Press:
    """What is needed to make what channels are sent. `opened` tells who serves a channel, by its name in the log:
    only when it is opened does an `@name` turn out to be the chat that another entry gives by its id."""

    library: Library
    painter: Painter
    translations: Translations | None
    opened: dict[str, Sink] = field(default_factory=dict)


def _channel(
    watch: Watch, client: Client, channel: ChannelSettings, tell: Tell | None, press: Press
) -> list[Publisher]:
    """The channel's publisher; and that of its reviewers' chat, if it has one."""
    lang, audience = channel.language or "", audience_of(channel, watch.loaded.plans)
    topics = _topics(watch, client, press.library.catalogue, lang) if channel.topics else None
    sink = TelegramSink(client, channel.chat, log_chat=channel.log_chat, loud_from=channel.loud_from, topics=topics)
    terms = Terms(
        max_age=timedelta(days=channel.max_age_days or 0),
        lang=lang,
        catalogue=press.library.catalogue,
        habits=habits_of(channel),
        template=channel.template or DEFAULT,
    )
    translations = press.translations if channel.translate else None
    editor = Editor(press.library, press.painter, audience, lang, translations, lambda: client.username)
    publisher = _publisher(watch, sink, audience, terms, tell, editor, press.opened)
    if channel.review is None or terms.habits.review is None:
        return [publisher]
    return [publisher, _reviewers(watch, client, channel, channel.review, publisher, tell)]


def _translations(watch: Watch) -> Translations | None:
    settings = watch.config.telegram.translate
    if settings is None:
        return None
    translate = by_command(settings.command, seconds=settings.seconds)
    name = Path(settings.command[0]).name
    return Translations(watch.store, watch.lane.call, translate, watch.clock, name=name, meta=watch.meta)


def _reviewers(
    watch: Watch,
    client: Client,
    channel: ChannelSettings,
    review: ReviewingSettings,
    publisher: Publisher,
    tell: Tell | None,
) -> Publisher:
    name = f"review/{channel.chat}"
    account = CardAccount(
        watch.store,
        watch.views,
        watch.lane.call,
        name=name,
        channel=lambda: publisher.channel,
        audience=audience_of(channel, watch.loaded.plans),
        owner=_owner(watch),
        meta=watch.meta,
    )
    sink = TelegramSink(client, review.chat, log_chat=channel.log_chat, loud_from=0.0, name=name)
    clock = Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.another().wait)
    card = account.card(_catalogue(watch), watch.config.telegram.language, review.silence)
    return Publisher(sink, lambda _: account, clock, Terms(max_age=timedelta.max), tell, card)


def _topics(watch: Watch, client: Client, catalogue: Catalogue, lang: str) -> Topics:
    def called(pillar: str) -> str:
        home = catalogue.pillar(pillar)
        return f"{pillar}. {titled(home.title, lang)}" if home else pillar

    async def recall(chat: int) -> dict[str, int]:
        return await watch.lane.call(threads, watch.store, str(chat))

    async def record(chat: int, pillar: str, thread: int) -> None:
        await watch.record(TopicOpened(channel=str(chat), pillar=pillar, thread=thread))

    return Topics(client.open_topic, called, recall=recall, record=record)


def _publisher(
    watch: Watch,
    sink: Sink,
    audience: Audience,
    terms: Terms,
    tell: Tell | None,
    dress: Dress | None = None,
    opened: dict[str, Sink] | None = None,
) -> Publisher:
    def ledger(channel: str) -> Ledger:
        owner = _owner(watch)
        if opened is not None and opened.setdefault(channel, sink) is not sink:
            log.error("two entries of telegram.channels are one chat; only the first is served channel=%s", channel)
            owner += "/second"  # another owner never gets the lease that the first entry holds
        return Ledger(
            watch.store,
            watch.views,
            watch.lane.call,
            channel,
            owner=owner,
            meta=watch.meta,
            audience=audience,
            habits=terms.habits,
            kept=watch.bell.ring,
        )

    clock = Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.another().wait)
    return Publisher(sink, ledger, clock, terms, tell, dress)


def _owner(watch: Watch) -> str:
    """This process among all that share the log, also those of this machine: one lease, one publisher."""
    return f"{socket.gethostname()}/{watch.run}"


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
        return TelegramSink(client, row.chat, loud_from=0.0, name=channel_of(row))

    books = Books(watch.store, watch.views, watch.lane.call, _catalogue(watch), owner=_owner(watch), meta=watch.meta)
    clock = Clock(now=watch.clock, sleep=asyncio.sleep, wake=watch.bell.another().wait)
    return Followers(books, sink, clock, max_age=timedelta(days=watch.config.telegram.max_age_days))


def _desk(watch: Watch) -> Desk:
    return Desk(watch.store, watch.lane.call, _catalogue(watch), watch.clock, _new_id, watch.bell.ring)


def _jury(watch: Watch) -> Jury:
    return Jury(watch.store, watch.views, watch.lane.call, watch.clock, _new_id, _roles(watch), watch.meta)


def _staff(watch: Watch, library: Library, inquiries: Inquiries, roles: Roles) -> Staff:
    pauses = Pauses(
        watch.store,
        watch.lane.call,
        watch.poller,
        files=watch.loaded.feed_files,
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
    bench = Bench(
        watch.store,
        watch.views,
        watch.lane.call,
        _catalogue(watch),
        watch.clock,
        _new_id,
        watch.bell.ring,
        watch.meta,
    )
    auditing = Auditing(
        library,
        watch.loaded.rules,
        {feed.id: tuple(feed.context) for feed in watch.config.feeds},
        path=watch.loaded.path,
        by=console.by,
    )
    files = {each.plan.id: path for each, path in zip(watch.loaded.plans, watch.loaded.files, strict=True)}
    trials = Trials(_catalogue(watch), files, watch.config.feeds, store_url(watch.loaded))
    pages = {**console.commands(), "audit": auditing.audit, "whatif": trials.whatif}

    async def press(wanted: Operation, reader: Reader) -> Message | None:
        if isinstance(wanted, ShowMiss | JudgeMiss):
            return await auditing.press(wanted, reader)
        return await console.press(wanted, reader)

    commands: dict[str, tuple[Role, Page]] = {name: ("operator", page) for name, page in pages.items()}
    commands |= {name: ("reviewer", page) for name, page in bench.commands().items()}
    return Staff(roles, commands, press, bench)


def _roles(watch: Watch) -> Roles:
    settings = watch.config.telegram
    return Roles(operators=frozenset(settings.admins), reviewers=frozenset(settings.reviewers))


def _new_id() -> str:
    """A reader's name in the log: random, so that it leads to nobody."""
    return secrets.token_hex(8)


def _catalogue(watch: Watch) -> Catalogue:
    return Catalogue(watch.loaded.plans)


def _library(watch: Watch) -> Library:
    # A reader is shown a channel that anybody may want, not one for a few commitments.
    public = (
        one.chat
        for one in watch.config.telegram.served()
        if isinstance(one.chat, str) and audience_of(one, watch.loaded.plans).is_everybody
    )

    def looked() -> Looked:
        asked = watch.poller.feeds
        failing = tuple(sorted(asked[name].publisher or name for name in watch.poller.failing if name in asked))
        return Looked(watch.poller.last_at, len(watch.poller.feeds), failing, watch.views.coming)

    def watched(commitments: Sequence[Commitment], since: datetime, until: datetime) -> coverage.Coverage | None:
        feeds = tuple(watch.poller.feeds.values())
        asked = coverage.serving(feeds, commitments, watch.loaded.languages) if commitments else feeds
        return coverage.coverage(watch.views.ledger(since, until), asked, since=since, until=until)

    return Library(
        log=watch.store,
        views=watch.views,
        call=watch.lane.call,
        catalogue=_catalogue(watch),
        looked=looked,
        watched=watched,
        now=watch.clock,
        channel=next(public, None),
    )


def _webhook(watch: Watch) -> Webhook | None:
    settings = watch.config.telegram.webhook
    if settings is None or settings.secret is None:
        return None
    return Webhook(settings.url, settings.listen, settings.port, settings.secret.value)


def _keep_secret(*kept: str) -> None:
    secrecy.silence()
    for handler in logging.getLogger().handlers:
        handler.addFilter(secrecy.Redacting(*kept))
