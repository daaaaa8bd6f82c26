"""Rhythm: when digests are due and when it is quiet, on the clock of a place, in summer and in winter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels import rhythm
from bot.channels.rhythm import Every, Hours, Rhythm

ROME = "Europe/Rome"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "last", "next_"),
    [
        ("daily", "2026-11-22 07:00", "2026-11-22 07:00", "2026-11-23 07:00"),
        ("daily", "2026-11-22 06:59", "2026-11-21 07:00", "2026-11-22 07:00"),
        ("daily", "2026-03-28 12:00", "2026-03-28 07:00", "2026-03-29 06:00"),  # the clock is put forward at night
        ("daily", "2026-10-24 12:00", "2026-10-24 06:00", "2026-10-25 07:00"),  # and back
        ("weekly", "2026-11-22 12:00", "2026-11-16 07:00", "2026-11-23 07:00"),  # a Sunday
        ("weekly", "2026-11-23 07:00", "2026-11-23 07:00", "2026-11-30 07:00"),
        ("three-hourly", "2026-11-22 12:00", "2026-11-22 10:00", "2026-11-22 13:00"),
        ("three-hourly", "2026-11-22 00:30", "2026-11-21 22:00", "2026-11-22 01:00"),
    ],
)
def test_digests_come_by_the_clock_of_the_place(every: Every, now: str, last: str, next_: str) -> None:
    wanted = Rhythm(every, 8 * 60, ROME)
    assert (rhythm.slot(wanted, at(now)), rhythm.next_slot(wanted, at(now))) == (at(last), at(next_))


def test_a_weekly_digest_comes_on_its_day() -> None:
    friday = Rhythm("weekly", 8 * 60, ROME, weekday=4)
    sunday_noon = at("2026-11-22 12:00")
    assert rhythm.slot(friday, sunday_noon) == at("2026-11-20 07:00")
    assert rhythm.next_slot(friday, sunday_noon) == at("2026-11-27 07:00")


def test_an_hour_the_clock_shows_twice_or_leaves_out_brings_one_digest() -> None:
    wanted = Rhythm("three-hourly", 2 * 60, ROME)  # 02:00 there comes twice on 25 October and never on 29 March
    for night in (at("2026-10-24 20:00"), at("2026-03-28 20:00")):
        slots = {rhythm.slot(wanted, night + timedelta(minutes=10 * step)) for step in range(60)}
        names = {rhythm.name_of("three-hourly", slot, ROME) for slot in slots}
        assert len(names) == len(slots)
        assert all(rhythm.next_slot(wanted, slot - timedelta(seconds=1)) == slot for slot in slots)


def test_the_next_slot_follows_the_last() -> None:
    now = at("2026-10-20 00:00")
    for every in ("daily", "weekly", "three-hourly"):
        wanted = Rhythm(every, 150, ROME)
        for hour in range(24 * 10):
            here = now + timedelta(hours=hour)
            assert rhythm.slot(wanted, here) <= here < rhythm.next_slot(wanted, here)
            assert rhythm.slot(wanted, rhythm.next_slot(wanted, here)) == rhythm.next_slot(wanted, here)


@pytest.mark.parametrize(
    ("hours", "now", "is_quiet", "end"),
    [
        ((22, 7), "2026-11-22 21:00", True, "2026-11-23 06:00"),
        ((22, 7), "2026-11-22 05:59", True, "2026-11-22 06:00"),
        ((22, 7), "2026-11-22 06:00", False, "2026-11-23 06:00"),
        ((13, 15), "2026-11-22 12:00", True, "2026-11-22 14:00"),
        ((13, 13), "2026-11-22 12:00", False, "2026-11-23 12:00"),
    ],
)
def test_quiet_hours_may_pass_midnight_and_have_an_end(
    hours: tuple[int, int], now: str, is_quiet: bool, end: str
) -> None:
    wanted = Hours(hours[0] * 60, hours[1] * 60, ROME)
    assert rhythm.is_within(wanted, at(now)) is is_quiet
    assert rhythm.end_of(wanted, at(now)) == at(end)


def test_a_digest_is_named_by_the_day_of_the_place() -> None:
    midnight = at("2026-11-22 20:00")
    assert rhythm.name_of("daily", midnight, "Asia/Kolkata") == "digest/daily/2026-11-23"
    assert rhythm.name_of("held", midnight, "UTC") == "digest/held/2026-11-22T2000"
