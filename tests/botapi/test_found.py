"""What Telegram finds in a text by itself, and how a text is put in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.botapi.entities import MAX_ENTITIES, Entity, Text
from bot.demo.botapi.found import find
from bot.demo.botapi.methods import formatted
from bot.demo.botapi.tidy import finish

FOUND = [
    ("see https://example.org/a(b) now", [("url", "https://example.org/a(b)")]),
    ("(https://example.org/a).", [("url", "https://example.org/a")]),
    ("example.org and Example.Org", [("url", "example.org")]),
    ("at localhost or http://localhost/x", []),
    ("end of one.Start of another", []),
    ("write to desk@example.it.", [("email", "desk@example.it")]),
    ("#JSAP_Defence #2026 #a1", [("hashtag", "#JSAP_Defence"), ("hashtag", "#a1")]),
    ("#भारत", [("hashtag", "#भ")]),  # the vowel sign ends it
    ("#india-italy", [("hashtag", "#india")]),
    ("#tag@pactwatch", [("hashtag", "#tag@pactwatch")]),
    ("x#y", []),
    ("@pactwatch @abc a@bcde", [("mention", "@pactwatch")]),
    ("/latest now/then /start@pactwatch_bot", [("bot_command", "/latest"), ("bot_command", "/start@pactwatch_bot")]),
    ("$USD $EURO_", [("cashtag", "$USD")]),
    ("tg://resolve?domain=x", [("url", "tg://resolve?domain=x")]),
    ("tg://İ and x@İ.com", [("url", "x@İ.com")]),  # letters of schemes and addresses are ASCII alone
    ("4111 1111 1111 1111.com", []),  # a card number, which bots are not shown
]


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_links_tags_and_names_are_found(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(e.type, text[e.offset : e.end]) for e in find(text)] == wanted


@given(st.text(alphabet=st.sampled_from("ab.:/@#$_-1 ()éभा😀\n"), max_size=60))
def test_what_is_found_lies_in_the_text_and_never_overlaps(text: str) -> None:
    end = 0
    for entity in find(text):
        assert entity.offset >= end
        assert entity.length > 0
        end = entity.end
    assert end <= len(text)


TIDY = [
    ("  x  ", "x", []),
    (" \n\t ", "", []),
    ("<b> </b>x", "x", []),
    ("a<b> b </b>", "a b", [(2, 1, "bold")]),
    ("<b><b>x</b>y</b>", "xy", [(0, 2, "bold")]),
    ("<b>a<i>b</i>c</b>", "abc", [(0, 1, "bold"), (1, 2, "bold"), (1, 1, "italic")]),
    ("<b>a<code>b</code></b>", "ab", [(0, 1, "bold"), (1, 1, "code")]),
    ("<b>see example.org</b>", "see example.org", [(0, 4, "bold"), (4, 11, "url"), (4, 11, "bold")]),
    ('<a href="x.org">see y.org</a>', "see y.org", [(0, 9, "text_link")]),
    ("a\r\nb\x07", "a\nb", []),
]


@pytest.mark.parametrize(("html", "text", "entities"), TIDY)
def test_a_text_is_put_in_order(html: str, text: str, entities: list[tuple[object, ...]]) -> None:
    done = formatted(html, "HTML")
    assert done.text == text
    assert [(e.offset, e.length, e.type) for e in done.entities] == entities


def test_of_more_than_a_hundred_entities_links_stay_first() -> None:
    bold = "<b>b</b> " * MAX_ENTITIES
    links = '<a href="x.org">l</a> ' * 10
    kinds = [e.type for e in formatted(bold + links, "HTML").entities]
    assert (kinds.count("text_link"), kinds.count("bold")) == (10, 90)


def test_one_stretch_of_bold_counts_once_however_it_is_cut() -> None:
    html = "<b>" + '<a href="x.org">l</a>,' * 60 + "</b>"
    kinds = [e.type for e in formatted(html, "HTML").entities]
    assert (kinds.count("text_link"), kinds.count("bold")) == (60, 120)


_KINDS = st.sampled_from(["bold", "italic", "spoiler", "code", "blockquote", "custom_emoji"])
_TEXT = st.text(alphabet=st.sampled_from("ab \n\r\u200e\u0333😀"), min_size=1, max_size=20)


@st.composite
def _texts(draw: st.DrawFn) -> Text:
    text = draw(_TEXT)
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)), _KINDS)
    spans = [Entity(o, min(n, len(text) - o), k) for o, n, k in draw(st.lists(places, max_size=8))]
    return Text(text, tuple(spans))


@given(_texts())
def test_putting_in_order_twice_changes_nothing(text: Text) -> None:
    once = finish(text)
    assert finish(once) == once
