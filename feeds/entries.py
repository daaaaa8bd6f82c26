"""One item element of RSS, RDF, Atom or CDF to what it says."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from feeds.constructs import Element, attribute, language, payload, person, text_of
from feeds.places import (
    AUTHOR,
    CATEGORY,
    COMMENTS,
    CONTENT,
    CREATED,
    DATE,
    ENCLOSURE,
    GROUP,
    GUID,
    LANGUAGE,
    LINK,
    ONCE,
    ORIGINAL,
    PUBLISHED,
    SOURCE,
    SUMMARY,
    TITLE,
    UPDATED,
    WORDS,
    Place,
    Places,
)  # fmt: skip
from feeds.raw import Entry, Text

File: TypeAlias = tuple[str, str | None, str | None]  # address, media type, length as written
Sorted: TypeAlias = tuple[Place, Element, str | None]  # an element with its text
_FIRST_COUNTS = CONTENT  # the texts up to here count the first time they are given, other values the last time
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


@dataclass(frozen=True, slots=True)
class Context:
    """What an item has to know of its document: where elements belong, and whether xml:base and xml:lang occur."""

    places: Places
    has_base: bool = False
    has_lang: bool = False


class _Found:
    """The elements of an item, sorted by what they give."""

    __slots__ = ("many", "once")

    def __init__(self, item: Element, places: Places) -> None:
        self.once: list[Sorted | None] = [None] * ONCE
        self.many: list[Sorted] = []
        self.sort(item, places)

    def sort(self, parent: Element, places: Places) -> None:
        once, many = self.once, self.many
        for child in parent:
            place = places[child.tag]
            if place is None:
                continue
            slot, text = place.slot, child.text
            if slot >= ONCE:
                many.append((place, child, text))
            elif (text and not text.isspace()) or len(child):
                known = once[slot]
                if known is None or _goes_before(place, known[0]):
                    once[slot] = (place, child, text)

    def value(self, slot: int) -> str | None:
        """The stripped text of a value."""
        known = self.once[slot]
        return (known[2] or payload(known[1])).strip() if known else None

    def construct(self, slot: int) -> Text | None:
        known = self.once[slot]
        return text_of(known[1], known[2] or "", atom=known[0].atom) if known else None


def _goes_before(place: Place, known: Place) -> bool:
    return place.rank < known.rank or (place.rank == known.rank and place.slot > _FIRST_COUNTS)


def read_entry(item: Element, context: Context) -> Entry:
    """What the item says."""
    found = _Found(item, context.places)
    value, construct = found.value, found.construct
    for place, element, _ in found.many:
        if place.slot == GROUP:
            found.sort(element, context.places)
    date = value(DATE)
    entry = Entry(
        guid=value(GUID),
        title=construct(TITLE),
        summary=construct(SUMMARY),
        content=construct(CONTENT),
        published=value(PUBLISHED) or date or value(CREATED),
        updated=value(UPDATED) or date,
        comments=value(COMMENTS),
        language=value(LANGUAGE),
    )
    add_many(entry, found.many)
    if item.keys():
        _add_from_attributes(entry, item, found)
    if entry.link is None:
        entry.link = _stand_in(entry.guid, found)
    source = found.once[SOURCE]
    if source is not None:
        _add_source(entry, item, source, context.places)
    _add_context(entry, item, found, context)
    return entry


def _add_context(entry: Entry, item: Element, found: _Found, context: Context) -> None:
    """The xml:base and xml:lang in force."""
    if context.has_base:
        links = [element for place, element, _ in found.many if place.slot == LINK]
        entry.base = (links[0].base if links else item.base) or ""
    if context.has_lang and entry.language is None:
        parts = (found.once[slot] for slot in (CONTENT, TITLE, SUMMARY))
        entry.language = language(*(part[1] for part in parts if part is not None), item)


def add_many(entry: Entry, many: list[Sorted]) -> None:
    """Links, authors, categories and enclosures; authors in the order of rank, the others in that of the document."""
    page = 1
    authors: list[tuple[int, str]] = []
    categories: list[str] = []
    enclosures: list[File] = []
    for (slot, rank, _), element, text in many:
        if slot == LINK:
            page = _add_link(entry, element, text, page, enclosures)
        elif slot == AUTHOR:
            authors.append((rank, person(element)))
        elif slot in {CATEGORY, WORDS}:
            _add_category(categories, element, several=slot == WORDS)
        elif slot == ENCLOSURE:
            _add_enclosure(enclosures, element)
    if authors:
        authors.sort(key=_RANK)
        entry.authors = list(dict.fromkeys(name for _, name in authors if name))
    entry.categories, entry.enclosures = categories, enclosures


_RANK = itemgetter(0)


def _add_from_attributes(entry: Entry, item: Element, found: _Found) -> None:
    """RDF names items, and CDF addresses and dates them, on the item element itself; RDF's name goes before Dublin
    Core's identifier."""
    known = found.once[GUID]
    if known is None or known[0].rank == _IDENTIFIER:
        entry.guid = item.get(_RDF_ABOUT) or entry.guid
    entry.link = entry.link or attribute(item, "href") or None
    entry.updated = entry.updated or attribute(item, "lastmod") or None


