"""The heart of "every match is accounted for": what is owed to a channel, and what became of every match."""

from __future__ import annotations

from store.sqlite import SqliteStore
from store.views.values import Delivery, DeliveryCounts, Silent
from store.views.views import Views
from tests.store.facts import (
    edited,
    failed,
    joined,
    matched,
    opened,
    queued,
    record,
    revised,
    seen,
    sent,
    suppressed,
    uncertain,
)


def owed(views: Views, log: SqliteStore, channel: str = "ch") -> list[Delivery]:
    views.catch_up(log)
    counts = views.deliveries(channel)
    ends = counts.published + counts.merged + sum(counts.suppressed.values()) + counts.failed + counts.waiting
    ends += sum(counts.held.values())
    assert (counts.unaccounted, ends) == (0, views.counts().matches)
    return views.owed(channel, 10)


def test_a_matched_item_is_owed_until_its_post_is_sent(log: SqliteStore, views: Views) -> None:
    head = record(log, opened(), seen("a"), matched("a"), matched("a", "trade"), joined("a", "s"))
    (new,) = owed(views, log)
    assert (new.state, new.story.id, new.new_items, new.attempts, new.as_of) == ("new", "s", ("a",), 0, head)
    assert new.story.commitments == ("defence", "trade")
    record(log, queued("s", "a"))
    (waiting,) = owed(views, log)
    assert (waiting.state, waiting.attempts, waiting.text_digest) == ("queued", 1, "q1")
    assert (waiting.queued_after_message, waiting.queued_items) == (10, ("a",))
    record(log, sent("s", "a"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=2)


def test_an_unmatched_item_is_nobodys_business(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), joined("a", "s"))
    assert owed(views, log) == []


def test_a_match_outside_any_story_is_owed_as_its_own(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"))
    assert [(d.story.id, d.new_items) for d in owed(views, log)] == [("a", ("a",))]
    record(log, joined("a", "s"))
    assert [(d.story.id, d.new_items) for d in owed(views, log)] == [("s", ("a",))]


def test_the_order_of_match_and_story_does_not_matter(log: SqliteStore, views: Views) -> None:
    record(log, opened(), joined("a", "s"), matched("a"), seen("a"))
    assert [(d.story.id, d.new_items, d.story.commitments) for d in owed(views, log)] == [("s", ("a",), ("defence",))]


def test_stories_come_in_the_order_of_their_matches(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), seen("b"), seen("c"), joined("a", "s"), joined("c", "s"), joined("b", "t"))
    record(log, matched("b"), matched("c"), matched("a"))
    assert [d.story.id for d in owed(views, log)] == ["t", "s"]
    assert [d.story.id for d in views.owed("ch", 1)] == ["t"]


def test_a_sent_story_that_gains_an_item_is_owed_an_edit(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), queued("s", "a"), sent("s", "a"))
    record(log, seen("b"), matched("b"), joined("b", "s"))
    (edit,) = owed(views, log)
    assert (edit.state, edit.message, edit.delivered_items, edit.new_items) == ("sent", 11, ("a",), ("b",))
    assert (edit.text_digest, edit.edits, edit.revised) == ("t0", 0, False)
    record(log, edited("s", "a", "b"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=1, merged=1)
    record(log, seen("c"), matched("c"), joined("c", "s"))
    assert [(d.edits, d.text_digest) for d in owed(views, log)] == [(1, "t1")]


def test_a_further_commitment_of_a_delivered_item_is_delivered_with_it(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), sent("a", "a"), matched("a", "trade"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=2)


def test_a_delivered_item_that_is_revised_is_owed_an_edit(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), queued("s", "a"), sent("s", "a"))
    record(log, revised("a"))
    (edit,) = owed(views, log)
    assert (edit.state, edit.revised, edit.new_items) == ("sent", True, ())
    assert edit.story.items[0].title == "Another title"
    record(log, edited("s", "a"))
    assert owed(views, log) == []


def test_a_revision_between_making_and_recording_a_post_is_not_overlooked(log: SqliteStore, views: Views) -> None:
    made = record(log, opened(), seen("a"), matched("a"), joined("a", "s"))
    record(log, queued("s", "a", as_of=made), revised("a"), sent("s", "a", as_of=made))
    (edit,) = owed(views, log)
    assert edit.revised
    record(log, revised("a", "d2"), edited("s", "a", as_of=edit.as_of))
    assert [d.revised for d in owed(views, log)] == [True]
    record(log, edited("s", "a", edit=2, as_of=log.head()))
    assert owed(views, log) == []


def test_without_as_of_a_post_counts_from_its_intent_and_an_edit_from_itself(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), queued("a", "a"), revised("a"), sent("a", "a"))
    assert [d.revised for d in owed(views, log)] == [True]
    record(log, revised("a", "d2"), edited("a", "a"))
    assert owed(views, log) == []


def test_a_revision_to_the_same_text_or_before_sending_owes_nothing(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), revised("a"), sent("a", "a"))
    assert owed(views, log) == []
    record(log, revised("a", "d2"), edited("a", "a"), seen("b"), revised("b", "d0"))
    assert owed(views, log) == []


def test_an_uncertain_send_stays_owed_until_it_is_settled(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), queued("a", "a"), uncertain("a"))
    assert [(d.state, d.attempts, d.queued_as_of) for d in owed(views, log)] == [("uncertain", 1, 3)]
    record(log, queued("a", "a", attempt=2))
    assert [(d.state, d.attempts, d.text_digest) for d in owed(views, log)] == [("queued", 2, "q2")]
    record(log, sent("a", "a"))
    assert owed(views, log) == []


