"""The views of items, stories and commitments: what a person asks of the log."""

from __future__ import annotations

from datetime import datetime

import pytest

from store.codec import Redacted, Unknown
from store.events.items import ItemRevised, ItemSeen
from store.events.trust import EventRedacted
from store.log import Event
from store.sqlite import SqliteStore
from store.views.values import StoryView
from store.views.views import Views
from tests.store.facts import DAY, HOUR, NOON, joined, matched, record, revised, seen


def ids(stories: list[StoryView]) -> list[str]:
    return [story.id for story in stories]


def test_an_item_is_shown_as_it_was_seen_with_its_matches_best_first(log: SqliteStore, views: Views) -> None:
    fact = ItemSeen(
        item="a",
        feed="ansa",
        digest="d0",
        title="Titolo",
        summary="Testo",
        url="https://news.example/a",
        lang="it",
        publisher="Example",
        published=NOON - HOUR,
    )
    record(log, fact, matched("a", "trade", score=0.4), matched("a", "defence", score=0.9), joined("a", "s"))
    assert views.catch_up(log) == views.position() == 4
    item = views.item("a")
    assert item is not None
    assert (item.key, item.pos, item.feed, item.publisher, item.title, item.summary) == (
        "a",
        1,
        "ansa",
        "Example",
        "Titolo",
        "Testo",
    )
    assert (item.url, item.lang, item.published, item.seen_at) == ("https://news.example/a", "it", NOON - HOUR, NOON)
    assert (item.archive, item.digest, item.story) == (False, "d0", "s")
    assert [(m.commitment, m.score, m.pos, m.digest) for m in item.matches] == [
        ("defence", 0.9, 3, "d0"),
        ("trade", 0.4, 2, "d0"),
    ]
    assert [(found.field, found.start, found.end) for found in item.matches[0].evidence] == [("title", 0, 5)]


