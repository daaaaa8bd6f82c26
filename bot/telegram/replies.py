"""How answers reach people: patiently where Telegram asks for a wait, with signs of life while one is being made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

import telegram
from telegram import CallbackQuery
from telegram.constants import ChatType

from bot.telegram.client import Client
from bot.telegram.message import Message
from bot.telegram.outcome import Outcome, Refused, Wait

_log = logging.getLogger("pactwatch.chat")

TRIES = 3
SOON_S = 0.5  # who waits longer wants to know that something is being done
AGAIN_S = 4.0  # Telegram shows an action for five seconds: https://core.telegram.org/bots/api#sendchataction

Busy = Literal["typing", "upload_photo", "upload_document"]


class Replies:
    """Sends answers through the client; its pace does the waiting."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def reply(self, asked: telegram.Message, page: Message) -> None:
        """Answer: in a group as a reply, so that all can see to whom; in words alone where no pictures are let in."""
        chat = asked.chat.id
        to = None if asked.chat.type == ChatType.PRIVATE else asked.message_id
        done = await _patiently(lambda: self._client.send(chat, page, reply_to=to))
        if isinstance(done, Refused) and page.picture:
            alone = replace(page, picture=b"")
            done = await _patiently(lambda: self._client.send(chat, alone, reply_to=to))
        report("answered", done)

    async def turn(self, query: CallbackQuery, page: Message) -> None:
        """Put the page in the place of the message, or below it where Telegram lets it no longer be changed; a picture
        or a file always comes below."""
        if query.message is None:
            return
        chat, number = query.message.chat.id, query.message.message_id
        if page.picture or page.file:
            report("turned", await _patiently(lambda: self._client.send(chat, page)))
            return
        done = await _patiently(lambda: self._client.edit(chat, number, page))
        if isinstance(done, Refused) and done.kind in {"gone", "message"}:
            done = await _patiently(lambda: self._client.send(chat, page))
        report("turned", done)

    @asynccontextmanager
    async def working(
        self, chat: int | None, busy: Busy, *, first: Callable[[], Awaitable[object]] | None = None
    ) -> AsyncIterator[None]:
        """A block in which an answer is made: where that takes long, `first` is called once and the chat is shown that
        we are busy until the block ends."""

        async def show() -> None:
            await asyncio.sleep(SOON_S)
            if first is not None:
                await first()
            while chat is not None:
                await self._client.show_busy(chat, busy)
                await asyncio.sleep(AGAIN_S)

        shown = asyncio.create_task(show())
        try:
            yield
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)


async def _patiently(call: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """The call, made again where Telegram asks for a wait."""
    done = await call()
    for _ in range(TRIES - 1):
        if not isinstance(done, Wait):
            break
        done = await call()
    return done


def report(what: str, outcome: Outcome) -> None:
    """Of whom and what was asked the log says nothing: it is nobody's business."""
    level = logging.WARNING if isinstance(outcome, Refused) and outcome.kind == "message" else logging.DEBUG
    _log.log(level, "%s outcome=%s", what, outcome)
