"""Buttons: each press leads to its page and is answered exactly once, soon, whatever the page takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import telegram
from telegram import CallbackQuery
from telegram.constants import ChatType

from bot.telegram import staffwords, words
from bot.telegram.actions import (
    Action,
    Inquiry,
    MakeDossier,
    Operation,
    Preference,
    ReviewStep,
    ShowMonths,
    ShowTimeline,
    ShowWhy,
    Vote,
)
from bot.telegram.answers import Reader, note
from bot.telegram.bench import Bench
from bot.telegram.callbacks import action
from bot.telegram.cards import CHOSEN
from bot.telegram.client import Client
from bot.telegram.desk import Desk
from bot.telegram.inquiries import Inquiries
from bot.telegram.jury import Jury
from bot.telegram.message import Message
from bot.telegram.pages import Pages
from bot.telegram.replies import Busy, Replies
from bot.telegram.roles import Role, Roles

Page = Callable[[str, Reader], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who has a role, the commands that take one, and what a button for operators does."""

    roles: Roles = field(default_factory=Roles)
    commands: Mapping[str, tuple[Role, Page]] = field(default_factory=dict)
    press: Callable[[Operation, Reader], Awaitable[Message | None]] | None = None
    bench: Bench | None = None


class Presses:
    """Does what buttons ask for."""

    def __init__(
        self,
        client: Client,
        replies: Replies,
        *,
        pages: Pages,
        inquiries: Inquiries,
        desk: Desk,
        jury: Jury,
        staff: Staff,
    ) -> None:
        self._client, self._replies = client, replies
        self._pages, self._inquiries, self._desk, self._jury, self._staff = pages, inquiries, desk, jury, staff

    async def pressed(self, query: CallbackQuery, reader: Reader) -> None:
        """Answer the press, and put the page it asks for in the place of the one the button stands under."""
        wanted = action(query.data or "")
        if isinstance(wanted, ShowWhy):
            await self._client.answer(query.id, await self._pages.why_alert(wanted.story, reader), alert=True)
        elif isinstance(wanted, ShowTimeline):
            await self._client.answer(query.id, await self._pages.timeline_alert(wanted.story, reader), alert=True)
        elif isinstance(wanted, Vote):
            await self._client.answer(query.id, await self._jury.vote(wanted, query.id, reader))
        elif isinstance(wanted, ReviewStep):
            await self._reviewed(wanted, query, reader)
        elif isinstance(wanted, Preference) and not is_private(query):
            text = words.say(words.PRIVATE_ONLY, reader.lang).format(bot=self._client.username)
            await self._client.answer(query.id, text)
        else:
            await self._turned(wanted, query, reader)

    async def _turned(self, wanted: Action | None, query: CallbackQuery, reader: Reader) -> None:
        """Make the page, and turn to it. A press is answered before its page where that takes long to make."""
        is_answered = False

        async def answer() -> None:
            nonlocal is_answered
            await self._client.answer(query.id)
            is_answered = True

        chat = query.message.chat.id if query.message and _is_chat(query) else None
        async with self._replies.working(chat, _busy(wanted), first=answer):
            page = await self._page(wanted, query, reader)
        if not is_answered:
            await self._client.answer(query.id, "" if page else words.say(words.STALE, reader.lang))
        elif page is None and chat is not None:
            page = note(words.STALE, reader)
        if page is not None:
            await self._replies.turn(query, page)

    async def _page(self, wanted: Action | None, query: CallbackQuery, reader: Reader) -> Message | None:
        if wanted is None or not _is_chat(query) or isinstance(wanted, (ShowWhy, ShowTimeline, Vote, ReviewStep)):
            return None
        if isinstance(wanted, Preference):
            return await self._desk.press(wanted, reader)
        if isinstance(wanted, Operation):
            return await self._operate(wanted, query, reader)
        if isinstance(wanted, Inquiry):
            return await self._inquiries.show(wanted, reader)
        return await self._pages.show(wanted, reader)

    async def _operate(self, wanted: Operation, query: CallbackQuery, reader: Reader) -> Message | None:
        """An operator's button, if an operator presses it in private: whoever else does learns nothing."""
        is_meant = is_private(query) and self._staff.roles.may(reader.person, "operator")
        return await self._staff.press(wanted, reader) if is_meant and self._staff.press else None

    async def _reviewed(self, wanted: ReviewStep, query: CallbackQuery, reader: Reader) -> None:
        """A reviewer's button, wherever it stands: who has no such role learns nothing and changes nothing."""
        bench = self._staff.bench
        if bench is None or not self._staff.roles.may(reader.person, "reviewer"):
            await self._client.answer(query.id, words.say(staffwords.REVIEW_NOT_YOURS, reader.lang))
            return
        is_card = not is_private(query)
        done = await bench.press(wanted, _ticked(query), query.id, reader, is_card=is_card)
        await self._client.answer(query.id, done.notice)
        if done.page is not None:
            await self._replies.turn(query, done.page)


def is_private(query: CallbackQuery) -> bool:
    """Whether the button stands in a private chat."""
    return query.message is not None and query.message.chat.type == ChatType.PRIVATE


def _is_chat(query: CallbackQuery) -> bool:
    """Whether the button stands in a chat: under a post of the channel nobody's press may change anything."""
    return query.message is not None and query.message.chat.type != ChatType.CHANNEL


def _busy(wanted: Action | None) -> Busy:
    if isinstance(wanted, ShowMonths):
        return "upload_photo"
    return "upload_document" if isinstance(wanted, MakeDossier) else "typing"


def _ticked(query: CallbackQuery) -> frozenset[str]:
    """The commitments ticked below the message, as Telegram has it: no memory of ours is needed for it."""
    markup = query.message.reply_markup if isinstance(query.message, telegram.Message) else None
    buttons = [entry for row in (markup.inline_keyboard if markup else ()) for entry in row]
    steps = [action(str(entry.callback_data or "")) for entry in buttons if entry.text.startswith(CHOSEN)]
    return frozenset(step.key for step in steps if isinstance(step, ReviewStep))
