"""A body becomes a feed and its items, or a reason why there is none."""

from __future__ import annotations

from datetime import UTC, datetime

from feeds.parse import NotAFeed, Parsed, parse

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
<item><title>Rome &amp;amp; Delhi</title>
<link>/a/1</link><guid isPermaLink="false">a-1</guid>
<pubDate>Tue, 04 Nov 2025 09:00:00 +0100</pubDate><description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description></item>
</channel></rss>"""


def read(body: bytes, **options: str) -> Parsed:
    outcome = parse(body, **options)
    assert isinstance(outcome, Parsed), outcome
    return outcome


def test_a_well_formed_feed_is_read_strictly() -> None:
    parsed = read(RSS, url="https://news.example/feed")
    (item,) = parsed.items
    assert (parsed.format, parsed.version, parsed.title, parsed.path) == ("rss", "2.0", "News", "strict")
    assert (item.guid, item.link, item.title, item.summary) == (
        "a-1",
        "https://news.example/a/1",
        "Rome & Delhi",
        "One Two",
    )
    assert item.published == datetime(2025, 11, 4, 8, tzinfo=UTC)


def test_a_bare_ampersand_is_repaired_and_keeps_its_text() -> None:
    parsed = read(RSS.replace(b"&amp;amp;", b"&"))
    assert (parsed.path, parsed.items[0].title) == ("repaired", "Rome & Delhi")


def test_a_cut_off_feed_is_read_tolerantly() -> None:
    parsed = read(RSS[: RSS.index(b"</description>")])
    assert (parsed.path, parsed.items[0].title) == ("tolerant", "Rome & Delhi")


def test_what_is_no_feed_is_refused_with_a_reason() -> None:
    assert parse(b"<html><body>404</body></html>") == NotAFeed("an HTML page")
