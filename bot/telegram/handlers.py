"""What arrives from chats: commands, words and button presses, each led to its page and answered exactly once."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import telegram
from telegram import Update
from telegram.constants import ChatType
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, InlineQueryHandler, MessageHandler, filters

from bot.telegram import words
from bot.telegram.answers import Reader, note
from bot.telegram.application import App
from bot.telegram.client import Client
from bot.telegram.desk import Desk
from bot.telegram.inquiries import Inquiries
from bot.telegram.jury import Jury
from bot.telegram.markup import Html
from bot.telegram.message import Message
from bot.telegram.pace import Flood
from bot.telegram.pages import Pages
from bot.telegram.presses import Page, Presses, Staff
from bot.telegram.replies import Busy, Replies, report
from bot.telegram.roles import Role

_log = logging.getLogger("pactwatch.chat")

Context = ContextTypes.DEFAULT_TYPE

NO_STAFF = Staff()


class Chats:
    """Answers people. Only who asks too fast is remembered here between updates, so a restart changes nothing; what
    readers chose is kept by the desk. `staff` are commands for those who have a role, in private alone; to others they
    are commands that do not exist."""

    def __init__(
        self,
        client: Client,
        pages: Pages,
        inquiries: Inquiries,
        desk: Desk,
        jury: Jury,
        clock: Callable[[], float],
        *,
        staff: Staff = NO_STAFF,
    ) -> None:
        self._client = client
        self._pages = pages
        self._inquiries = inquiries
        self._desk = desk
        self._clock = clock
        self._staff = staff
        self._replies = Replies(client)
        self._presses = Presses(
            client, self._replies, pages=pages, inquiries=inquiries, desk=desk, jury=jury, staff=staff
        )
        self._flood = Flood()
        self._typing = Flood()

    def attach(self, app: App) -> None:
        """Let the application's updates come here. Edited messages do not ask again; channel posts ask nothing."""
        new = filters.UpdateType.MESSAGE
        for name, page in self._commands().items():
            app.add_handler(CommandHandler(name, self._answering(page, _BUSY.get(name, "typing")), new))
        for name, page in self._choices().items():
            answering = self._answering(page, _BUSY.get(name, "typing"))
            app.add_handler(CommandHandler(name, answering, new & filters.ChatType.PRIVATE))
            app.add_handler(CommandHandler(name, self._answering(self._elsewhere), new))
        app.add_handler(CommandHandler("why", self._why, new))
        private = new & filters.ChatType.PRIVATE
        for name, (role, page) in self._staff.commands.items():
            app.add_handler(CommandHandler(name, self._answering(self._guarded(role, page)), private))
        app.add_handler(MessageHandler(private & filters.COMMAND, self._answering(_unknown)))
        app.add_handler(MessageHandler(private & filters.TEXT, self._words))
        app.add_handler(CallbackQueryHandler(self._pressed))
        app.add_handler(InlineQueryHandler(self._typed))
        app.add_error_handler(self._failed)

    def _commands(self) -> dict[str, Page]:
        async def help_(_text: str, reader: Reader) -> Message:
            return self._pages.help_(reader)

        async def everything(_text: str, reader: Reader) -> Message:
            return await self._pages.commitment("", reader)

        return {
            "start": self._pages.start,
            "help": help_,
            "list": everything,
            "latest": self._pages.latest,
            "commitment": self._pages.commitment,
            "search": self._inquiries.search,
            "silence": self._inquiries.silence,
            "status": self._inquiries.status,
            "timeline": self._inquiries.timeline,
            "asof": self._inquiries.asof,
        }

    def _choices(self) -> dict[str, Page]:
        """What concerns the asker alone, and is said in private."""
        desk = self._desk
        return {
            "lang": desk.lang,
            "digest": self._inquiries.digest,
            "export": self._inquiries.export,
            "follow": desk.follow,
            "unfollow": desk.unfollow,
            "mine": desk.mine,
            "settings": desk.settings,
            "quiet": desk.quiet,
            "forget": desk.forget,
        }

    async def _elsewhere(self, _text: str, reader: Reader) -> Message:
        return note(words.PRIVATE_ONLY, reader, bot=Html(self._client.username))

    def _guarded(self, role: Role, page: Page) -> Page:
        """The page for those who have the role."""

        async def guarded(text: str, reader: Reader) -> Message:
            return await (page if self._staff.roles.may(reader.person, role) else _unknown)(text, reader)

        return guarded

    def _answering(self, page: Page, busy: Busy = "typing") -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        """A handler that answers a command with a page; what stands behind the command is its argument."""

        async def handle(update: Update, _context: Context) -> None:
            asked = await self._admitted(update)
            if asked is not None:
                _, *said = (asked.text or "").split(maxsplit=1)
                reader = await self._reader(update)
                await self._answer(asked, lambda: page("".join(said), reader), busy)

        return handle

    async def _answer(
        self, asked: telegram.Message, page: Callable[[], Awaitable[Message]], busy: Busy = "typing"
    ) -> None:
        async with self._replies.working(asked.chat.id, busy):
            made = await page()
        await self._replies.reply(asked, made)

    async def _words(self, update: Update, _: Context) -> None:
        """Plain words in a private chat: an address asks why, anything else is looked for."""
        asked = await self._admitted(update)
        if asked is not None:
            reader, text = await self._reader(update), asked.text or ""
            url = _address(asked) if text.startswith("http") or asked.forward_origin else None
            await self._answer(asked, lambda: self._pages.why(url, reader) if url else self._pages.latest(text, reader))

    async def _why(self, update: Update, _: Context) -> None:
        """Why: of the message replied to, or of the address behind the command."""
        asked = await self._admitted(update)
        if asked is not None:
            url = _address(asked) or (_address(asked.reply_to_message) if asked.reply_to_message else None)
            reader = await self._reader(update)
            await self._answer(asked, lambda: self._pages.why(url, reader))

    async def _pressed(self, update: Update, _: Context) -> None:
        """A button. Whatever it is, it is answered."""
        query = update.callback_query
        if query is None:
            return
        reader = await self._reader(update)
        wait = self._flood.wait_for(query.from_user.id, self._clock())
        if wait:
            await self._client.answer(query.id, _too_fast(reader, wait))
            return
        await self._presses.pressed(query, reader)

    async def _typed(self, update: Update, _: Context) -> None:
        """`@bot words` in any chat: reports to share there. Who types very fast gets none for a moment."""
        query = update.inline_query
        if query is None:
            return
        is_calm = not self._typing.wait_for(query.from_user.id, self._clock())
        offers = await self._pages.offers(query.query, await self._reader(update)) if is_calm else []
        report("offered", await self._client.offer(query.id, offers))

    async def _admitted(self, update: Update) -> telegram.Message | None:
        """The message to answer; None for one of a person who asks too fast, who is told so once."""
        asked, person = update.message, update.effective_user
        if asked is None or person is None:
            return None
        now = self._clock()
        wait = self._flood.wait_for(person.id, now)
        if not wait:
            return asked
        if self._flood.is_first_refusal(person.id, now):
            reader = await self._reader(update)
            await self._replies.reply(asked, note(words.TOO_FAST, reader, seconds=max(1, round(wait))))
        return None

    async def _reader(self, update: Update) -> Reader:
        """Who asks: in the language they chose, else in that of their Telegram."""
        person = update.effective_user
        if person is None:
            return self._pages.reader(0, "en")
        chat = update.effective_chat
        kept = await self._desk.find(person.id, writes=chat is not None and chat.type == ChatType.PRIVATE)
        return self._pages.reader(person.id, kept.settings.lang if kept else words.language(person.language_code))

    async def _failed(self, update: object, context: Context) -> None:
        """A defect of ours: it is logged, and the person is not left waiting."""
        _log.error("answering failed", exc_info=context.error)
        if not isinstance(update, Update):
            return
        person = update.effective_user
        lang = words.language(person.language_code if person else None)
        text = words.say(words.TROUBLE, lang)
        if update.callback_query:
            await self._client.answer(update.callback_query.id, text)
        elif update.message:
            await self._replies.reply(update.message, note(words.TROUBLE, self._pages.reader(0, lang)))


async def _unknown(_text: str, reader: Reader) -> Message:
    return note(words.UNKNOWN_COMMAND, reader)


def _address(message: telegram.Message) -> str | None:
    """The first web address in a message: written out, behind words, or behind a button."""
    for entity in message.entities or message.caption_entities:
        if entity.type == "text_link" and entity.url:
            return entity.url
        if entity.type == "url":
            return message.parse_entity(entity) if message.text else message.parse_caption_entity(entity)
    for row in message.reply_markup.inline_keyboard if message.reply_markup else ():
        for button in row:
            if button.url:
                return button.url
    found = re.search(r"https?://\S+", message.text or "")
    return found[0] if found else None


def _too_fast(reader: Reader, wait: float) -> str:
    return words.say(words.TOO_FAST, reader.lang).format(seconds=max(1, round(wait)))


_BUSY: dict[str, Busy] = {"timeline": "upload_photo", "export": "upload_document"}
