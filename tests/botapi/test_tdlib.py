"""Our text engine against Telegram's own, TDLib, which runs offline (`tdjson` on the package index)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.botapi.entities import BadText, Text, to_wire
from bot.demo.botapi.found import find
from bot.demo.botapi.parse_html import parse_html
from bot.demo.botapi.tidy import arranged
from tests.botapi.test_parse_html import BAD, GOOD

tdjson = pytest.importorskip("tdjson", reason="TDLib is not installed: the text engine is compared with tables alone")

Spans = list[tuple[int, int, str, str]]
_NAMES = {
    "Bold": "bold", "Italic": "italic", "Underline": "underline", "Strikethrough": "strikethrough",
    "Spoiler": "spoiler", "Code": "code", "Pre": "pre", "PreCode": "pre", "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote", "TextUrl": "text_link", "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji", "DateTime": "date_time", "Url": "url", "EmailAddress": "email",
    "Hashtag": "hashtag", "Cashtag": "cashtag", "Mention": "mention", "BotCommand": "bot_command",
}  # fmt: skip
_ARGUMENTS = ("url", "language", "user_id", "custom_emoji_id", "unix_time")


def _td(**request: object) -> dict[str, Any]:
    request["@type"] = request.pop("kind")
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    return answer


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> None:
    _td(kind="setLogVerbosityLevel", new_verbosity_level=0)


def _spans(entities: list[dict[str, Any]]) -> Spans:
    """Ours for TDLib's; card numbers and times of a video are found too but never shown to bots."""
    named = [(e, e["type"]["@type"].removeprefix("textEntityType")) for e in entities]
    return [(e["offset"], e["length"], _NAMES[n], _argument(e["type"])) for e, n in named if n in _NAMES]


def _argument(kind: dict[str, Any]) -> str:
    return next((str(kind[name]) for name in _ARGUMENTS if kind.get(name)), "")


def _ours(text: Text) -> Spans:
    pairs = zip(to_wire(text), text.entities, strict=True)
    return [(int(str(w["offset"])), int(str(w["length"])), e.type, e.argument) for w, e in pairs]


def _td_html(html: str) -> tuple[str, Spans] | str:
    answer = _td(kind="parseTextEntities", text=html, parse_mode={"@type": "textParseModeHTML"})
    return answer["message"] if answer["@type"] == "error" else (answer["text"], _spans(answer["entities"]))


def _our_html(html: str) -> tuple[str, Spans] | str:
    try:
        text = parse_html(html)
    except BadText as error:
        return f"C{str(error)[1:]}"  # the Bot API lower-cases the first letter
    return text.text, _ours(text)


def _td_arranged(html: str) -> tuple[str, Spans]:
    parsed = _td(kind="parseTextEntities", text=html, parse_mode={"@type": "textParseModeHTML"})
    answer = _td(kind="parseMarkdown", text=parsed)  # puts the entities in order; there is no Markdown in these texts
    return ("", []) if answer["@type"] == "error" else (answer["text"], _spans(answer["entities"]))


@pytest.mark.parametrize("html", [case[0] for case in (*GOOD, *BAD)])
def test_the_table_of_markup_is_true(html: str) -> None:
    assert _our_html(html) == _td_html(html)


_TAGS = ["b", "i", "u", "s", "del", "tg-spoiler", "code", "pre", "a", "blockquote", "tg-emoji", "span", "tg-time", "B"]
_ATTRIBUTES = [
    "", "", "", " href='http://a.com'", ' href="x.y/z?a&amp;b"', " href=/rel", " href='tg://user?id=7'",
    " class='language-py'", ' class="tg-spoiler"', " expandable", " emoji-id='55'", " unix='1700000000'", " x=",
    "  y = z", " =1", " href='javascript:1'", " href=http://q.it", " unix='1' format='wDT'", " unix='1' format='x'",
]  # fmt: skip
_WORDS = [
    "a", "b c", " ", "\n", "&amp;", "&lt;", "&nbsp;", "&#x41;", "&#66", "&", "😀", "भारत", "x.com", "#t", "\t", "\r",
    "é", "&#128512;", "&ampx", "&#0;", "\u2028", "\u200f\u200e", ">",
]  # fmt: skip


def _wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    element = st.tuples(st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES), inner)
    return st.lists(element.map(lambda e: f"<{e[0]}{e[1]}>{e[2]}</{e[0]}>") | inner, max_size=4).map("".join)


_HTML = st.recursive(st.sampled_from(_WORDS), _wrap, max_leaves=12)
_BROKEN = st.tuples(_HTML, st.sampled_from(["<", "</b>", "<b", "<p>", "</", "<a href=", "<b =>"]), _HTML).map("".join)


@settings(max_examples=100)
@given(_HTML | _BROKEN)
def test_markup_is_read_as_tdlib_reads_it(html: str) -> None:
    assert _our_html(html) == _td_html(html)


@settings(max_examples=100)
@given(_HTML.filter(lambda html: not isinstance(_td_html(html), str)))
def test_entities_are_put_in_order_as_tdlib_does(html: str) -> None:
    done = arranged(arranged(parse_html(html)))  # parseMarkdown does it before and after looking for Markdown
    assert (done.text, _ours(done)) == _td_arranged(html)


_PIECES = [
    *"ab1/.:@#-_ \n?(),;!'\"<>[]$&=%~", "http://", "https://", "ftp://", "HTTP://", "tg://", "mailto:", ".com", ".it",
    ".Com", ".in", "example", "www.", "@abcd", "#tag", "#भारत", "/start", "@bot", "$USD", "4111 1111 1111 1111", "://",
    "😀", "é", "—", "\u200c", "«", "»", ":80", ".co.uk", "x@y.it", "भारत.भारत", "1.2.3.4", "\u0301", "localhost",
    "xn--p1ai", "##", "$A", "@gif", "₹", "½", "Ⅷ", "\u00b7", "ා", "İ", "ſ", "#हिन्दी", "#१२", "👩‍👩‍👧", "🇮🇳", "क्ष",
]  # fmt: skip


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_the_same_links_tags_and_names_are_found(text: str) -> None:
    answer = _td(kind="getTextEntities", text=text)
    assert _ours(Text(text, tuple(find(text)))) == _spans(answer["entities"])


_URL_PIECES = [
    *"ab1/.:@#-_ ?()[]!'%=&", "http://", "https://", "HTTPS://", "ftp://", "tg://", "tg:", "ton:", "javascript:",
    ".com", "user", "?", "&", "%41", "%4", "भारत", "😀", ":80", ":0", ":99999", ":080", "user?id=12", "[::1]", "//",
    "\t", "\n",
]  # fmt: skip


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_URL_PIECES), min_size=1, max_size=9).map("".join))
def test_the_same_links_are_kept_and_dropped(url: str) -> None:
    escaped = url.replace("&", "&amp;")
    html = f'<a href="{escaped}">x</a>'
    assert _our_html(html) == _td_html(html)
