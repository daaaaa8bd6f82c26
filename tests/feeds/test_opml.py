"""Lists of feeds, in and out."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.opml import MAX_BYTES, OpmlError, Outline, read, write

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def listed(*outlines: str, before: str = "") -> bytes:
    return f"{before}<opml version='1.1'><head/><body>{''.join(outlines)}</body></opml>".encode()


def test_feeds_are_found_at_any_depth_each_once_in_order() -> None:
    body = listed(
        "<outline text='News'><outline type='rss' text='A' xmlUrl='https://a.example/feed' htmlUrl='https://a.example'/>",
        "<outline title='B' text='other' XMLURL='https://b.example' language='it' category='/x/y, india'/></outline>",
        "<outline text='A again' xmlUrl='https://a.example/feed'/><outline text='no feed' url='https://c.example'/>",
    )
    assert read(body) == (
        Outline("https://a.example/feed", "A"),
        Outline("https://b.example", "B", "it", ("x/y", "india")),
    )


def test_a_bare_ampersand_in_an_address_is_understood() -> None:
    assert read(listed("<outline xmlUrl='https://a.example/?a=1&b=2'/>"))[0].url == "https://a.example/?a=1&b=2"


def test_only_web_addresses_are_feeds() -> None:
    assert read(listed("<outline xmlUrl='file:///etc/passwd'/><outline xmlUrl='javascript:1'/>")) == ()


def test_no_entity_is_expanded_and_no_file_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    outside = f"<!DOCTYPE opml [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
    assert "secret" not in str(read(listed("<outline text='&x;' xmlUrl='https://a.example'/>", before=outside)))
    bomb = "<!DOCTYPE opml [<!ENTITY a 'lol'>" + "".join(
        f"<!ENTITY {one} '{f'&{before};' * 10}'>" for before, one in zip("abcdefg", "bcdefgh", strict=True)
    )
    (outline,) = read(listed("<outline text='&h;' xmlUrl='https://a.example'/>", before=bomb + "]>"))
    assert len(outline.title or "") < 1000


@pytest.mark.parametrize("body", [b"", b"no", b"<rss/>", b"<opml><body>", b" " * (MAX_BYTES + 1)])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(OpmlError):
        read(body)


def test_what_is_written_is_opml_2() -> None:
    body = write([Outline("https://a.example", None, id="a")], title="Ours & theirs", now=NOW)
    root = etree.fromstring(body)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Ours & theirs")
    (outline,) = root.iter("outline")
    assert (outline.get("type"), outline.get("text"), outline.get("xmlUrl")) == ("rss", "a", "https://a.example")


NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=9)
OUTLINES = st.builds(
    Outline,
    NAMES.map(lambda name: f"https://{len(name)}.example/?q={name.encode().hex()}&x=1"),
    NAMES,
    st.none() | st.sampled_from(["it", "hi-IN"]),
    st.lists(st.sampled_from(["india", "italy"]), max_size=2).map(tuple),
    st.none() | st.sampled_from(["a", "b-c"]),
    st.booleans(),
)


@given(st.lists(OUTLINES, unique_by=lambda outline: outline.url, max_size=5))
def test_what_is_written_is_read_back(outlines: list[Outline]) -> None:
    assert read(write(outlines, title="x", now=NOW)) == tuple(outlines)


@given(st.binary(max_size=300) | st.text("<>&;'\"/= opmlutinex!DOCYE[]\x00", max_size=120).map(str.encode))
def test_no_bytes_crash_it(body: bytes) -> None:
    with contextlib.suppress(OpmlError):
        read(body)


@given(st.text())
def test_any_text_can_be_written(text: str) -> None:
    read(write([Outline("https://a.example", text, text, (text,), text)], title=text, now=NOW))
