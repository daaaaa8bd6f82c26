"""What the operators are told in private, without being told too often."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.ledger import Call
from bot.channels.publish import IDLE_S, Clock
from bot.channels.trouble import Lost, Plain, Trouble, Turned, Unpinned, is_worth_saying, say_so
from bot.telegram import staffwords, words
from bot.telegram.markup import Html, fill, join
from bot.telegram.message import Message
from bot.telegram.outcome import Outcome, Refused, Sent
from bot.telegram.text import clean, cut
from bot.telegram.words import say, say_n
from store import codec
from store.events.deliveries import ChannelMoved
from store.events.fact import Fact
from store.events.monitor import FeedFailing, FeedGone, FeedStale, MonitorStarted, MonitorStopped
from store.events.pauses import PublishingPaused, PublishingResumed
from store.log import EventLog, Recorded, each
from store.readers import Readers

_log = logging.getLogger("pactwatch.operators")

TYPES = (
    ChannelMoved.TYPE,
    FeedFailing.TYPE,
    FeedGone.TYPE,
    FeedStale.TYPE,
    MonitorStarted.TYPE,
    PublishingPaused.TYPE,
    PublishingResumed.TYPE,
)
DOWNTIME = timedelta(minutes=15)
CALM = timedelta(days=1)
LINES = 12
WAITING = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. What has the same subject is told the 1st, 2nd, 4th, 8th … time."""

    subject: str
    text: str
    values: Mapping[str, str | datetime] = field(default_factory=dict)


class Throttle:
    """How often each subject came up. A subject that was calm for a day begins anew."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, datetime]] = {}

    def times(self, subject: str, now: datetime) -> int:
        """Count one more, and say how many there are."""
        count, last = self._seen.get(subject, (0, now))
        count = 1 if now - last > CALM else count + 1
        self._seen[subject] = (count, now)
        return count


def notice_of(fact: Fact, at: datetime, *, stopped: datetime | None = None) -> Notice | None:
    """What an event of the log is to the operators; None if nothing. `stopped` is when an earlier run said good-bye."""
    match fact:
        case ChannelMoved():
            return Notice(
                f"moved/{fact.channel}", staffwords.NOTICE_MOVED, {"channel": fact.channel, "chat": str(fact.chat)}
            )
        case FeedFailing():
            values: dict[str, str | datetime] = {"feed": fact.feed, "when": fact.since, "reason": fact.reason}
            return Notice(f"failing/{fact.feed}", staffwords.NOTICE_FAILING, values)
        case FeedGone():
            return Notice(f"gone/{fact.feed}", staffwords.NOTICE_GONE, {"feed": fact.feed, "reason": fact.reason})
        case FeedStale():
            values = {"feed": fact.feed, "when": fact.since, "hours": f"{fact.usual_hours:g}"}
            return Notice(f"stale/{fact.feed}", staffwords.NOTICE_STALE, values)
        case PublishingPaused():
            return Notice(f"paused/{fact.key}", staffwords.NOTICE_PAUSED, {"channel": fact.channel})
        case PublishingResumed():
            return Notice(f"paused/{fact.key}", staffwords.NOTICE_RESUMED, {"channel": fact.channel})
        case MonitorStarted(last_alive=datetime() as alive):
            since = max(alive, stopped or alive)
            values = {"since": since, "until": at}
            return Notice("down", staffwords.NOTICE_DOWN, values) if at - since > DOWNTIME else None
        case _:
            return None


def told(notices: Sequence[tuple[Notice, int]], lang: str) -> Message:
    """Notices as one message; the number behind one is how often it has come up."""
    lines = [_line(notice, times, lang) for notice, times in notices[:LINES]]
    rest = len(notices) - LINES
    if rest > 0:
        lines.append(fill(say_n(staffwords.NOTICE_MORE, rest, lang), n=rest))
    return Message(join("\n\n", lines))


class Operators:
    """Tells each of the `admins`; reads the log from behind position `after`."""

    def __init__(
        self,
        admins: Sequence[int],
        send: Callable[[int, Message], Awaitable[Outcome]],
        *,
        log: EventLog,
        readers: Readers,
        call: Call,
        clock: Clock,
        after: int,
    ) -> None:
        self._waiting: dict[int, list[tuple[Notice, int]]] = {admin: [] for admin in admins}
        self._send, self._log, self._readers, self._call, self._clock = send, log, readers, call, clock
        self._after = after
        self._throttle = Throttle()

    async def trouble(self, trouble: Trouble) -> None:
        """What the publisher met."""
        await say_so(trouble)
        match trouble:
            case Turned(channel, reason, times) if is_worth_saying(times):
                self._queue(Notice(f"refused/{channel}", staffwords.NOTICE_REFUSED, {"reason": reason}), times)
            case Unpinned(channel, reason, times) if is_worth_saying(times):
                values: dict[str, str | datetime] = {"channel": channel, "reason": reason}
                self._queue(Notice(f"unpinned/{channel}", staffwords.NOTICE_UNPINNED, values), times)
            case Lost(channel, story, reason):
                notice = Notice(f"lost/{channel}", staffwords.NOTICE_LOST, {"story": story, "reason": reason})
                self._note(notice, self._clock.now())
            case Plain(channel, story, reason):
                notice = Notice(f"plain/{channel}", staffwords.NOTICE_PLAIN, {"story": story, "reason": reason})
                self._note(notice, self._clock.now())

    async def run(self) -> None:
        """Tell until cancelled. What goes wrong in one turn is logged and tried again in the next."""
        while True:
            try:
                await self.turn()
            except Exception:  # noqa: BLE001 - as the loop of the publisher: it says so and goes on
                _log.exception("telling the operators failed")
            await self._clock.wake(IDLE_S)

    async def resign(self) -> None:
        """Nothing to give back."""

    async def turn(self) -> None:
        """Tell what is new. Who cannot be reached now is told later."""
        for recorded in await self._call(self._log.read, self._after, types=TYPES):
            notice = notice_of(codec.fact(recorded), recorded.at, stopped=await self._stopped(recorded))
            if notice is not None:
                self._note(notice, recorded.at)
            self._after = recorded.pos
        for admin, waiting in self._waiting.items():
            if waiting:
                kept = await self._call(self._readers.find, admin)
                outcome = await self._send(admin, told(waiting, kept.settings.lang if kept else "en"))
                if isinstance(outcome, Refused):
                    _log.error("an operator cannot be told admin=%d reason=%r", admin, outcome.reason)
                if isinstance(outcome, (Sent, Refused)):
                    waiting.clear()

    async def _stopped(self, recorded: Recorded) -> datetime | None:
        if recorded.type != MonitorStarted.TYPE:
            return None
        return await self._call(_last_stop, self._log, recorded.pos)

    def _note(self, notice: Notice, now: datetime) -> None:
        times = self._throttle.times(notice.subject, now)
        if is_worth_saying(times):
            self._queue(notice, times)

    def _queue(self, notice: Notice, times: int) -> None:
        for waiting in self._waiting.values():
            waiting.append((notice, times))
            del waiting[:-WAITING]


def _last_stop(log: EventLog, before: int) -> datetime | None:
    return max((stop.at for stop in each(log, (MonitorStopped.TYPE,)) if stop.pos < before), default=None)


def _line(notice: Notice, times: int, lang: str) -> Html:
    values = {
        name: words.moment(value, lang) if isinstance(value, datetime) else cut(clean(value), 200)
        for name, value in notice.values.items()
    }
    line = fill(say(notice.text, lang), **values)
    return line if times == 1 else Html(f"{line} (×{times})")
