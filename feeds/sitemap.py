"""News sitemaps (sitemaps.org with Google's news extension) to what they say."""

from __future__ import annotations

from feeds.constructs import Element, payload
from feeds.names import Names, split
from feeds.raw import Document, Entry, Text


def read_sitemap(root: Element, max_items: int) -> Document | None:
    """The pages that carry a news element, in the order of the file; None for a sitemap without any."""
    names = Names("rss", split(root.tag)[0])
    pages = [entry for url in root for entry in _page(url, names)]
    return Document("sitemap", entries=pages[:max_items]) if pages else None


def _page(url: Element, names: Names) -> list[Entry]:
    parts = {names[child.tag]: child for child in url}
    news = parts.get("news:news")
    if news is None:
        return []
    said = {names[child.tag]: payload(child).strip() for child in news}
    publication = next((child for child in news if names[child.tag] == "news:publication"), ())
    about = {names[child.tag]: payload(child).strip() for child in publication}
    address = payload(parts["loc"]).strip() if "loc" in parts else ""
    entry = Entry(
        guid=address or None,
        link=address or None,
        title=Text(said.get("news:title", ""), markup=True),
        published=said.get("news:publication_date"),
        updated=payload(parts["lastmod"]).strip() if "lastmod" in parts else None,
        language=about.get("news:language") or None,
        categories=[word for word in map(str.strip, said.get("news:keywords", "").split(",")) if word],
    )
    return [entry]