_IDENTIFIER = 3


def _stand_in(guid: str | None, found: _Found) -> str | None:
    """The page of an item without a link: the id, in RSS unless isPermaLink says no, in Atom if it is an address."""
    known = found.once[GUID]
    if guid and known is not None and known[0].rank != _IDENTIFIER:
        said = (known[1].get("isPermaLink") or attribute(known[1], "ispermalink")).lower()
        if said == "true" or (not said and guid[:8].lower().startswith(("http://", "https://"))):
            return guid
    return found.value(ORIGINAL)


def _add_source(entry: Entry, item: Element, source: Sorted, places: Places) -> None:
    """The feed that an item was copied from: RSS gives its name as text; in Atom it has a title, and authors that are
    the entry's where it has none itself (RFC 4287 sections 4.2.1 and 4.2.11)."""
    place, element, text = source
    if not place.atom:
        entry.source = Text((text or "").strip(), markup=True)
        return
    entry.source = _Found(element, places).construct(TITLE)
    if not entry.authors:
        copied = Entry()
        # There should be one source; where there are more, all of them wrote it.
        add_many(copied, [one for each in item.iterchildren(element.tag) for one in _Found(each, places).many])
        entry.authors = copied.authors


def _add_link(entry: Entry, element: Element, text: str | None, rank: int, enclosures: list[File]) -> int:
    """RSS writes the address as text, Atom as an attribute. Of several equal ones the last counts, as it does for every
    value that is given twice."""
    own = relation(element)
    if own == "alternate":
        address = (element.get("href") or text or "").strip()
        mine = page_rank(element) if address else 0
        if mine >= rank:
            entry.link = address
            return mine
    elif own == "enclosure":
        _add_enclosure(enclosures, element)
    elif own == "replies" and "html" in (element.get("type") or "").lower():  # RFC 4685 section 4
        entry.comments = entry.comments or element.get("href")
    return rank


def relation(link: Element) -> str:
    """The link relation, alternate where none is given (RFC 4287 section 4.2.7.2)."""
    said = link.get("rel")
    if not said or said == "alternate":
        return "alternate"
    return str(said).strip().lower().removeprefix("http://www.iana.org/assignments/relation/")


def page_rank(link: Element) -> int:
    """How well an alternate link serves people: 2 for a page, 1 for something else."""
    kind = link.get("type")
    return 2 if kind is None or kind.strip().lower() in _PAGES else 1


_PAGES = frozenset({"", "html", "text/html", "application/xhtml+xml"})


_MOST_CATEGORIES = 100


def _add_category(categories: list[str], element: Element, *, several: bool) -> None:
    """Atom gives the name as `term`, iTunes as `text`, the others as their text; keywords are parted by commas."""
    if len(categories) >= _MOST_CATEGORIES:
        return
    text = element.text if not len(element) else payload(element)
    names = [element.get("term") or element.get("text"), text]
    if not any(name and name.strip() for name in names):
        names = [element.get("label")]
    for name in names:
        parts = (name or "").split(",") if several else [name or ""]
        categories.extend(part for part in map(str.strip, parts) if part)
    for child in element:  # iTunes nests them
        if child.tag == element.tag:
            _add_category(categories, child, several=several)


def _add_enclosure(enclosures: list[File], element: Element) -> None:
    url = element.get("url") or element.get("href") or (element.text or "")
    if url.strip():
        enclosures.append((url.strip(), element.get("type"), element.get("length") or element.get("fileSize")))
