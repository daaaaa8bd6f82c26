"""Where posts go: a Telegram channel, or the terminal when there is no token. The publisher knows only `Sink`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, TypeGuard

from bot.telegram.application import IN_FLIGHT_S
from bot.telegram.client import Chat, Client
from bot.telegram.digest import Digest, message, terminal
from bot.telegram.markup import visible
from bot.telegram.outcome import Hidden, Look, Migrated, Outcome, Refused, Sent
from bot.telegram.render import Post
from bot.telegram.topics import Topics

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

    async def pin(self, number: int) -> Outcome:
        """Pin the message. Pinned twice it is pinned as if once."""
        ...

    async def look(self, number: int) -> Look:
        """What stands under a message id."""
        ...

    async def delete(self, number: int) -> Outcome:
        """Take a message back."""
        ...

    def move(self, chat: int) -> None:
        """The channel has become this chat."""
        ...

    async def shut(self) -> Outcome | None:
        """Why the channel itself is closed to us; None where it is not."""
        ...


class TelegramSink:
    """A Telegram channel or group. With `log_chat`, a private chat of the operators, lost answers are cleared up by
    forwarding there what stands in the channel. A post is loud whose score reaches `loud_from`. `name` is the
    channel's in the log, where that is not its id."""

    def __init__(
        self,
        client: Client,
        channel: int | str,
        *,
        log_chat: int | str | None = None,
        loud_from: float | None = None,
        topics: Topics | None = None,
        name: str | None = None,
        in_flight: timedelta = timedelta(seconds=IN_FLIGHT_S),
    ) -> None:
        self.in_flight = in_flight
        self.can_look = log_chat is not None
        self._client = client
        self._channel = channel
        self._log_chat = log_chat
        self._loud_from = loud_from
        self._topics = topics
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
        """A post goes to the topic of its pillar, where there are topics: into another one where that is gone."""
        del after
        thread = await self._thread(post)
        if thread is not None and not isinstance(thread, int):
            return thread
        done = await self._sent(post, thread)
        if isinstance(done, Refused) and done.kind == "topic" and isinstance(post, Post) and self._topics:
            self._topics.forget(post.pillar)
            thread = await self._thread(post)
            done = await self._sent(post, thread) if thread is None or isinstance(thread, int) else thread
        # A topic that cannot be had is the group's matter: nothing goes out until somebody has seen to it.
        return replace(done, kind="chat") if isinstance(done, Refused) and done.kind == "topic" else done

    async def _sent(self, post: Post | Digest, thread: int | None) -> Outcome:
        """A post whose markup Telegram cannot read goes out once more as plain text."""
        silent = self._is_silent(post)
        reply_to = post.reply_to if isinstance(post, Post) else None
        done = await self._client.send(self._chat, message(post), reply_to=reply_to, silent=silent, thread=thread)
        if not _is_unreadable(done):
            return done
        text = visible(message(post).text)
        return _plain(
            await self._client.send_plain(self._chat, text, reply_to=reply_to, silent=silent, thread=thread), done
        )

    async def _thread(self, post: Post | Digest) -> int | Outcome | None:
        if self._topics is None or isinstance(post, Digest) or not post.pillar:
            return None
        return await self._topics.thread(self._chat, post.pillar)

    def _is_silent(self, post: Post | Digest) -> bool:
        score = post.score if isinstance(post, Post) else 0.0
        return self._loud_from is None or score < self._loud_from

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        """As with a post: what Telegram cannot read comes as plain text."""
        done = await self._client.edit(self._chat, number, message(post))
        if not _is_unreadable(done):
            return done
        return _plain(await self._client.edit_plain(self._chat, number, visible(message(post).text)), done)

    async def pin(self, number: int) -> Outcome:
        return await self._client.pin(self._chat, number)

    async def look(self, number: int) -> Look:
        """A log chat that has become a supergroup is followed; where it is the channel that has, Migrated."""
        done = await self._client.look(self._chat, number, via=self._via)
        if not isinstance(done, Migrated):
            return done
        again = await self._client.look(self._chat, number, via=done.chat)
        if not isinstance(again, Migrated):
            self._via = done.chat
        return again

    async def delete(self, number: int) -> Outcome:
        return await self._client.delete(self._chat, number)

    def move(self, chat: int) -> None:
        self._chat = chat

    async def shut(self) -> Outcome | None:
        done = await self._client.find(self._chat)
        return None if isinstance(done, Chat) else done

    async def _id(self, chat: int | str) -> int | Outcome:
        if isinstance(chat, int):
            return chat
        done = await self._client.find(chat)
        return done.id if isinstance(done, Chat) else done


def _is_unreadable(done: Outcome) -> TypeGuard[Refused]:
    return isinstance(done, Refused) and done.kind == "markup"


def _plain(done: Outcome, refused: Refused) -> Outcome:
    return replace(done, plain=refused.reason) if isinstance(done, Sent) else done


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

    async def pin(self, number: int) -> Outcome:
        return Sent(number)

    async def look(self, number: int) -> Look:
        del number
        return Hidden()

    async def delete(self, number: int) -> Outcome:
        return Sent(number)

    def move(self, chat: int) -> None:
        raise AssertionError("a terminal never moves")

    async def shut(self) -> None:
        return None
