"""A body becomes a feed and its items, or a reason why there is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.outcome import NotAFeed
from feeds.parse import Hints, Limits, Parsed, parse
from feeds.records import records

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
<item><title>Rome &amp;amp; Delhi</title>
<link>/a/1</link><guid isPermaLink="false">a-1</guid>
<pubDate>Tue, 04 Nov 2025 09:00:00 +0100</pubDate>
<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description></item>
</channel></rss>"""


DEFAULT = Limits(tolerant_seconds=300)  # a busy machine may be slow


def read(body: bytes, *, url: str = "", limits: Limits = DEFAULT) -> Parsed:
    outcome = parse(body, url=url, limits=limits)
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


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty body"),
        (b" \n", "an empty body"),
        (b"just words", "no markup in it"),
        (b"<!DOCTYPE html><html><head><title>x</title><p>404", "an HTML page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "XML, but no feed"),
        (
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>x</loc></url></urlset>",
            "XML, but no feed",
        ),
        (b"<p>not even <b>well</p>", "no feed in it"),
        (b"[1, 2]", "JSON, but no JSON Feed"),
        (b'{"error": "gone"}', "JSON, but no JSON Feed"),
        (b"[" * 100_000, "JSON, but no JSON Feed"),
        (b"\x1f\x8b\x08\x00feed", "a compressed or binary file"),
        (b"%PDF-1.7 <rss>", "a compressed or binary file"),
    ],
)
def test_every_refusal_says_why(body: bytes, reason: str) -> None:
    assert parse(body) == NotAFeed(reason)


def test_limits_are_kept() -> None:
    many = b"<rss><channel>" + b"<item><title>x</title></item>" * 50 + b"</channel></rss>"
    assert len(read(many, limits=Limits(max_items=10)).items) == 10
    assert parse(many, limits=Limits(max_bytes=100)) == NotAFeed("larger than 100 bytes")
    assert parse(many, limits=Limits(max_elements=10)) == NotAFeed("more than 10 elements")
    long = RSS.replace(b"Rome", b"R" * 1_000_000)
    assert len(read(long).items[0].title or "") == 2_000


def test_a_feed_without_items_is_a_feed() -> None:
    assert read(b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>").title == "Quiet"


def test_nothing_is_expanded_or_read_from_outside() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "' + b"A" * 10_000 + b'"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    parsed = read(bomb + RSS.replace(b"Rome", b"&a;&a;&x;Rome"))
    assert parsed.items[0].title == "&a;&a;&x;Rome & Delhi"


def test_what_a_feed_says_about_polling_is_passed_on() -> None:
    hints = b"""<ttl>60</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>
    <sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"> Hourly </sy:updatePeriod>
    <atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>"""
    parsed = read(RSS.replace(b"<item>", hints + b"<item>"))
    assert parsed.hints == Hints(
        ttl=60, update_period="hourly", skip_hours=(0, 1), skip_days=("sunday",), hub="https://hub.example/"
    )


def test_relative_links_are_meant_from_the_site_in_rss_and_from_the_document_in_atom() -> None:
    assert read(RSS, url="https://cdn.example/x/feed").items[0].link == "https://news.example/a/1"
    entry = b"<link href='https://s.example/'/><entry><link href='1'/></entry>"
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'>" + entry + b"</feed>"
    assert read(atom, url="https://cdn.example/x/feed").items[0].link == "https://cdn.example/x/1"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://", "mailto:a@b"]
)
def test_a_link_is_a_web_address_or_nothing(link: str) -> None:
    assert read(RSS.replace(b"/a/1", link.encode())).items[0].link is None


def test_namespaces_are_known_in_any_spelling() -> None:
    body = RSS.replace(b"<rss", b"<rss xmlns:who='HTTPS://purl.org/dc/elements/1.1'").replace(
        b"<guid", b"<who:creator>Ada</who:creator><guid"
    )
    assert read(body).items[0].authors == ("Ada",)


@given(st.binary(max_size=400), st.sampled_from(["", "text/xml; charset=utf-16", "application/json"]))
def test_no_bytes_break_it(body: bytes, content_type: str) -> None:
    parse(body, content_type=content_type)


PIECES = [b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [", b"]>", b"&#0;", b"\x00", b"\xff", b"</item>", b"<item>", b" xml:base='http://['", b" type='xhtml'", b"<p>", b"<a:b/>"]  # fmt: skip  # noqa: E501


@given(st.integers(0, len(RSS)), st.integers(0, 30), st.lists(st.sampled_from(PIECES), max_size=4).map(b"".join))
@settings(max_examples=50)
def test_no_damage_breaks_it(at: int, lost: int, added: bytes) -> None:
    outcome = parse(RSS[:at] + added + RSS[at + lost :], limits=DEFAULT)
    assert len(records(outcome)) >= 1


def test_a_summary_that_is_missing_is_the_beginning_of_the_content() -> None:
    content = b"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>" + b"word " * 9_000
    (item,) = read(
        RSS.replace(b"<description>", content + b"</content:encoded><x>").replace(b"description>", b"x>")
    ).items
    assert item.summary is not None
    assert item.summary.startswith("word word")
    assert item.summary.endswith("word …")
    assert len(item.summary) < 2_010
    assert len(item.content or "") > 40_000


def test_a_feed_outside_america_writes_the_day_first() -> None:
    body = RSS.replace(b"Tue, 04 Nov 2025 09:00:00 +0100", b"04/11/2025 08:00")
    assert read(body).items[0].published == datetime(2025, 4, 11, 8, tzinfo=UTC)
    italian = read(body.replace(b"<item>", b"<language>it-IT</language><item>"))
    assert italian.items[0].published == datetime(2025, 11, 4, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content_type", "wellformed"),
    [("", True), ("text/xml; charset=utf-8", True), ("text/plain", False), ("text/html", False)],
)
def test_well_formed_means_as_it_is_and_sent_as_what_it_is(content_type: str, wellformed: bool) -> None:
    outcome = parse(RSS, content_type=content_type)
    assert isinstance(outcome, Parsed)
    assert outcome.wellformed is wellformed
    assert not read(RSS.replace(b"&amp;amp;", b"&")).wellformed
