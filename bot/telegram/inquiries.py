"""Questions that look further: everything seen, the past, silence, status, pictures, a digest now, the dossier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from bot.channels.painter import Painter
from bot.questions import past
from bot.questions.coverage import PERIOD, sentence
from bot.questions.dossiers import Busy, Dossier, Dossiers, TooLarge
from bot.questions.reading import position_before
from bot.questions.status import Judgement, judgements
from bot.telegram import charts, digest, findings, moments, surveys, words
from bot.telegram.actions import (
    Action,
    Inquiry,
    MakeDossier,
    ShowDigest,
    ShowMonths,
    ShowPast,
    ShowSeen,
    ShowSilence,
    ShowStatus,
)
from bot.telegram.answers import PAGE, Reader, choose, finding, note, signed, unknown
from bot.telegram.catalogue import titled
from bot.telegram.keyboards import button, rows
from bot.telegram.markup import Html, fill, html, join
from bot.telegram.message import Attachment, Message
from bot.telegram.pages import MAX_FOUND, MAX_WORDS_UNITS, Library
from bot.telegram.text import clean, cut
from bot.telegram.words import say
from matchers.plan import Commitment
from store.asof import LogAsOf
from store.readers import Settings
from store.views.values import ItemView, StoryView

T = TypeVar("T")
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Tools:
    """What these answers take beside the library: pictures, dossiers, and what a person chose."""

    painter: Painter
    dossiers: Dossiers
    settings: Callable[[int], Awaitable[Settings]]


class Inquiries:
    """Answers these questions, in the language of who asks. Each answer ends with how well was watched."""

    def __init__(self, library: Library, tools: Tools) -> None:
        self._library, self._catalogue = library, library.catalogue
        self._now, self._painter = library.now, tools.painter
        self._dossiers, self._settings = tools.dossiers, tools.settings

    async def show(self, action: Inquiry, reader: Reader) -> Message | None:
        """The page an action asks for; None where what it speaks of is gone."""
        match action:
            case ShowSeen():
                return await self._seen(action, reader)
            case ShowDigest(span):
                return await self._digest(span, reader)
        entry = self._catalogue.commitments.get(action.commitment or "")
        return await self._about(action, entry, reader) if entry or not action.commitment else None

    async def _about(
        self,
        action: ShowPast | ShowSilence | ShowStatus | ShowMonths | MakeDossier,
        entry: Commitment | None,
        reader: Reader,
    ) -> Message | None:
        match action:
            case ShowPast():
                return await self._past(action, reader)
            case ShowSilence():
                return await self._silence(entry, reader)
            case ShowStatus():
                return await self._status(entry, reader)
            case ShowMonths():
                return await self._months(entry, reader) if entry else None
            case MakeDossier():
                return await self._dossier(entry, reader) if entry else None

    # --- commands -----------------------------------------------------------------------------------------

    async def search(self, text: str, reader: Reader) -> Message:
        """`/search words`: all items with these words, also those that fit no commitment."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        return await self._seen(ShowSeen(asked), reader) if asked else note(words.SEEN_ASK, reader)

    async def digest(self, text: str, reader: Reader) -> Message:
        """`/digest`, `/digest week`: the last day or week of what the reader follows, or of everything."""
        span = moments.span_of(text)
        if span is not None:
            return await self._digest(span, reader)
        choice = (
            button(say(words.DAY_BUTTON, reader.lang), ShowDigest("day")),
            button(say(words.WEEK_BUTTON, reader.lang), ShowDigest("week")),
        )
        return replace(note(words.DIGEST_ASK, reader), keyboard=rows(choice))

    async def silence(self, text: str, reader: Reader) -> Message:
        """`/silence`: for how long nothing was seen of each commitment, or of the one named."""
        if not text.strip():
            return await self._silence(None, reader)
        return await self._of_one(text, reader, self._silence, ShowSilence)

    async def status(self, text: str, reader: Reader) -> Message:
        """`/status`: what people judged of each commitment, or of the one named."""
        if not text.strip():
            return await self._status(None, reader)
        return await self._of_one(text, reader, self._status, ShowStatus)

    async def timeline(self, text: str, reader: Reader) -> Message:
        """`/timeline`: a picture of the last week, or of the months of the commitment named."""
        if not text.strip():
            return await self._week(reader)
        return await self._of_one(text, reader, self._months, ShowMonths)

    async def asof(self, text: str, reader: Reader) -> Message:
        """`/asof 2026-03-01 …`: what was known at the end of that day, of all commitments or of the one named."""
        day, rest = moments.split_day(text, now=self._now())
        if day is None:
            return note(words.PAST_ASK, reader, example=next(iter(self._catalogue.commitments), ""))
        until = int(moments.end_of(min(day, self._now().date())).timestamp())
        if not rest:
            return await self._past(ShowPast(until), reader)

        async def then(entry: Commitment, reader: Reader) -> Message:
            return await self._past(ShowPast(until, entry.id), reader)

        return await self._of_one(rest, reader, then, lambda name: ShowPast(until, name))

    async def export(self, text: str, reader: Reader) -> Message:
        """`/export …`: the dossier of a commitment as a file."""
        if not text.strip():
            return note(words.DOSSIER_ASK, reader, example=next(iter(self._catalogue.commitments), ""))
        return await self._of_one(text, reader, self._dossier, MakeDossier)

    async def _of_one(
        self,
        text: str,
        reader: Reader,
        page: Callable[[Commitment, Reader], Awaitable[Message]],
        to: Callable[[str], Action],
    ) -> Message:
        """The page of the commitment that the text names; else those it may have meant, each leading there."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        named = self._catalogue.find(asked)
        if len(named) == 1:
            return await page(named[0], reader)
        pillar = self._catalogue.pillar(asked)
        several = named or (self._catalogue.of_pillar(pillar.id) if pillar else ())
        if several:
            return choose(several, asked, reader, to)
        return unknown(asked, self._catalogue.nearest(asked), reader, to)

    # --- pages --------------------------------------------------------------------------------------------

    async def _seen(self, asked: ShowSeen, reader: Reader) -> Message:
        def found() -> list[ItemView]:
            items = self._library.views.search(asked.words, limit=MAX_FOUND)
            newest = sorted(items, key=lambda item: -item.pos)
            return [item for item in newest if asked.before is None or item.pos < asked.before][: PAGE + 1]

        return findings.seen(self._catalogue, asked, await self._ask(found), await self._told(reader, []))

    async def _digest(self, span: str, reader: Reader) -> Message:
        now, lang = self._now(), reader.lang
        settings = await self._settings(reader.person)
        stories = await self._ask(lambda: self._followed(settings, now - SPANS[span]))
        heading = (words.DIGEST_FOLLOWED if settings.follows else words.DIGEST_ASKED)[span]
        told = await self._told(reader, [])
        room = signed(Html(""), told).text
        if stories:
            text = digest.listed(fill(say(heading, lang)), stories, self._catalogue, lang, beside=room)
        else:
            text = join("\n\n", [fill(say(heading, lang)), fill(say(words.DIGEST_NOTHING, lang))])
        other = button(say(words.DAY_BUTTON if span == "week" else words.WEEK_BUTTON, lang), _other(span))
        return signed(text, told, rows((other,)))

    def _followed(self, settings: Settings, since: datetime) -> list[StoryView]:
        """The stories of the period that the reader's follows ask for; all that match, where they follow nothing."""
        views = self._library.views
        stories = [story for story in views.recent_stories(since) if story.commitments]
        if not settings.follows:
            return stories
        with_words = {
            item
            for follow in settings.follows
            if follow.kind == "words"
            for item in views.with_words(follow.what, [item.key for story in stories for item in story.items])
        }
        return [
            story
            for story in stories
            if any(item.key in with_words for item in story.items)
            or any(self._is_of(name, settings) for name in story.commitments)
        ]

    def _is_of(self, commitment: str, settings: Settings) -> bool:
        entry = self._catalogue.commitments.get(commitment)
        pillar = entry.pillar if entry else None
        return any(
            (follow.kind == "commitment" and follow.what in self._catalogue.names(commitment))
            or (follow.kind == "pillar" and follow.what == pillar)
            for follow in settings.follows
        )

    async def _silence(self, entry: Commitment | None, reader: Reader) -> Message:
        entries = [entry] if entry else list(self._catalogue.commitments.values())
        found = await self._ask(lambda: surveys.silences(self._library, entries, self._now()))
        return findings.silences(self._catalogue, found, await self._told(reader, [entry] if entry else []))

    async def _status(self, entry: Commitment | None, reader: Reader) -> Message:
        def judged() -> list[Judgement]:
            known = judgements(self._library.log, self._catalogue.plan_ids)
            if entry:
                return list(reversed(known.get(entry.id, ())))
            return [known[name][-1] for name in self._catalogue.commitments if known.get(name)]

        found = await self._library.call(judged)
        told = await self._told(reader, [entry] if entry else [])
        return findings.statuses(self._catalogue, found, told, of=entry)

    async def _months(self, entry: Commitment, reader: Reader) -> Message:
        months = charts.months_before(self._now())

        def counted() -> tuple[dict[str, int], list[date]]:
            counts = dict(self._library.views.months(entry.id, limit=charts.MONTHS))
            return counts, surveys.unwatched(self._library, [entry], months, self._now())

        found, gaps = await self._ask(counted)
        counts = [(month, found.get(f"{month:%Y-%m}", 0)) for month in months]
        chart = charts.months(titled(entry.title, reader.lang), counts, reader.lang, gaps=gaps)
        picture = await self._painter.paint(chart)
        return findings.months(self._catalogue, entry, counts, await self._told(reader, [entry]), picture)

    async def _week(self, reader: Reader) -> Message:
        lang, days = reader.lang, charts.days_before(self._now())

        def counted() -> tuple[list[StoryView], list[date]]:
            stories = self._library.views.recent_stories(datetime(*days[0].timetuple()[:3], tzinfo=UTC))
            return stories, surveys.unwatched(self._library, [], days, self._now())

        stories, gaps = await self._ask(counted)
        chart = charts.week(self._catalogue, stories, days, lang, gaps=gaps)
        picture = await self._painter.paint(chart) if chart else None
        text = fill(say(words.WEEK, lang), example=next(iter(self._catalogue.commitments), ""))
        lines = [f"• {row.label}: {sum(row.values)}" for group in chart.groups for row in group.rows] if chart else []
        if picture is None:
            text = join("\n\n", [text, html("\n".join(lines)) if lines else fill(say(words.DIGEST_NOTHING, lang))])
        return findings.week(text, await self._told(reader, []), picture)

    async def _past(self, asked: ShowPast, reader: Reader) -> Message:
        when = datetime.fromtimestamp(asked.until, UTC)
        day = (when - timedelta(microseconds=1)).date()
        log = self._library.log
        upto = await self._library.call(position_before, log, when)
        entries = [self._catalogue.commitments[asked.commitment]] if asked.commitment else []
        told = await self._told(reader, entries, until=min(when, self._now()))
        if not upto:
            return finding(words.PAST_TOO_EARLY, told, day=words.day(day, reader.lang))
        names = [asked.commitment] if asked.commitment else list(self._catalogue.commitments)
        items = await self._known(names, upto, asked.before)
        judged = await self._library.call(self._judged_then, asked.commitment, upto) if asked.commitment else None
        return findings.past(self._catalogue, asked, day, items, judged, told)

    async def _known(self, names: Sequence[str], upto: int, before: int | None) -> list[ItemView]:
        """The newest items known at the position; between two stretches of the log others have their turn."""
        call, log = self._library.call, self._library.log
        walk = await call(past.set_out, log, names, upto=upto, before=before)
        while not walk.is_over(PAGE + 1):
            await call(past.go_on, log, walk)
        items = [await call(past.as_then, log, item, matched) for item, matched in walk.found.items()]
        return sorted((item for item in items if item), key=lambda item: -item.pos)[: PAGE + 1]

    def _judged_then(self, commitment: str, upto: int) -> Judgement | None:
        known = judgements(LogAsOf(self._library.log, upto), self._catalogue.plan_ids).get(commitment)
        return known[-1] if known else None

    async def _dossier(self, entry: Commitment, reader: Reader) -> Message:
        made = await self._dossiers.make(entry.id)
        told = await self._told(reader, [entry])
        match made:
            case Dossier(body):
                title, size = titled(entry.title, reader.lang), words.number(max(1, len(body) // 1000), reader.lang)
                page = finding(words.DOSSIER, told, title=title, size=size)
                return replace(page, file=Attachment(f"{entry.id}.zip", body))
            case TooLarge(size_mb):
                return note(words.DOSSIER_TOO_LARGE, told, size=size_mb)
            case Busy():
                return note(words.DOSSIER_BUSY, told)
        return note(words.TROUBLE, told)

    # --- small things -------------------------------------------------------------------------------------

    async def _told(self, reader: Reader, entries: Sequence[Commitment], *, until: datetime | None = None) -> Reader:
        """The reader, to be told how well what they ask of was watched in the seven days before."""
        end = until or self._now()
        watched = await self._ask(self._library.watched, entries, end - PERIOD, end)
        return replace(reader, watched=sentence(watched, reader.lang))

    async def _ask(self, question: Callable[..., T], *args: object) -> T:
        """Put a question to views that know all of the log."""

        def asked() -> T:
            self._library.views.catch_up(self._library.log)
            return question(*args)

        return await self._library.call(asked)


def _other(span: str) -> ShowDigest:
    return ShowDigest("day" if span == "week" else "week")
