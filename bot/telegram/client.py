"""A bot's outgoing calls, paced per chat, their outcome as a value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import telegram
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.ext import ExtBot

from bot.telegram.calls import outcome_of
from bot.telegram.keyboards import Button, Keyboard
from bot.telegram.markup import fits_caption
from bot.telegram.message import Message
from bot.telegram.outcome import (
    Hidden,
    Look,
    Nothing,
    NotModified,
    Outcome,
    Refused,
    Seen,
    Sent,
    Wait,
)
from bot.telegram.pace import Turnstile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat found by its public name."""

    id: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A message that a person may send into any chat, and how it is called in the list."""

    id: str
    title: str
    description: str
    message: Message


class Client:
    """A bot's outgoing calls, paced per chat. `chat` is always a numeric id: its `@name` would pass for another."""

    def __init__(self, bot: ExtBot[Any], turnstile: Turnstile) -> None:
        self._bot = bot
        self._turnstile = turnstile

    @property
    def username(self) -> str:
        """What the bot is called, without @; known once it is connected."""
        return self._bot.username

    async def turn(self, chat: int) -> None:
        """Return when a message to the chat could go out at once."""
        await self._turnstile.wait(chat)

    async def send(
        self,
        chat: int,
        message: Message,
        *,
        reply_to: int | None = None,
        silent: bool = False,
        thread: int | None = None,
    ) -> Outcome:
        """Post a message, with its picture or file, into the topic `thread` of a forum; as an answer to the message
        `reply_to` if that is still there. Where the text is too long for a caption, a picture stays away."""

        how: dict[str, Any] = {
            "parse_mode": ParseMode.HTML,
            "reply_markup": _markup(message.keyboard),
            "disable_notification": silent,
            "reply_parameters": _reply(reply_to),
            "message_thread_id": thread,
        }

        is_caption = fits_caption(message.text)

        async def call() -> telegram.Message:
            if message.picture and is_caption:
                return await self._bot.send_photo(
                    chat, InputFile(message.picture, "picture.png"), caption=message.text, **how
                )
            if message.file:
                file = InputFile(message.file.body, message.file.name)
                return await self._bot.send_document(chat, file, caption=message.text if is_caption else None, **how)
            return await self._bot.send_message(chat, message.text, link_preview_options=_preview(message), **how)

        return _as_sent(await self._paced(chat, call))

    async def send_plain(
        self, chat: int, text: str, *, reply_to: int | None = None, silent: bool = False, thread: int | None = None
    ) -> Outcome:
        """Post text without markup or buttons: what is left when Telegram cannot read the markup."""

        async def call() -> telegram.Message:
            return await self._bot.send_message(
                chat,
                text,
                link_preview_options=_NO_PREVIEW,
                disable_notification=silent,
                reply_parameters=_reply(reply_to),
                message_thread_id=thread,
            )

        return _as_sent(await self._paced(chat, call))

    async def open_topic(self, chat: int, name: str) -> int | Outcome:
        """Open a topic in a forum group (createForumTopic); gives its thread id."""

        async def call() -> int:
            return (await self._bot.create_forum_topic(chat, name)).message_thread_id

        return await self._paced(chat, call)

    async def edit(self, chat: int, number: int, message: Message) -> Outcome:
        """Bring a message that we sent up to date."""

        async def call() -> int:
            await self._bot.edit_message_text(
                message.text,
                chat,
                number,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(message.keyboard),
                link_preview_options=_preview(message),
            )
            return number

        done = await self._paced(chat, call)
        return Sent(done) if isinstance(done, int) else done

    async def edit_plain(self, chat: int, number: int, text: str) -> Outcome:
        """Bring a message of ours up to date without markup or buttons."""

        async def call() -> int:
            await self._bot.edit_message_text(text, chat, number, link_preview_options=_NO_PREVIEW)
            return number

        done = await self._paced(chat, call)
        return Sent(done) if isinstance(done, int) else done

    async def pin(self, chat: int, number: int) -> Outcome:
        """Pin a message silently."""

        async def call() -> int:
            await self._bot.pin_chat_message(chat, number, disable_notification=True)
            return number

        done = await self._paced(chat, call)
        return Sent(done) if isinstance(done, int) else done

    async def delete(self, chat: int, number: int) -> Outcome:
        """Take a message of ours back."""

        async def call() -> int:
            await self._bot.delete_message(chat, number)
            return number

        done = await self._paced(chat, call)
        return Sent(done) if isinstance(done, int) else done

    async def look(self, chat: int, number: int, *, via: int) -> Look:
        """What stands under a message id of `chat`, found out by forwarding it silently to the chat `via`: a bot
        can read its own posts in no other way."""

        async def call() -> telegram.Message:
            return await self._bot.forward_message(via, chat, number, disable_notification=True)

        return _as_look(await self._paced(via, call))

    async def answer(self, callback: str, text: str = "", *, alert: bool = False) -> Outcome:
        """Answer a button press (text of at most 200 characters), so that the presser's app stops waiting."""
        done = await outcome_of(lambda: self._bot.answer_callback_query(callback, text or None, show_alert=alert))
        return Sent(0) if isinstance(done, bool) else done

    async def show_busy(self, chat: int, what: str) -> Outcome:
        """Show for five seconds that something is being done: `typing`, `upload_photo`, `upload_document`. It is no
        message, so it need not wait its turn."""
        done = await outcome_of(lambda: self._bot.send_chat_action(chat, what))
        return Sent(0) if isinstance(done, bool) else done

    async def offer(self, query: str, offers: Sequence[Offer], *, cache_s: int = 30) -> Outcome:
        """Answer an inline query with what its asker may send into the chat they are in."""
        results = [
            InlineQueryResultArticle(
                offer.id,
                offer.title,
                InputTextMessageContent(
                    offer.message.text, ParseMode.HTML, link_preview_options=_preview(offer.message)
                ),
                reply_markup=_markup(offer.message.keyboard),
                description=offer.description,
            )
            for offer in offers
        ]
        done = await outcome_of(
            lambda: self._bot.answer_inline_query(query, results, cache_time=cache_s, is_personal=True)
        )
        return Sent(0) if isinstance(done, bool) else done

    async def find(self, name: int | str) -> Chat | Outcome:
        """The chat with this id or public name `@name`, if we may look at it."""

        async def call() -> Chat:
            return Chat((await self._bot.get_chat(name)).id)

        return await outcome_of(call)

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], *, lang: str | None = None, scope: str | int = "default"
    ) -> Outcome:
        """Make Telegram's command menu hold these, for readers of the language (all where None); NotModified where
        it did already. `scope` is "default", "private" (all private chats) or the id of one chat."""
        wanted = tuple(BotCommand(name, text) for name, text in commands)
        where = BotCommandScopeChat(scope) if isinstance(scope, int) else _SCOPES[scope]

        async def call() -> Outcome:
            if await self._bot.get_my_commands(where, language_code=lang) == wanted:
                return NotModified()
            await self._bot.set_my_commands(wanted, where, language_code=lang)
            return Sent(0)

        return await outcome_of(call)

    async def _paced(self, chat: int, call: Callable[[], Awaitable[T]]) -> T | Outcome:
        async with self._turnstile.through(chat):
            done = await outcome_of(call)
            if isinstance(done, Wait):
                self._turnstile.hold(chat, done.seconds)
            return done


