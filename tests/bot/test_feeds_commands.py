"""What the feeds commands decide before anything is printed or written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.commands.feeds_lists import entries, outline
from bot.commands.feeds_names import id_for
from bot.commands.feeds_table import as_object
from bot.settings import Config, FeedSettings
from bot.watch.feedstate import Known, Line, line
from feeds.opml import Outline, read, write
from feeds.silence import Silence
from feeds.state import FeedState
from matchers import shape
from store.log import FeedRow
from store.views.values import FeedHealth, Ledger, Span

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = FeedSettings(id="a", url="https://a.example", publisher="A")
STATE = FeedState(window=dict.fromkeys("abcde", "d"), polled_at=NOW - HOUR, interval=HOUR, silence=Silence(NOW - HOUR))
HEALTH = FeedHealth(feed="a", items=5, last_item_at=NOW - 2 * HOUR, failing=None, failures=0, gaps=0)
TROUBLE = Span(NOW - HOUR, None, "HTTP 404\x1b[31m")


def known(state: FeedState = STATE, health: FeedHealth = HEALTH) -> Known:
    row = FeedRow("a", NOW + HOUR, None, NOW - HOUR, state.to_json())
    return Known([row], [health], Ledger(NOW - 2 * HOUR, {}, ()))


def told(state: FeedState = STATE, health: FeedHealth = HEALTH, feed: FeedSettings = FEED) -> Line:
    return line(feed, known(state, health), since=NOW - 24 * HOUR, now=NOW)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (told(), "ok"),
        (told(health=replace(HEALTH, failing=TROUBLE)), "failing"),
        (told(health=replace(HEALTH, failing=TROUBLE, gone=TROUBLE)), "gone"),
        (told(health=replace(HEALTH, stale=TROUBLE)), "stale"),
        (told(structs.replace(STATE, failing_since=NOW, last_failure="no answer")), "failing"),
        (told(feed=replace(FEED, paused=True)), "paused"),
        (line(FEED, Known(), since=NOW - HOUR, now=NOW), "new"),
    ],
)
def test_the_state_of_a_feed_is_the_worst_that_is_known(found: Line, state: str) -> None:
    assert found.state == state


def test_a_line_holds_what_log_and_schedule_know() -> None:
    found = told(health=replace(HEALTH, failing=TROUBLE))
    assert (found.reason, found.since, found.due, found.items) == ("HTTP 404 [31m", NOW - HOUR, NOW + HOUR, 5)
    plain = as_object(found)
    assert plain["interval_minutes"] == 60.0
    assert plain["last_item_at"] == (NOW - HOUR).isoformat()


def test_a_feed_that_has_begun_to_fail_is_not_watched() -> None:
    ledger = Ledger(NOW - 4 * HOUR, {}, ())
    state = FeedState(failing_since=NOW - HOUR, last_failure="no answer")
    row = FeedRow(FEED.id, NOW + HOUR, None, NOW, state.to_json())
    found = line(FEED, Known([row], [], ledger), since=NOW - 4 * HOUR, now=NOW)
    assert found.coverage is not None
    assert found.coverage.share == pytest.approx(0.75)


def test_of_a_feed_with_few_items_gaps_are_unknown() -> None:
    assert told().judges_gaps
    assert not told(structs.replace(STATE, window={"a": "d"})).judges_gaps


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://www.The-Paper.example/rss?x", "the-paper-example"),
        ("La Città: notizie!", "la-citta-notizie"),
        ("समाचार", "feed"),
        ("https://paper.example", "paper-example-2"),
        ("x" * 99, "x" * 40),
    ],
)
def test_an_id_is_made_from_address_or_title(text: str, name: str) -> None:
    assert id_for(text, taken=["paper-example"]) == name


@given(st.text())
def test_any_text_gives_an_id_that_the_configuration_takes(text: str) -> None:
    FeedSettings(id=id_for(text, taken=["feed", "a"]), url="https://a.example")


def settings(*feeds: FeedSettings) -> Config:
    plan = {"id": "p", "title": {"en": "P"}, "languages": ["en"], "sides": {"india": {}}}
    return shape.read(Config, {"feeds": list(feeds), "plan": plan, "commitments": []})


def test_a_list_that_was_exported_is_imported_as_it_was() -> None:
    feeds = [
        FeedSettings(id="a", url="https://a.example/?x=1&y=2", lang="it", publisher="A & B", context=("india",)),
        FeedSettings(id="b", url="https://b.example", paused=True),
    ]
    outlines = read(write([outline(feed) for feed in feeds], title="P", now=NOW))
    new = entries(outlines, settings(), lang=None, context=())
    assert [shape.read(FeedSettings, one) for one in new] == feeds


def test_known_feeds_are_left_out_and_ids_never_collide() -> None:
    present = settings(FEED)
    outlines = [
        Outline("http://www.a.example/", "Known"),
        Outline("https://b.example", "A", categories=("sport", "india"), id="a"),
        Outline("https://c.example", None, id="NOT/AN ID"),
        Outline("https://c.example/#again"),
    ]
    new = entries(outlines, present, lang="en", context=["italy"])
    assert new == [
        {"id": "a-2", "url": "https://b.example", "lang": "en", "publisher": "A", "context": ["india"]},
        {"id": "c-example", "url": "https://c.example", "lang": "en", "context": ["italy"]},
    ]
