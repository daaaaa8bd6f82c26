"""Times as people type them behind a command: `7d`, `2 weeks`, `2026-03-01`, `1.3.2026`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

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


def end_of(day: date) -> datetime:
    """The first moment behind a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