def test_a_failed_post_is_a_persons_matter_until_the_story_gains_an_item(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), queued("s", "a"), failed("s", "a"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(failed=1)
    record(log, revised("a"))
    assert owed(views, log) == []
    record(log, seen("b"), matched("b"), joined("b", "s"))
    assert [(d.state, d.new_items, d.attempts) for d in owed(views, log)] == [("failed", ("b",), 1)]
    record(log, queued("s", "a", "b", attempt=2), sent("s", "a", "b"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=1, merged=1)


def test_a_failed_edit_leaves_the_post_and_ends_what_it_would_have_told(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), sent("s", "a"))
    record(log, seen("b"), matched("b"), joined("b", "s"), revised("a"), failed("s", "b"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=1, failed=1)
    record(log, revised("a", "d2"))
    assert [(d.state, d.revised, d.new_items) for d in owed(views, log)] == [("sent", True, ())]


def test_a_post_that_was_sent_stays_sent_whatever_is_tried_afterwards(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), queued("s", "a"), sent("s", "a"))
    record(log, queued("s", "a", attempt=2), uncertain("s", attempt=2), seen("b"), matched("b"), joined("b", "s"))
    (edit,) = owed(views, log)
    assert (edit.state, edit.text_digest, edit.message, edit.attempts) == ("sent", "t0", 11, 2)


def test_the_last_message_is_the_highest_the_log_knows_in_the_channel(log: SqliteStore, views: Views) -> None:
    owed(views, log)
    assert views.last_message("ch") is None
    record(log, queued("s", "a"))
    owed(views, log)
    assert (views.last_message("ch"), views.last_message("other")) == (10, None)
    record(log, sent("s", "a"))
    owed(views, log)
    assert views.last_message("ch") == 11


def test_an_item_told_of_before_it_matched_is_accounted_for(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), seen("b"), matched("b"), joined("a", "s"), joined("b", "s"))
    record(log, sent("s", "a", "b"), matched("a"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(published=1, merged=1)
    assert {e.item: e.end for e in views.match_ends("ch", limit=5)} == {"a": "merged", "b": "published"}


def test_archive_and_what_came_before_the_opening_are_silent(log: SqliteStore, views: Views) -> None:
    before = record(log, seen("old"), matched("old"), seen("arch", archive=True))
    record(log, seen("between"), matched("between"), opened(after=before), matched("arch"), seen("new"), matched("new"))
    assert [d.story.id for d in owed(views, log)] == ["between", "new"]
    assert views.silent("ch", 10) == [Silent("old", "before-opening", 2), Silent("arch", "archive", 7)]
    assert views.deliveries("ch").waiting == 4
    record(log, suppressed("old", "before-opening"), suppressed("arch"))
    assert [d.story.id for d in owed(views, log)] == ["between", "new"]
    assert views.silent("ch", 10) == []
    assert views.deliveries("ch").suppressed == {"archive": 1, "before-opening": 1}


def test_an_old_item_whose_new_text_matches_is_news(log: SqliteStore, views: Views) -> None:
    after = record(log, seen("a"))
    record(log, opened(after=after), revised("a"), matched("a", digest="d1"))
    assert [d.story.id for d in owed(views, log)] == ["a"]


def test_a_silent_item_in_a_story_is_neither_new_nor_lost(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("arch", archive=True), matched("arch"), seen("a"), matched("a"))
    record(log, joined("arch", "s"), joined("a", "s"))
    (new,) = owed(views, log)
    assert ([item.key for item in new.story.items], new.new_items) == (["arch", "a"], ("a",))


def test_the_first_end_stands_unless_it_is_a_failure(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), joined("a", "s"), suppressed("a", "too-old"), sent("s", "a"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(suppressed={"too-old": 1})
    record(log, seen("b"), matched("b"), failed("b", "b"), suppressed("b", "given-up"))
    assert owed(views, log) == []
    assert views.deliveries("ch").suppressed == {"too-old": 1, "given-up": 1}


def test_each_channel_has_its_own_ends(log: SqliteStore, views: Views) -> None:
    record(log, opened("one"), seen("a"), matched("a"), joined("a", "s"), sent("s", "a", channel="one"))
    record(log, opened("two", after=0), seen("b"), matched("b"), joined("b", "s"))
    assert [(d.state, d.new_items) for d in owed(views, log, "one")] == [("sent", ("b",))]
    assert [(d.state, d.new_items) for d in owed(views, log, "two")] == [("new", ("a", "b"))]
    record(log, failed("s", "a", "b", channel="two"))
    assert [(d.state, d.new_items) for d in owed(views, log, "one")] == [("sent", ("b",))]
    assert owed(views, log, "two") == []


def test_a_channel_that_was_never_opened_is_owed_nothing(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a"))
    assert owed(views, log) == []
    assert views.deliveries("ch") == DeliveryCounts(waiting=1)


def test_each_match_has_a_row_with_its_end(log: SqliteStore, views: Views) -> None:
    record(log, opened(), seen("a"), matched("a"), matched("a", "trade"), joined("a", "s"), sent("s", "a"))
    record(log, seen("b"), matched("b"), joined("b", "s"), seen("c"), matched("c"), suppressed("c", "too-old"))
    views.catch_up(log)
    rows = views.match_ends("ch", limit=10)
    assert [(r.item, r.commitment, r.end, r.reason, r.story, r.message) for r in rows] == [
        ("c", "defence", "suppressed", "too-old", "c", None),
        ("b", "defence", "waiting", None, "s", None),
        ("a", "trade", "published", None, "s", 11),
        ("a", "defence", "published", None, "s", 11),
    ]
    assert views.match_ends("ch", limit=10, before=rows[1].pos) == rows[2:]
