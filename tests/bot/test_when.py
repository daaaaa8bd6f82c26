"""Moments as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.commands.when import moment
from tests.store.facts import DAY, NOON

MIDNIGHT = NOON - timedelta(hours=12)
NEXT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03-01", MIDNIGHT, MIDNIGHT + DAY),
        ("2026-03-01T12:00", NOON, NOON + NEXT),
        ("2026-03-01 12:00:00Z", NOON, NOON + NEXT),
        ("2026-03-01T13:00+01:00", NOON, NOON + NEXT),
        ("90m", NOON - timedelta(minutes=90), NOON - timedelta(minutes=90)),
        ("12h", MIDNIGHT, MIDNIGHT),
        ("7d", NOON - 7 * DAY, NOON - 7 * DAY),
        ("2w", NOON - 14 * DAY, NOON - 14 * DAY),
    ],
)
def test_a_date_a_time_and_an_age(text: str, start: object, end: object) -> None:
    assert moment(text, at=NOON) == start
    assert moment(text, at=NOON, end=True) == end


@pytest.mark.parametrize("text", ["yesterday", "", "7", "7x", "2026-13-01", "999999w", "9999-12-31"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        moment(text, at=NOON, end=True)
