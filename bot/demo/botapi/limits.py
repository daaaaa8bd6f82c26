"""Owns the flood limits: how often a bot may write, and what happens to one that does not wait.

Telegram does not publish its algorithm. These are the figures everyone works with (RESEARCH.md): about one message a
second per chat with a small burst, 30 a second overall, 20 a minute per group or channel.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is let through. `slack_s` forgives that the bot's clock and ours are not read at the same instant."""

    chat_per_s: float = 1.0
    chat_burst: int = 3
    overall_per_s: int = 30
    group_per_minute: int = 20
    slack_s: float = 0.05


@dataclass(frozen=True, slots=True)
class Violation:
    """A bot wrote to a chat although it had been told to wait; `early_s` is how much of the wait was left."""

    chat: int
    at: float
    early_s: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class Flood:
    """Counts what was let through; `clock` gives seconds and may be a test's own."""

    limits: Limits | None
    clock: Callable[[], float]
    violations: list[Violation] = field(default_factory=list)
    refusals: int = 0
    _until: dict[int, tuple[float, int]] = field(default_factory=dict)
    _buckets: dict[int, _Bucket] = field(default_factory=dict)
    _minutes: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _second: deque[float] = field(default_factory=deque)

    def admit(self, chat: int, *, is_group: bool, messages: int = 1) -> int:
        """0 and counted, or the whole seconds to wait. Asking again too early starts the same wait anew."""
        now = self.clock()
        until, wait = self._until.get(chat, (0.0, 0))
        if now < until - self._slack:
            return self.refuse(chat, wait)
        if self.limits is None:
            return 0
        short_s = max(self._overall(self.limits, now), self._per_chat(self.limits, chat, now, messages))
        if is_group:
            short_s = max(short_s, self._per_minute(self.limits, chat, now))
        if short_s > self.limits.slack_s:
            return self.refuse(chat, math.ceil(short_s))
        self._count(chat, now, messages)
        return 0

    def refuse(self, chat: int, wait: int) -> int:
        """Make `chat` wait so many seconds from now, whatever the limits say; gives the seconds back."""
        now = self.clock()
        until, _ = self._until.get(chat, (0.0, 0))
        if now < until - self._slack:
            self.violations.append(Violation(chat, now, until - now))
        self.refusals += 1
        self._until[chat] = (now + wait, wait)
        return wait

    @property
    def _slack(self) -> float:
        return self.limits.slack_s if self.limits else 0.0

    def _overall(self, limits: Limits, now: float) -> float:
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        return self._second[0] + 1 - now if len(self._second) >= limits.overall_per_s else 0.0

    def _per_chat(self, limits: Limits, chat: int, now: float, messages: int) -> float:
        bucket = self._buckets.setdefault(chat, _Bucket(float(limits.chat_burst), now))
        bucket.tokens += (now - bucket.filled) * limits.chat_per_s
        bucket.tokens = min(float(limits.chat_burst), bucket.tokens)
        bucket.filled = now
        wanted = min(messages, limits.chat_burst)
        return max(0.0, wanted - bucket.tokens) / limits.chat_per_s

    def _per_minute(self, limits: Limits, chat: int, now: float) -> float:
        sent = self._minutes[chat]
        while sent and sent[0] <= now - 60:
            sent.popleft()
        return sent[0] + 60 - now if len(sent) >= limits.group_per_minute else 0.0

    def _count(self, chat: int, now: float, messages: int) -> None:
        self._buckets[chat].tokens -= messages
        self._minutes[chat].extend([now] * messages)
        self._second.extend([now] * messages)
