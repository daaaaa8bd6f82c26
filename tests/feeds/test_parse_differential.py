"""The same body by the strict walk and by the tolerant parser: equal items, or a difference that is explained."""

from __future__ import annotations

import html
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feeds import parse as parsing
from feeds.item import Item
from feeds.outcome import NotAFeed
from feeds.parse import Limits, Parsed
from tests.feeds.corpus import cases, needs_corpus
from tests.feeds.differences import mistaken, unexplained

# A busy machine may be slow: no body is given up here for the time it takes.
PATIENT = Limits(tolerant_seconds=300)
parse = partial(parsing.parse, limits=PATIENT)
parse_tolerantly = partial(parsing.parse_tolerantly, limits=PATIENT)

# Bodies that hold two readings of what an item is: an entry inside a source element, an item inside an item.
_NESTED = {"feedvalidator/atom__4.2.11__source-entry", "simplepie/ItemTest__title__Test_Bug_629_Test_0"}


def differences(step: int) -> dict[str, list[str]]:
    found = {}
    for name, body, case in cases(step):
        about = {"content_type": case.get("content_type", ""), "url": case.get("url", "")}
        ours = parse(body, **about)
        if not isinstance(ours, Parsed) or not body.lstrip().startswith(b"<") or ours.path == "tolerant":
            continue
        theirs = parse_tolerantly(body, **about)
        if isinstance(theirs, NotAFeed):
            found[name] = [theirs.reason] if ours.items else []
        elif name not in _NESTED:
            found[name] = unexplained(ours, theirs, body)
    return {name: reasons for name, reasons in found.items() if reasons}


@needs_corpus
def test_a_part_of_the_corpus_is_read_alike() -> None:
    assert differences(step=17) == {}


@needs_corpus
@pytest.mark.slow
def test_the_whole_corpus_is_read_alike() -> None:
    assert differences(step=1) == {}


@needs_corpus
@pytest.mark.slow
def test_nearly_every_body_is_read_strictly() -> None:
    """The corpus is full of ill-formed bodies on purpose; of live feeds about 98 % take the strict way."""
    outcomes = (parse(body, content_type=case.get("content_type", "")) for _, body, case in cases())
    ways = Counter(outcome.path if isinstance(outcome, Parsed) else "none" for outcome in outcomes)
    assert ways["strict"] > 0.85 * ways.total()
    assert ways["tolerant"] < 0.02 * ways.total()


