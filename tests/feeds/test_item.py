"""One item is one item, however its address is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.item import Item, canonical_url, item_key


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.example.org/a/", "https://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://EXAMPLE.org:443/a#top", "https://example.org/a"),
        ("https://example.org:8080/a", "https://example.org:8080/a"),
        ("http://example.org/a?utm_source=x&id=2&b=1", "https://example.org/a?b=1&id=2"),
        ("https://www.com/a", "https://com/a"),
        (" no address ", "no address"),
        ("ftp://example.org/a", "ftp://example.org/a"),
    ],
)
def test_an_address_is_reduced_to_what_chooses_the_page(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


ADDRESSES = st.from_regex(
    r"https?://(www\.)?[a-zA-Z0-9.-]{1,12}(:[0-9]{1,4})?(/[A-Za-z0-9/:@!$&'()*+,;=~._%-]{0,12})?(\?[a-z=&]{0,8})?",
    fullmatch=True,
)


@given(ADDRESSES)
def test_the_short_way_ends_where_the_long_way_does(url: str) -> None:
    assert canonical_url(url) == canonical_url(f" {url}")  # a blank takes the long way


def test_a_guid_that_is_an_address_is_one_item_in_every_feed() -> None:
    plain, tracked = Item(guid="https://example.org/a"), Item(guid="http://www.example.org/a?utm_medium=rss")
    assert item_key(plain, feed_id="one") == item_key(tracked, feed_id="other")
    assert item_key(Item(guid="7"), feed_id="one") != item_key(Item(guid="7"), feed_id="other")
