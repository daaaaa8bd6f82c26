"""What pictures show: from stories and counts to charts, worded in the reader's language. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.channels.chart import Bars, Grid, Group, Row
from bot.telegram import words
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.text import clean, cut
from bot.telegram.words import say
from store.views.values import StoryView

DAYS = 7
MONTHS = 12
MAX_ROWS = 16
TITLE_UNITS = 90


def days_before(now: datetime) -> tuple[date, ...]:
    """The last seven days in UTC, today the last."""
    return tuple((now.astimezone(UTC) - timedelta(days=back)).date() for back in reversed(range(DAYS)))


def months_before(now: datetime) -> tuple[date, ...]:
    """The first days of the last twelve months in UTC, this month's the last."""
    last = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1
    return tuple(date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1))


def week(
    catalogue: Catalogue, stories: Iterable[StoryView], days: Sequence[date], lang: str, *, gaps: Iterable[date] = ()
) -> Grid | None:
    """Stories per commitment and day, by pillar; None where there is none. The days in `gaps` were not watched whole.

    A story counts once for each of its commitments, on the day its newest item was published.
    """
    counts = _counts(stories, days)
    busiest = [name for name, _ in Counter({name: sum(mine.values()) for name, mine in counts.items()}).most_common()]
    shown = [name for name in busiest if name in catalogue.commitments][:MAX_ROWS]
    if not shown:
        return None
    missed = tuple(place for place, day in enumerate(days) if day in set(gaps))
    first, last = words.day(days[0], lang), words.day(days[-1], lang)
    return Grid(
        title=say(words.CHART_WEEK, lang).format(first=first, last=last),
        columns=tuple(f"{words.weekday(day, lang)}\n{day.day}" for day in days),
        groups=tuple(_groups(catalogue, {name: counts[name] for name in shown}, days, lang)),
        gaps=missed,
        note=_note(words.CHART_DAYS, lang, is_missed=bool(missed)),
    )


def months(title: str, counts: Sequence[tuple[date, int]], lang: str, *, gaps: Iterable[date] = ()) -> Bars:
    """Stories of one commitment month by month, oldest first; each month by its first day."""
    missed = tuple(place for place, (month, _) in enumerate(counts) if month in set(gaps))
    return Bars(
        title=cut(clean(title), TITLE_UNITS),
        columns=tuple(
            words.month_name(month, lang) + (f"\n{month.year}" if place == 0 or month.month == 1 else "")
            for place, (month, _) in enumerate(counts)
        ),
        values=tuple(number for _, number in counts),
        gaps=missed,
        note=_note(words.CHART_MONTHS, lang, is_missed=bool(missed)),
    )


def _counts(stories: Iterable[StoryView], days: Sequence[date]) -> dict[str, Counter[date]]:
    counts: dict[str, Counter[date]] = {}
    for story in stories:
        moments = [min(item.published or item.seen_at, item.seen_at) for item in story.items]
        day = max(moments).astimezone(UTC).date()
        if day in days:
            for name in story.commitments:
                counts.setdefault(name, Counter())[day] += 1
    return counts


def _groups(catalogue: Catalogue, counts: dict[str, Counter[date]], days: Sequence[date], lang: str) -> Iterable[Group]:
    """In the plan's order; commitments of no pillar last, under no heading."""
    pillars = [*(pillar.id for pillar in catalogue.pillars), None]
    for number in pillars:
        entries = [one for one in catalogue.commitments.values() if one.id in counts and one.pillar == number]
        home = catalogue.pillar(number or "")
        if entries:
            rows = tuple(
                Row(clean(titled(one.title, lang)), tuple(counts[one.id][day] for day in days)) for one in entries
            )
            yield Group(f"{home.id}. {titled(home.title, lang)}" if home else "", rows)


def _note(text: str, lang: str, *, is_missed: bool) -> str:
    return say(text, lang) + (f" {say(words.CHART_GAPS, lang)}" if is_missed else "")
