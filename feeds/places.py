"""Where each element of an item belongs: which value it gives, and how well it gives it."""

from __future__ import annotations

from typing import NamedTuple

from feeds.names import Names, prefix_of, remember

# Values an item has once; of several elements for one of them the best rank counts.
TITLE, SUMMARY, CONTENT, GUID, PUBLISHED, DATE, CREATED, UPDATED, COMMENTS, LANGUAGE, SOURCE, ORIGINAL = range(12)
ONCE = 12
# Values an item may have many of.
LINK, AUTHOR, CATEGORY, WORDS, ENCLOSURE, GROUP, ITEM = range(ONCE, ONCE + 7)


class Place(NamedTuple):
    """The value, the rank of the element among those that give it (0 is best), and whether Atom's rules hold in it."""

    slot: int
    rank: int
    atom: bool = False


# By rank: the format's own element first, then what other vocabularies offer for the same thing.
_ELEMENTS: dict[int, tuple[str, ...]] = {
    TITLE: ("title", "atom:title", "dc:title", "media:title", "itunes:title"),
    SUMMARY: (
        *("description", "summary", "atom:summary", "dc:description", "dcterms:abstract", "abstract"),
        *("itunes:summary", "media:description", "itunes:subtitle"),
    ),
    CONTENT: ("content:encoded", "content", "atom:content", "body", "xhtml:body", "fullitem", "xhtml:div"),
    GUID: ("guid", "id", "atom:id", "dc:identifier"),
    PUBLISHED: ("pubdate", "published", "issued", "atom:published", "atom:issued", "dcterms:issued"),
    DATE: ("dc:date", "date"),
    CREATED: ("created", "atom:created", "dcterms:created", "dcterms:available"),
    UPDATED: ("updated", "modified", "atom:updated", "atom:modified", "dcterms:modified", "lastbuilddate"),
    COMMENTS: ("comments",),
    LANGUAGE: ("dc:language", "language"),
    SOURCE: ("source",),
    ORIGINAL: ("feedburner:origlink",),
    LINK: ("link", "atom:link"),
    AUTHOR: (
        *("author", "dc:creator", "atom:author", "dc:author", "itunes:author", "googleplay:author", "managingeditor"),
    ),
    CATEGORY: ("category", "atom:category", "dc:subject", "media:category", "itunes:category"),
    WORDS: ("keywords", "itunes:keywords", "media:keywords", "tags"),
    ENCLOSURE: ("enclosure", "media:content"),
    GROUP: ("media:group",),
    ITEM: ("item", "entry"),
}
_PLACES = {name: (slot, rank) for slot, names in _ELEMENTS.items() for rank, name in enumerate(names)}


class Places(dict[str, Place | None]):
    """Place by lxml tag, None for what an item has no use for."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, tag: str) -> Place | None:
        name = self.names[tag]
        found = _PLACES.get(name)
        atom = name.startswith("atom:") or (self.names.home == "atom" and ":" not in name)
        place = Place(*found, atom) if found else None
        remember(self, tag, place)
        return place


def places_for(home: str, namespace: str) -> Places:
    """The places of a document of this kind whose root is in this namespace. They are worked out once for all
    documents in the usual namespaces, because working out a name costs more than reading an element."""
    if not namespace or prefix_of(namespace) == home:
        return _USUAL[home]
    return Places(Names(home, namespace))


_USUAL = {home: Places(Names(home)) for home in ("rss", "atom")}
