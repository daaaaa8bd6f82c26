"""Calls to the Bot API with their outcome as a value: the only place that knows python-telegram-bot's errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import telegram
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import Application, ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.keyboards import Button, Keyboard
from bot.telegram.message import Message
from bot.telegram.outcome import (
    Hidden,
    Look,
    Migrated,
    Nothing,
    NotModified,
    Outcome,
    RefusalKind,
    Refused,
    Seen,
    Sent,
    Unknown,
    Unsent,
    Wait,
)
from bot.telegram.pace import Turnstile

T = TypeVar("T")
App = Application[Any, Any, Any, Any, Any, Any]

READ_TIMEOUT_S = 30.0
# After so long no request of ours can still be on its way: connect, write and read have all run out.
IN_FLIGHT_S = READ_TIMEOUT_S + 20.0


def build_application(token: str, api_url: str, *, read_timeout_s: float = READ_TIMEOUT_S) -> App:
    """python-telegram-bot, ready to be started: one slow handler does not hold up the others, and a read has
    30 seconds, because an answer that comes late is worth more than a guess."""
    return (
        Application.builder()
        .token(token)
        .base_url(f"{api_url.rstrip('/')}/bot")
        .base_file_url(f"{api_url.rstrip('/')}/file/bot")
        .request(_request(32, read_timeout_s))
        .get_updates_request(_request(1, read_timeout_s))
        .concurrent_updates(True)
        .build()
    )


def _request(connections: int, read_timeout_s: float) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=read_timeout_s,
        write_timeout=10.0,
        connect_timeout=10.0,
        pool_timeout=10.0,
    )


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat found by its public name."""

    id: int


class Client:
    """A bot's outgoing calls, paced per chat. `chat` is always a numeric id: its `@name` would pass for another."""

    def __init__(self, bot: ExtBot[Any], turnstile: Turnstile) -> None:
        self._bot = bot
        self._turnstile = turnstile

    async def turn(self, chat: int) -> None:
        """Return when a message to the chat could go out at once."""
        await self._turnstile.wait(chat)

    async def send(self, chat: int, message: Message, *, reply_to: int | None = None, silent: bool = False) -> Outcome:
        """Post a message; as an answer to the message `reply_to` if that is still there."""
        reply = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None

        async def call() -> telegram.Message:
            return await self._bot.send_message(
                chat,
                message.text,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(message.keyboard),
                link_preview_options=_preview(message),
                disable_notification=silent,
                reply_parameters=reply,
            )

        return _as_sent(await self._paced(chat, call))

    async def send_plain(self, chat: int, text: str, *, silent: bool = False) -> Outcome:
        """Post text without markup or buttons: what is left when Telegram cannot read the markup."""

        async def call() -> telegram.Message:
            return await self._bot.send_message(
                chat, text, link_preview_options=_NO_PREVIEW, disable_notification=silent
            )

        return _as_sent(await self._paced(chat, call))

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
        done = await _outcome(lambda: self._bot.answer_callback_query(callback, text or None, show_alert=alert))
        return Sent(0) if isinstance(done, bool) else done

    async def find(self, name: str) -> Chat | Outcome:
        """The chat with the public name `@name`."""

        async def call() -> Chat:
            return Chat((await self._bot.get_chat(name)).id)

        return await _outcome(call)

    async def set_commands(self, commands: Sequence[tuple[str, str]], *, lang: str | None = None) -> Outcome:
        """Make Telegram's command menu hold these, for readers of the language (all where None); NotModified where
        it did already."""
        wanted = tuple(BotCommand(name, text) for name, text in commands)

        async def call() -> Outcome:
            if await self._bot.get_my_commands(language_code=lang) == wanted:
                return NotModified()
            await self._bot.set_my_commands(wanted, language_code=lang)
            return Sent(0)

        return await _outcome(call)

    async def _paced(self, chat: int, call: Callable[[], Awaitable[T]]) -> T | Outcome:
        await self._turnstile.enter(chat)
        done = await _outcome(call)
        if isinstance(done, Wait):
            self._turnstile.hold(chat, done.seconds)
        return done


def classify(error: TelegramError) -> Outcome:
    """What an error says about the call's effect; the error texts are compared without case."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Wait(wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case ChatMigrated():
            return Migrated(error.new_chat_id)
        case InvalidToken():
            return Refused("token", "the token is not accepted")  # its message may quote the token
        case Forbidden():
            return Refused("chat", error.message)
        case BadRequest():
            return _bad_request(error.message)
        case _:
            return _network(error)


def _bad_request(reason: str) -> Outcome:
    text = reason.lower()
    if "message is not modified" in text:
        return NotModified()
    for kind, phrases in _REFUSALS:
        if any(phrase in text for phrase in phrases):
            return Refused(kind, reason)
    return Refused("message", reason)


def _network(error: TelegramError) -> Outcome:
    """A call that surely never left may be made again; of any other (5xx, a cut answer, 200 without JSON) the
    effect is unknown."""
    cause = error.__cause__
    reason = error.message.partition(". Parsing the server response")[0]
    if isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return Unsent(reason)
    if "too many requests" in error.message.lower():
        return Wait(30.0)  # a 429 without its retry_after
    return Unknown(reason, in_flight=isinstance(cause, httpx.HTTPError))


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


async def _outcome(call: Callable[[], Awaitable[T]]) -> T | Outcome:
    try:
        return await call()
    except TelegramError as error:
        return classify(error)


_SMALL_PREVIEW = LinkPreviewOptions(prefer_small_media=True)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REFUSALS: tuple[tuple[RefusalKind, tuple[str, ...]], ...] = (
    ("markup", ("can't parse", "entity", "entities", "button_", "wrong http url", "inline keyboard")),
    ("gone", ("message to edit not found", "message can't be edited", "message_id_invalid", "message to delete not")),
    (
        "chat",
        (
            "chat not found",
            "not enough rights",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_admin_required",
            "channel_private",
            "user_is_blocked",
            "user is deactivated",
            "group chat was deactivated",
            "have no rights to send",
            "not a member",
            "peer_id_invalid",
            "chat_restricted",
            "thread not found",
            "topic_closed",
            "topic_deleted",
        ),
    ),
)
