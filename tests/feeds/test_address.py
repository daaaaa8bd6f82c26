"""Addresses in the one form in which they are compared, asked and remembered."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.address import AddressError, address
from feeds.links import links


@pytest.mark.parametrize(
    ("url", "text", "host", "target"),
    [
        ("http://Example.ORG:80/feed", "http://example.org/feed", b"example.org", b"/feed"),
        ("https://example.org", "https://example.org/", b"example.org", b"/"),
        ("https://example.org:8443?a=b", "https://example.org:8443/?a=b", b"example.org:8443", b"/?a=b"),
        ("http://example.org/a b/é?q=ü#part", "http://example.org/a%20b/%C3%A9?q=%C3%BC", b"example.org",
         b"/a%20b/%C3%A9?q=%C3%BC"),
        ("http://example.org/100%/%41", "http://example.org/100%25/%41", b"example.org", b"/100%25/%41"),
        ("http://example.org/a/./b/../c/..", "http://example.org/a/", b"example.org", b"/a/"),
        ("http://example.org/../../a", "http://example.org/a", b"example.org", b"/a"),
        ("http://[::1]:9/", "http://[::1]:9/", b"[::1]:9", b"/"),
        ("http://भारत.example/", "http://xn--h2brj9c.example/", b"xn--h2brj9c.example", b"/"),
        ("http://me:secret@example.org/", "http://example.org/", b"example.org", b"/"),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(url: str, text: str, host: bytes, target: bytes) -> None:
    found = address(url)
    assert (found.text, found.host_header, found.target) == (text, host, target)
    assert address(found.text).text == text


@pytest.mark.parametrize(
    "url",
    ["", "feed", "ftp://example.org/", "http://", "http:///feed", "http://exa mple.org/", "http://[::1", "http://xn--/",
     "http://example.org:99999/", "http://example.org/\r\nHost: other", "http://a%2fb/", "http://[1.2.3.4]/"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        address(url)


def test_references_are_meant_from_where_they_stand() -> None:
    here = address("http://me:secret@example.org/news/feed.xml?page=2")
    assert here.join("../other#top").text == "http://example.org/other"
    assert here.join("?page=3").userinfo == "me:secret"
    assert here.join("//elsewhere.example/x").userinfo == ""
    assert here.join("https://example.org/feed").userinfo == ""


# A percent sign that begins nothing is sent as such by httpx, and as %25 by us.
plain = st.lists(st.sampled_from([*"abcXYZ019-_~!$&'()*+,;=:@/?é भ", "%41", "%c3%a9"]), max_size=20).map("".join)


@given(plain, plain)
def test_our_form_of_an_address_is_that_of_httpx(path: str, query: str) -> None:
    url = f"http://news.example/{path.replace('?', '')}?q={query}&end"
    with_httpx = httpx.URL(url)
    assert address(url).target.lower() == with_httpx.raw_path.lower()


def test_link_fields_name_hub_and_self() -> None:
    value = '<https://hub.example/>; rel="hub", <feed.xml>;title=x; rel=self, <nowhere>, <a>; rel="next HUB"'
    found = links(value, base="http://news.example/")
    assert (found["hub"], found["self"]) == ("https://hub.example/", "http://news.example/feed.xml")
