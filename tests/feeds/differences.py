"""Where the strict walk and feedparser read the same body differently, and why the strict walk is right to.

Every rule looks at one field of one item and gives its reason. A difference that no rule explains is a fault in the
walk, or the next rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from feeds.item import Item
from feeds.parse import Parsed
from feeds.text import plain


@dataclass(frozen=True)
class Pair:
    """One field as we read it and as feedparser does, both items, and the body they come from."""

    ours: Any
    theirs: Any
    item: Item
    other: Item
    body: bytes

    @property
    def only_ours(self) -> bool:
        return bool(self.ours) and not self.theirs

    @property
    def only_theirs(self) -> bool:
        return bool(self.theirs) and not self.ours

    def mentions(self, *words: bytes) -> bool:
        return any(word in self.body for word in words)


def urls(pair: Pair) -> tuple[list[str], list[str]]:
    return [e.url for e in pair.ours], [e.url for e in pair.theirs]


Rule = tuple[str, Callable[[Pair], Any]]

# Two letters of Latin-1 in a row may look like one of UTF-8 that was decoded wrongly; feedparser always thinks so.
MISTAKEN: Rule = ("feedparser takes letters for mojibake", lambda p: mistaken(p.ours) == p.theirs)

RULES: dict[str, tuple[Rule, ...]] = {
    "guid": (
        ("ids are opaque, feedparser resolves them like links", lambda p: p.ours and p.theirs.endswith(p.ours)),
        (
            "dc:identifier stands in for a missing id",
            lambda p: p.only_ours and p.mentions(b"dc:identifier", b":identifier"),
        ),
        ("one id for several pages is the id of none", lambda p: p.only_theirs and p.body.count(p.theirs.encode()) > 1),
    ),
    "link": (
        ("an enclosure is no page", lambda p: "enclosure" in p.theirs and p.mentions(b'rel="enclosure"')),
        ("an id that is no address is no link", lambda p: p.only_theirs and p.theirs.endswith(p.item.guid or "\0")),
        (
            "an alternate of another type is a page where there is no better",
            lambda p: p.only_ours and p.mentions(b"<link"),
        ),
        ("CDF has a BASE of its own, which nobody uses", lambda p: p.mentions(b"BASE=")),
    ),
    "title": (
        MISTAKEN,
        (
            "the title of an enclosure is not the item's",
            lambda p: p.only_theirs and p.mentions(b"<enclosure>", b"<enclosure "),
        ),
        ("nor is that of a media element in a group", lambda p: p.only_theirs and p.mentions(b"<media:group>")),
    ),
    "summary": (
        MISTAKEN,
        ("the beginning of the content will do", lambda p: p.ours.endswith(" …") and p.theirs.startswith(p.ours[:-2])),
        ("text is text, brackets and all", lambda p: "<" in p.ours and p.mentions(b"&lt;")),
        (
            "a description outranks those of media and iTunes",
            lambda p: p.mentions(b"<media:description", b"<itunes:summary"),
        ),
        (
            "an iTunes subtitle stands in for a missing summary",
            lambda p: p.only_ours and p.mentions(b"<itunes:subtitle"),
        ),
    ),
    "content": (
        ("written anew from the tree, with the same words", lambda p: words(p.ours) == words(p.theirs)),
        (
            "XHTML holds no escaped markup",
            lambda p: words(p.ours).replace(">", "&gt;") == p.theirs or "&lt;" in (p.ours or ""),
        ),
        (
            "a second summary is no content, wherever it stands",
            lambda p: p.only_theirs and p.mentions(b"<summary", b":summary", b":description", b"<og"),
        ),
        ("MathML and SVG lose their namespace", lambda p: p.mentions(b"<svg", b"<math", b":svg", b":math")),
    ),
    "published": (
        ("Dublin Core's date is when it was published, too", lambda p: p.only_ours and p.ours == p.other.updated),
        ("markup does not hide a date", lambda p: p.only_ours and p.mentions(b"<pubDate><b>")),
    ),
    "authors": (
        ("a copied entry has the authors of its source", lambda p: p.mentions(b"<source>")),
        ("feedparser cuts names and addresses", lambda p: len(p.ours) == len(p.theirs) == 1 and "@" in p.ours[0]),
        ("every vocabulary counts, each in its rank", lambda p: set(p.theirs) <= set(p.ours)),
        ("the item's author goes before the feed's", lambda p: p.mentions(f"<itunes:author>{p.ours[0]}<".encode())),
        ("Google Play names authors, too", lambda p: p.only_ours and p.mentions(b"<googleplay:author")),
        ("text in a person is a name", lambda p: p.only_ours and p.mentions(b"<author>")),
    ),
    "categories": (
        ("feedparser takes letters for mojibake", lambda p: tuple(map(mistaken, p.ours)) == p.theirs),
        ("a label names a category, and so does text with markup", lambda p: set(p.ours) > set(p.theirs)),
        ("media's own categories count for the media", lambda p: p.mentions(b"<media:category", b"<media:keywords")),
    ),
    "language": (
        ("xml:lang counts wherever it is in force", lambda p: p.only_ours and p.mentions(b"xml:lang", b"dc:language")),
        ("languages are passed on as written", lambda p: p.ours.lower().replace("_", "-") == p.theirs.lower()),
    ),
    "enclosures": (
        ("feedparser makes every link text/html", lambda p: urls(p)[0] == urls(p)[1]),
        ("an empty address is none", lambda p: len(p.ours) < len(p.theirs) and p.mentions(b'=""', b'=" ', b"='' ")),
        ("the same file counts once", lambda p: set(urls(p)[0]) == set(urls(p)[1])),
        (
            "media in a media element is not the item's",
            lambda p: p.mentions(b"<media:content") and set(urls(p)[0]) <= set(urls(p)[1]),
        ),
        ("a feed that names itself can be resolved against", lambda p: p.only_ours and p.mentions(b'rel="self"')),
    ),
    "comments": (("RFC 4685 names the page with the replies", lambda p: p.only_ours and p.mentions(b'rel="replies"')),),
}


def mistaken(text: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def words(markup: str | None) -> str:
    return plain(markup or "")


def unexplained(ours: Parsed, theirs: Parsed, body: bytes) -> list[str]:
    """Every difference between two readings of one body that no rule explains."""
    if len(ours.items) != len(theirs.items):
        return [f"{len(ours.items)} items against {len(theirs.items)}"]
    found = []
    for number, (item, other) in enumerate(zip(ours.items, theirs.items, strict=True)):
        for name in (field.name for field in structs.fields(Item)):
            a, b = getattr(item, name), getattr(other, name)
            pair = Pair("" if a is None else a, "" if b is None else b, item, other, body)
            if a != b and not any(explains(pair) for _, explains in RULES.get(name, ())):
                found.append(f"item {number} {name}: {a!r} against {b!r}")
    return found
