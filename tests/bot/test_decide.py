"""Deciding: what a poll's items mean, given what the log knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watch import decide
from feeds.item import Feed, Item
from feeds.text import plain
from matchers.match import Found, Match
from store.events.items import ItemMatched, ItemSeen

FEED = Feed("times", "https://times.example/feed", publisher="Times")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def sighting(*, title: str, summary: str | None = None, link: str | None = None) -> decide.Sighting:
    item = Item(guid="1", title=title, summary=summary, link=link)
    return decide.sightings([item], feed_id="times", plain=plain)[0]


def test_items_come_oldest_first_and_each_once() -> None:
    items = [Item(guid="b", title="B"), Item(guid="a", title="A"), Item(guid="b", title="B again")]
    seen = decide.sightings(items, feed_id="times", plain=plain)
    assert [one.item.title for one in seen] == ["A", "B"]


def test_content_stands_in_for_a_missing_summary_and_summary_for_a_missing_title() -> None:
    seen = decide.sightings([Item(guid="1", content="<p>A <b>bridge</b> is built.</p>")], feed_id="t", plain=plain)
    assert seen[0].item.summary == "A bridge is built."
    assert seen[0].item.title == "A bridge is built."


@given(st.text(max_size=5000))
def test_what_is_kept_is_bounded(text: str) -> None:
    kept = sighting(title=text, summary=text).item
    assert len(kept.title or "") <= decide.MAX_TITLE
    assert len(kept.summary or "") <= decide.MAX_SUMMARY


def test_an_unknown_item_is_seen_with_everything_needed_to_show_it() -> None:
    one = sighting(title="Bridge", link="https://times.example/1")
    fact = decide.seen(one, feed=FEED, lang="en", archive=True)
    assert fact == ItemSeen(
        item=one.key,
        feed="times",
        digest=one.digest,
        title="Bridge",
        url="https://times.example/1",
        guid="1",
        lang="en",
        publisher="Times",
        archive=True,
    )


@pytest.mark.parametrize(
    ("title", "source", "kept"),
    [
        ("Navies meet - The Harbour", "The Harbour", "Navies meet"),
        ("मोदी इटली में – अमर उजाला", "अमर उजाला", "मोदी इटली में"),
        ("Meeting in The Harbour", "The Harbour", "Meeting in The Harbour"),
        ("- The Harbour", "The Harbour", "- The Harbour"),
        ("Navies meet - The Harbour", None, "Navies meet - The Harbour"),
    ],
)
def test_what_an_aggregator_shows_is_of_its_source(title: str, source: str | None, kept: str) -> None:
    one = decide.sightings([Item(guid="1", title=title, source=source)], feed_id="times", plain=plain)[0]
    fact = decide.seen(one, feed=FEED, lang=None, archive=False)
    assert (fact.title, fact.publisher) == (kept, source or "Times")


def test_a_revision_tells_the_new_text() -> None:
    one = sighting(title="Bridge opens")
    fact = decide.revised(one, feed=FEED, lang="en")
    assert (fact.title, fact.digest) == ("Bridge opens", one.digest)


def test_every_event_of_an_item_names_what_it_follows_from() -> None:
    one = sighting(title="Bridge")
    match = Match("bridge", "words", 0.9, (Found("title", 0, 6, "bridge"),))
    matched = decide.findings(one, [decide.Judged("town", "r1", (match,))])
    seen = decide.seen(one, feed=FEED, lang=None, archive=False)
    events = decide.chain(seen, matched, None, {"run": "x"})
    assert [type(event.fact) for event in events] == [ItemSeen, ItemMatched]
    assert events[1].meta == {"run": "x", "cause": f"item/{one.key}"}
    assert [(at.field, at.start, at.end, at.term) for at in matched[0].evidence] == [("title", 0, 6, "bridge")]
