"""What is kept back in a channel: an end of its own until something releases it, and what reviewers said of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.sqlite import SqliteStore
from store.views.holds import ref
from store.views.values import DeliveryCounts
from store.views.views import Views
from tests.store.facts import (
    held,
    joined,
    matched,
    opened,
    queued,
    record,
    reviewed,
    seen,
    sent,
    suppressed,
    withdrawn,
)


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    record(store, opened(), seen("a"), matched("a"), joined("a", "s"))
    yield store
    store.close()


def counted(views: Views, log: SqliteStore) -> DeliveryCounts:
    views.catch_up(log)
    return views.deliveries("ch")


def test_what_is_held_is_not_owed_and_is_counted_with_its_reason(log: SqliteStore, views: Views) -> None:
    record(log, held("s", "a"))
    assert counted(views, log) == DeliveryCounts(held={"digest": 1})
    assert views.owed("ch", 9) == []
    assert [one.item for one in views.held("ch", "digest")] == ["a"]
    (end,) = views.match_ends("ch", limit=9)
    assert (end.end, end.reason) == ("held", "digest")


def test_the_digest_that_tells_of_it_releases_it(log: SqliteStore, views: Views) -> None:
    record(log, held("s", "a"), queued("digest/daily/2026-03-01", "a"), sent("digest/daily/2026-03-01", "a"))
    assert counted(views, log) == DeliveryCounts(published=1)
    assert views.held("ch", "digest") == []


def test_a_later_outlet_of_a_held_story_is_owed(log: SqliteStore, views: Views) -> None:
    record(log, held("s", "a", reason="review"), seen("b"), matched("b"), joined("b", "s"))
    views.catch_up(log)
    (entry,) = views.owed("ch", 9)
    assert (entry.new_items, entry.review is not None and entry.review.decision) == (("b",), None)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_decision_makes_it_owed_again_and_is_known(log: SqliteStore, views: Views, decision: str) -> None:
    record(log, held("s", "a", reason="review"))
    assert counted(views, log) == DeliveryCounts(held={"review": 1})
    assert [one.ref for one in views.unreviewed("ch")] == [ref("ch", "s")]
    record(log, reviewed("s", decision))  # type: ignore[arg-type]
    assert counted(views, log) == DeliveryCounts(waiting=1)
    (entry,) = views.owed("ch", 9)
    assert entry.review is not None
    assert (entry.review.decision, entry.review.by) == (decision, "r1")
    assert views.unreviewed("ch") == views.unreviewed() == []
    record(log, suppressed("a", "rejected"))
    assert counted(views, log) == DeliveryCounts(suppressed={"rejected": 1})


def test_what_matches_no_more_waits_for_nobody(log: SqliteStore, views: Views) -> None:
    record(log, held("s", "a", reason="review"), withdrawn("a"))
    assert counted(views, log) == DeliveryCounts()
    assert (views.unreviewed("ch"), views.held("ch", "review")) == ([], [])


def test_a_card_is_owed_until_sent_and_again_when_decided(log: SqliteStore, views: Views) -> None:
    record(log, held("s", "a", reason="review"))
    views.catch_up(log)
    assert [one.story for one in views.cards("ch", "cards")] == ["s"]
    head = record(log, queued("s", "a", channel="cards"), sent("s", "a", channel="cards"))
    views.catch_up(log)
    assert views.cards("ch", "cards") == []
    record(log, reviewed("s"))
    views.catch_up(log)
    assert [one.decision for one in views.cards("ch", "cards")] == ["approve"]
    assert head < views.position()


def test_a_hold_of_something_that_has_its_end_changes_nothing(log: SqliteStore, views: Views) -> None:
    record(log, queued("s", "a"), sent("s", "a"), held("s", "a"))
    assert counted(views, log) == DeliveryCounts(published=1)
    assert views.held("ch", "digest") == []