def _reply(to: int | None) -> ReplyParameters | None:
    return ReplyParameters(to, allow_sending_without_reply=True) if to else None


def _as_sent(done: telegram.Message | Outcome) -> Outcome:
    return Sent(done.message_id) if isinstance(done, telegram.Message) else done


def _as_look(done: telegram.Message | Outcome) -> Look:
    match done:
        case telegram.Message():
            return Seen(done.text or done.caption or "", _links(done))
        case Refused("message" | "gone", reason) if "not found" in reason.lower() or "invalid" in reason.lower():
            return Nothing()
        case Refused("message" | "gone"):
            return Hidden()
        case Sent() | NotModified():  # pragma: no cover - a forward gives a message or an error
            return Nothing()
        case _:
            return done


def _links(message: telegram.Message) -> tuple[str, ...]:
    found = [*message.entities, *message.caption_entities]
    return tuple(entry.url for entry in found if entry.type == MessageEntity.TEXT_LINK and entry.url)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[_button(entry) for entry in row] for row in keyboard]) if keyboard else None


def _button(entry: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(entry.label, url=entry.url, callback_data=entry.data)


def _preview(message: Message) -> LinkPreviewOptions:
    return _SMALL_PREVIEW if message.preview else _NO_PREVIEW


_SMALL_PREVIEW = LinkPreviewOptions(prefer_small_media=True)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_SCOPES = {"default": BotCommandScopeDefault(), "private": BotCommandScopeAllPrivateChats()}
