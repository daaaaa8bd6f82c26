"""Coverage: from the ledger of how feeds were watched to what an answer may claim. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.telegram import words
from bot.telegram.words import say, say_n
from feeds.item import Feed
from matchers.plan import Commitment
from store.log import FeedRow
from store.views.feeds import covered
from store.views.values import Ledger, Span, Stretch

PERIOD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Hole:
    """A time in which items may have been missed, within the period; `feed` is None where nobody looked at all."""

    feed: Feed | None
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a group of feeds was watched. `since` is where the period begins, or, where that is later, the watch:
    what lies before it is not claimed. `share` is 0 to 1, the mean over the feeds; holes come longest first.
    `stale` are the feeds that answer but are silent beyond their rhythm: they were watched, and say nothing."""

    since: datetime
    until: datetime
    asked_since: datetime
    share: float
    feeds: int
    holes: tuple[Hole, ...] = ()
    stale: tuple[Feed, ...] = ()


def coverage(ledger: Ledger, feeds: Sequence[Feed], *, since: datetime, until: datetime) -> Coverage | None:
    """The coverage of these feeds together; None where they were not watched at all in the period.

    A feed counts from its first item on, so that a feed added later takes nothing from the others.
    """
    if ledger.begun is None or ledger.begun >= until:
        return None
    begun = max(since, ledger.begun)
    begins = {feed.id: max(begun, ledger.first.get(feed.id, begun)) for feed in feeds}
    watched = [feed for feed in feeds if begins[feed.id] < until]
    if not watched:
        return None
    down = _merged((one.span for one in ledger.stretches if not one.feed), begun, until)
    missed = {feed.id: _merged(_missed(ledger, feed.id), begins[feed.id], until) for feed in watched}
    shares = [covered([*down, *missed[feed.id]], begins[feed.id], until).share for feed in watched]
    holes = [Hole(None, span.since, _end(span, until)) for span in down]
    for feed in watched:
        holes += [Hole(feed, *piece) for span in missed[feed.id] for piece in _outside(span, down, until)]
    silent = {one.feed for one in ledger.stretches if one.kind == "stale" and _is_open(one.span, until)}
    return Coverage(
        since=begun,
        until=until,
        asked_since=since,
        share=sum(shares) / len(shares),
        feeds=len(watched),
        holes=tuple(sorted(holes, key=lambda hole: (-hole.length, hole.since))),
        stale=tuple(feed for feed in watched if feed.id in silent),
    )


def by_language(
    ledger: Ledger, feeds: Sequence[Feed], *, since: datetime, until: datetime
) -> dict[str, Coverage | None]:
    """The coverage of the feeds of each language, by the language the configuration gives them; '' for none."""
    languages = sorted({feed.lang or "" for feed in feeds})
    return {
        lang: coverage(ledger, [feed for feed in feeds if (feed.lang or "") == lang], since=since, until=until)
        for lang in languages
    }


def serving(feeds: Sequence[Feed], commitments: Iterable[Commitment], languages: Iterable[str]) -> tuple[Feed, ...]:
    """The feeds that can bring something on one of these commitments: all but those in a language of the plan
    (`languages`) in which no rule of theirs has words."""
    spoken: set[str] = set()
    for one in commitments:
        for rule in one.rules:
            spoken |= set(rule.any) or {"any"}  # the words of a query are of no language
    unspoken = set() if "any" in spoken else set(languages) - spoken
    return tuple(feed for feed in feeds if _primary(feed.lang or "") not in unspoken)


def with_present(ledger: Ledger, rows: Iterable[FeedRow], *, now: datetime) -> Ledger:
    """The ledger, and in it that nobody is looking now, where that is so: a run that was killed cannot say it.

    A running monitor asks a feed within moments of its being due; `rows` are the schedule's.
    """
    rows = list(rows)
    looked = max((row.completed_at for row in rows if row.completed_at), default=None)
    overdue = min((row.due for row in rows), default=now)
    if looked is None or now - max(looked, overdue) <= _OVERDUE or _is_down(ledger, now):
        return ledger
    return Ledger(ledger.begun, ledger.first, (*ledger.stretches, _down_since(looked)))


