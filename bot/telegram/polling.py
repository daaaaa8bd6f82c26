"""The bot's life in Telegram: coming up however long that takes, getting updates, going down quickly."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.listener import listening
from bot.telegram.application import (
    App,
    TokenRefused,
    WebhookRefused,
    ask_for_calls,
    connect,
    disconnect,
    start_polling,
)
from bot.telegram.client import Client
from bot.telegram.menus import set_menus
from bot.telegram.outcome import Outcome, Refused, Sent, Unknown
from bot.telegram.roles import Roles
from bot.telegram.webhook import Webhook, door

_log = logging.getLogger("pactwatch.chat")

UPDATES = ["message", "callback_query", "inline_query"]
STOP_S = 2.0
REMIND_S = 600.0
NOBODY = Roles()


@asynccontextmanager
async def answering(
    app: App,
    client: Client,
    sleep: Callable[[float], Awaitable[None]],
    *,
    roles: Roles = NOBODY,
    webhook: Webhook | None = None,
) -> AsyncIterator[None]:
    """Updates are fetched, or with a `webhook` brought to us, and handled until the block ends, and then every
    connection is closed.

    Waits for Telegram as long as it is out of reach. Raises TokenRefused where it does not know the bot,
    WebhookRefused where it does not take the address, and PortTaken where nobody can call us there.
    """
    try:
        await _come_up(app, sleep)
        await set_menus(client, roles)
        async with _updates(app, webhook, sleep):
            await app.start()
            yield
    finally:
        await _stop(app)
        await disconnect(app)


@asynccontextmanager
async def _updates(app: App, webhook: Webhook | None, sleep: Callable[[float], Awaitable[None]]) -> AsyncIterator[None]:
    """Updates come while the block lasts. What comes later waits at Telegram for the next start."""
    if webhook is None:
        await start_polling(app, UPDATES, trouble=Reporter())
        yield
        return
    async with listening(webhook.host, webhook.port, door(app, webhook.secret)) as port:

        async def ask() -> Outcome | None:
            done = await ask_for_calls(app, webhook.url, secret=webhook.secret, updates=UPDATES)
            return None if isinstance(done, Sent) else done

        trouble = await _patiently(ask, sleep)
        if trouble is not None:
            raise WebhookRefused(webhook.url, trouble.reason)
        _log.info("telegram calls us host=%s port=%d", webhook.host, port)
        yield


async def _come_up(app: App, sleep: Callable[[float], Awaitable[None]]) -> None:
    if await _patiently(lambda: connect(app), sleep) is not None:
        raise TokenRefused


async def _patiently(
    call: Callable[[], Awaitable[Outcome | None]], sleep: Callable[[float], Awaitable[None]]
) -> Refused | None:
    """Make the call until there is an answer: None, or a definite no."""
    failures = 0
    while (trouble := await call()) is not None:
        if isinstance(trouble, Refused):
            return trouble
        failures += 1
        delay = min(60.0, 2.0**failures)
        _log.warning("telegram is out of reach outcome=%s again_in_s=%.0f", trouble, delay)
        await sleep(delay)
    return None


async def _stop(app: App) -> None:
    """Stop fetching, finish what is being answered; never wait long for a network that may be gone."""
    try:
        async with asyncio.timeout(STOP_S):
            if app.updater is not None and app.updater.running:
                await app.updater.stop()
            if app.running:
                await app.stop()
    except TimeoutError:
        _log.info("left telegram without a good-bye")


class Reporter:
    """Says what keeps updates away: at once, and while it lasts every ten minutes, however often it is tried. The
    library tries again by itself, after a second at first and after half a minute in the end."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._said: dict[str, float] = {}

    def __call__(self, trouble: Outcome) -> None:
        level, text = _told(trouble)
        now = self._seconds()
        if now - self._said.get(text, -REMIND_S) >= REMIND_S:
            self._said = {text: now}  # another trouble in between is a change, and this one would be again
            _log.log(level, "%s", text)


def _told(trouble: Outcome) -> tuple[int, str]:
    if isinstance(trouble, Refused):
        return logging.ERROR, "telegram does not take our token any more; nobody is answered until it is right"
    if isinstance(trouble, Unknown) and "conflict" in trouble.reason.lower():
        return logging.ERROR, _ANOTHER
    return logging.WARNING, f"no updates from telegram outcome={trouble}"


_ANOTHER = (
    "another program fetches this bot's updates (409): a question reaches one of the two, later than it would. Posts go"
    " out as before. If it shares our log, all is well; if it has a log of its own, both post everything: stop it, or"
    " give it a bot and a token of its own"
)
