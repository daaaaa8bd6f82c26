"""When a message may go out: Telegram's limits per chat, per group and overall, and the waits it asks for.

python-telegram-bot 22.8's own AIORateLimiter goes on sending after a 429 and has no rule of one message a second
and chat, hence this one. Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float


# A little more than Telegram's second and minute: two messages may travel at different speeds.
OVERALL = Limit(30, 1.05)
PER_CHAT = Limit(1, 1.05)
PER_GROUP = Limit(20, 60.5)
PER_PERSON = Limit(20, 30.0)


class Window:
    """The last moments something happened, as far as a limit needs them."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._taken: deque[float] = deque(maxlen=limit.count)

    def free_at(self) -> float:
        """From when the limit allows one more; 0 if at any time."""
        return self._taken[0] + self._limit.seconds if len(self._taken) == self._limit.count else 0.0

    def take(self, now: float) -> None:
        self._taken.append(now)

    def idle_since(self) -> float:
        return self._taken[-1] if self._taken else 0.0


class Pace:
    """The pure core: when may this chat get a message, and what was sent. Times are seconds of one steady clock.

    Group and channel ids are negative, people's are positive.
    """

    def __init__(self) -> None:
        self._overall = Window(OVERALL)
        self._chats: dict[int, tuple[Window, ...]] = {}
        self._held: dict[int, float] = {}

    def free_at(self, chat: int) -> float:
        """The moment from which the chat may get its next message, if nothing else is sent before."""
        windows = self._chats.get(chat, ())
        return max(self._overall.free_at(), self._held.get(chat, 0.0), *(window.free_at() for window in windows), 0.0)

    def take(self, chat: int, now: float) -> None:
        """Count a message to the chat."""
        if chat not in self._chats:
            self._forget_idle(now)
            self._chats[chat] = _windows(chat)
        self._overall.take(now)
        for window in self._chats[chat]:
            window.take(now)

    def hold(self, chat: int, until: float) -> None:
        """Telegram asked for a wait: nothing to this chat before `until`; other chats go on."""
        self._held[chat] = max(until, self._held.get(chat, 0.0))

    def _forget_idle(self, now: float) -> None:
        if len(self._chats) < 10_000:
            return
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        self._chats = {chat: kept for chat, kept in self._chats.items() if now - kept[0].idle_since() < 120.0}


def _windows(chat: int) -> tuple[Window, ...]:
    return (Window(PER_CHAT), Window(PER_GROUP)) if chat < 0 else (Window(PER_CHAT),)


class Turnstile:
    """Lets callers through at the pace allowed: first come first served within a chat, chats beside each other."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._pace = Pace()
        self._queues: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # kept by who waits in them

    async def wait(self, chat: int) -> None:
        """Return when the chat may get a message, without counting one."""
        while (delay := self._pace.free_at(chat) - self._clock()) > 0:
            await self._sleep(delay)

    @asynccontextmanager
    async def through(self, chat: int) -> AsyncIterator[None]:
        """A block that begins when the chat may get a message, and counts as one. Blocks of one chat follow each
        other: messages keep their order, and none is on its way while the answer to another may ask for a wait."""
        queue = self._queues.setdefault(chat, asyncio.Lock())
        async with queue:
            await self.wait(chat)
            self._pace.take(chat, self._clock())
            yield

    def hold(self, chat: int, seconds: float) -> None:
        """Let nobody through to this chat for so many seconds."""
        self._pace.hold(chat, self._clock() + seconds)


class Flood:
    """Who asks too much: at most 20 questions in 30 seconds from one person."""

    def __init__(self) -> None:
        self._people: dict[int, Window] = {}
        self._told: dict[int, float] = {}

    def wait_for(self, person: int, now: float) -> float:
        """0 if the person may ask now (and the question is counted), else the seconds to wait."""
        window = self._people.setdefault(person, Window(PER_PERSON))
        wait = window.free_at() - now
        if wait > 0:
            return wait
        window.take(now)
        if len(self._people) > 10_000:
            self._people = {who: kept for who, kept in self._people.items() if now - kept.idle_since() < 60.0}
            self._told = {who: told for who, told in self._told.items() if now - told < 60.0}
        return 0.0

    def is_first_refusal(self, person: int, now: float) -> bool:
        """Whether the person has not been told to wait for the length of the limit; true once, then not again."""
        if now - self._told.get(person, -PER_PERSON.seconds) < PER_PERSON.seconds:
            return False
        self._told[person] = now
        return True
