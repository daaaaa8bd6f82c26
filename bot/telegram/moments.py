"""Times as people type them behind a command: `7d`, `2026-03-01`, `22-7`, `dalle 22 alle 7`, `venerdì`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from bot.telegram.text import fold

_UNITS = {
    timedelta(hours=1): "h hour hours ora ore घंटा घंटे",
    timedelta(days=1): "d g day days giorno giorni दिन",
    timedelta(weeks=1): "w s week weeks settimana settimane हफ्ता हफ्ते सप्ताह",
    timedelta(days=30): "month months mese mesi महीना महीने",
}
_SPANS = {fold(word): span for span, names in _UNITS.items() for word in names.split()}
_AGE = re.compile(r"(?:^|\s)(\d{1,4})\s?([^\W\d_][^\s\d]*)$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?=\s|$)")
_DAY_FIRST = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})(?=\s|$)")


def split_age(text: str) -> tuple[str, timedelta | None]:
    """The text without an age at its end, and the age: `ports 7d` is of seven days; None where there is none."""
    said = text.strip()
    found = _AGE.search(said)
    span = _SPANS.get(fold(found[2])) if found else None
    if found is None or span is None:
        return said, None
    return said[: found.start()].strip(), int(found[1]) * span


def split_day(text: str, *, now: datetime) -> tuple[date | None, str]:
    """The day a text begins with, and the rest of it. An age alone is a day, too. (None, text) where there is none."""
    said = text.strip()
    for pattern, order in ((_ISO, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1))):
        found = pattern.match(said)
        if found:
            try:
                year, month, day = (int(found[group]) for group in order)
                return date(year, month, day), said[found.end() :].strip()
            except ValueError:
                return None, said
    first, _, rest = said.partition(" ")
    _, span = split_age(first)
    try:
        return ((now - span).date(), rest.strip()) if span else (None, said)
    except OverflowError:
        return None, said


def split_hours(text: str) -> tuple[int, int] | None:
    """From which minute of the day until which: `22-7`, `22:00 07:00`, `from 10 pm to 7 am`, `रात 22 से 7 बजे तक`. None
    where the text says anything else, or nothing of any length."""
    said = re.sub(r"(\d)\s*([ap])\.?\s?m\b\.?", r"\1\2m", re.sub(r"[-–—,]", " ", text.casefold()))
    tokens = [token for token in said.split() if fold(token) not in _BETWEEN]
    times = [_minute(token) for token in tokens]
    if len(times) != 2 or times[0] is None or times[1] is None or times[0] == times[1]:
        return None
    return times[0], times[1]


def minute_of(text: str) -> int | None:
    """The minute of the day that `08:30` or `8.30` names."""
    return _minute(text) if re.fullmatch(r"\d{1,2}[:.]\d\d", text) else None


def weekday_of(text: str) -> int | None:
    """The day of the week that is named, Monday being 0."""
    return _WEEKDAYS.get(fold(text))


def span_of(text: str) -> Literal["day", "week"] | None:
    """The last day or the last week, whichever is meant; a day where nothing is said, None for anything else."""
    rest, span = split_age(text)
    if not rest and span:
        return "day" if span <= timedelta(days=1) else "week" if span <= timedelta(weeks=1) else None
    return _SPANS_SAID.get(fold(text))


def is_off(text: str) -> bool:
    """Whether the text is a word for no."""
    return fold(text) in _OFF


def _minute(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?h?([ap]m)?", text)
    if found is None or int(found[1]) > (12 if found[3] else 24) or int(found[2] or 0) > 59:
        return None
    hour = int(found[1]) % 12 + 12 * (found[3] == "pm") if found[3] else int(found[1])
    return (hour * 60 + int(found[2] or 0)) % (24 * 60)


def _folded(names: str) -> frozenset[str]:
    return frozenset(fold(name) for name in names.split())


_BETWEEN = _folded(
    "from to till until and the at h hrs between dalle dalla da alle alla a al fino e ore tra"
    " से तक और बजे रात सुबह शाम दोपहर के बीच"
)
_OFF = _folded("off no none never mai nessuna basta बंद नहीं")
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon lunedì lun सोमवार सोम",
            "tuesday tue martedì mar मंगलवार मंगल",
            "wednesday wed mercoledì mer बुधवार बुध",
            "thursday thu giovedì gio गुरुवार गुरु बृहस्पतिवार वीरवार",
            "friday fri venerdì ven शुक्रवार शुक्र",
            "saturday sat sabato sab शनिवार शनि",
            "sunday sun domenica dom रविवार रवि इतवार",
        )
    )
    for name in _folded(names)
}
_SPANS_SAID: dict[str, Literal["day", "week"]] = {
    "": "day",
    **dict.fromkeys(_folded("day daily today oggi giorno giornaliero दिन आज दैनिक"), "day"),
    **dict.fromkeys(_folded("week weekly settimana settimanale हफ़्ता सप्ताह साप्ताहिक"), "week"),
}


def end_of(day: date) -> datetime:
    """The first moment behind a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
