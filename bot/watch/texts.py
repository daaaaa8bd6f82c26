"""Full text: the pages of items that match or nearly do, read beside the polls; what is owed follows from the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.lane import Lane
from bot.questions.reading import position_before
from bot.rules.activation import Standing
from bot.watch import decide
from bot.watch.decide import Judged, Sighting
from bot.watch.stories import Stories
from feeds.item import Feed, Item
from feeds.page import NoPage, Page, read_page
from feeds.robots import Ask, Robots
from matchers.match import detect_language
from matchers.match import match as matches_of
from matchers.nearmiss import match_with_text, near_miss
from matchers.rules import RuleSet
from store import codec
from store.events.items import ItemRevised, ItemSeen, TextFetched, TextMissing
from store.log import Event, LogError, Store

log = logging.getLogger(__name__)

Read = Callable[[str], Awaitable[Page | NoPage]]
"""The text at an address, or why there is none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item whose page is to be read, and why; `cause` is the key of its event. Where it was tried in vain it is not
    tried again before the moment."""

    sighting: Sighting
    feed: Feed
    cause: str
    url: str
    why: str
    tries: int = 0
    not_before: datetime | None = None


class Texts:
    """Reads the pages that are owed.

    Owed is the page of every item of these feeds that came within three days, is no archive, matches or nearly does,
    and has neither text nor reason for none in the log. That alone decides, so that a crash loses nothing; which of
    them were weighed already, and which are tried again later, is kept in memory.
    """

    def __init__(
        self,
        *,
        feeds: Mapping[str, Feed],
        store: Store,
        lane: Lane,
        standing: Standing,
        stories: Stories,
        read: Read,
        clock: Callable[[], datetime],
        meta: Mapping[str, str],
    ) -> None:
        self.feeds, self._store, self._lane, self._standing = feeds, store, lane, standing
        self._stories, self._read, self._clock, self._meta = stories, read, clock, meta
        self._after: int | None = None
        self._owed: dict[str, Wanted] = {}

    async def drain(self, on_news: Callable[[], None]) -> None:
        """Read what is owed now; `on_news` is called when a text brought matches. What could not be had is tried again
        with a later call."""
        if not self.feeds:
            return
        while await self._lane.call(self._look, self._clock()):
            pass
        now, turns = self._clock(), asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for one in tuple(self._owed.values()):
                if one.not_before is None or one.not_before <= now:
                    group.create_task(self._settle(one, turns, on_news))

    # --- what is owed -------------------------------------------------------------------------------------

    def _look(self, now: datetime) -> bool:
        """Weigh the next items of the log; False where there are none."""
        if self._after is None:
            self._after = position_before(self._store, now - _REACH)
        page = self._store.read(self._after, _PAGE, types=(ItemSeen.TYPE, ItemRevised.TYPE))
        if not page:
            return False
        facts = [codec.fact(recorded) for recorded in page]
        mine = [one for one in facts if isinstance(one, ItemSeen | ItemRevised) and one.feed in self.feeds]
        settled = self._store.known([key for one in mine for key in _ends(one.item)])
        for one in mine:
            if settled.isdisjoint(_ends(one.item)):
                self._weigh(one)
        self._after = page[-1].pos
        return True

    def _weigh(self, fact: ItemSeen | ItemRevised) -> None:
        """The newest text of an item decides whether its page is wanted."""
        self._owed.pop(fact.item, None)
        seen = self._seen(fact)
        if seen is None or seen.archive or not fact.url:
            return
        feed = self.feeds[fact.feed]
        item = Item(seen.guid, fact.url, fact.title, fact.summary, published=seen.published)
        why = next(filter(None, (_why(rules, item, feed.context) for rules in self._standing.rules)), "")
        if why:
            self._owed[fact.item] = Wanted(Sighting(fact.item, fact.digest, item), feed, fact.key, fact.url, why)

    def _seen(self, fact: ItemSeen | ItemRevised) -> ItemSeen | None:
        if isinstance(fact, ItemSeen):
            return fact
        found = map(codec.fact, self._store.find([f"item/{fact.item}"]).values())
        return next((one for one in found if isinstance(one, ItemSeen)), None)

    # --- reading ------------------------------------------------------------------------------------------

    async def _settle(self, wanted: Wanted, turns: asyncio.Semaphore, on_news: Callable[[], None]) -> None:
        """One page. Whatever goes wrong with it is its own outcome and nobody else's trouble."""
        async with turns:
            try:
                page = await self._read(wanted.url)
            except Exception as exc:  # part of the loop
                log.exception("reading a page broke item=%s", wanted.sighting.key)
                page = NoPage(f"a defect of pactwatch: {type(exc).__name__}: {exc}")
            if isinstance(page, NoPage) and page.temporary and wanted.tries < len(_PAUSES):
                later = self._clock() + _PAUSES[wanted.tries]
                again = replace(wanted, tries=wanted.tries + 1, not_before=later)
                self._owed[wanted.sighting.key] = again
                log.warning("text delayed item=%s reason=%r", wanted.sighting.key, page.reason)
                return
            matches = await self._lane.call(self._record, wanted, page, self._clock())
        self._owed.pop(wanted.sighting.key, None)
        _tell(wanted, page, matches)
        if matches:
            on_news()

    def _record(self, wanted: Wanted, page: Page | NoPage, now: datetime) -> int:
        """Write the outcome and what follows from it, all or nothing; gives the number of new matches."""
        if isinstance(page, NoPage):
            missing = TextMissing(item=wanted.sighting.key, url=wanted.url, reason=page.reason[:500])
            self._store.append([Event(missing, {**self._meta, "cause": wanted.cause})], at=now)
            return 0
        events, matches = self._chain(wanted, page, now)
        self._store.append(events, at=now)
        return matches

    def _chain(self, wanted: Wanted, page: Page, now: datetime) -> tuple[list[Event], int]:
        self._standing.refresh()
        one, context = wanted.sighting, wanted.feed.context
        found = decide.findings(
            one,
            [
                Judged(rules.plan.id, rules.id, match_with_text(rules, one.item, page.text, context=context))
                for rules in self._standing.rules
            ],
        )
        known = self._store.known([f"story/{one.key}", *(matched.key for matched in found)])
        # What title and summary showed already stays as it was recorded.
        matched = [each for each in found if each.key not in known]
        joins = matched and f"story/{one.key}" not in known
        joined = self._stories.join(one, matched, lang=detect_language(one.item), now=now) if joins else None
        return decide.chain(_fetched(wanted, page), matched, joined, {**self._meta, "cause": wanted.cause}), len(
            matched
        )


