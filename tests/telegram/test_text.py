"""Outside text: cleaned, cut at whole characters, split into sentences, links checked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.text import clean, cut, host_of, quiet, safe_url, sentences, tail, units

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200) | st.text(
    st.sampled_from("कर्मि़ाँ \u200d\u200c😀👩‍👧🇮🇹.!। abcè&<>#@/\u202e\x00"), max_size=60
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Trade &amp; ports", "Trade & ports"),
        ("India&#8217;s plan", "India’s plan"),
        ("AT&T &copy stays", "AT&T &copy stays"),
        ("  two\n\tlines ", "two lines"),
        ("left\u202eright\u2066x\u2069", "leftrightx"),
        ("a\x00b\x1bc", "a b c"),
        ("\u3164\u2800", ""),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("\ud800broken", "broken"),
    ],
)
def test_feed_text_is_decoded_once_and_loses_what_cannot_be_seen(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_a_headline_calls_nobody_and_adds_no_hashtag() -> None:
    assert quiet("@modi #G20 /start $TSLA a@b.c 1/2 $5") == (
        "@\u2060modi #\u2060G20 /\u2060start $\u2060TSLA a@b.c 1/2 $5"
    )


@pytest.mark.parametrize(
    ("text", "limit", "cut_text"),
    [
        ("short", 10, "short"),
        ("India and Italy agree", 12, "India and…"),
        ("indivisible", 6, "indiv…"),
        ("नमस्ते", 5, "नम…"),  # not "नमस्": a virama ties the next letter to it
        ("👩‍👧👩‍👧", 7, "👩‍👧…"),
        ("🇮🇹🇮🇳", 6, "🇮🇹…"),
    ],
)
def test_text_is_cut_after_a_word_or_a_whole_character(text: str, limit: int, cut_text: str) -> None:
    assert cut(text, limit) == cut_text


@given(TEXT, st.integers(min_value=1, max_value=80))
def test_what_is_cut_fits_and_is_the_beginning(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert units(shown) <= limit
    assert shown == text or text.startswith(shown.removesuffix("…"))


@given(TEXT, st.integers(min_value=2, max_value=80))
def test_the_end_of_a_text_fits_and_is_its_end(text: str, limit: int) -> None:
    shown = tail(text, limit)
    assert units(shown) <= limit
    assert text.endswith(shown.removeprefix("…"))


@given(TEXT)
def test_clean_text_stays_as_it_is(text: str) -> None:
    once = clean(text.replace("&", ""))
    assert clean(once) == once


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ("Mr. Modi met U.S. envoys. They talked.", ["Mr. Modi met U.S. envoys. ", "They talked."]),
        ("Grew by 3.5 per cent. Good.", ["Grew by 3.5 per cent. ", "Good."]),
        ("L'on. Tajani parte. Torna lunedì.", ["L'on. Tajani parte. ", "Torna lunedì."]),
        ("मोदी रोम पहुँचे। वार्ता हुई।", ["मोदी रोम पहुँचे। ", "वार्ता हुई।"]),
        ("He said “yes.” Then left", ["He said “yes.” ", "Then left"]),
        ("line\nline", ["line\n", "line"]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == found


@given(TEXT)
def test_sentences_cover_the_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "/news/1", "ftp://example.org/x", "http://localhost/x", "https://intranet/",
        "https://example.org/a b", 'https://example.org/"><b>', "http://[::1", "https://a..b/", "https://me@evil.example/",
        "https://example.org/" + "x" * 3000, "https://example.org:99999/",
    ],
)  # fmt: skip
def test_an_address_telegram_would_not_link_is_none(url: str | None) -> None:
    assert safe_url(url) is None


def test_an_ordinary_address_is_kept_as_it_is() -> None:
    url = "https://www.example.org/a/è?q=1&r=2#top"
    assert safe_url(url) == url
    assert host_of(url) == "example.org"
