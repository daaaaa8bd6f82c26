"""Why: the chain of one event, back to the item and on to the message."""

from __future__ import annotations

from bot.questions.links import related
from bot.questions.why import chain
from store.events.fact import Fact
from store.events.monitor import FeedAwoke, FeedFailing, FeedRecovered, FeedStale
from store.events.plan import RulesActivated
from store.sqlite import SqliteStore
from tests.store.facts import (
    NOON,
    edited,
    failed,
    joined,
    matched,
    queued,
    record,
    revised,
    seen,
    sent,
    suppressed,
    uncertain,
)

RULES = RulesActivated(plan="p", rules="r1", ordinal=1, content="{}")


def told(pos: int, *facts: Fact) -> dict[int, list[int]]:
    """The positions on each side of the event at `pos`, in a log of these facts."""
    log = SqliteStore(None)
    record(log, *facts)
    links = chain(related(log, log.read(pos - 1, 1)[0]), pos)
    return {side: [link.recorded.pos for link in links if link.side == side] for side in (-1, 0, 1)}


def test_a_message_follows_from_the_item_its_match_its_story_and_the_rules() -> None:
    facts = (RULES, seen("a"), seen("z"), matched("a"), joined("a", "a"), queued("a", "a"), sent("a", "a"))
    assert told(7, *facts) == {-1: [1, 2, 4, 5, 6], 0: [7], 1: []}


def test_from_an_item_on_everything_up_to_the_message_followed() -> None:
    facts = (seen("a"), matched("a"), matched("a", "trade"), joined("a", "a"), queued("a", "a"), sent("a", "a"))
    assert told(1, *facts) == {-1: [], 0: [1], 1: [2, 3, 4, 5, 6]}


def test_one_of_two_matches_has_not_caused_the_other() -> None:
    facts = (seen("a"), matched("a"), matched("a", "trade"), joined("a", "a"))
    assert told(2, *facts) == {-1: [1], 0: [2], 1: [4]}


def test_a_second_outlet_leads_to_the_edit_and_not_to_the_first_post() -> None:
    first = (seen("a"), matched("a"), joined("a", "a"), queued("a", "a"), sent("a", "a"))
    second = (seen("b"), matched("b"), joined("b", "a"), edited("a", "a", "b"))
    assert told(8, *first, *second) == {-1: [6, 7], 0: [8], 1: [9]}
    assert told(9, *first, *second)[-1] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_new_headline_is_matched_anew_and_leads_to_an_edit() -> None:
    first = (seen("a"), matched("a"), joined("a", "a"), queued("a", "a"), sent("a", "a"))
    assert told(6, *first, revised("a"), matched("a", digest="d1"), edited("a", "a")) == {-1: [1], 0: [6], 1: [7, 8]}


def test_an_item_that_is_not_posted_says_so_at_the_end() -> None:
    assert told(1, seen("a", archive=True), matched("a"), joined("a", "a"), suppressed("a"))[1] == [2, 3, 4]


def test_a_lost_answer_and_a_refusal_belong_to_the_attempt_before_them() -> None:
    facts = (seen("a"), matched("a"), joined("a", "a"), queued("a", "a"), uncertain("a"), queued("a", "a", attempt=2))
    assert told(7, *facts, failed("a", "a", attempt=2)) == {-1: [1, 2, 3, 6], 0: [7], 1: []}
    assert told(5, *facts) == {-1: [1, 2, 3, 4], 0: [5], 1: []}


def test_a_feed_that_is_well_again_tells_what_was_wrong() -> None:
    failing = FeedFailing(feed="pib", since=NOON, reason="HTTP 500")
    other = FeedFailing(feed="ansa", since=NOON, reason="HTTP 500")
    assert told(3, failing, other, FeedRecovered(feed="pib", failing_since=NOON)) == {-1: [1], 0: [3], 1: []}
    stale = FeedStale(feed="pib", since=NOON, usual_hours=5)
    assert told(1, stale, FeedAwoke(feed="pib", stale_since=NOON)) == {-1: [], 0: [1], 1: [2]}
