"""The publisher: brings a channel up to date with the log, one story after the other, every match accounted for."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.channels import delivery as decide
from bot.channels.delivery import Edit, Keep, Send, Settle, Suppress
from bot.channels.doubt import without_twins
from bot.channels.holding import NO_HABITS, Habits
from bot.channels.job import Job, finish, report
from bot.channels.ledger import PAGE, Account
from bot.channels.trouble import Lost, Plain, Trouble, Turned, Unpinned, say_so
from bot.telegram import probe
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import Digest, compose, message
from bot.telegram.outcome import Look, Migrated, Outcome, Refused, Sent, Unknown, Unsent, Wait
from bot.telegram.render import Post
from bot.telegram.sinks import Sink
from bot.telegram.template import DEFAULT
from store.events.deliveries import IndexPinned, UpdateQueued
from store.events.fact import Fact
from store.log import LeaseLost
from store.views.values import Delivery

T = TypeVar("T")
_log = logging.getLogger("pactwatch.publish")

IDLE_S = 30.0
LEASE_WAIT_S = 5.0
VIEWS_WAIT_S = 2.0
OUT_OF_REACH = Refused("gone", "the post stands in the group that has become a supergroup")


@dataclass(frozen=True, slots=True)
class Clock:
    """What the publisher knows of time. `wake` returns when the log may have grown, or after so many seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    wake: Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a channel is served: what is too old to post, and how posts are worded. The catalogue tells of pillars
    and of how hashtags begin."""

    max_age: timedelta = timedelta(days=7)
    lang: str = "en"
    catalogue: Catalogue | None = None
    habits: Habits = NO_HABITS
    template: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Rest:
    """How long to do nothing; `until_news`: news in the log end it earlier. `refused`: because the channel wants
    nothing of us, and why."""

    seconds: float
    until_news: bool = False
    refused: Refused | None = None


Dress = Callable[[Delivery], Awaitable[Post | Digest | None]]


@dataclass(slots=True)
class _Memory:
    """What only this process knows, and could do without: after a restart the log alone decides."""

    in_doubt_since: datetime
    token: int = 0  # of the lease under which all this was learned
    edits_from: datetime | None = None  # before it, an edit whose answer was lost might overtake another
    last: int | None = None  # the channel's last message id
    unsent: dict[str, bool] = field(default_factory=dict)  # stories whose last attempt had no effect: was it a repeat?
    failures: int = 0
    refusals: int = 0  # in a row, whatever else failed in between
    unpinned: int = 0  # how often in a row the index could not be pinned


class Publisher:
    """Serves one channel. `open_ledger` gives the account of the channel of that name; `tell` hears of what a person
    must know of; `dress` makes what is sent of a delivery, or None where there is nothing to send just now."""

    def __init__(
        self,
        sink: Sink,
        open_ledger: Callable[[str], Account],
        clock: Clock,
        terms: Terms,
        tell: Callable[[Trouble], Awaitable[None]] | None = None,
        dress: Dress | None = None,
    ) -> None:
        self._sink = sink
        self._open_ledger = open_ledger
        self._clock = clock
        self._terms = terms
        self._tell = tell or say_so
        self._dress = dress or plainly(terms)
        self._ledger: Account | None = None
        self._channel = ""
        self._memory = _Memory(clock.now())

    @property
    def channel(self) -> str:
        """The channel's name in the log; empty until it is known."""
        return self._channel

    async def run(self) -> None:
        """Publish until cancelled. What goes wrong in one turn is logged and tried again in the next."""
        while True:
            try:
                rest = await self.turn()
            except Exception:  # noqa: BLE001 - one of the two loops: it says so and goes on
                _log.exception("publishing failed")
                rest = self._back_off(limit=60.0)
            await (self._clock.wake if rest.until_news else self._clock.sleep)(rest.seconds)

    async def turn(self) -> Rest:
        """Do all that can be done now, and say how long to rest."""
        if self._ledger is None:
            opened = await self._sink.open()
            if not isinstance(opened, str):
                return await self._told(self._rest_after(opened) or Rest(0.0), "the channel")
            self._channel = opened
            self._ledger = self._open_ledger(opened)
        try:
            return await self._told(await self._serve(self._ledger), self._channel)
        except LeaseLost:
            self._ledger.lost()
            return Rest(LEASE_WAIT_S)

    async def _told(self, rest: Rest, channel: str) -> Rest:
        if rest.refused:
            is_chat = rest.refused.kind == "chat"
            await self._tell(Turned(channel, rest.refused.reason, self._memory.refusals, is_chat))
        return rest

    async def resign(self) -> None:
        """Give the channel back, so that another process need not wait for the lease to end."""
        if self._ledger is not None:
            await self._ledger.resign()

    async def _serve(self, ledger: Account) -> Rest:
        if not await ledger.lead(self._clock.now()):
            return Rest(LEASE_WAIT_S)
        if not await ledger.open(self._clock.now()):
            return Rest(VIEWS_WAIT_S)
        await ledger.silence(self._clock.now())
        owed = await ledger.owed()
        if ledger.token != self._memory.token:
            await self._begin(ledger, owed)
        if self._memory.last is None:
            self._memory.last = await ledger.last_message()
        for entry in sorted(owed, key=lambda entry: entry.state not in {"queued", "uncertain"}):
            post = await self._dress(entry)
            if isinstance(post, Post):
                post = replace(post, template=self._terms.template, reply_to=entry.reply_to)
            rest = await self._work(Job(ledger, entry, post, message(post).digest)) if post else None
            if rest is not None:
                return rest
        if (number := await ledger.unpinned(self._clock.now())) is not None:
            await self._pin(ledger, number)
        return Rest(0.0) if len(owed) == PAGE else Rest(IDLE_S, until_news=True)

    async def _pin(self, ledger: Account, number: int) -> None:
        """Pin the index. Where that fails nothing else waits for it: it is tried again."""
        outcome = await self._sink.pin(number)
        if isinstance(outcome, Sent):
            self._memory.unpinned = 0
            await ledger.record(self._clock.now(), IndexPinned(channel=self._channel, message=number))
        elif isinstance(outcome, Refused):
            self._memory.unpinned += 1
            await self._tell(Unpinned(self._channel, outcome.reason, self._memory.unpinned))

    async def _begin(self, ledger: Account, owed: Sequence[Delivery]) -> None:
        """The channel was another's, or another life's, until now: what we knew of it is old, and what they began
        may still be on its way."""
        now = self._clock.now()
        kept = self._memory
        self._memory = _Memory(
            now, ledger.token, failures=kept.failures, refusals=kept.refusals, unpinned=kept.unpinned
        )
        if chat := await ledger.moved_to():
            self._sink.move(chat)
        if any(entry.state == "sent" for entry in owed):
            self._memory.edits_from = now + self._sink.in_flight

    async def _leads_still(self, ledger: Account) -> bool:
        """Whether nobody else has served the channel since this turn began."""
        return await ledger.lead(self._clock.now()) and ledger.token == self._memory.token

    async def _work(self, job: Job) -> Rest | None:
        """Take the next step for one story; a Rest where the channel must wait, None to go on with the next story."""
        story = job.entry.story.id
        step = decide.next_step(
            job.entry,
            job.digest,
            now=self._clock.now(),
            max_age=self._terms.max_age,
            harmless=story in self._memory.unsent,
            habits=self._terms.habits,
        )
        match step:
            case Suppress():
                await self._record(job, *decide.suppressed(job.entry, step))
                return None
            case Keep(held):
                await self._record(job, held)
                return None
            case Settle():
                return await self._settle(job, step)
            case Edit():
                return await self._edit(job, step)
            case Send():
                return await self._send(job, replace(step, repeated=self._memory.unsent.get(story, step.repeated)))

    async def _send(self, job: Job, step: Send) -> Rest | None:
        """Post the story: intent, call, ending, in this order. A call that has begun is given a moment to end even
        when the program is told to stop, because what it left open would have to be settled after the next start."""
        await self._sink.turn()
        if not await self._leads_still(job.ledger):
            return Rest(LEASE_WAIT_S)
        intent = decide.queued(job.entry, step, job.digest, after_message=self._memory.last)
        await self._record(job, intent)
        return await finish(self._call(job, step, intent))

    async def _call(self, job: Job, step: Send, intent: UpdateQueued) -> Rest | None:
        started = self._clock.now()
        self._memory.unsent.pop(job.entry.story.id, None)
        outcome = await self._sink.send(job.post, after=self._memory.last)
        if isinstance(outcome, Sent) and step.repeated and intent.after_message is None and self._sink.can_look:
            shown = await job.ledger.digests(job.entry.story.id, job.entry.attempts + 1)
            outcome = await without_twins(self._sink, outcome, shown, self._clock.sleep)
        await self._record(job, *decide.after_send(intent, outcome, repeated=step.repeated), cause=intent.key)
        await self._follow(job, outcome)
        self._remember(job, step, outcome)
        report(job, "posted", outcome, seconds=(self._clock.now() - started).total_seconds())
        await self._mourn(job, outcome)
        return self._rest_after(outcome)

    async def _edit(self, job: Job, step: Edit) -> Rest | None:
        """Bring the post up to date. An edit may be made twice without harm, so it needs no intent."""
        number = job.entry.message or 0
        if not step.needed:
            await self._record(job, decide.edited(job.entry, step, job.digest))
            return None
        wait = self._until(self._memory.edits_from)
        if wait > 0:
            return Rest(wait)
        await self._sink.turn()
        if not await self._leads_still(job.ledger):
            return Rest(LEASE_WAIT_S)
        outcome = OUT_OF_REACH if job.entry.moved else await self._sink.edit(number, job.post)
        if isinstance(outcome, Unknown) and outcome.in_flight:
            self._memory.edits_from = self._clock.now() + self._sink.in_flight
        await self._record(job, *decide.after_edit(job.entry, step, job.digest, outcome))
        await self._follow(job, outcome)
        report(job, "edited", outcome)
        await self._mourn(job, outcome)
        return self._rest_after(outcome)

    def _until(self, moment: datetime | None) -> float:
        """The seconds left; 0 or less where there are none."""
        return (moment - self._clock.now()).total_seconds() if moment else 0.0

    async def _mourn(self, job: Job, outcome: Outcome) -> None:
        channel, story = job.entry.channel, job.entry.story.id
        match outcome:
            case Refused("message" | "markup", reason):
                await self._tell(Lost(channel, story, reason))
            case Sent(plain=reason) if reason:
                _log.error("telegram cannot read a post of ours story=%s reason=%r", story, reason)
                await self._tell(Plain(channel, story, reason))
            case _:
                pass

    async def _settle(self, job: Job, step: Settle) -> Rest | None:
        """Find out what became of a post whose answer was lost, once it can no longer be on its way."""
        wait = self._until(self._memory.in_doubt_since + self._sink.in_flight)
        if wait > 0:
            return Rest(wait)
        if step.interrupted:
            await self._record(job, decide.interrupted(job.entry))
        again = Send(step.attempt + 1, repeated=True)
        after = job.entry.queued_after_message
        if not self._sink.can_look or after is None:
            return await self._send(job, again)
        finding = await probe.find(self._sink.look, after=after, digest=job.entry.text_digest or "")
        _log.info("looked for a lost post story=%s after=%s finding=%s", job.entry.story.id, after, finding)
        match finding:
            case probe.Found(number):
                await self._record(job, decide.found(job.entry, number))
                self._memory.last = max(number, self._memory.last or 0)
                return None
            case probe.Absent():
                return await self._send(job, replace(again, repeated=False))
            case probe.Hindered(look) if not isinstance(look, Refused):
                await self._follow(job, look)
                return self._rest_after(look)
            case probe.Hindered() if shut := await self._sink.shut():
                await self._follow(job, shut)
                return self._rest_after(shut)
            case _:
                return await self._send(job, again)

    async def _follow(self, job: Job, outcome: Outcome | Look) -> None:
        """A group that became a supergroup is another chat, which counts its messages anew; its name in the log
        stays."""
        if isinstance(outcome, Migrated):
            await job.ledger.moved(self._clock.now(), outcome.chat)
            self._sink.move(outcome.chat)
            self._memory.last = None

    async def _record(self, job: Job, *facts: Fact, cause: str = "") -> None:
        await job.ledger.record(self._clock.now(), *facts, cause=cause)

    def _remember(self, job: Job, step: Send, outcome: Outcome) -> None:
        story = job.entry.story.id
        match outcome:
            case Sent(number):
                self._memory.last = max(number, self._memory.last or 0)
            case Unknown(_, in_flight):
                self._memory.in_doubt_since = self._clock.now() - (timedelta(0) if in_flight else self._sink.in_flight)
            case Migrated() | Wait() | Unsent() | Refused("chat" | "token"):
                self._memory.unsent[story] = step.repeated
            case _:
                pass

    def _rest_after(self, outcome: Outcome | Look) -> Rest | None:
        """How the channel goes on after an outcome; None: at once, with the next story."""
        match outcome:
            case Wait(seconds):
                return Rest(seconds)
            case Unsent(reason) | Unknown(reason):
                rest = self._back_off(limit=60.0)
                _log.warning("telegram is out of reach reason=%r again_in_s=%.0f", reason, rest.seconds)
                return rest
            case Refused("chat" | "token"):
                self._memory.refusals += 1
                return Rest(min(300.0, 30.0 * 2.0 ** min(self._memory.refusals - 1, 4)), refused=outcome)
            case Migrated():
                return Rest(0.0)
            case _:
                self._memory.failures = self._memory.refusals = 0
                return None

    def _back_off(self, *, limit: float) -> Rest:
        self._memory.failures += 1
        return Rest(min(limit, 2.0 ** min(self._memory.failures - 1, 10)))


def plainly(terms: Terms) -> Dress:
    """Posts and digests made of nothing but what they tell of."""

    async def dress(entry: Delivery) -> Post | Digest:
        return compose(entry.story, terms.catalogue, lang=terms.lang)

    return dress
