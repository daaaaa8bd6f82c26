"""The tolerant parser lives in a child process that can be stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feeds.tolerant import TolerantError, TolerantReader

BROKEN = "<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://x.example/1</link>"
# One author of 60,000 characters keeps feedparser busy for more than half a minute (quadratic pattern).
ENDLESS = BROKEN + "<author>" + "a.b-c_" * 40_000 + "</author>"


@pytest.fixture
def reader() -> Iterator[TolerantReader]:
    reader = TolerantReader()
    yield reader
    reader.close()


def test_an_ill_formed_feed_is_read(reader: TolerantReader) -> None:
    document = reader.read(BROKEN, max_items=10, seconds=30)
    assert [(entry.title, entry.link) for entry in document.entries] == [(("One", False), "https://x.example/1")]


def test_it_ends_at_the_deadline_and_reads_the_next_body(reader: TolerantReader) -> None:
    reader.read(BROKEN, max_items=10, seconds=30)
    with pytest.raises(TolerantError):
        reader.read(ENDLESS, max_items=10, seconds=0.5)
    assert len(reader.read(BROKEN, max_items=10, seconds=30).entries) == 1


def test_no_more_items_than_wanted(reader: TolerantReader) -> None:
    assert len(reader.read(BROKEN + "<item><title>x</title>" * 9, max_items=3, seconds=30).entries) == 3


def test_closing_twice_is_harmless(reader: TolerantReader) -> None:
    reader.read(BROKEN, max_items=1, seconds=30)
    reader.close()
    reader.close()
    assert reader.read(BROKEN, max_items=1, seconds=30).entries
