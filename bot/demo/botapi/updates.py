"""Owns what waits for the bot: the queue of updates, long polling and the webhook."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from bot.demo.botapi.calls import ApiError, Call, bad_request
from bot.demo.botapi.world import Json

USUAL = frozenset({"message", "edited_message", "channel_post", "edited_channel_post", "callback_query"})
USUAL |= {"inline_query", "chosen_inline_result", "my_chat_member", "chat_join_request", "poll", "poll_answer"}
KINDS = USUAL | {"chat_member", "message_reaction", "message_reaction_count"}  # the last ones only when asked for


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are posted to."""

    url: str
    secret: str
    connections: int


@dataclass(slots=True)
class Updates:
    """Updates not yet confirmed, oldest first. Ids rise by one over all kinds."""

    changed: Callable[[], None]
    pending: list[Json] = field(default_factory=list)
    allowed: frozenset[str] = USUAL
    webhook: Webhook | None = None
    webhook_error: tuple[int, str] | None = None
    last_id: int = 700_000_000
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: asyncio.Future[ApiError] | None = None

    def add(self, kind: str, what: Json) -> None:
        """A new update, unless the bot does not want this kind."""
        if kind not in self.allowed:
            return
        self.last_id += 1
        self.pending.append({"update_id": self.last_id, kind: what})
        self._arrived.set()
        self.changed()

    def allow(self, call: Call) -> None:
        """Remember `allowed_updates` where given; an empty list means the usual ones."""
        kinds = call.json("allowed_updates")
        if isinstance(kinds, list):
            self.allowed = KINDS & {str(kind) for kind in kinds} or USUAL

    # --- long polling ------------------------------------------------------------------------------------------------

    async def poll(self, call: Call) -> list[Json]:
        """getUpdates: confirms everything below `offset`, then waits for news up to `timeout` seconds."""
        if self.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        self.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        self.allow(call)
        self._confirm(call.number("offset"))
        if not self.pending and call.number("timeout") > 0:
            await self._wait(min(call.number("timeout"), 50))
        return self.pending[: min(max(call.number("limit") or 100, 1), 100)]

    @property
    def polling(self) -> bool:
        """Is a long poll under way?"""
        return self._poller is not None

    def interrupt(self, reason: str) -> None:
        """End the long poll that is under way, if any, with a 409."""
        if self._poller and not self._poller.done():
            self._poller.set_result(ApiError(409, f"Conflict: {reason}"))

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [u for u in self.pending if int(str(u["update_id"])) >= offset]
        self.changed()

    async def _wait(self, seconds: int) -> None:
        self._poller = mine = asyncio.get_running_loop().create_future()
        self._arrived.clear()
        arrived = asyncio.ensure_future(self._arrived.wait())
        self.changed()
        try:
            await asyncio.wait({arrived, mine}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrived.cancel()
            if self._poller is mine:
                self._poller = None
            self.changed()
        if mine.done():
            raise mine.result()

    # --- webhook -----------------------------------------------------------------------------------------------------

    def set_webhook(self, call: Call) -> bool:
        """setWebhook and deleteWebhook. Plain http is taken, as by a Bot API server started with --local."""
        url, secret = call.text("url"), call.text("secret_token")
        if url and not re.match(r"https?://[^/]+", url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self.interrupt("terminated by setWebhook request")
        self.allow(call)
        if call.flag("drop_pending_updates"):
            self.pending.clear()
        self.webhook = Webhook(url, secret, call.number("max_connections") or 40) if url else None
        self.webhook_error = None
        self._arrived.set()
        self.changed()
        return True

    def webhook_info(self) -> Json:
        """WebhookInfo."""
        url = self.webhook.url if self.webhook else ""
        wire: Json = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        if self.webhook:
            wire["max_connections"] = self.webhook.connections
        if self.webhook_error:
            wire |= {"last_error_date": self.webhook_error[0], "last_error_message": self.webhook_error[1]}
        return wire

    async def deliver(self, now: Callable[[], float], retry_s: float) -> None:
        """Post updates to the webhook, oldest first, one at a time, again after `retry_s` when refused; for ever."""
        while True:
            if not (self.webhook and self.pending):
                self._arrived.clear()
                await self._arrived.wait()
            elif error := await _post(self.webhook, self.pending[0]):
                self.webhook_error = (int(now()), error)
                self.changed()
                await asyncio.sleep(retry_s)
            else:
                del self.pending[:1]
                self.changed()


async def _post(webhook: Webhook, update: Json) -> str:
    """What went wrong, or ""."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
    try:
        # One client per update: making one reads the system's certificates, which most runs never need.
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(webhook.url, json=update, headers=headers)
    except httpx.HTTPError as exc:
        return f"Connection failed: {type(exc).__name__}"
    return "" if answer.is_success else f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
