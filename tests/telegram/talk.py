"""Talking with the bot over a real socket: what the tests of the chat have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from bot.channels.painter import Painter
from bot.demo.botapi.methods import CallbackQuery
from bot.demo.botapi.world import Message, User
from bot.questions.coverage import Coverage
from bot.questions.dossiers import Dossiers
from bot.telegram.answers import Looked, Reader, note
from bot.telegram.application import build_application
from bot.telegram.catalogue import Catalogue
from bot.telegram.client import Client
from bot.telegram.desk import Desk
from bot.telegram.handlers import Chats
from bot.telegram.inquiries import Inquiries, Tools
from bot.telegram.jury import Jury
from bot.telegram.message import Message as Answer
from bot.telegram.pace import Turnstile
from bot.telegram.pages import Library, Pages
from bot.telegram.polling import answering
from bot.telegram.presses import Staff
from bot.telegram.roles import Roles
from bot.telegram.webhook import Webhook
from matchers.plan import Commitment, Watched
from store.views.views import Views
from tests.bot.stage import Stage
from tests.telegram.stories import COMMITMENTS, PLAN

ROLES = Roles(operators=frozenset({44}), reviewers=frozenset({43}))
LAST_LOOK = "Last look: 22 Nov 2026, 12:00 UTC. All 3 feeds answer."
COVERAGE = "Coverage of the last 7 days: 98%."


async def swept(text: str, reader: Reader) -> Answer:
    return note("Swept {what}.", reader, what=text)


def watched(commitments: Sequence[Commitment], since: datetime, until: datetime) -> Coverage | None:
    """As if everything had been watched nearly always."""
    del commitments
    return Coverage(since=since, until=until, asked_since=since, share=0.985, feeds=3)


def library(stage: Stage) -> Library:
    looked = Looked(stage.time.now(), 3)
    catalogue = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
    return Library(
        stage.store,
        Views.open(None),
        stage.lane.call,
        catalogue,
        lambda: looked,
        watched,
        stage.time.now,
        "@pactwatch_test",
    )


def desk_of(stage: Stage) -> Desk:
    names = (f"r{number}" for number in count(1))
    catalogue = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
    return Desk(stage.store, stage.lane.call, catalogue, stage.time.now, lambda: next(names), lambda: None)


def tools(stage: Stage, dossiers: Dossiers | None = None) -> Tools:
    dossiers = dossiers or Dossiers(Path("nowhere.yaml"), stage.time.now)
    return Tools(Painter(), dossiers, desk_of(stage).settings_of)


@asynccontextmanager
async def listening(
    stage: Stage,
    *,
    dossiers: Dossiers | None = None,
    webhook: Webhook | None = None,
    staff: Staff | None = None,
) -> AsyncIterator[None]:
    """The bot, up and answering, as after a start."""
    app = build_application(stage.server.token, stage.server.url, read_timeout_s=5)
    client = Client(app.bot, Turnstile(stage.time.clock, stage.time.sleep))
    desk = desk_of(stage)
    jury = Jury(stage.store, Views.open(None), stage.lane.call, stage.time.now, desk.new_id, ROLES, {"run": "r1"})
    staff = staff or Staff(ROLES, {"sweep": ("reviewer", swept), "scrub": ("operator", swept)})
    books = library(stage)
    inquiries = Inquiries(books, tools(stage, dossiers))
    Chats(client, Pages(books), inquiries, desk, jury, stage.time.clock, staff=staff).attach(app)
    async with answering(app, client, stage.time.sleep, roles=ROLES, webhook=webhook):
        yield


def person(stage: Stage, *, lang: str = "en") -> User:
    return stage.server.add_user(42, language_code=lang, started=True)


async def ask(stage: Stage, user: User, text: str, **how: object) -> Message:
    """Write to the bot in private and give its answer."""
    before = len(stage.server.messages(user))
    stage.server.user_sends(user, None, text, **how)  # type: ignore[arg-type]
    # Long enough for a picture on a machine that does other things, too.
    await stage.server.wait_for(lambda: len(stage.server.messages(user)) >= before + 2, timeout=60)
    return stage.server.messages(user)[-1]


async def press(stage: Stage, user: User, message: Message, data: str, *, forged: bool = False) -> CallbackQuery:
    query = stage.server.user_presses(user, message, data, forged=forged)
    await stage.server.wait_for(lambda: query.answered)
    return query


def button(message: Message, label: str) -> str:
    return next(str(entry["callback_data"]) for row in message.buttons for entry in row if entry["text"] == label)
