"""python-telegram-bot, set up: where it calls, how long it waits, how it comes up and fetches updates."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import httpx
from telegram.ext import Application
from telegram.request import HTTPXRequest

from bot.telegram.calls import classify, outcome_of
from bot.telegram.outcome import Outcome, Sent

App = Application[Any, Any, Any, Any, Any, Any]

_REQUESTS = "requests"
READ_TIMEOUT_S = 30.0
# A call that was given up, or whose process died, has its connection closed by the kernel; what was on its way by
# then reaches Telegram within seconds or not at all.
IN_FLIGHT_S = 15.0


def build_application(
    token: str,
    api_url: str,
    *,
    read_timeout_s: float = READ_TIMEOUT_S,
    transport: httpx.AsyncBaseTransport | None = None,
) -> App:
    """python-telegram-bot, ready to be started: one slow handler does not hold up the others, and a read has
    30 seconds, because an answer that comes late is worth more than a guess. All calls but the fetching of updates go
    over the `transport`, where one is given."""
    requests = (_request(32, read_timeout_s, transport), _request(1, read_timeout_s))
    app: App = (
        Application.builder()
        .token(token)
        .base_url(f"{api_url.rstrip('/')}/bot")
        .base_file_url(f"{api_url.rstrip('/')}/file/bot")
        .request(requests[0])
        .get_updates_request(requests[1])
        .concurrent_updates(True)
        .build()
    )
    app.bot_data[_REQUESTS] = requests
    return app


class TokenRefused(Exception):
    """Telegram does not know the bot."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram does not accept the bot token; compare TELEGRAM_BOT_TOKEN with the one @BotFather shows (/mybots)"
        )


class WebhookRefused(Exception):
    """Telegram will not call us at that address."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"telegram.webhook.url: {url}: Telegram does not take this address: {reason}")


async def connect(app: App) -> Outcome | None:
    """Make the application know who it is; None, or why it could not."""
    return await outcome_of(app.initialize)


async def disconnect(app: App) -> None:
    """Close every connection, whether or not the application came up."""
    await app.shutdown()
    for request in app.bot_data.pop(_REQUESTS, ()):
        await request.shutdown()


async def start_polling(app: App, updates: Sequence[str], *, trouble: Callable[[Outcome], None]) -> None:
    """Begin to fetch updates; a fetch that fails is told to `trouble` and made again for ever. Telegram no longer calls
    us where it did before."""
    if app.updater is not None:
        await app.updater.start_polling(
            bootstrap_retries=-1,
            allowed_updates=list(updates),
            error_callback=lambda error: trouble(classify(error)),
        )


async def ask_for_calls(app: App, url: str, *, secret: str, updates: Sequence[str]) -> Outcome:
    """Have Telegram bring updates to the address, together with the secret."""
    done = await outcome_of(lambda: app.bot.set_webhook(url, allowed_updates=list(updates), secret_token=secret))
    return Sent(0) if isinstance(done, bool) else done


def _request(
    connections: int, read_timeout_s: float, transport: httpx.AsyncBaseTransport | None = None
) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=read_timeout_s,
        write_timeout=10.0,
        connect_timeout=10.0,
        pool_timeout=10.0,
        httpx_kwargs={"transport": transport} if transport else {"verify": _certificates()},
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: the certificates take a tenth of a second, and every client would read them anew."""
    return httpx.create_ssl_context()