# Text that both ways must read alike: no blanks at the ends, nothing that only one of them takes for markup.
LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&;\ufeff")
WORD = st.text(LETTERS, min_size=1, max_size=12)
TEXT = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
WHEN = st.integers(86_400, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@st.composite
def items(draw: st.DrawFn) -> Item:
    number = draw(st.integers(0, 10**9))
    return Item(
        guid=f"urn:item:{number}",
        link=f"https://x.example/{number}?a=1&b=2",
        title=draw(TEXT),
        summary=draw(TEXT),
        published=draw(WHEN),
        authors=(draw(st.sampled_from(["Ada", "Ravi Rao", "मीरा"])),),
        categories=tuple(draw(st.lists(WORD, max_size=2, unique=True))),
    )


ITEMS = st.lists(items(), min_size=1, max_size=4, unique_by=lambda item: item.guid)


def rss(feed: list[Item], *, cdata: bool) -> str:
    def written(text: str | None) -> str:
        return f"<![CDATA[{text}]]>" if cdata else html.escape(html.escape(text or "", quote=False))

    entries = "".join(
        f"<item><title>{written(item.title)}</title><link>{html.escape(item.link or '')}</link>"
        f'<guid isPermaLink="false">{item.guid}</guid><dc:creator>{item.authors[0]}</dc:creator>'
        f"<pubDate>{format_datetime(item.published or datetime.now(UTC))}</pubDate>"
        f"<description>{written(item.summary)}</description>"
        + "".join(f"<category>{html.escape(word)}</category>" for word in item.categories)
        + "</item>\n"
        for item in feed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>T</title><link>https://x.example/</link>{entries}</channel></rss>"
    )


def atom(feed: list[Item]) -> str:
    entries = "".join(
        f"<entry><title>{html.escape(item.title or '')}</title><id>{item.guid}</id>"
        f'<link href="{html.escape(item.link or "")}"/><author><name>{item.authors[0]}</name></author>'
        f"<published>{(item.published or datetime.now(UTC)).isoformat()}</published>"
        f'<summary type="html">{html.escape(html.escape(item.summary or "", quote=False))}</summary>'
        + "".join(f'<category term="{html.escape(word)}"/>' for word in item.categories)
        + "</entry>\n"
        for item in feed
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>urn:t</id>{entries}</feed>'


def read(outcome: Parsed | NotAFeed) -> Parsed:
    assert isinstance(outcome, Parsed), outcome
    return outcome


@given(ITEMS, st.booleans())
@settings(max_examples=25)
def test_what_is_written_is_what_is_read_by_both_ways(feed: list[Item], cdata: bool) -> None:
    for text in (rss(feed, cdata=cdata), atom(feed)):
        ours = read(parse(text.encode()))
        assert (ours.path, list(ours.items)) == ("strict", feed)
        assert unexplained(ours, read(parse_tolerantly(text.encode())), text.encode()) == []


DAMAGES = {
    "a bare ampersand": lambda text: text.replace("<title>T</title>", "<title>R&D & Q</title>"),
    "an HTML entity": lambda text: text.replace("<title>T</title>", "<title>T&nbsp;&eacute;&hellip;</title>"),
    "a control character": lambda text: text.replace("<title>T</title>", "<title>T\x0b</title>"),
    "an impossible reference": lambda text: text.replace("<title>T</title>", "<title>T&#0;&#xFFFF;</title>"),
    "a prefix nobody declared": lambda text: text.replace("<title>T</title>", "<title>T</title><nobody:x y:z='1'/>"),
    "junk before": lambda text: "Notice: x in y.php\n" + text,
    "junk after": lambda text: text + "\n<script>x</script> & more",
    "a loose bracket": lambda text: text.replace("<title>T</title>", "<title>1 < 2</title>"),
}


@given(ITEMS, st.sampled_from(sorted(DAMAGES)), st.booleans())
@settings(max_examples=40)
def test_a_repair_leaves_the_items_alone(feed: list[Item], damage: str, is_rss: bool) -> None:
    text = DAMAGES[damage](rss(feed, cdata=False) if is_rss else atom(feed))
    ours = read(parse(text.encode()))
    assert (ours.path, list(ours.items)) == ("repaired", feed)
    assert unexplained(ours, read(parse_tolerantly(text.encode())), text.encode()) == []


@given(ITEMS, st.data())
@settings(max_examples=40)
def test_a_cut_off_feed_keeps_every_whole_item(feed: list[Item], data: st.DataObject) -> None:
    text = rss(feed, cdata=False)
    assume(
        not any(
            mistaken(word) != word for item in feed for word in (item.title or "", item.summary or "", *item.categories)
        )
    )
    cut = data.draw(st.integers(text.index("<item>") + 6, len(text) - 1))
    whole = text[:cut].count("</item>")
    outcome = read(parse(text[:cut].encode()))
    assert list(outcome.items[:whole]) == feed[:whole]


@given(ITEMS, st.binary(min_size=1, max_size=3), st.data())
@settings(max_examples=40)
def test_the_strict_way_never_takes_other_bytes_for_utf_8(feed: list[Item], junk: bytes, data: st.DataObject) -> None:
    body = bytearray(rss(feed, cdata=True).encode())
    at = data.draw(st.integers(0, len(body)))
    body[at:at] = junk
    outcome = parse(bytes(body))
    if isinstance(outcome, Parsed) and outcome.path == "strict" and outcome.encoding == "utf-8":
        bytes(body).decode("utf-8")
