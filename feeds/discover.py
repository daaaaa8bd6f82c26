"""Finding the feeds a web page announces. Pure: the page comes in as bytes, nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from feeds.decode import decode
from feeds.items import web_address
from feeds.text import html_tree, tidy

MAX_FOUND = 20


@dataclass(frozen=True, slots=True)
class Announced:
    """A feed that a page speaks of; `announced` is False for a mere link that looks like one."""

    url: str
    title: str | None = None
    announced: bool = True


def discover(body: bytes, *, url: str, content_type: str = "") -> tuple[Announced, ...]:
    """The feeds of a page, in its order: those in `<link rel="alternate">` (HTML, section 4.6.7.1), and only where
    there are none, links that look like feeds. `url` is where the page came from."""
    root = html_tree(decode(body, content_type).text)
    if root is None:
        return ()
    base = next((web_address(one.get("href"), url) for one in root.iter("base") if one.get("href")), None) or url
    return _distinct(_announced(root, base)) or _distinct(_linked(root, base))


def _announced(root: etree._Element, base: str) -> Iterator[Announced]:
    for link in root.iter("link"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        roles = (link.get("rel") or "").lower().split()
        address = web_address(link.get("href"), base)
        if address and ("feed" in roles or ("alternate" in roles and kind in _TYPES)):
            yield Announced(address, tidy(link.get("title") or "") or None)


def _linked(root: etree._Element, base: str) -> Iterator[Announced]:
    for anchor in root.iter("a"):
        address = web_address(anchor.get("href"), base)
        if address and _LOOKS_LIKE_ONE.search(urlsplit(address).path):
            yield Announced(address, tidy("".join(anchor.itertext()))[:100] or None, announced=False)


def _distinct(found: Iterator[Announced]) -> tuple[Announced, ...]:
    kept: dict[str, Announced] = {}
    for one in found:
        kept.setdefault(one.url, one)
        if len(kept) == MAX_FOUND:
            break
    return tuple(kept.values())


_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_LOOKS_LIKE_ONE = re.compile(r"(?:\.rss|\.rdf|\.atom|/rss\.xml|/feed\.xml|/atom\.xml|/rss|/feed)/?$", re.IGNORECASE)
