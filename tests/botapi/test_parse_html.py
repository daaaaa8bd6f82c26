"""HTML as Telegram reads it. `test_tdlib.py` holds the same table against TDLib where that is installed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.botapi.entities import BadText, from_wire, to_wire
from bot.demo.botapi.parse_html import parse_html

GOOD = [
    ("plain", "plain", []),
    ("<b>b</b><strong>b</strong>", "bb", [(0, 1, "bold"), (1, 1, "bold")]),
    ("<i>i</i><em>e</em>", "ie", [(0, 1, "italic"), (1, 1, "italic")]),
    ("<u>u</u><ins>u</ins>", "uu", [(0, 1, "underline"), (1, 1, "underline")]),
    ("<s>s</s><del>d</del>", "sd", [(0, 1, "strikethrough"), (1, 1, "strikethrough")]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [(0, 1, "spoiler")]),
    ('<span class="tg-spoiler">x</span>', "x", [(0, 1, "spoiler")]),
    ("<code>c</code>", "c", [(0, 1, "code")]),
    ('<pre><code class="language-py">c</code></pre>', "c", [(0, 1, "pre", "py")]),
    ("<blockquote expandable>q</blockquote>", "q", [(0, 1, "expandable_blockquote")]),
    ("<blockquote>q</blockquote>", "q", [(0, 1, "blockquote")]),
    ('<a href="https://Example.org/A?b=1&amp;c=2">x</a>', "x", [(0, 1, "text_link", "https://example.org/A?b=1&c=2")]),
    ("<a>example.org</a>", "example.org", [(0, 11, "text_link", "http://example.org/")]),
    ('<tg-time unix="1700000000" format="wDT">then</tg-time>', "then", [(0, 4, "date_time", "1700000000")]),
    (
        '<a href="http://a.com/"><tg-time unix="5">then</tg-time></a>',
        "then",
        [(0, 4, "date_time", "5"), (0, 4, "text_link", "http://a.com/")],
    ),
    ("&lt;&gt;&amp;&quot;&#33;&#x41;", '<>&"!A', []),
    ("&nbsp;&eacute;&apos;", "&nbsp;&eacute;&apos;", []),
    ("भा<b>रत</b>", "भारत", [(2, 2, "bold")]),
    ("😀<b>x</b>", "😀x", [(1, 1, "bold")]),
    # Links that vanish without a word: relative, another scheme, no dot in the host.
    ('<a href="/news">x</a>', "x", []),
    ('<a href="javascript:alert(1)">x</a>', "x", []),
    ('<a href="http://localhost/x">x</a>', "x", []),
    ('<a href="ftp://example.org/">x</a>', "x", []),
]
BAD = [
    ("one <p>", 'Unsupported start tag "p" at byte offset 4'),
    ("é <br/>", 'Unsupported start tag "br/" at byte offset 3'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<a href='x", "Unclosed start tag at byte offset 0"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("<tg-emoji emoji-id='a'>x</tg-emoji>", "Invalid custom emoji identifier specified"),
]


@pytest.mark.parametrize(("html", "text", "entities"), GOOD)
def test_markup_becomes_text_and_entities(html: str, text: str, entities: list[tuple[object, ...]]) -> None:
    parsed = parse_html(html)
    assert parsed.text == text
    assert [(e.offset, e.length, e.type, e.argument) for e in parsed.entities] == [(*e, "")[:4] for e in entities]


@pytest.mark.parametrize(("html", "reason"), BAD)
def test_bad_markup_is_refused_in_telegrams_words(html: str, reason: str) -> None:
    with pytest.raises(BadText) as error:
        parse_html(html)
    assert str(error.value) == f"can't parse entities: {reason}"


def test_offsets_count_utf16_units_on_the_wire() -> None:
    wire = to_wire(parse_html("😀 <b>भारत 😀</b>"))
    assert wire == [{"type": "bold", "offset": 3, "length": 7}]


def test_entities_go_out_and_come_back_the_same() -> None:
    html = '😀 <b>भ</b><a href="https://example.org/">a</a><pre><code class="language-py">c</code></pre>'
    parsed = parse_html(html + '<tg-time unix="5" format="r">t</tg-time><a href="tg://user?id=7">u</a>')
    assert from_wire(parsed.text, to_wire(parsed)) == list(parsed.entities)


def test_entities_given_inside_a_surrogate_pair_are_refused() -> None:
    with pytest.raises(BadText):
        from_wire("😀", [{"type": "bold", "offset": 1, "length": 1}])


@given(st.text(alphabet=st.sampled_from("<>/&;#=\"' abcpixé😀"), max_size=60))
def test_no_input_does_anything_but_parse_or_be_refused(html: str) -> None:
    try:
        parsed = parse_html(html)
    except BadText:
        return
    assert all(e.offset >= 0 and e.end <= len(parsed.text) for e in parsed.entities)


@given(st.text(max_size=80))
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(escaped).text == text