def test_what_is_not_known_is_none(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"))
    views.catch_up(log)
    assert (views.item("x"), views.story("x"), views.item_by_url("https://x.example/"), views.item("\udcff")) == (
        None,
        None,
        None,
        None,
    )
    item = views.item("a")
    assert item is not None
    assert (item.story, item.matches) == (None, ())


def test_a_revised_item_has_its_new_text_and_keeps_its_language(log: SqliteStore, views: Views) -> None:
    record(log, ItemSeen(item="a", feed="f", digest="d0", title="Old words", lang="it"), matched("a"))
    record(log, ItemRevised(item="a", feed="f", digest="d1", title="New words", summary="S", url="https://u.example"))
    views.catch_up(log)
    item = views.item("a")
    assert item is not None
    assert (item.title, item.summary, item.url, item.lang, item.digest) == (
        "New words",
        "S",
        "https://u.example",
        "it",
        "d1",
    )
    assert item.matches[0].digest == "d0"  # whoever shows the evidence can tell that it is of another text
    assert ([i.key for i in views.search("new", limit=5)], views.search("old", limit=5)) == (["a"], [])


def test_of_several_matches_of_a_commitment_that_of_the_present_text_counts(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a", score=0.1), revised("a"), matched("a", digest="d1", score=0.2))
    views.catch_up(log)
    item = views.item("a")
    assert item is not None
    assert [(m.digest, m.score) for m in item.matches] == [("d1", 0.2)]
    assert [(count.commitment, count.items) for count in views.counts().commitments] == [("defence", 1)]


def test_a_redacted_item_stays_known_without_its_text(log: SqliteStore, views: Views) -> None:
    taken = Redacted(type="ItemSeen.v1", name="item/a", digest="ab", reason="court")
    record(log, taken, matched("a"), Unknown(type="New.v1", name="new/1", data="{}"))
    views.catch_up(log)
    item = views.item("a")
    assert item is not None
    assert (item.title, ids(views.latest(limit=5))) == ("", ["a"])


def test_what_is_redacted_after_it_was_folded_is_forgotten(log: SqliteStore, views: Views) -> None:
    record(log, seen("a", "A name"), matched("a"), revised("a", "d1", "The same name"), seen("b", "Else"))
    views.catch_up(log)
    gone = [Event(EventRedacted(target=key, digest="d", reason="court")) for key in ("item/a", "revised/a/d1")]
    log.redact(["item/a", "revised/a/d1"], reason="court", record=gone, at=NOON)
    assert views.catch_up(log) == 6
    item, other = views.item("a"), views.item("b")
    assert item is not None
    assert other is not None
    assert (item.title, len(item.matches), other.title) == ("", 1, "Else")
    assert views.search("name", limit=5) == []
    record(log, seen("c"))
    assert views.catch_up(log) == 7  # and goes on from there


def test_an_item_is_found_by_a_pasted_address(log: SqliteStore, views: Views) -> None:
    record(log, ItemSeen(item="a", feed="f", digest="d", title="t", url="https://www.news.example/x/?id=1"))
    record(log, ItemSeen(item="b", feed="f", digest="d", title="t", url="https://news.example/x?id=2"))
    views.catch_up(log)

    def found(url: str, canonical: str = "") -> str | None:
        item = views.item_by_url(url, canonical=(lambda u: u.replace("www.", "").replace("/?", "?").split("&utm")[0]))
        return item.key if item else None

    assert found("https://www.news.example/x/?id=1") == "a"
    assert found("https://news.example/x?id=1&utm_source=x") == "a"
    assert found("https://news.example/x?id=2") == "b"
    assert (found("https://news.example/x?id=3"), found("https://[broken"), found("no address")) == (None, None, None)


def test_a_story_has_its_items_oldest_first_and_commitments_best_first(log: SqliteStore, views: Views) -> None:
    record(log, seen("b"), seen("a"), matched("a", "trade", score=0.9), matched("b", "defence", score=0.3))
    record(log, joined("a", "s"), joined("b", "s"), seen("c"), joined("c", "s"))
    views.catch_up(log)
    story = views.story("s")
    assert story is not None
    assert ([item.key for item in story.items], story.commitments) == (["b", "a", "c"], ("trade", "defence"))


def test_latest_is_ordered_by_publication_whatever_the_order_of_sighting(log: SqliteStore, views: Views) -> None:
    record(log, seen("new", published=NOON - HOUR), seen("old", published=NOON - 3 * DAY), seen("undated"))
    record(log, seen("future", published=NOON + DAY), seen("silent"))
    record(log, *(matched(item) for item in ("new", "old", "undated", "future")))
    views.catch_up(log)
    assert ids(views.latest(limit=10)) == ["future", "undated", "new", "old"]  # the future is taken for now
    assert ids(views.latest(limit=10, since=NOON - DAY)) == ["future", "undated", "new"]
    assert ids(views.latest(limit=10, until=NOON)) == ["new", "old"]
    assert ids(views.latest(limit=10, since=NOON - DAY, until=NOON)) == ["new"]


def test_latest_of_commitments_shows_each_story_once(log: SqliteStore, views: Views) -> None:
    for n, commitments in enumerate((("x",), ("y",), ("x", "y"), ("z",), ("x",))):
        record(log, seen(f"i{n}"), *(matched(f"i{n}", each) for each in commitments), at=NOON + n * HOUR)
    record(log, joined("i0", "s"), joined("i4", "s"))
    views.catch_up(log)
    assert ids(views.latest(limit=9)) == ["s", "i3", "i2", "i1"]
    assert ids(views.latest(["x"], limit=9)) == ["s", "i2"]
    assert ids(views.latest(["x", "y", "x"], limit=9)) == ["s", "i2", "i1"]
    assert ids(views.latest(["none"], limit=9)) == []


@pytest.mark.parametrize("commitments", [(), ("x",), ("x", "y")])
def test_pages_show_every_story_once_while_the_log_grows(
    log: SqliteStore, views: Views, commitments: tuple[str, ...]
) -> None:
    for n in range(12):
        record(log, seen(f"i{n:02}", published=NOON - ((n * 5) % 12) * HOUR), matched(f"i{n:02}", "xy"[n % 2]))
        record(log, matched(f"i{n:02}", "x"))
    views.catch_up(log)
    whole = ids(views.latest(commitments, limit=100))
    assert len(whole) == 12
    shown: list[str] = []
    cursor = None
    while page := views.latest(commitments, limit=5, before=cursor):
        shown += ids(page)
        cursor = page[-1].pos
        later = f"later{len(shown)}"
        record(log, seen(later), matched(later, "x"), joined(later, f"story-{later}"), at=NOON + DAY)
        views.catch_up(log)
    assert shown == whole


def test_a_cursor_of_nothing_known_ends_the_pages(log: SqliteStore, views: Views) -> None:
    record(log, matched("a"), seen("a"))
    views.catch_up(log)
    assert (views.latest(limit=5, before=0), ids(views.latest(limit=5, before=99))) == ([], [])


def test_recent_stories_are_those_with_a_new_item(log: SqliteStore, views: Views) -> None:
    record(
        log, seen("a", published=NOON - 5 * DAY), joined("a", "s"), seen("b", published=NOON - DAY), joined("b", "s")
    )
    record(log, seen("c", published=NOON - 5 * DAY), joined("c", "t"), seen("d"), seen("e"), matched("e"))
    views.catch_up(log)
    assert ids(views.recent_stories(NOON - 2 * DAY)) == ["s", "e"]
    assert ids(views.recent_stories(NOON - 9 * DAY, NOON - 2 * DAY)) == ["t"]


def test_counts_tell_the_size_of_what_is_known(log: SqliteStore, views: Views) -> None:
    assert (views.catch_up(log), views.counts().events, views.counts().commitments) == (0, 0, ())
    record(log, seen("a", published=NOON - HOUR), seen("b", published=NOON - DAY), seen("c"))
    record(log, matched("a"), matched("b"), matched("b", "trade"), joined("a", "s"), joined("b", "s"))
    views.catch_up(log)
    counts = views.counts()
    assert (counts.events, counts.items, counts.matches, counts.stories) == (8, 3, 3, 1)
    assert [(c.commitment, c.items, c.newest) for c in counts.commitments] == [
        ("defence", 2, NOON - HOUR),
        ("trade", 1, NOON - DAY),
    ]


TEXTS = {
    "hi": ("रक्षा मंत्री इटली पहुंचे", "भारत और इटली के बीच समझौता"),
    "hi2": ("रोमांच से भरा मैच", "इटली नहीं"),
    "it": ("L'accordo è già firmato", "Modì e Meloni: perché la città conta"),
    "en": ("Defence roadmap signed", "India and Italy agree on R&D, the roadmap says"),
    "en2": ("A roadmap for ports", "Defence is not in it"),
}


def text(key: str, when: datetime | None = None) -> ItemSeen:
    title, summary = TEXTS[key]
    return ItemSeen(item=key, feed="f", digest="d", title=title, summary=summary, published=when)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("इटली", ["hi", "hi2"]),
        ("रोम", []),
        ("रोम*", ["hi2"]),
        ("समझौता भारत", ["hi"]),
        ("citta", ["it"]),
        ("PERCHÉ", ["it"]),
        ("accordo", ["it"]),
        ("roadmap", ["en2", "en"]),
        ("defence roadmap", ["en", "en2"]),
        ('"defence roadmap"', ["en"]),
        ("road", []),
        ("road*", ["en2", "en"]),
        ("r&d", ["en"]),
        ("AND OR NOT NEAR(", []),
        ('"', []),
        ("* ( ) : ^ - + {", []),
        ("title:roadmap", []),
        ("\x00", []),
        ("\udcff", []),
        ("", []),
    ],
)
def test_search_finds_all_words_in_any_script(log: SqliteStore, views: Views, words: str, expected: list[str]) -> None:
    record(log, *(text(key) for key in TEXTS))
    views.catch_up(log)
    assert [item.key for item in views.search(words, limit=10)] == expected


def test_search_can_be_narrowed(log: SqliteStore, views: Views) -> None:
    record(log, text("en", NOON - DAY), text("en2", NOON - HOUR), matched("en", "d"), matched("en2", "ports"))
    views.catch_up(log)

    def found(**limits: object) -> list[str]:
        return [item.key for item in views.search("roadmap", limit=5, **limits)]  # type: ignore[arg-type]

    assert (found(commitment="d"), found(commitment=["d", "ports"]), found(commitment=())) == (
        ["en"],
        ["en2", "en"],
        ["en2", "en"],
    )
    assert (found(since=NOON - 2 * HOUR), found(until=NOON - 2 * HOUR)) == (["en2"], ["en"])
    assert [item.key for item in views.search("roadmap", limit=1)] == ["en2"]
