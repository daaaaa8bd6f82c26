"""Element names of the feed formats: whatever prefix and spelling a namespace comes with, one short name."""

from __future__ import annotations

import re
from typing import TypeVar

# Namespace names without scheme, trailing slash or hash, in lower case: publishers vary all of these.
_RSS = (
    "backend.userland.com/rss",
    "backend.userland.com/rss2",
    "backend.userland.com/rss091",
    "backend.userland.com/rss092",
    "blogs.law.harvard.edu/tech/rss",
    "cyber.law.harvard.edu/rss/rss.html",
    "purl.org/rss/1.0",
    "purl.org/rss/1.0/modules/rss091",
    "purl.org/net/rss1.1",
    "my.netscape.com/rdf/simple/0.9",
    "channel.netscape.com/rdf/simple/0.9",
    "my.netscape.com/publish/formats/rss-0.91.dtd",
    "example.com/newformat",
)
_ATOM = (
    "www.w3.org/2005/atom",
    "purl.org/atom/ns",
    "purl.org/pie",
    "purl.org/echo",
    "example.com/necho",
    "uri/of/echo/namespace",
)
_MODULES = {
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "search.yahoo.com/mrss": "media",
    "video.search.yahoo.com/mrss": "media",
    "tools.search.yahoo.com/mrss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "example.com/dtds/podcast-1.0.dtd": "itunes",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "purl.org/rss/1.0/modules/slash": "slash",
    "wellformedweb.org/commentapi": "wfw",
    "www.google.com/schemas/sitemap-news/0.9": "news",
    "www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "www.w3.org/xml/1998/namespace": "xml",
}
# What an undeclared prefix means.
KNOWN_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "a10": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
_HOMES = dict.fromkeys(_RSS, "rss") | dict.fromkeys(_ATOM, "atom")
_AROUND = re.compile(r"^(?:https?:/*)?|[/#]+$")
_MOST = 4_000  # names remembered; a hostile feed may have any number


class Names(dict[str, str]):
    """Short name by lxml tag, in lower case: `title` at home, `dc:creator`, `atom:link` elsewhere, `?:x` if unknown.

    `home` is "rss" or "atom"; `own` is the namespace of the root element, which is taken for the format's own
    whatever it says.
    """

    def __init__(self, home: str, own: str = "") -> None:
        super().__init__()
        self.home = home
        self._own = own

    def __missing__(self, tag: str) -> str:
        namespace, name = split(tag)
        prefix = "" if not namespace or namespace == self._own else prefix_of(namespace)
        short = name if prefix in ("", self.home) else f"{prefix}:{name}"
        remember(self, tag, short)
        return short


_Value = TypeVar("_Value")


def remember(known: dict[str, _Value], tag: str, value: _Value) -> None:
    """Keep what a tag means, as long as nobody makes us keep too much."""
    if len(known) >= _MOST:
        known.clear()
    known[tag] = value


def split(tag: str) -> tuple[str, str]:
    """Namespace and lower-case local name of an lxml tag."""
    if tag[:1] != "{":
        return "", tag.lower()
    namespace, _, name = tag[1:].rpartition("}")
    return namespace, name.lower()


def prefix_of(namespace: str) -> str:
    """The prefix we know a namespace by: "rss" and "atom" for the formats themselves, "?" for what we do not know."""
    bare = _AROUND.sub("", namespace.strip().lower())
    return _HOMES.get(bare) or _MODULES.get(bare) or "?"
