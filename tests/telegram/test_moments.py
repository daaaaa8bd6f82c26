"""Times as people type them behind a command, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.moments import end_of, is_off, span_of, split_age, split_day, split_hours, weekday_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rest", "age"),
    [
        ("7d", "", timedelta(days=7)),
        ("ports 12h", "ports", timedelta(hours=12)),
        ("II.c 2 weeks", "II.c", timedelta(weeks=2)),
        ("idrogeno 3 giorni", "idrogeno", timedelta(days=3)),
        ("रक्षा 5 दिन", "रक्षा", timedelta(days=5)),
        ("रक्षा 2 सप्ताह", "रक्षा", timedelta(weeks=2)),
        ("industry 4.0", "industry 4.0", None),
        ("G20 summit", "G20 summit", None),
        ("number 3", "number 3", None),
        ("su30", "su30", None),
        ("", "", None),
    ],
)
def test_an_age_at_the_end_is_taken_off(text: str, rest: str, age: timedelta | None) -> None:
    assert split_age(text) == (rest, age)


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("2026-03-01", date(2026, 3, 1), ""),
        ("2026-3-1 II.c", date(2026, 3, 1), "II.c"),
        ("1.3.2026 ports and ships", date(2026, 3, 1), "ports and ships"),
        ("31/12/2025", date(2025, 12, 31), ""),
        ("7d defence", date(2026, 11, 15), "defence"),
        ("2026-02-30 II.c", None, "2026-02-30 II.c"),
        ("defence 7d", None, "defence 7d"),
        ("9999w", None, "9999w"),
        ("", None, ""),
    ],
)
def test_a_day_at_the_beginning_is_taken_off(text: str, day: date | None, rest: str) -> None:
    found, left = split_day(text, now=NOW.replace(year=150) if text == "9999w" else NOW)
    assert (found, left) == (day, rest)


NIGHT = (22 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22-7", NIGHT),
        ("22 – 7", NIGHT),
        ("22:00-07:00", NIGHT),
        ("22:00 07:00", NIGHT),
        ("22.00 7", NIGHT),
        ("from 10 pm to 7 a.m.", NIGHT),
        ("between 10pm and 7am", NIGHT),
        ("dalle 22 alle 7", NIGHT),
        ("dalle ore 22:00 alle 07:00", NIGHT),
        ("22 से 7 तक", NIGHT),
        ("रात 22 बजे से सुबह 7 बजे तक", NIGHT),
        ("२२ से ७", NIGHT),
        ("22:30-6:45", (22 * 60 + 30, 6 * 60 + 45)),
        ("12am-12pm", (0, 12 * 60)),
        ("13-24", (13 * 60, 0)),
        ("7-7", None),
        ("29-31", None),
        ("22-7-8", None),
        ("13pm-7", None),
        ("22:60-7", None),
        ("night", None),
        ("22", None),
        ("", None),
    ],
)
def test_hours_are_understood_in_three_languages(text: str, hours: tuple[int, int] | None) -> None:
    assert split_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "day"),
    [("Friday", 4), ("fri", 4), ("venerdì", 4), ("VENERDI", 4), ("शुक्रवार", 4), ("domenica", 6), ("someday", None)],
)
def test_a_weekday_is_understood_in_three_languages(text: str, day: int | None) -> None:
    assert weekday_of(text) == day


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", "day"),
        ("24h", "day"),
        ("oggi", "day"),
        ("7d", "week"),
        ("weekly", "week"),
        ("settimana", "week"),
        ("1 हफ़्ता", "week"),
        ("साप्ताहिक", "week"),
        ("30d", None),
        ("banana", None),
        ("banana 7d", None),
    ],
)
def test_a_digest_is_of_a_day_or_of_a_week(text: str, span: str | None) -> None:
    assert span_of(text) == span


def test_no_is_understood_in_three_languages() -> None:
    assert [is_off(text) for text in ("off", "Nessuna", "बंद", "on", "")] == [True, True, True, False, False]


def test_a_day_ends_where_the_next_begins() -> None:
    assert end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    rest, _ = split_age(text)
    assert rest in text
    hours, _, _ = split_hours(text), weekday_of(text), span_of(text)
    assert hours is None or hours[0] != hours[1]
    _, left = split_day(text, now=NOW)
    assert left in text
