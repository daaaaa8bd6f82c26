"""What operators ask and do in their private chat: the feeds, holding things up, judging a commitment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.ledger import Call
from bot.config import ConfigError
from bot.pauses import Pauses
from bot.questions.coverage import PERIOD
from bot.questions.status import STEPS, judge
from bot.telegram import reports, staffwords, words
from bot.telegram.actions import HoldChannel, HoldFeed, Operation, ShowFeeds, ShowStatus
from bot.telegram.answers import Reader, choose, note, unknown
from bot.telegram.catalogue import Catalogue, nearest_of
from bot.telegram.desk import at_first
from bot.telegram.inquiries import Inquiries
from bot.telegram.message import Message
from bot.telegram.text import clean, cut, safe_url
from bot.watch.feedstate import Known, Line, line
from store.log import Conflict, Store
from store.views.views import Views

MAX_WORDS_UNITS = 100
MAX_NOTE_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Console:
    """Answers operators. Who may ask is seen to before it is called; what they did is recorded under the random id
    that they have as a reader (`new_id`, where they have none yet). `changed` is called when something goes on."""

    store: Store
    views: Views
    call: Call
    catalogue: Catalogue
    pauses: Pauses
    inquiries: Inquiries
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    changed: Callable[[], None]

    def commands(self) -> Mapping[str, Callable[[str, Reader], Awaitable[Message]]]:
        """The commands by their names."""
        return {
            "feeds": self.feeds,
            "pause": self.pause,
            "resume": self.resume,
            "setstatus": self.setstatus,
        }

    async def press(self, wanted: Operation, reader: Reader) -> Message | None:
        """What a button of these pages does; None where what it speaks of is gone."""
        match wanted:
            case ShowFeeds(None):
                return await self.feeds("", reader)
            case ShowFeeds(str(feed)):
                return await self.feeds(feed, reader) if feed in self.pauses.feeds else None
            case HoldFeed(feed, pause):
                return await self._hold_feed(feed, reader, pause=pause) if feed in self.pauses.feeds else None
            case HoldChannel(channel, pause):
                known = await self.pauses.channels()
                return await self._hold_channels([channel], reader, pause=pause) if channel in known else None
        return None

    async def feeds(self, text: str, reader: Reader) -> Message:
        """`/feeds`: how many fare how, and those that do not fare well; `/feeds pib-en`: one of them."""
        asked = text.strip()
        if asked and asked not in self.pauses.feeds:
            return reports.no_feed(cut(clean(asked), MAX_WORDS_UNITS), nearest_of(asked, self.pauses.feeds), reader)
        lines = await self.call(self._lines)
        if asked:
            return reports.feed(next(one for one in lines if one.feed.id == asked), reader, now=self.now())
        return reports.feeds(lines, reader)

    async def pause(self, text: str, reader: Reader) -> Message:
        """`/pause pib-en`: ask it no more; `/pause channel`: publish nothing; alone: what is held up."""
        return await self._hold(text.strip(), reader, pause=True)

    async def resume(self, text: str, reader: Reader) -> Message:
        """`/resume pib-en`, `/resume channel`: let it go on."""
        return await self._hold(text.strip(), reader, pause=False)

    async def setstatus(self, text: str, reader: Reader) -> Message:
        """`/setstatus II.c substantial https://… why`: judge a commitment; earlier judgements stay."""
        name, step, cite, why = _judgement(text)
        if step is None or cite is None or not name:
            example = next(iter(self.catalogue.commitments), "")
            return note(staffwords.SETSTATUS_ASK, reader, example=example, steps=", ".join(STEPS))
        named = self.catalogue.find(name)
        if len(named) > 1:
            return choose(named, name, reader, ShowStatus)
        if not named:
            return unknown(cut(clean(name), MAX_WORDS_UNITS), self.catalogue.nearest(name), reader, ShowStatus)
        try:
            fact = await self.call(self._judge, named[0].id, step, cite, cut(why, MAX_NOTE_UNITS), reader)
        except Conflict:
            return note(words.TROUBLE, reader)
        if fact is None:
            return note(staffwords.STATUS_STANDS, reader)
        return await self.inquiries.status(named[0].id, reader)

    async def by(self, reader: Reader) -> str:
        """The operator's random id."""
        return await self.call(self._by, reader)

    # --- doing --------------------------------------------------------------------------------------------

    async def _hold(self, what: str, reader: Reader, *, pause: bool) -> Message:
        channels = await self.pauses.channels()
        if what == "channel":
            return await self._hold_channels(list(channels), reader, pause=pause)
        if what in channels:
            return await self._hold_channels([what], reader, pause=pause)
        if what in self.pauses.feeds:
            return await self._hold_feed(what, reader, pause=pause)
        if what:
            return reports.no_feed(cut(clean(what), MAX_WORDS_UNITS), nearest_of(what, self.pauses.feeds), reader)
        held = [feed for feed in self.pauses.feeds if self.pauses.is_paused(feed)]
        return reports.held({name: one.is_paused for name, one in channels.items()}, held, reader)

    async def _hold_channels(self, names: Sequence[str], reader: Reader, *, pause: bool) -> Message:
        by = await self.by(reader)
        for name in names:
            await self.pauses.channel(name, pause=pause, by=by)
        self.changed()
        return reports.channels(names, reader, pause=pause)

    async def _hold_feed(self, feed: str, reader: Reader, *, pause: bool) -> Message:
        try:
            await self.pauses.feed(feed, pause=pause, by=await self.by(reader))
        except ConfigError as exc:
            return note(staffwords.EDIT_REFUSED, reader, reason=cut(clean(exc.problems[0]), 300))
        return reports.held_feed(feed, reader, pause=pause)

    # --- in the lane --------------------------------------------------------------------------------------

    def _lines(self) -> list[Line]:
        now = self.now()
        self.views.catch_up(self.store)
        known = Known(self.store.feeds(), self.views.feed_health(), self.views.ledger(now - PERIOD, now))
        return [
            line(replace(feed, paused=self.pauses.is_paused(feed.id)), known, since=now - PERIOD, now=now)
            for feed in self.pauses.feeds.values()
        ]

    def _judge(self, commitment: str, step: str, cite: str, why: str, reader: Reader) -> object:
        plan, by = self.catalogue.plan_of[commitment], self._by(reader)
        return judge(self.store, plan, commitment, step=step, cite=cite, note=why, by=by, at=self.now())

    def _by(self, reader: Reader) -> str:
        readers = self.store.readers
        known = readers.find(reader.person)
        return (known or readers.keep(reader.person, at_first(reader.lang), new_id=self.new_id())).id


def _judgement(text: str) -> tuple[str, str | None, str | None, str]:
    """Commitment, step, source and reason, out of `II.c substantial https://… why`; None for what is not there."""
    head, step, rest = text.strip(), None, ""
    tokens = head.split()
    for place, token in enumerate(tokens):
        if token.lower() in STEPS and place:
            head, step, rest = " ".join(tokens[:place]), token.lower(), " ".join(tokens[place + 1 :])
            break
    cite, _, why = rest.partition(" ")
    return head, step, safe_url(cite), clean(why)
