"""Silence: only days on which somebody looked count, and what nobody could see is not claimed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.coverage import Coverage
from bot.questions.silence import add_months, silence, told, told_due

AT = datetime(2026, 12, 31, tzinfo=UTC)


def watched(days: float, share: float) -> Coverage:
    since = AT - timedelta(days=days)
    return Coverage(since=since, until=AT, asked_since=since, share=share, feeds=3)


def of(days: float | None, share: float = 1.0, *, months: int = 9, begun_days: float = 500) -> str:
    last = AT - timedelta(days=days) if days is not None else None
    begun = AT - timedelta(days=begun_days)
    found = silence("bridge", last=last, begun=begun, watched=watched(days or begun_days, share), months=months, at=AT)
    return told(found, months)


def test_ten_months_of_watching_are_beyond_a_limit_of_nine() -> None:
    assert of(305) == "no evidence seen for 305 days, 305 of them watched; beyond its limit of 9 months"
    assert of(270) == "no evidence seen for 270 days, 270 of them watched; its limit is 9 months"


def test_days_on_which_nobody_looked_do_not_count() -> None:
    assert of(305, 0.5) == "no evidence seen for 305 days, 152.5 of them watched; its limit is 9 months"


def test_without_any_evidence_the_watch_itself_is_counted() -> None:
    assert (
        of(None, begun_days=1)
        == "no evidence seen since the watch began, 1 day ago, 1 of them watched; its limit is 9 months"
    )


def test_a_day_that_is_not_over_is_not_counted() -> None:
    assert of(0.4) == "evidence seen within the last day; its limit is 9 months"
    assert (
        of(None, begun_days=0.4) == "no evidence seen yet; the watch began within the last day; its limit is 9 months"
    )


def test_who_never_looked_claims_nothing() -> None:
    never = silence("bridge", last=None, begun=None, watched=None, months=9, at=AT)
    assert told(never, 9) == "no evidence seen, and nobody has looked yet; its limit is 9 months"
    unseen = silence("bridge", last=AT - timedelta(days=900), begun=None, watched=None, months=1, at=AT)
    assert (unseen.watched_days, unseen.is_beyond) == (0.0, False)


@pytest.mark.parametrize(
    ("begin", "months", "end"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-12-31", 2, "2027-02-28"), ("2023-05-31", 9, "2024-02-29")],
)
def test_a_month_without_that_day_ends_with_its_last(begin: str, months: int, end: str) -> None:
    assert add_months(datetime.fromisoformat(begin), months) == datetime.fromisoformat(end)


@given(st.integers(-40_000, 40_000), st.integers(0, 240), st.integers(0, 240))
def test_more_months_are_never_less_time(days: int, one: int, more: int) -> None:
    when = AT + timedelta(days=days)
    assert add_months(when, one) <= add_months(when, one + more)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2029, 12, 31), "due 2029-12-31"),
        (date(2027, 1, 30), "due 2027-01-30, in 30 days"),
        (date(2026, 12, 31), "due 2026-12-31, today"),
        (date(2026, 12, 30), "due 2026-12-30, 1 day ago"),
        (date(2025, 6, 30), "due 2025-06-30, 549 days ago"),
    ],
)
def test_a_due_date_is_told_when_near_or_past_and_nothing_is_judged(due: date, expected: str) -> None:
    assert told_due(due, AT.date()) == expected
