"""Plain text for people, out of markup of any quality."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.htmltags import ACTIVE, BLOCK, INLINE
from feeds.text import harmless, html_tree, plain, plain_title, tidy


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("no markup", "no markup"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("a<b>b</b>c<br/>d", "abc d"),
        ("R&amp;D &#8211; d&egrave;", "R&D – dè"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("x<script>alert(1)</script>y<style>p{}</style>z", "xyz"),
        ("a <!-- no --> b", "a b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ('<a title="a > b" href=x>link</a>', "link"),
        ("<custom-tag>kept</custom-tag>", "kept"),
        ("<li>one<li>two", "one two"),
        ("a&nbsp;\n\t b", "a b"),
        ("क्‍ष और क्‌ष", "क्‍ष और क्‌ष"),
        ("a\u202eb\u2066c\u0007d\ufeff", "abcd"),
        ("it\x92s", "it’s"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Use of vector<int> today", "Use of vector<int> today"),
        ("<b>Bold</b> claim", "Bold claim"),
        ("AT&amp;T", "AT&T"),
        ("&<a", "&<a"),
        ("x <unknown>y</unknown>", "x <unknown>y</unknown>"),
    ],
)
def test_a_title_keeps_brackets_that_are_no_markup(title: str, text: str) -> None:
    assert plain_title(title) == text


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>Hello", "<img src=x onerror=y>Hello", "<a href='javascript:x'>Hello</a>", "Hello<iframe"],
)
def test_text_that_would_run_loses_its_markup(text: str) -> None:
    assert harmless(text) == "Hello"


def test_text_about_markup_stays() -> None:
    assert harmless("The <b> element and x < y") == "The <b> element and x < y"


def by_the_parser(markup: str) -> str:
    """The slow way alone: libxml2's HTML parser, a space where a block starts or ends."""
    blocks = "|".join(sorted(BLOCK, key=len, reverse=True))
    root = html_tree(re.sub(rf"(<(?:/?(?:{blocks})\b))", r" \1", markup, flags=re.IGNORECASE))
    if root is None:
        return ""
    etree.strip_elements(root, "script", "style", "template", with_tail=False)
    return tidy("".join(root.itertext()))


WORDS = st.text("abc xyz àé भारत 12", max_size=12)
TAGS = st.sampled_from(sorted((BLOCK | INLINE) - {"html", "head", "body", "frameset"}))


@st.composite
def markup(draw: st.DrawFn) -> str:
    inner = draw(WORDS)
    for _ in range(draw(st.integers(0, 6))):
        tag = draw(TAGS)
        inner = draw(WORDS) + f'<{tag} class="x > y">{inner}</{tag}>' + draw(WORDS)
    return inner


@given(markup())
def test_the_fast_way_says_what_the_html_parser_says(fragment: str) -> None:
    # The parser moves text about where elements must not nest (tables, lists): the words are compared, not their order.
    assert sorted(plain(fragment).replace(" ", "")) == sorted(by_the_parser(fragment).replace(" ", ""))


@given(
    st.text()
    | st.lists(
        st.sampled_from(["<", ">", "&", "<p>", "</", "<!--", "-->", "<script>", '"', "'", "x", *sorted(ACTIVE)])
    ).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    for made in (plain(text), plain_title(text), tidy(text), harmless(text)):
        made.encode()
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made) or made is text
