"""The strict walk: well-formed XML of RSS, RDF, Atom, CDF and news sitemaps to what it says."""

from __future__ import annotations

from lxml import etree

from feeds.constructs import Element, attribute, language, payload
from feeds.entries import Fields, authors, page_link, read_entry, relation
from feeds.names import Names, prefix_of, split
from feeds.raw import Document
from feeds.sitemap import read_sitemap


class Malformed(Exception):
    """The text is not well-formed XML, or nested beyond every limit; nothing is known of what it says."""


def read_xml(body: bytes, *, url: str, max_items: int) -> Document | None:
    """What a well-formed document in UTF-8 says; None where it is no feed. Raises Malformed.

    The caller has taken out the document type: with none there is no entity, and nothing outside the document to read.
    libxml2 itself stops at a depth of 256 and at names and texts beyond reason.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser, base_url=url or None)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(str(error)) from error
    return _Walk(root, body).document(max_items)


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
                return self._rss(max_items, "rss", attribute(self._root, "version"))
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
        names = Names("rss", self._namespace)
        outer = Fields(self._root, names)
        channel = outer.first.get("channel")
        fields = outer if channel is None else Fields(channel, names)
        document = Document(form, version)
        items = [*fields.many.get("item", ()), *(outer.many.get("item", ()) if channel is not None else ())]
        document.title = fields.construct(("title", "atom:title", "dc:title", "itunes:title"), atom=False)
        document.description = fields.construct(
            [
                "description",
                "atom:subtitle",
                "atom:tagline",
                "dc:description",
                "abstract",
                "itunes:summary",
                "itunes:subtitle",
            ],
            atom=False,
        )
        document.language = fields.text(("language", "dc:language"))
        document.updated = fields.text(["lastbuilddate", "pubdate", "atom:updated", "dc:date", "dcterms:modified"])
        self._finish(document, fields, channel if channel is not None else self._root)
        self._read_items(document, items[:max_items], names, atom=False)
        return document

    def _atom(self, max_items: int) -> Document:
        names = Names("atom", self._namespace)
        fields = Fields(self._root, names)
        document = Document("atom", _atom_version(self._namespace, attribute(self._root, "version")))
        document.guid = fields.text(("id",))
        document.title = fields.construct(("title", "dc:title"), atom=True)
        document.description = fields.construct(("subtitle", "tagline", "dc:description"), atom=True)
        document.language = fields.text(("dc:language", "language"))
        document.updated = fields.text(("updated", "modified", "published", "dc:date"))
        self._finish(document, fields, self._root)
        items = [*fields.many.get("entry", ()), *fields.many.get("item", ())]
        self._read_items(document, items[:max_items], names, atom=True)
        return document

    def _finish(self, document: Document, fields: Fields, element: Element) -> None:
        document.link = page_link(fields) or attribute(element, "href") or None
        document.updated = document.updated or attribute(element, "lastmod") or None
        document.authors = authors(fields)
        document.hints = _hints(fields)
        document.base = (element.base or "") if self._has_base else ""
        if document.language is None and self._has_lang:
            document.language = language(element)

    def _read_items(self, document: Document, items: list[Element], names: Names, *, atom: bool) -> None:
        document.entries = [
            read_entry(item, names, atom=atom, has_base=self._has_base, has_lang=self._has_lang) for item in items
        ]


_HINTS = ("ttl", "sy:updateperiod", "sy:updatefrequency")


def _hints(fields: Fields) -> dict[str, str]:
    """What the feed says about polling it: values by element name, hours and days joined by commas."""
    hints = {name: payload(fields.first[name]).strip() for name in _HINTS if name in fields.first}
    for name in ("skiphours", "skipdays"):
        if name in fields.first:
            hints[name] = ",".join(payload(child).strip() for child in fields.first[name])
    for name in ("atom:link", "link"):
        for link in fields.many.get(name, ()):
            if relation(link) in {"hub", "self"}:
                hints.setdefault(relation(link), attribute(link, "href"))
    return hints


def _rdf_version(root: Element) -> str:
    spaces = {str(space) for space in root.nsmap.values()}
    if any("netscape.com/rdf" in space for space in spaces):
        return "0.90"
    return "1.0" if any(prefix_of(space) == "rss" for space in spaces) else ""


def _atom_version(namespace: str, version: str) -> str:
    if namespace.lower().rstrip("/").endswith("2005/atom"):
        return "1.0"
    return version or ("0.3" if prefix_of(namespace) == "atom" else "")
