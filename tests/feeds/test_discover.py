"""The feeds a web page announces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feeds.discover import MAX_FOUND, Announced, discover

URL = "https://paper.example/news/"


def found(page: str) -> tuple[Announced, ...]:
    return discover(page.encode(), url=URL, content_type="text/html")


def test_announced_feeds_are_found_with_their_titles() -> None:
    page = """<!doctype html><html><head>
        <link rel="stylesheet" href="x.css">
        <LINK REL="alternate home" TYPE="application/rss+xml; charset=utf-8" TITLE="News &amp; views" HREF="/rss">
        <link rel=alternate type=application/atom+xml href=atom.xml>
        <link rel="alternate" type="application/feed+json" href="//cdn.example/feed.json">
        <link rel="alternate" hreflang="it" href="/it/">
        <link rel="alternate" type="application/json" href="/wp-json/page/1">
        <link rel="alternate" type="application/rss+xml" href="/rss">
        <link rel="feed" href="/h">
        </head><body><a href="/other/feed">RSS</a></body></html>"""
    assert found(page) == (
        Announced("https://paper.example/rss", "News & views"),
        Announced("https://paper.example/news/atom.xml"),
        Announced("https://cdn.example/feed.json"),
        Announced("https://paper.example/h"),
    )


def test_addresses_are_taken_from_the_base_of_the_page() -> None:
    page = '<head><base href="https://b.example/x/"><link rel=alternate type=application/rss+xml href=f></head>'
    assert found(page)[0].url == "https://b.example/x/f"


def test_links_that_look_like_feeds_count_only_where_none_is_announced() -> None:
    page = "<p><a href='/feed/'>Our <b>feed</b></a> <a href='/about'>About</a> <a href='javascript:x.rss'>x</a></p>"
    assert found(page) == (Announced("https://paper.example/feed/", "Our feed", announced=False),)


def test_a_page_that_announces_without_end_is_cut_off() -> None:
    page = "".join(f"<link rel=alternate type=application/rss+xml href=/{number}>" for number in range(500))
    assert len(found(page)) == MAX_FOUND


@given(st.binary(max_size=200) | st.text("<>='\"/ linkrehfaltb!-", max_size=100).map(str.encode))
def test_no_page_crashes_it(page: bytes) -> None:
    discover(page, url=URL)
