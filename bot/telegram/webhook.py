"""Updates that Telegram brings to us, where we do not fetch them: who may bring them, and what becomes of them."""

from __future__ import annotations

import hmac
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Update

from bot.listener import Call, Reply
from bot.telegram.application import App

_HEADER = "x-telegram-bot-api-secret-token"
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram calls (`url`), where that leads to here, and what it has to say to be believed."""

    url: str
    host: str
    port: int
    secret: str = field(repr=False)


def door(app: App, secret: str) -> Callable[[Call], Awaitable[Reply]]:
    """What answers Telegram: an update is handed to the application, once, however often it is brought.

    As with fetching, an update is taken before it is answered.
    """
    seen: deque[int] = deque(maxlen=_REMEMBERED)

    async def answer(call: Call) -> Reply:
        said = call.headers.get(_HEADER, "")
        if call.method != "POST" or not hmac.compare_digest(said.encode(), secret.encode()):
            return Reply(403)
        update = _read(app, call.body)
        if update is None:
            return Reply(400)
        if update.update_id not in seen:
            seen.append(update.update_id)
            await app.update_queue.put(update)
        return Reply(200)

    return answer


def _read(app: App, body: bytes) -> Update | None:
    try:
        found = json.loads(body)
        return Update.de_json(found, app.bot) if isinstance(found, dict) and "update_id" in found else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
