"""What arrives from chats: commands, words and button presses, each led to its page and answered exactly once."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import telegram
from telegram import CallbackQuery, Update
from telegram.constants import ChatType
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, InlineQueryHandler, MessageHandler, filters

from bot.telegram import words
from bot.telegram.answers import Reader, note
from bot.telegram.application import App
from bot.telegram.bench import Bench
from bot.telegram.cards import CHOSEN
from bot.telegram.client import Client
from bot.telegram.desk import Desk
from bot.telegram.inquiries import Inquiries
from bot.telegram.jury import Jury
from bot.telegram.keyboards import (
    Action,
    Inquiry,
    Operation,
    Preference,
    ReviewStep,
    ShowTimeline,
    ShowWhy,
    Vote,
    action,
)
from bot.telegram.markup import Html
from bot.telegram.message import Message
from bot.telegram.outcome import Outcome, Refused, Wait
from bot.telegram.pace import Flood
from bot.telegram.pages import Pages
from bot.telegram.roles import Role, Roles

_log = logging.getLogger("pactwatch.chat")

TRIES = 3
Context = ContextTypes.DEFAULT_TYPE
Page = Callable[[str, Reader], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who has a role, the commands that take one, and what a button for operators does."""

    roles: Roles = field(default_factory=Roles)
    commands: Mapping[str, tuple[Role, Page]] = field(default_factory=dict)
    press: Callable[[Operation, Reader], Awaitable[Message | None]] | None = None
    bench: Bench | None = None


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
        self._jury = jury
        self._clock = clock
        self._staff = staff
        self._flood = Flood()
        self._typing = Flood()

    def attach(self, app: App) -> None:
        """Let the application's updates come here. Edited messages do not ask again; channel posts ask nothing."""
        new = filters.UpdateType.MESSAGE
        for name, page in self._commands().items():
            app.add_handler(CommandHandler(name, self._answering(page), new))
        for name, page in self._choices().items():
            app.add_handler(CommandHandler(name, self._answering(page), new & filters.ChatType.PRIVATE))
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

    def _answering(self, page: Page) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        """A handler that answers a command with a page; what stands behind the command is its argument."""

        async def handle(update: Update, _context: Context) -> None:
            asked = await self._admitted(update)
            if asked is not None:
                _, *said = (asked.text or "").split(maxsplit=1)
                await self._reply(asked, await page("".join(said), await self._reader(update)))

        return handle

    async def _words(self, update: Update, _: Context) -> None:
        """Plain words in a private chat: an address asks why, anything else is looked for."""
        asked = await self._admitted(update)
        if asked is not None:
            reader, text = await self._reader(update), asked.text or ""
            url = _address(asked) if text.startswith("http") or asked.forward_origin else None
            page = await (self._pages.why(url, reader) if url else self._pages.latest(text, reader))
            await self._reply(asked, page)

    async def _why(self, update: Update, _: Context) -> None:
        """Why: of the message replied to, or of the address behind the command."""
        asked = await self._admitted(update)
        if asked is not None:
            url = _address(asked) or (_address(asked.reply_to_message) if asked.reply_to_message else None)
            await self._reply(asked, await self._pages.why(url, await self._reader(update)))

    async def _pressed(self, update: Update, _: Context) -> None:
        """A button: the page it asks for takes the place of the one it stands under. Whatever it is, it is answered."""
        query = update.callback_query
        if query is None:
            return
        reader = await self._reader(update)
        wait = self._flood.wait_for(query.from_user.id, self._clock())
        if wait:
            await self._client.answer(query.id, _too_fast(reader, wait))
            return
        wanted = action(query.data or "")
        if isinstance(wanted, ShowWhy):
            await self._client.answer(query.id, await self._pages.why_alert(wanted.story, reader), alert=True)
            return
        if isinstance(wanted, ShowTimeline):
            await self._client.answer(query.id, await self._pages.timeline_alert(wanted.story, reader), alert=True)
            return
        if isinstance(wanted, Vote):
            await self._client.answer(query.id, await self._jury.vote(wanted, query.id, reader))
            return
        if isinstance(wanted, ReviewStep):
            await self._reviewed(wanted, query, reader)
            return
        if isinstance(wanted, Preference) and not _is_private(query):
            text = words.say(words.PRIVATE_ONLY, reader.lang).format(bot=self._client.username)
            await self._client.answer(query.id, text)
            return
        page = await self._page(wanted, query, reader)
        if page is None:
            await self._client.answer(query.id, words.say(words.STALE, reader.lang))
            return
        await self._client.answer(query.id)
        await self._turn(query, page)

    async def _reviewed(self, wanted: ReviewStep, query: CallbackQuery, reader: Reader) -> None:
        """A reviewer's button, wherever it stands: who has no such role learns nothing and changes nothing."""
        bench = self._staff.bench
        if bench is None or not self._staff.roles.may(reader.person, "reviewer"):
            await self._client.answer(query.id, words.say(words.REVIEW_NOT_YOURS, reader.lang))
            return
        is_card = not _is_private(query)
        done = await bench.press(wanted, _ticked(query), query.id, reader, is_card=is_card)
        await self._client.answer(query.id, done.notice)
        if done.page is not None:
            await self._turn(query, done.page)

    async def _typed(self, update: Update, _: Context) -> None:
        """`@bot words` in any chat: reports to share there. Who types very fast gets none for a moment."""
        query = update.inline_query
        if query is None:
            return
        is_calm = not self._typing.wait_for(query.from_user.id, self._clock())
        offers = await self._pages.offers(query.query, await self._reader(update)) if is_calm else []
        _report("offered", await self._client.offer(query.id, offers))

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
        is_meant = _is_private(query) and self._staff.roles.may(reader.person, "operator")
        return await self._staff.press(wanted, reader) if is_meant and self._staff.press else None

    async def _turn(self, query: CallbackQuery, page: Message) -> None:
        """Put the page in the place of the message, or below it where Telegram lets it no longer be changed; a picture
        or a file always comes below."""
        if query.message is None:
            return
        chat, number = query.message.chat.id, query.message.message_id
        if page.picture or page.file:
            _report("turned", await self._patiently(lambda: self._client.send(chat, page)))
            return
        done = await self._patiently(lambda: self._client.edit(chat, number, page))
        if isinstance(done, Refused) and done.kind in {"gone", "message"}:
            done = await self._patiently(lambda: self._client.send(chat, page))
        _report("turned", done)

    async def _reply(self, asked: telegram.Message, page: Message) -> None:
        """Answer: in a group as a reply, so that all can see to whom; in words alone where no pictures are let in."""
        chat = asked.chat.id
        to = None if asked.chat.type == ChatType.PRIVATE else asked.message_id
        done = await self._patiently(lambda: self._client.send(chat, page, reply_to=to))
        if isinstance(done, Refused) and page.picture:
            alone = replace(page, picture=b"")
            done = await self._patiently(lambda: self._client.send(chat, alone, reply_to=to))
        _report("answered", done)

    async def _patiently(self, call: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """The call, made again where Telegram asks for a wait; the client's pace does the waiting."""
        done = await call()
        for _ in range(TRIES - 1):
            if not isinstance(done, Wait):
                break
            done = await call()
        return done

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
            await self._reply(asked, note(words.TOO_FAST, reader, seconds=max(1, round(wait))))
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
            await self._reply(update.message, note(words.TROUBLE, self._pages.reader(0, lang)))


async def _unknown(_text: str, reader: Reader) -> Message:
    return note(words.UNKNOWN_COMMAND, reader)


def _is_chat(query: CallbackQuery) -> bool:
    """Whether the button stands in a chat: under a post of the channel nobody's press may change anything."""
    return query.message is not None and query.message.chat.type != ChatType.CHANNEL


def _is_private(query: CallbackQuery) -> bool:
    return query.message is not None and query.message.chat.type == ChatType.PRIVATE


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


def _ticked(query: CallbackQuery) -> frozenset[str]:
    """The commitments ticked below the message, as Telegram has it: no memory of ours is needed for it."""
    markup = query.message.reply_markup if isinstance(query.message, telegram.Message) else None
    buttons = [entry for row in (markup.inline_keyboard if markup else ()) for entry in row]
    steps = [action(str(entry.callback_data or "")) for entry in buttons if entry.text.startswith(CHOSEN)]
    return frozenset(step.key for step in steps if isinstance(step, ReviewStep))


def _too_fast(reader: Reader, wait: float) -> str:
    return words.say(words.TOO_FAST, reader.lang).format(seconds=max(1, round(wait)))


def _report(what: str, outcome: Outcome) -> None:
    """Of whom and what was asked the log says nothing: it is nobody's business."""
    level = logging.WARNING if isinstance(outcome, Refused) and outcome.kind == "message" else logging.DEBUG
    _log.log(level, "%s outcome=%s", what, outcome)
