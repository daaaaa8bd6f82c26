"""The view of the feeds: who failed when, and which share of a period was watched."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.events.monitor import (
    FeedAwoke,
    FeedDistrusted,
    FeedFailing,
    FeedGone,
    FeedMoved,
    FeedRecovered,
    FeedStale,
    GapDetected,
    MonitorStarted,
    MonitorStopped,
)
from store.sqlite import SqliteStore
from store.views.feeds import covered
from store.views.values import Ledger, Span, Stretch
from store.views.views import Views
from tests.store.facts import DAY, HOUR, MINUTE, NOON, record, seen


def failing(feed: str, since: datetime) -> FeedFailing:
    return FeedFailing(feed=feed, since=since, reason="503", status=503)


def test_a_feed_is_failing_until_it_recovers(log: SqliteStore, views: Views) -> None:
    record(log, failing("a", NOON), seen("x"))
    views.catch_up(log)
    health = {row.feed: row for row in views.feed_health()}
    assert list(health) == ["a", "pib"]
    assert (health["a"].failing, health["a"].failures) == (Span(NOON, None, "503"), 1)
    assert (health["pib"].items, health["pib"].last_item_at, health["pib"].failing) == (1, NOON, None)
    record(log, FeedRecovered(feed="a", failing_since=NOON), at=NOON + HOUR)
    views.catch_up(log)
    assert (views.feed_health()[0].failing, views.feed_health()[0].failures) == (None, 1)


def test_gaps_and_moves_are_kept(log: SqliteStore, views: Views) -> None:
    record(log, GapDetected(feed="a", since=NOON, until=NOON + HOUR))
    record(log, FeedMoved(feed="a", old_url="https://x.example", new_url="https://y.example"))
    views.catch_up(log)
    (row,) = views.feed_health()
    assert (row.gaps, row.moved_to) == (1, "https://y.example")


def test_coverage_counts_each_hole_once(log: SqliteStore, views: Views) -> None:
    record(log, MonitorStarted(run="1", feeds=1), at=NOON)
    record(log, GapDetected(feed="a", since=NOON + HOUR, until=NOON + 3 * HOUR), failing("a", NOON + 2 * HOUR))
    record(log, FeedRecovered(feed="a", failing_since=NOON + 2 * HOUR), at=NOON + 4 * HOUR)
    record(log, FeedDistrusted(feed="b", since=NOON, reason="lying 304"), at=NOON + 5 * HOUR)
    views.catch_up(log)
    whole = views.coverage(NOON, NOON + 10 * HOUR, feed="a")
    assert whole.share == pytest.approx(0.7)
    assert [(hole.since - NOON, hole.until and hole.until - NOON) for hole in whole.holes] == [
        (HOUR, 3 * HOUR),
        (2 * HOUR, 4 * HOUR),
    ]
    assert views.coverage(NOON, NOON + 10 * HOUR).share == 1
    assert views.coverage(NOON, NOON + 10 * HOUR, feed="b").share == pytest.approx(0.5)


def test_what_lies_before_the_first_start_was_not_watched(log: SqliteStore, views: Views) -> None:
    views.catch_up(log)
    assert views.coverage(NOON - HOUR, NOON).share == 0
    record(log, MonitorStarted(run="1", feeds=1), at=NOON)
    views.catch_up(log)
    assert views.coverage(NOON - HOUR, NOON + HOUR).share == pytest.approx(0.5)


def test_the_monitor_was_away_between_its_runs(log: SqliteStore, views: Views) -> None:
    record(log, MonitorStarted(run="1", feeds=1), at=NOON)
    record(log, MonitorStopped(run="1"), at=NOON + HOUR)
    views.catch_up(log)
    assert views.coverage(NOON, NOON + 2 * HOUR).share == pytest.approx(0.5)
    record(log, MonitorStarted(run="2", feeds=1, last_alive=NOON + HOUR), at=NOON + 2 * HOUR)
    record(log, MonitorStarted(run="3", feeds=1, last_alive=NOON + 3 * HOUR), at=NOON + 4 * HOUR)
    views.catch_up(log)
    holes = views.coverage(NOON, NOON + 5 * HOUR).holes
    assert [(hole.since - NOON, hole.until and hole.until - NOON) for hole in holes] == [
        (HOUR, 2 * HOUR),
        (3 * HOUR, 4 * HOUR),
    ]


def test_a_feed_is_gone_until_it_recovers_and_that_is_one_hole(log: SqliteStore, views: Views) -> None:
    record(log, MonitorStarted(run="1", feeds=1), at=NOON)
    record(log, failing("a", NOON), FeedGone(feed="a", since=NOON, reason="410", status=410))
    views.catch_up(log)
    assert views.feed_health()[0].gone == Span(NOON, None, "410")
    assert len(views.coverage(NOON, NOON + HOUR, feed="a").holes) == 1
    record(log, FeedRecovered(feed="a", failing_since=NOON), at=NOON + HOUR)
    views.catch_up(log)
    assert views.feed_health()[0].gone is None
    assert views.coverage(NOON, NOON + 2 * HOUR, feed="a").share == pytest.approx(0.5)


def test_a_stale_feed_was_seen_until_it_wakes(log: SqliteStore, views: Views) -> None:
    record(log, MonitorStarted(run="1", feeds=1), at=NOON)
    record(log, FeedStale(feed="a", since=NOON, usual_hours=8.5))
    views.catch_up(log)
    assert views.feed_health()[0].stale == Span(NOON, None, "seldom silent for more than 8.5 h")
    assert views.coverage(NOON, NOON + HOUR, feed="a").share == 1
    record(log, FeedAwoke(feed="a", stale_since=NOON), at=NOON + HOUR)
    views.catch_up(log)
    assert views.feed_health()[0].stale is None


def test_the_ledger_holds_what_reaches_into_the_period(log: SqliteStore, views: Views) -> None:
    views.catch_up(log)
    assert views.ledger(NOON, NOON + HOUR) == Ledger(None, {}, ())
    record(log, MonitorStarted(run="1", feeds=1), seen("x"), at=NOON)
    record(log, GapDetected(feed="a", since=NOON, until=NOON + HOUR), failing("b", NOON + 3 * HOUR), at=NOON + HOUR)
    views.catch_up(log)
    gap = Stretch("a", "gap", Span(NOON, NOON + HOUR, "more was published than the feed holds"))
    failure = Stretch("b", "failing", Span(NOON + 3 * HOUR, None, "503"))
    assert views.ledger(NOON, NOON + DAY) == Ledger(NOON, {"pib": NOON}, (gap, failure))
    assert views.ledger(NOON + HOUR, NOON + 3 * HOUR).stretches == ()
    assert views.ledger(NOON + 5 * DAY, NOON + 6 * DAY).stretches == (failure,)


MINUTES = st.integers(-20, 120)
SPANS = st.lists(st.tuples(MINUTES, st.none() | MINUTES), max_size=6)


@given(SPANS, st.integers(1, 100))
def test_the_share_is_that_of_the_minutes_in_no_hole(spans: list[tuple[int, int | None]], length: int) -> None:
    holes = [Span(NOON + a * MINUTE, None if b is None else NOON + b * MINUTE, "x") for a, b in spans]
    watched = sum(not any(a <= m < (length if b is None else b) for a, b in spans) for m in range(length))
    result = covered(holes, NOON, NOON + length * MINUTE)
    assert result.share == pytest.approx(watched / length)
    assert all(NOON <= hole.since < (hole.until or NOON) <= NOON + length * MINUTE for hole in result.holes)


def test_an_empty_period_counts_as_watched() -> None:
    assert covered([Span(NOON - DAY, None, "x")], NOON, NOON).share == 1
