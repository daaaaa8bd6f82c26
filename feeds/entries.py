"""One item element of RSS, RDF, Atom or CDF to what it says."""

from __future__ import annotations

from collections.abc import Iterable

from feeds.constructs import Element, attribute, language, payload, person, text_of
from feeds.names import Names
from feeds.raw import Entry, Text


class Fields:
    """The children of one element by short name: the first of each kind, and every one of those that may be many."""

    __slots__ = ("first", "many")

    def __init__(self, element: Element, names: Names) -> None:
        self.first: dict[str, Element] = {}
        self.many: dict[str, list[Element]] = {}
        first, many = self.first, self.many
        for child in element:
            name = names[child.tag]
            if name in _MANY:
                many.setdefault(name, []).append(child)
            elif name not in first or not _says_something(first[name]):
                first[name] = child
            else:
                many.setdefault(name, []).append(child)
        for group in many.pop("media:group", ()):
            self._adopt(group, names)

    def _adopt(self, group: Element, names: Names) -> None:
        for child in group:
            name = names[child.tag]
            if name in _MANY:
                self.many.setdefault(name, []).append(child)
            else:
                self.first.setdefault(name, child)

    def pick(self, candidates: Iterable[str]) -> tuple[str, Element] | None:
        """The first of the candidates that says something, with its name."""
        first = self.first
        for name in candidates:
            element = first.get(name)
            if element is not None and _says_something(element):
                return name, element
        return None

    def text(self, candidates: Iterable[str]) -> str | None:
        """Its text without markup, stripped."""
        found = self.pick(candidates)
        return payload(found[1]).strip() if found else None

    def construct(self, candidates: Iterable[str], *, atom: bool) -> Text | None:
        """Its text as a construct; `atom` says whose rules hold for unprefixed names."""
        found = self.pick(candidates)
        return text_of(found[1], atom=_is_atom(found[0], atom)) if found else None


def _says_something(element: Element) -> bool:
    text = element.text
    return bool(text and not text.isspace()) or len(element) > 0


def _is_atom(name: str, home: bool) -> bool:
    return name.startswith("atom:") or (home and ":" not in name)


_MANY = frozenset(
    [
        "link",
        "atom:link",
        "author",
        "dc:creator",
        "dc:author",
        "itunes:author",
        "atom:author",
        "managingeditor",
        "category",
        "dc:subject",
        "media:category",
        "media:keywords",
        "itunes:keywords",
        "keywords",
        "tags",
        "itunes:category",
        "atom:category",
        "enclosure",
        "media:content",
        "media:group",
        "item",
        "entry",
    ]
)
_TITLE = ("title", "atom:title", "dc:title", "media:title", "itunes:title")
_SUMMARY = [
    "description",
    "summary",
    "atom:summary",
    "dc:description",
    "dcterms:abstract",
    "abstract",
    "itunes:summary",
    "media:description",
    "itunes:subtitle",
]
_CONTENT = ("content:encoded", "content", "atom:content", "body", "xhtml:body", "fullitem", "xhtml:div")
_PUBLISHED = [
    "pubdate",
    "published",
    "issued",
    "atom:published",
    "atom:issued",
    "dcterms:issued",
    "dc:date",
    "created",
    "atom:created",
    "dcterms:created",
    "dcterms:available",
    "date",
]
_UPDATED = ["updated", "modified", "atom:updated", "atom:modified", "dcterms:modified", "lastbuilddate", "dc:date"]
_AUTHORS = ("author", "dc:creator", "atom:author", "dc:author", "itunes:author", "managingeditor")
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read_entry(item: Element, names: Names, *, atom: bool, has_base: bool, has_lang: bool) -> Entry:
    """What the item says. `has_base` and `has_lang` tell whether xml:base and xml:lang occur in the document at all."""
    fields = Fields(item, names)
    guid = fields.text(("guid", "id", "atom:id", "dc:identifier"))
    entry = Entry(
        guid=guid or item.get(_RDF_ABOUT),
        title=fields.construct(_TITLE, atom=atom),
        summary=fields.construct(_SUMMARY, atom=atom),
        content=fields.construct(_CONTENT, atom=atom),
        published=fields.text(_PUBLISHED),
        updated=fields.text(_UPDATED),
        comments=fields.text(("comments",)),
    )
    if item.attrib:
        entry.link = attribute(item, "href") or None
        entry.updated = entry.updated or attribute(item, "lastmod") or None
    if fields.many:
        _add_repeated(entry, fields)
    if entry.link is None and guid and _is_permalink(fields):
        entry.link = guid
    if has_base:
        entry.base = _base(item, fields)
    if has_lang or "dc:language" in fields.first or "language" in fields.first:
        first = fields.first
        own = fields.text(("dc:language", "language"))
        entry.language = own or language(first.get("content"), first.get("title"), first.get("summary"), item)
    return entry


