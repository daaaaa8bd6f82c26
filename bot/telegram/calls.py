"""What an error of a call to Telegram means: the only place that knows python-telegram-bot's errors."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.telegram.outcome import Migrated, NotModified, Outcome, RefusalKind, Refused, Unknown, Unsent, Wait

T = TypeVar("T")

# The library's switch for `RetryAfter.retry_after` as a timedelta; without it, it warns at every 429. Goes with 23.0.
os.environ.setdefault("PTB_TIMEDELTA", "1")


async def outcome_of(call: Callable[[], Awaitable[T]]) -> T | Outcome:
    """What the call gives, or what its error says about its effect."""
    try:
        return await call()
    except TelegramError as error:
        return classify(error)


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
    if "too many requests" in reason.lower():
        return Wait(30.0)  # a 429 without its retry_after
    return Unknown(reason, in_flight=isinstance(cause, httpx.HTTPError))


_REFUSALS: tuple[tuple[RefusalKind, tuple[str, ...]], ...] = (
    ("markup", ("can't parse", "button_", "wrong http url", "inline keyboard", "reply markup")),
    ("topic", ("thread not found", "topic_deleted", "topic_id_invalid")),
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
            "topic_closed",
            "not a forum",
        ),
    ),
)