def _why(rules: RuleSet, item: Item, context: Sequence[str]) -> str:
    matched = matches_of(rules, item, context=context)
    return f"a match of {matched[0].commitment}" if matched else near_miss(rules, item, context=context)


def _fetched(wanted: Wanted, page: Page) -> TextFetched:
    return TextFetched(
        item=wanted.sighting.key,
        url=page.url,
        digest=page.digest,
        text=page.text,
        by=page.by,
        why=wanted.why,
        cut=page.cut,
    )


def _ends(item: str) -> Iterable[str]:
    return (f"text/{item}", f"notext/{item}")


def _tell(wanted: Wanted, page: Page | NoPage, matches: int) -> None:
    match page:
        case Page():
            log.info("text read item=%s characters=%d matches=%d", wanted.sighting.key, len(page.text), matches)
        case NoPage():
            log.warning("text missing item=%s reason=%r", wanted.sighting.key, page.reason)


def page_reader(ask: Ask, *, user_agent: str, clock: Callable[[], datetime]) -> Read:
    """Reads pages with one memory of what the hosts' robots.txt allow."""
    robots = Robots(ask, user_agent=user_agent)

    async def read(url: str) -> Page | NoPage:
        return await read_page(url, ask=ask, robots=robots, now=clock)

    return read


async def reading(texts: Texts, on_news: Callable[[], None]) -> None:
    """Read what is owed, for ever. A log that cannot be written is said in one line and tried again with the next."""
    while texts.feeds:
        try:
            await texts.drain(on_news)
        except* LogError as group:
            log.error("no text can be recorded: %s", group.exceptions[0])
        await asyncio.sleep(_PAUSE_S)


_REACH = timedelta(days=3)
_PAGE = 500
_AT_ONCE = 4
_PAUSES = (timedelta(minutes=15), timedelta(hours=2))
_PAUSE_S = 5.0