def _add_repeated(entry: Entry, fields: Fields) -> None:
    for name, elements in fields.many.items():
        if name in _CATEGORIES:
            _add_categories(entry, elements, _CATEGORIES[name])
        elif name in {"enclosure", "media:content"}:
            _add_enclosures(entry, elements)
        elif name in {"link", "atom:link"}:
            _add_enclosures(entry, [link for link in elements if relation(link) == "enclosure"])
    entry.link = page_link(fields) or entry.link
    entry.authors = authors(fields)


def authors(fields: Fields) -> list[str]:
    """Everybody who is named as an author, once each, in the order of the elements' rank."""
    found = (person(element) for name in _AUTHORS for element in fields.many.get(name, ()))
    return list(dict.fromkeys(filter(None, found)))


def page_link(fields: Fields) -> str | None:
    """The page that the element stands for: RSS writes its address as text, Atom as an attribute, by rank."""
    best, rank = None, 0
    for name in ("link", "atom:link"):
        for element in fields.many.get(name, ()):
            text = (element.text or "").strip()
            own = _rank(element, is_text=bool(text))
            if own > rank:
                best, rank = text or attribute(element, "href"), own
    return best


def relation(link: Element) -> str:
    """The link relation, alternate where none is given (RFC 4287 section 4.2.7.2)."""
    return attribute(link, "rel").lower() or "alternate"


def _rank(link: Element, *, is_text: bool) -> int:
    if relation(link) not in {"alternate", "http://www.iana.org/assignments/relation/alternate"}:
        return 0
    if is_text:
        return 4
    if not attribute(link, "href"):
        return 0
    return 3 if attribute(link, "type").lower() in {"", "html", "text/html", "application/xhtml+xml"} else 2


def _is_permalink(fields: Fields) -> bool:
    guid = fields.first.get("guid")
    return guid is not None and attribute(guid, "ispermalink").lower() in {"", "true"}


def _base(item: Element, fields: Fields) -> str:
    links = fields.many.get("link")
    return (links[0].base if links else item.base) or ""


# Where the name of a category is, and whether one element holds several.
_CATEGORIES = {
    "category": ("term", False), "atom:category": ("term", False), "dc:subject": ("", False),
    "media:category": ("", False), "itunes:category": ("text", False), "keywords": ("", True),
    "media:keywords": ("", True), "itunes:keywords": ("", True), "tags": ("", True),
}  # fmt: skip


def _add_categories(entry: Entry, elements: list[Element], form: tuple[str, bool]) -> None:
    name, several = form
    for element in elements:
        term = (attribute(element, name) if name else "") or payload(element).strip() or attribute(element, "label")
        entry.categories.extend(part for part in map(str.strip, term.split(",") if several else [term]) if part)


def _add_enclosures(entry: Entry, elements: list[Element]) -> None:
    for element in elements:
        url = attribute(element, "url") or attribute(element, "href") or (element.text or "").strip()
        if url:
            entry.enclosures.append((url, element.get("type"), element.get("length") or element.get("fileSize")))
