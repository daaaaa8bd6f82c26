"""From what a reader asked to the message that answers it: asks the views, words nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.channels.ledger import Call
from bot.questions.coverage import PERIOD, Coverage, sentence
from bot.telegram import answers, moments, render, words
from bot.telegram.actions import Page, ShowCommitment, ShowFound, ShowLatest, ShowPillar, ShowPillars, ShowWhy
from bot.telegram.answers import PAGE, Looked, Reader
from bot.telegram.callbacks import from_start
from bot.telegram.catalogue import Catalogue
from bot.telegram.client import Offer
from bot.telegram.message import Message
from bot.telegram.text import clean, cut
from feeds.item import canonical_url
from matchers.plan import Commitment
from store.log import EventLog
from store.views.values import CommitmentCount, StoryView
from store.views.views import Views

T = TypeVar("T")
MAX_FOUND = 60
MONTHS = 6
MAX_WORDS_UNITS = 100


@dataclass(frozen=True, slots=True)
class Library:
    """What answers are made of: the log and its views, called through `call`; the plan; when we last looked; and the
    public name of the channel, if it has one (`@name`). `watched` tells how well the feeds for some commitments (all,
    where none is named) were watched between two moments; it is called through `call`."""

    log: EventLog
    views: Views
    call: Call
    catalogue: Catalogue
    looked: Callable[[], Looked]
    watched: Callable[[Sequence[Commitment], datetime, datetime], Coverage | None]
    now: Callable[[], datetime]
    channel: str | None = None


class Pages:
    """Every answer of the bot, in the language of who asks."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._catalogue = library.catalogue

    def reader(self, person: int, lang: str) -> Reader:
        """Who asks, and in which language."""
        return Reader(lang, self._library.looked(), person=person)

    async def start(self, payload: str, reader: Reader) -> Message:
        """The greeting; or what a deep link leads to: a commitment (`?start=c_defence-roadmap`), the newest reports."""
        wanted = from_start(payload)
        if isinstance(wanted, ShowLatest):
            return await self._shown(wanted, reader)
        entry = self._catalogue.commitments.get(wanted.commitment) if wanted else None
        if entry is not None:
            return await self._commitment(entry, reader)
        return answers.start(self._catalogue, reader, channel=self._library.channel)

    def help_(self, reader: Reader) -> Message:
        """What can be asked."""
        return answers.help_(self._catalogue, reader)

    async def show(self, action: Page, reader: Reader) -> Message | None:
        """The page an action asks for; None where there is no such page (any more)."""
        match action:
            case ShowPillars():
                return answers.pillars(self._catalogue, reader)
            case ShowPillar(no):
                chosen = self._catalogue.pillar(no)
                return answers.pillar(self._catalogue, chosen, reader) if chosen else None
            case ShowCommitment(name):
                entry = self._catalogue.commitments.get(name)
                return await self._commitment(entry, reader) if entry else None
            case ShowLatest(name) if name is not None and name not in self._catalogue.commitments:
                return None
            case ShowLatest() | ShowFound():
                stories = await self._ask(self._stories, action)
                return answers.latest(self._catalogue, action, stories, await self._told(reader, action))
            case ShowWhy():
                return None

    async def latest(self, text: str, reader: Reader) -> Message:
        """The newest reports: all, of the commitment the text names, or with the words of the text; and where there
        are none, the commitments that sound most like it."""
        said, span = moments.split_age(text)
        since = int((self._library.now() - span).timestamp()) if span else None
        asked = cut(clean(said), MAX_WORDS_UNITS)
        if not asked:
            return await self._shown(ShowLatest(since=since), reader)
        named = self._catalogue.find(asked)
        if len(named) == 1:
            return await self._shown(ShowLatest(named[0].id, since=since), reader)
        if named:
            return answers.choose(named, asked, reader, lambda name: ShowLatest(name, since=since))
        found = ShowFound(asked, since=since)
        stories = await self._ask(self._stories, found)
        if stories:
            return answers.latest(self._catalogue, found, stories, await self._told(reader, found))
        return answers.nearest(asked, self._catalogue.nearest(asked), reader)

    async def commitment(self, text: str, reader: Reader) -> Message:
        """The commitment the text names, the pillar of that number, or those that sound most like it."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        if not asked:
            return await self._shown(ShowPillars(), reader)
        named, chosen = self._catalogue.find(asked), self._catalogue.pillar(asked)
        if len(named) == 1:
            return await self._commitment(named[0], reader)
        if named:
            return answers.choose(named, asked, reader)
        if chosen is not None:
            return answers.pillar(self._catalogue, chosen, reader)
        return answers.unknown(asked, self._catalogue.nearest(asked), reader)

    async def why(self, url: str | None, reader: Reader) -> Message:
        """Why the item at that address was shown, or not."""
        if url is None:
            return answers.note(words.WHY_ASK, reader)
        item = await self._ask(self._library.views.item_by_url, url, canonical=canonical_url)
        if item is None:
            return answers.finding(words.WHY_UNKNOWN, reader)
        best = item.matches[0].commitment if item.matches else None
        reader = await self._told(reader, ShowLatest(best if best in self._catalogue.commitments else None))
        return answers.why(self._catalogue, item, reader)

    async def why_alert(self, story: str, reader: Reader) -> str:
        """Why a story was posted, in 200 characters."""
        found = await self._ask(self._library.views.story, story)
        if found is None or not found.commitments:
            return words.say(words.GONE, reader.lang)
        return answers.why_alert(self._catalogue, found, reader.lang)

    async def offers(self, text: str, reader: Reader) -> list[Offer]:
        """Reports to share in any chat: on the commitment the text names, with its words, or the newest."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        named = self._catalogue.find(asked) if asked else ()
        wanted = ShowFound(asked) if asked and not named else ShowLatest(named[0].id if named else None)
        stories = await self._ask(self._stories, wanted)
        return [_offer(story, reader.lang, self._catalogue) for story in stories]

    async def timeline_alert(self, story: str, reader: Reader) -> str:
        """How much was reported on what a story is about, in 200 characters."""
        found = await self._ask(self._library.views.story, story)
        if found is None or not found.commitments:
            return words.say(words.GONE, reader.lang)
        months = await self._ask(self._library.views.months, found.commitments[0], limit=MONTHS)
        return answers.timeline_alert(self._catalogue, found.commitments[0], months, reader.lang)

    async def _shown(self, action: ShowLatest | ShowPillars, reader: Reader) -> Message:
        page = await self.show(action, reader)
        return page or answers.note(words.STALE, reader)

    async def _commitment(self, entry: Commitment, reader: Reader) -> Message:
        count, stories = await self._ask(self._about, entry.id)
        reader = await self._told(reader, ShowLatest(entry.id))
        return answers.commitment(self._catalogue, entry, reader, count=count, stories=stories)

    async def _told(self, reader: Reader, asked: ShowLatest | ShowFound) -> Reader:
        """The reader, to be told how well what they ask of was watched."""
        name = asked.commitment if isinstance(asked, ShowLatest) else None
        meant = [self._catalogue.commitments[name]] if name else []
        now = self._library.now()
        watched = await self._ask(self._library.watched, meant, now - PERIOD, now)
        return replace(reader, watched=sentence(watched, reader.lang))

    async def _ask(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Put a question to views that know all of the log."""

        def asked() -> T:
            self._library.views.catch_up(self._library.log)
            return question(*args, **kwargs)

        return await self._library.call(asked)

    def _about(self, commitment: str) -> tuple[CommitmentCount | None, Sequence[StoryView]]:
        counts = self._library.views.counts().commitments
        mine = next((count for count in counts if count.commitment == commitment), None)
        return mine, self._library.views.latest((commitment,), limit=PAGE + 1)

    def _stories(self, asked: ShowLatest | ShowFound) -> Sequence[StoryView]:
        """One more than a page, newest first."""
        if isinstance(asked, ShowLatest):
            wanted = (asked.commitment,) if asked.commitment else ()
            return self._library.views.latest(wanted, limit=PAGE + 1, before=asked.before, since=_moment(asked.since))
        return self._found(asked)[: PAGE + 1]

    def _found(self, asked: ShowFound) -> list[StoryView]:
        """The stories with all the words, newest sighting first; the cursor is the position of its newest item."""
        views = self._library.views
        about, since = tuple(self._catalogue.commitments), _moment(asked.since)
        items = views.search(asked.words, limit=MAX_FOUND, commitment=about, since=since)
        stories = [views.story(name) for name in dict.fromkeys(item.story for item in items if item.story)]
        placed = [replace(story, pos=max(item.pos for item in story.items)) for story in stories if story]
        before = asked.before
        return sorted((s for s in placed if before is None or s.pos < before), key=lambda s: -s.pos)


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _offer(story: StoryView, lang: str, catalogue: Catalogue) -> Offer:
    titles = catalogue.titles(story.commitments, lang)
    post = render.compose(story, lang=lang, prefixes=catalogue.prefixes, titles=titles)
    return Offer(story.id, post.headline, post.byline, render.message(post))
