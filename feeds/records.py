"""A parsed feed as plain JSON values: what `pactwatch parse` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from feeds.item import Item
from feeds.outcome import NotAFeed
from feeds.parse import Parsed
from feeds.safehtml import safe_html


def records(outcome: Parsed | NotAFeed) -> list[dict[str, Any]]:
    """First `{"_feed": {…}}`, then one object per item; or `{"_error": "…"}` alone. Absent values are null.

    `title`, `summary` and `description` are plain text; `content` is markup made safe to show, its relative addresses
    resolved against the item's page.
    """
    if isinstance(outcome, NotAFeed):
        return [{"_error": f"NotAFeed: {outcome.reason}"}]
    return [{"_feed": _feed(outcome)}, *(_item(item, outcome.base) for item in outcome.items)]


def _feed(parsed: Parsed) -> dict[str, Any]:
    return {
        "format": parsed.format,
        "version": parsed.version,
        "title": parsed.title,
        "link": parsed.link,
        "description": parsed.description,
        "language": parsed.language,
        "id": parsed.id,
        "updated": _instant(parsed.updated),
        "encoding": parsed.encoding,
        "path": parsed.path,
        "wellformed": parsed.wellformed,
    }


def _item(item: Item, base: str) -> dict[str, Any]:
    return {
        "id": item.guid,
        "link": item.link,
        "title": item.title,
        "summary": item.summary,
        "content": safe_html(item.content, base=item.link or base) if item.content else None,
        "published": _instant(item.published),
        "updated": _instant(item.updated),
        "authors": list(item.authors),
        "categories": list(item.categories),
        "language": item.language,
        "enclosures": [{"url": e.url, "type": e.type, "length": e.length} for e in item.enclosures],
        "comments": item.comments,
        "source": item.source,
    }


def _instant(when: datetime | None) -> str | None:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
