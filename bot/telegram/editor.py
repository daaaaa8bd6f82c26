"""What a channel is sent: posts, and digests with their picture, the silences and how well was watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bot.channels.audience import Audience
from bot.channels.collecting import PICTURE
from bot.channels.holding import PREFIX
from bot.channels.index import INDEX
from bot.channels.painter import Painter
from bot.channels.translate import Translations
from bot.channels.witness import ROOT, day_of, seal_for
from bot.questions.coverage import Coverage, sentence
from bot.questions.silence import Silence
from bot.telegram import charts, digest, surveys, words
from bot.telegram.catalogue import Catalogue, names_of
from bot.telegram.digest import Digest
from bot.telegram.indexed import Seen, index
from bot.telegram.markup import Html, bold, fill, html, join
from bot.telegram.message import Message
from bot.telegram.pages import Library
from bot.telegram.render import Post, lead_of
from bot.telegram.text import cut, safe_url
from bot.telegram.words import say, say_n
from matchers.plan import Commitment
from store.events.trust import LogSealed
from store.views.values import Delivery, StoryView

MAX_SILENT = 8
NAME_UNITS = 120
_SPANS = {"weekly": timedelta(days=7), "daily": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Editor:
    """Makes what one channel is sent, in its language and of what is for it. `bot` gives the bot's name, without @,
    once that is known."""

    library: Library
    painter: Painter
    audience: Audience
    lang: str
    translations: Translations | None = None
    bot: Callable[[], str] = str

    async def __call__(self, entry: Delivery) -> Post | Digest | None:
        """The post or digest of a delivery; None where there is nothing to send, such as a picture nobody can draw."""
        name = entry.story.id
        if name.endswith(PICTURE):
            return await self._picture(name)
        if name.startswith(ROOT):
            seal = await self.library.call(seal_for, self.library.log, name)
            return root_post(name, seal, self.lang) if seal else None
        if name.startswith(INDEX):
            made = await self.library.call(self._index, name)
            return None if entry.state == "sent" and made.message.digest == entry.text_digest else made
        if not name.startswith(PREFIX):
            return await self._translated(digest.compose(entry.story, self.library.catalogue, lang=self.lang), entry)
        beside = await self.library.call(self._beside, name)
        of = cut(names_of(self.library.catalogue.plans, self.lang), NAME_UNITS)
        return digest.compose(entry.story, self.library.catalogue, lang=self.lang, beside=beside, of=of, bot=self.bot())

    def _index(self, name: str) -> Digest:
        views, entries = self.library.views, self._entries()
        counts = {
            one.commitment: one for one in views.counts().commitments if one.plan in self.library.catalogue.plan_ids
        }
        seen = {}
        for one in entries:
            count = counts.get(one.id)
            story = next(iter(views.latest((one.id,), limit=1)), None) if count else None
            if count and story:
                seen[one.id] = Seen(count.items, count.newest, safe_url(lead_of(story, one.id).url))
        return index(name, self.library.catalogue, entries, seen, self.lang)

    async def _translated(self, post: Post | Digest, entry: Delivery) -> Post | Digest:
        """The post with its headline in the channel's language beside the original, where that is wanted."""
        if self.translations is None or not isinstance(post, Post):
            return post
        title = await self.translations.title(lead_of(entry.story), self.lang)
        return replace(post, translation=title)

    def _beside(self, name: str) -> Html:
        """How well was watched, and in a daily or weekly digest of what nothing was seen for long."""
        kind = name.split("/")[1]
        now, span = self.library.now(), _SPANS.get(kind, timedelta(days=1))
        watched: Coverage | None = self.library.watched(self._entries(), now - span, now)
        told = html(sentence(watched, self.lang))
        if kind not in _SPANS or name.count("/") > 2:
            return told
        beyond = [one for one in surveys.silences(self.library, self._entries(), now) if one.is_beyond]
        return join("\n\n", [silent(beyond, self.library.catalogue, self.lang), told]) if beyond else told

    async def _picture(self, name: str) -> Digest | None:
        """Reports by commitment on the seven days before the digest's."""
        day = date.fromisoformat(name.split("/")[2]) - timedelta(days=1)
        days = charts.days_before(datetime(day.year, day.month, day.day, tzinfo=UTC))
        stories, gaps = await self.library.call(self._week, days)
        chart = charts.week(self.library.catalogue, stories, days, self.lang, gaps=gaps)
        picture = await self.painter.paint(chart) if chart else None
        return Digest(name, Message(bold(chart.title), picture=picture)) if chart and picture else None

    def _week(self, days: Sequence[date]) -> tuple[list[StoryView], list[date]]:
        since = datetime(*days[0].timetuple()[:3], tzinfo=UTC)
        wanted = {one.id for one in self._entries()}
        stories = [
            replace(story, commitments=tuple(name for name in story.commitments if name in wanted))
            for story in self.library.views.recent_stories(since)
        ]
        return stories, surveys.unwatched(self.library, [], days, self.library.now())

    def _entries(self) -> list[Commitment]:
        """The commitments the channel is for."""
        wanted = self.audience.commitments
        return [one for one in self.library.catalogue.commitments.values() if wanted is None or one.id in wanted]


def root_post(name: str, seal: LogSealed, lang: str) -> Digest:
    """The root of a day, and how to check it."""
    told = say(words.ROOT_POST, lang)
    text = fill(told, day=words.day(day_of(name), lang), root=seal.root, start=seal.from_, end=seal.to)
    return Digest(name, Message(text))


def silent(beyond: Sequence[Silence], catalogue: Catalogue, lang: str) -> Html:
    """The commitments of which no evidence was seen for long, the longest first; it never says more."""
    ordered = sorted(beyond, key=lambda one: (-(one.watched_days or 0), one.commitment))
    lines = [fill(say(words.DIGEST_SILENT, lang))]
    for one in ordered[:MAX_SILENT]:
        title, watched = catalogue.title(one.commitment, lang), words.number(round(one.watched_days or 0), lang)
        days = one.days or 0
        line = say_n(words.SILENCE_DAYS, days, lang)
        lines.append(fill(line, title=cut(title, 80), n=words.number(days, lang), watched=watched))
    if len(ordered) > MAX_SILENT:
        rest = len(ordered) - MAX_SILENT
        lines.append(fill(say_n(words.DIGEST_SILENT_MORE, rest, lang), n=words.number(rest, lang)))
    return join("\n", lines)
