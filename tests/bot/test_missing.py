"""Never seen: which feeds could have brought an item, and when they were not watched."""

from __future__ import annotations

from dataclasses import replace

from bot.questions.missing import Missing, missing, sentences
from store.views.values import Kind, Ledger, Span, Stretch
from tests.store.facts import DAY, HOUR, MINUTE, NOON

FEEDS = {"times": "http://times.example/feed", "herald": "http://www.herald.example/rss"}


def hole(feed: str, kind: Kind = "failing", hours: float | None = 5, reason: str = "HTTP 503") -> Stretch:
    return Stretch(feed, kind, Span(NOON, NOON + hours * HOUR if hours is not None else None, reason))


def asked(url: str, *holes: Stretch, carrying: frozenset[str] = frozenset()) -> Missing:
    ledger = Ledger(NOON - 9 * DAY, {}, holes)
    return missing(url, url.split("/")[2], FEEDS, carrying, ledger, NOON + DAY)


def test_the_hole_of_a_feed_that_carries_the_outlet_is_told() -> None:
    found = asked("http://times.example/42", hole("times"), hole("herald"))
    assert list(sentences(found, None)) == [
        "http://times.example/42 was never seen up to 2026-03-02 12:00 UTC.",
        "Never seen: times was failing from 2026-03-01 12:00 to 17:00 UTC (HTTP 503).",
        "Feeds that carry its outlet: times.",
    ]


def test_a_feed_that_brought_items_of_the_outlet_carries_it() -> None:
    found = asked("http://agency.example/1", hole("herald"), carrying=frozenset({"herald"}))
    assert (found.feeds, found.is_known, len(found.holes)) == (("herald",), True, 1)


def test_where_no_feed_is_known_to_carry_it_all_are_told_of() -> None:
    found = asked("http://other.example/1", hole("herald", hours=30), hole("", "down", reason=""))
    said = list(sentences(found, None))
    assert said[1:3] == [
        "Never seen: herald was failing from 2026-03-01 12:00 to 2026-03-02 18:00 UTC (HTTP 503).",
        "Never seen: pactwatch was not running from 2026-03-01 12:00 to 17:00 UTC.",
    ]
    assert "No feed is known to carry its outlet" in said[-1]


def test_what_is_still_so_has_no_end() -> None:
    said = list(sentences(asked("http://times.example/1", hole("times", hours=None)), None))
    assert said[1] == "Never seen: times was failing from 2026-03-01 12:00 on (HTTP 503)."


def test_a_silent_feed_was_watched() -> None:
    said = list(sentences(asked("http://times.example/1", hole("times", "stale")), None))
    assert said[1:] == [
        "The feeds that carry its outlet (times) were watched without a gap for 7 days and did not offer it."
    ]


def test_what_was_seen_later_is_said() -> None:
    said = list(sentences(asked("http://times.example/1"), NOON + 3 * DAY + MINUTE))
    assert said[1] == "It was first seen later, at 2026-03-04 12:01 UTC."


def test_before_the_watch_began_nobody_looked() -> None:
    found = missing("x", "", FEEDS, (), Ledger(None, {}, ()), NOON)
    assert list(sentences(found, None))[1:] == ["Nobody was watching yet."]


def test_what_was_taken_out_may_have_been_it() -> None:
    found = replace(asked("http://times.example/1"), taken_out=1)
    assert list(sentences(found, None))[1].startswith("Or it was taken out: the content of 1 item was")
