"""The strict walk: well-formed XML of RSS, RDF, Atom, CDF and news sitemaps to what it says."""

from __future__ import annotations

import threading

from lxml import etree

from feeds.constructs import Element, attribute, language, payload
from feeds.entries import Context, read_entry
from feeds.fields import Fields
from feeds.names import prefix_of, split
from feeds.places import Places, places_for
from feeds.raw import Document
from feeds.sitemap import read_sitemap


class Malformed(Exception):
    """The text is not well-formed XML, or nested beyond every limit; nothing is known of what it says."""


def read_xml(body: bytes, *, url: str, max_items: int) -> Document | None:
    """What a well-formed document in UTF-8 says; None where it is no feed. Raises Malformed.

    The caller has taken out the document type: with none there is no entity, and nothing outside the document to read.
    libxml2 itself stops at a depth of 256 and at names and texts beyond reason.
    """
    try:
        root = etree.fromstring(body, _parser(), base_url=url or None)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(" ".join(str(error).split())[:150]) from error
    return _Walk(root, body).document(max_items)


_OF_THREAD = threading.local()


def _parser() -> etree.XMLParser:
    """The parser of this thread: making one costs as much as a small feed, sharing one would make threads wait."""
    parser = getattr(_OF_THREAD, "parser", None)
    if parser is None:
        parser = _OF_THREAD.parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
            remove_comments=True, remove_pis=True, collect_ids=False,
        )  # fmt: skip
    return parser


class _Walk:
    """One document, with what its items need to know about it."""

    def __init__(self, root: Element, body: bytes) -> None:
        self._root = root
        self._has_base = b":base" in body
        self._has_lang = b":lang" in body
        self._namespace, self._name = split(root.tag)

    def document(self, max_items: int) -> Document | None:
        match self._name:
            case "rss":
                return self._rss(max_items, "rss", _rss_version(attribute(self._root, "version")))
            case "rdf":
                return self._rss(max_items, "rdf", _rdf_version(self._root))
            case "feed":
                return self._atom(max_items)
            case "channel":
                return self._rss(max_items, "cdf" if self._root.tag.isupper() else "rss", "")
            case "urlset":
                return read_sitemap(self._root, max_items)
        return None

    def _rss(self, max_items: int, form: str, version: str) -> Document:
        places = places_for("rss", self._namespace)
        names = places.names
        outer = Fields(self._root, names)
        channels = outer.all("channel")
        inner = [Fields(channel, names) for channel in channels]
        fields = inner[0] if inner else outer
        items = [item for channel in inner for item in channel.all("item")] + outer.all("item")
        document = Document(form, version)
        return self._finished(document, fields, channels[0] if channels else self._root, items[:max_items], places)

    def _atom(self, max_items: int) -> Document:
        places = places_for("atom", self._namespace)
        names = places.names
        fields = Fields(self._root, names)
        document = Document("atom", _atom_version(self._namespace, attribute(self._root, "version")))
        return self._finished(document, fields, self._root, fields.all("entry", "item")[:max_items], places)

    def _finished(
        self, document: Document, fields: Fields, feed: Element, items: list[Element], places: Places
    ) -> Document:
        document.guid = fields.text(*_GUIDS)
        document.title = fields.construct(*_TITLES)
        document.description = fields.construct(*_SUBTITLES)
        document.language = fields.text("language", "dc:language")
        document.authors = fields.authors(_AUTHORS)
        document.link = fields.page() or attribute(feed, "href") or None
        document.updated = fields.text(*_DATES) or attribute(feed, "lastmod") or None
        document.hints = _hints(fields)
        document.base = (feed.base or "") if self._has_base else ""
        if document.language is None and self._has_lang:
            document.language = language(feed)
        context = Context(places, has_base=self._has_base, has_lang=self._has_lang)
        document.entries = [read_entry(item, context) for item in items]
        return document


# What a feed says of itself, by rank, in every format.
_GUIDS = ("id", "guid", "atom:id", "dc:identifier")
_TITLES = ("title", "atom:title", "dc:title", "itunes:title")
_SUBTITLES = (
    *("description", "subtitle", "tagline", "atom:subtitle", "atom:tagline", "dc:description", "abstract"),
    *("itunes:summary", "itunes:subtitle"),
)
_DATES = (
    *("lastbuilddate", "updated", "modified", "pubdate", "published", "issued", "atom:updated", "atom:modified"),
    *("dc:date", "dcterms:modified", "dcterms:issued", "atom:published"),
)
_AUTHORS = ("author", "dc:creator", "atom:author", "itunes:author", "managingeditor")
_HINTS = ("ttl", "sy:updateperiod", "sy:updatefrequency")


def _hints(fields: Fields) -> dict[str, str]:
    """What the feed says about polling it: values by element name, hours and days joined by commas."""
    hints = {name: value for name in _HINTS if (value := fields.text(name))}
    for name in ("skiphours", "skipdays"):
        for element in fields.all(name):
            hints[name] = ",".join(payload(child).strip() for child in element)
    return hints | {name: address for name, address in fields.links().items() if name in {"hub", "self"}}


def _rss_version(written: str) -> str:
    """RSS 2.0 went on changing under numbers such as 2.0.1 and stayed the same format."""
    return "2.0" if written.startswith("2") else written


def _rdf_version(root: Element) -> str:
    spaces = {str(space) for space in root.nsmap.values()}
    if any("netscape.com/rdf" in space for space in spaces):
        return "0.90"
    return "1.0" if any(prefix_of(space) == "rss" for space in spaces) else ""


def _atom_version(namespace: str, version: str) -> str:
    if namespace.lower().rstrip("/").endswith("2005/atom"):
        return "1.0"
    return version or ("0.3" if prefix_of(namespace) == "atom" else "")
