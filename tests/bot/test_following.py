"""Following: when a reader is owed what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels import following
from store.readers import Follow, Pace, Progress, ReaderRow, Settings
from store.views.values import News

MADE = datetime(2026, 11, 1, tzinfo=UTC)
ROME = Settings(zone="Europe/Rome", digest_at=8 * 60)


@pytest.mark.parametrize(
    ("quiet", "hour", "expected"),
    [
        ((22, 7), 23, True),
        ((22, 7), 6, True),
        ((22, 7), 7, False),
        ((22, 7), 12, False),
        ((13, 15), 14, True),
        ((13, 15), 15, False),
        (None, 3, False),
    ],
)
def test_quiet_hours_may_pass_midnight(quiet: tuple[int, int] | None, hour: int, expected: bool) -> None:
    hours = (quiet[0] * 60, quiet[1] * 60) if quiet else None
    assert following.is_quiet(Settings(quiet=hours), datetime(2026, 11, 22, hour, tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("pace", "now", "expected"),
    [
        ("daily", datetime(2026, 11, 22, 7, 0, tzinfo=UTC), "2026-11-22 07:00"),
        ("daily", datetime(2026, 11, 22, 6, 59, tzinfo=UTC), "2026-11-21 07:00"),
        ("daily", datetime(2026, 7, 22, 6, 0, tzinfo=UTC), "2026-07-22 06:00"),  # summer time
        ("weekly", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "2026-11-16 07:00"),  # a Sunday: last Monday
        ("weekly", datetime(2026, 11, 23, 6, 59, tzinfo=UTC), "2026-11-16 07:00"),
        ("weekly", datetime(2026, 11, 23, 7, 0, tzinfo=UTC), "2026-11-23 07:00"),
    ],
)
def test_digests_come_at_the_readers_own_hour(pace: Pace, now: datetime, expected: str) -> None:
    assert f"{following.slot(pace, ROME, now).astimezone(UTC):%Y-%m-%d %H:%M}" == expected


def test_a_digest_is_made_once_and_not_for_what_was_asked_for_after_its_hour() -> None:
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    row = ReaderRow("a", 1, Settings(follows=(Follow("words", "port", "daily", 0, MADE),)))
    assert following.is_digest_due("daily", row, now)
    assert not following.is_digest_due("weekly", row, now)
    made = ReaderRow("a", 1, row.settings, Progress(daily_at=following.slot("daily", row.settings, now)))
    assert not following.is_digest_due("daily", made, now)
    late = ReaderRow("a", 1, Settings(follows=(Follow("words", "port", "daily", 0, now.replace(hour=8, minute=30)),)))
    assert not following.is_digest_due("daily", late, now)


def test_a_follow_wants_its_commitment_or_pillar_from_when_it_was_made() -> None:
    pillars = {"roadmap": "VII"}
    about = Follow("commitment", "roadmap", "now", 5, MADE)
    pillar = Follow("pillar", "VII", "now", 5, MADE)
    for one in (about, pillar):
        assert following.is_wanted(one, News(6, "i", "s"), ("other", "roadmap"), pillars)
        assert not following.is_wanted(one, News(5, "i", "s"), ("roadmap",), pillars)
        assert not following.is_wanted(one, News(6, "i", "s"), ("other",), pillars)
