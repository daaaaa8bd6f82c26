"""Feeds in JSON: JSON Feed 1.0 and 1.1, the WordPress REST API's posts, and RSS put into JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from feeds.raw import Document, Entry, Text

Object = Mapping[str, Any]


def read_json(text: str, *, max_items: int) -> Document | None:
    """What the document says; None where it is no JSON or no feed. Numbers stay as they are written."""
    try:
        data = json.loads(text, parse_int=str, parse_float=str, strict=False)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, list):
        return _wordpress(data, max_items)
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("rss"), dict) and isinstance(data["rss"].get("channel"), dict):
        return _rss_in_json(data["rss"], max_items)
    return _json_feed(data, max_items)


def _json_feed(data: Object, max_items: int) -> Document | None:
    """https://www.jsonfeed.org/version/1.1/; without its version address only what has items and a title or version."""
    version = _string(data.get("version")) or ""
    items = _objects(data.get("items"))
    if "jsonfeed.org" not in version and not (items and (version or _string(data.get("title")))):
        return None
    return Document(
        "json",
        version.rstrip("/").rpartition("/")[2] if "/" in version else "",
        guid=_string(data.get("feed_url")),
        link=_string(data.get("home_page_url")),
        title=_plain(data.get("title")),
        description=_plain(data.get("description")),
        language=_string(data.get("language")),
        authors=_authors(data),
        hints=_json_hints(data),
        entries=[_json_item(item) for item in items[:max_items]],
    )


def _json_hints(data: Object) -> dict[str, str]:
    hubs = [url for hub in _objects(data.get("hubs")) if (url := _string(hub.get("url")))]
    own = _string(data.get("feed_url"))
    return ({"hub": hubs[0]} if hubs else {}) | ({"self": own} if own else {})


def _json_item(item: Object) -> Entry:
    as_html, as_text = _string(item.get("content_html")), _string(item.get("content_text"))
    return Entry(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_plain(item.get("title")),
        summary=_plain(item.get("summary")),
        content=Text(as_html, markup=True) if as_html else _plain(as_text),
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        authors=_authors(item),
        categories=[tag for tag in map(_string, _list(item.get("tags"))) if tag],
        language=_string(item.get("language")),
        enclosures=_attachments(item),
    )


def _attachments(item: Object) -> list[tuple[str, str | None, str | None]]:
    return [
        (url, _string(one.get("mime_type")), _string(one.get("size_in_bytes")))
        for one in _objects(item.get("attachments"))
        if (url := _string(one.get("url")))
    ]


def _authors(holder: Object) -> list[str]:
    people = [*_objects(holder.get("authors")), *_objects([holder.get("author")])]
    names = [_string(p.get("name")) or _string(p.get("url")) for p in people] or [_string(holder.get("author"))]
    return [name for name in names if name]


def _wordpress(data: list[Any], max_items: int) -> Document | None:
    """https://developer.wordpress.org/rest-api/reference/posts/: a list of posts, texts under `rendered`."""
    posts = _objects(data)
    if not posts or not all(isinstance(post.get("title"), dict) and "rendered" in post["title"] for post in posts):
        return None
    return Document("json", "wordpress", entries=[_post(post) for post in posts[:max_items]])


def _post(post: Object) -> Entry:
    embedded = post.get("_embedded") if isinstance(post.get("_embedded"), dict) else {}
    return Entry(
        guid=_rendered(post, "guid") or _string(post.get("id")),
        link=_string(post.get("link")),
        title=_marked(_rendered(post, "title")),
        summary=_marked(_rendered(post, "excerpt")),
        content=_marked(_rendered(post, "content")),
        published=_string(post.get("date_gmt")) or _string(post.get("date")),
        updated=_string(post.get("modified_gmt")) or _string(post.get("modified")),
        authors=[name for who in _objects((embedded or {}).get("author")) if (name := _string(who.get("name")))],
        categories=[
            name
            for group in _list((embedded or {}).get("wp:term"))
            for t in _objects(group)
            if (name := _string(t.get("name")))
        ],
    )


def _rendered(post: Object, key: str) -> str | None:
    value = post.get(key)
    return _string(value.get("rendered")) if isinstance(value, dict) else _string(value)


def _rss_in_json(rss: Object, max_items: int) -> Document:
    """RSS 2.0's elements as JSON (http://rssjs.org/), items in the channel or beside it."""
    channel = rss["channel"]
    items = _objects(channel.get("item")) or _objects(channel.get("items")) or _objects(rss.get("item"))
    return Document(
        "rss",
        _string(rss.get("version")) or "",
        link=_string(channel.get("link")),
        title=_marked(_string(channel.get("title"))),
        description=_marked(_string(channel.get("description"))),
        language=_string(channel.get("language")),
        updated=_string(channel.get("lastBuildDate")) or _string(channel.get("pubDate")),
        entries=[_rss_item(item) for item in items[:max_items]],
    )


def _rss_item(item: Object) -> Entry:
    guid = item.get("guid")
    enclosures = _objects(item.get("enclosure")) or _objects([item.get("enclosure")])
    return Entry(
        guid=_string(guid.get("#value") or guid.get("value")) if isinstance(guid, dict) else _string(guid),
        link=_string(item.get("link")),
        title=_marked(_string(item.get("title"))),
        summary=_marked(_string(item.get("description"))),
        content=_marked(_string(item.get("content:encoded"))),
        published=_string(item.get("pubDate")),
        authors=[name for name in [_string(item.get("author")), _string(item.get("dc:creator"))] if name],
        categories=[c for c in map(_string, _list(item.get("category"))) if c],
        enclosures=[
            (u, _string(e.get("type")), _string(e.get("length"))) for e in enclosures if (u := _string(e.get("url")))
        ],
        comments=_string(item.get("comments")),
    )


def _string(value: object) -> str | None:
    """Text, or a number as it was written; anything else is no text."""
    return value.strip() or None if isinstance(value, str) else None


def _plain(value: object) -> Text | None:
    said = _string(value)
    return Text(said) if said else None


def _marked(said: str | None) -> Text | None:
    return Text(said, markup=True) if said else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: object) -> list[Object]:
    return (
        [one for one in value if isinstance(one, dict)]
        if isinstance(value, Iterable) and not isinstance(value, (str, dict))
        else []
    )