def percent(share: float, lang: str = "en") -> str:
    """A share as people read it, never rounded up: what is not whole is not called 100."""
    tenths = int(share * 1000 + 1e-9)
    return words.decimal(tenths / 10, 1, lang) if 990 <= tenths < 1000 else str(tenths // 10)


def sentence(coverage: Coverage | None, lang: str = "en") -> str:
    """What an answer ends with: "Coverage of the last 7 days: 98%, one gap of 5 h (ANSA)." Plain text."""
    if coverage is None:
        return say(words.COVERAGE_NEVER, lang)
    days = max(1, round((coverage.until - coverage.asked_since) / _DAY))
    period = say_n(words.COVERAGE_DAYS, days, lang).format(n=words.number(days, lang))
    if coverage.since - coverage.asked_since > _MOMENT:
        period = say(words.COVERAGE_SINCE, lang).format(when=words.moment(coverage.since, lang))
    share = percent(coverage.share, lang)
    text = say(words.COVERAGE, lang).format(period=period, percent=share, holes=_said_holes(coverage, lang))
    if coverage.stale:
        names = [name_of(feed) for feed in coverage.stale[:3]] + ["…"] * (len(coverage.stale) > 3)
        text += " " + say(words.COVERAGE_STALE, lang).format(names=", ".join(names))
    return text


def name_of(feed: Feed) -> str:
    """What people call a feed."""
    return feed.publisher or feed.id


def length(span: timedelta, lang: str = "en") -> str:
    """A span in its largest fitting unit: 40 min, 5 h, 3 days. Shorter than a minute counts as one."""
    if span < timedelta(hours=1):
        return say(words.LENGTH_MINUTES, lang).format(n=max(1, round(span / timedelta(minutes=1))))
    if span < 2 * _DAY:
        return say(words.LENGTH_HOURS, lang).format(n=round(span / timedelta(hours=1)))
    return say(words.LENGTH_DAYS, lang).format(n=words.number(round(span / _DAY), lang))


def _said_holes(coverage: Coverage, lang: str) -> str:
    if not coverage.holes:
        return ""
    longest = coverage.holes[0]
    name = say(words.COVERAGE_ITSELF, lang) if longest.feed is None else name_of(longest.feed)
    template = say(words.COVERAGE_HOLE if len(coverage.holes) == 1 else words.COVERAGE_HOLES, lang)
    count = words.number(len(coverage.holes), lang)
    return template.format(n=count, length=length(longest.length, lang), name=name)


# --- spans ------------------------------------------------------------------------------------------------


def _missed(ledger: Ledger, feed: str) -> Iterable[Span]:
    return (one.span for one in ledger.stretches if one.feed == feed and one.kind not in {"gone", "stale"})


def _merged(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """The spans cut to the period, those that touch made one, in order."""
    merged: list[Span] = []
    for hole in covered(spans, since, until).holes:
        if merged and hole.since <= _end(merged[-1], until):
            end = max(_end(merged[-1], until), _end(hole, until))
            merged[-1] = Span(merged[-1].since, end, merged[-1].reason)
        else:
            merged.append(hole)
    return merged


def _outside(span: Span, others: Sequence[Span], until: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The pieces of a span that lie in none of the others, which are in order; what is shorter than a moment is not
    worth telling beside what it touches."""
    reached, pieces = span.since, []
    for other in others:
        pieces.append((reached, min(other.since, _end(span, until))))
        reached = max(reached, _end(other, until))
    pieces.append((reached, _end(span, until)))
    return [(start, end) for start, end in pieces if end - start > (_MOMENT if others else timedelta())]


def _end(span: Span, until: datetime) -> datetime:
    return until if span.until is None else span.until


def _is_open(span: Span, until: datetime) -> bool:
    return span.until is None or span.until >= until


def _is_down(ledger: Ledger, now: datetime) -> bool:
    return any(not one.feed and _is_open(one.span, now) for one in ledger.stretches)


def _down_since(looked: datetime) -> Stretch:
    return Stretch("", "down", Span(looked, None, "the monitor is not running"))


def _primary(lang: str) -> str:
    return lang.replace("_", "-").split("-")[0].lower()


_DAY = timedelta(days=1)
_MOMENT = timedelta(minutes=1)
_OVERDUE = timedelta(minutes=15)
