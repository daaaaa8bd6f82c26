"""Where posts go: a Telegram channel, or the terminal when there is no token. `bot.publish` knows only `Sink`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from bot.telegram.application import IN_FLIGHT_S
from bot.telegram.client import Chat, Client
from bot.telegram.digest import Digest, message, terminal
from bot.telegram.markup import visible
from bot.telegram.outcome import Hidden, Look, Migrated, Outcome, Refused, Sent
from bot.telegram.render import Post

_log = logging.getLogger("pactwatch.publish")


class Sink(Protocol):
    """A channel's far end. `in_flight` is how long a call whose answer was lost may still take effect;
    `can_look` says whether `look` can find out what stands in the channel."""

    in_flight: timedelta
    can_look: bool

    async def open(self) -> str | Outcome:
        """The channel's name in the log, the same for ever; or why it is not known yet."""
        ...

    async def turn(self) -> None:
        """Return when a message could go out at once."""
        ...

    async def send(self, post: Post | Digest, *, after: int | None) -> Outcome:
        """Post it. `after` is the last message id known."""
        ...

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        """Make the message say this."""
        ...

    async def look(self, number: int) -> Look:
        """What stands under a message id."""
        ...

    async def delete(self, number: int) -> Outcome:
        """Take a message back."""
        ...

    async def shut(self) -> Outcome | None:
        """Why the channel itself is closed to us; None where it is not."""
        ...


class TelegramSink:
    """A Telegram channel or group. With `log_chat`, a private chat of the operators, lost answers are cleared up by
    forwarding there what stands in the channel. `name` is the channel's in the log, where that is not its id."""

    def __init__(
        self,
        client: Client,
        channel: int | str,
        *,
        log_chat: int | str | None = None,
        silent: bool = True,
        name: str | None = None,
        in_flight: timedelta = timedelta(seconds=IN_FLIGHT_S),
    ) -> None:
        self.in_flight = in_flight
        self.can_look = log_chat is not None
        self._client = client
        self._channel = channel
        self._log_chat = log_chat
        self._silent = silent
        self._name = name
        self._chat = 0
        self._via = 0

    async def open(self) -> str | Outcome:
        """Find the numeric ids once; a channel's name in the log is its id, whatever it is called by today."""
        chat = await self._id(self._channel)
        if not isinstance(chat, int):
            return chat
        self._chat = chat
        if self._log_chat is not None:
            via = await self._id(self._log_chat)
            if not isinstance(via, int):
                return via
            self._via = via
        return self._name or str(chat)

    async def turn(self) -> None:
        await self._client.turn(self._chat)

    async def send(self, post: Post | Digest, *, after: int | None) -> Outcome:
        """A post whose markup Telegram cannot read goes out once more as plain text."""
        del after
        done = await self._client.send(self._chat, message(post), silent=self._silent)
        if isinstance(done, Refused) and done.kind == "markup":
            _log.error("telegram cannot read a post of ours story=%s reason=%r", post.story, done.reason)
            done = await self._client.send_plain(self._chat, visible(message(post).text), silent=self._silent)
        return self._followed(done)

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        return self._followed(await self._client.edit(self._chat, number, message(post)))

    async def look(self, number: int) -> Look:
        return await self._client.look(self._chat, number, via=self._via)

    async def delete(self, number: int) -> Outcome:
        return await self._client.delete(self._chat, number)

    async def shut(self) -> Outcome | None:
        done = await self._client.find(self._chat)
        return None if isinstance(done, Chat) else self._followed(done)

    async def _id(self, chat: int | str) -> int | Outcome:
        if isinstance(chat, int):
            return chat
        done = await self._client.find(chat)
        return done.id if isinstance(done, Chat) else done

    def _followed(self, done: Outcome) -> Outcome:
        """Keep up with a group that became a supergroup; its name in the log stays."""
        if isinstance(done, Migrated):
            self._chat = done.chat
        return done


class TerminalSink:
    """The terminal in the place of the channel: each post as the channel would show it."""

    in_flight = timedelta(0)
    can_look = False

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    async def open(self) -> str:
        return "terminal"

    async def turn(self) -> None:
        return None

    async def send(self, post: Post | Digest, *, after: int | None) -> Outcome:
        self._show(f"{terminal(post)}\n")
        return Sent((after or 0) + 1)

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        self._show(f"(update of {number})\n{terminal(post)}\n")
        return Sent(number)

    async def look(self, number: int) -> Look:
        del number
        return Hidden()

    async def delete(self, number: int) -> Outcome:
        return Sent(number)

    async def shut(self) -> None:
        return None
