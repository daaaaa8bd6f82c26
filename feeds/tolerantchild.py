"""feedparser's reading of a feed as plain values; runs only in the child process of feeds.tolerant."""

from __future__ import annotations

import io
import json
import resource
import select
import struct
import sys
import warnings
from typing import Any

import feedparser

Found = dict[str, Any]
_HEAD, _LENGTH = struct.Struct(">II"), struct.Struct(">I")
_IDLE_SECONDS = 60  # an unused child gives its memory back
_MAX_MEMORY_BYTES = 1_000_000_000

_FORMATS = {
    "rss20": ("rss", "2.0"), "rss091n": ("rss", "0.91"), "rss091u": ("rss", "0.91"), "rss092": ("rss", "0.92"),
    "rss093": ("rss", "0.93"), "rss094": ("rss", "0.94"), "rss": ("rss", ""),
    "rss090": ("rdf", "0.90"), "rss10": ("rdf", "1.0"),
    "atom10": ("atom", "1.0"), "atom03": ("atom", "0.3"), "atom": ("atom", ""), "cdf": ("cdf", ""),
}  # fmt: skip


def serve() -> None:
    """Answer bodies with documents until the parent is gone or has asked for nothing for a minute.

    A request is its size, the most items wanted (both 32 bits, big-endian) and the body; an answer its size and JSON.
    """
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    while select.select([stdin], [], [], _IDLE_SECONDS)[0]:
        head = stdin.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        size, max_items = _HEAD.unpack(head)
        answer = json.dumps(read_feed(stdin.read(size), max_items)).encode()
        stdout.write(_LENGTH.pack(len(answer)) + answer)
        stdout.flush()


def read_feed(body: bytes, max_items: int) -> dict[str, Any]:
    """The values of raw.Document, texts as (value, markup). The body is UTF-8; nothing is fetched or sanitised."""
    warnings.simplefilter("ignore")
    headers = {"content-type": "application/xml; charset=utf-8"}
    found = feedparser.parse(
        io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
    )
    feed = found["feed"]
    form, version = _FORMATS.get(found.get("version") or "", ("", ""))
    return {
        "format": form, "version": version, "guid": _get(feed, "id"), "link": _get(feed, "link"),
        "title": _text(feed, "title"), "description": _text(feed, "subtitle"), "language": _get(feed, "language"),
        "updated": _get(feed, "updated") or _get(feed, "published"), "authors": _authors(feed),
        "hints": _hints(feed),
        "entries": [_entry(entry) for entry in found["entries"][:max_items]],
    }  # fmt: skip


def _hints(feed: Found) -> dict[str, str]:
    values = {name: _get(feed, name.replace(":", "_")) for name in ("ttl", "sy:updateperiod", "sy:updatefrequency")}
    links = {link.get("rel"): link.get("href") for link in dict.get(feed, "links") or []}
    return {name: value for name, value in (values | {r: links.get(r) for r in ("hub", "self")}).items() if value}


def _get(found: Found, key: str) -> str | None:
    """The value itself: FeedParserDict would answer for related keys as well."""
    value = dict.get(found, key)
    return value if isinstance(value, str) and value else None


def _text(found: Found, key: str) -> tuple[str, bool] | None:
    value = _get(found, key)
    detail = dict.get(found, key + "_detail") or {}
    return (value, dict.get(detail, "type") != "text/plain") if value else None


def _entry(entry: Found) -> dict[str, Any]:
    contents = dict.get(entry, "content") or []
    content = contents[0] if contents else {}
    links = [link for link in dict.get(entry, "links") or [] if dict.get(link, "rel") == "enclosure"]
    media = [m for m in dict.get(entry, "media_content") or [] if isinstance(m, dict)]
    enclosures = [
        (x.get("href") or x.get("url"), x.get("type"), x.get("length") or x.get("filesize")) for x in links + media
    ]
    return {
        "guid": _get(entry, "id"), "link": _get(entry, "link"),
        "title": _text(entry, "title"), "summary": _text(entry, "summary"),
        "content": (content["value"], content.get("type") != "text/plain") if content.get("value") else None,
        "published": _get(entry, "published") or _get(entry, "created"), "updated": _get(entry, "updated"),
        "authors": _authors(entry), "categories": [t["term"] for t in dict.get(entry, "tags") or [] if t.get("term")],
        "language": _get(entry, "language") or content.get("language"), "comments": _get(entry, "comments"),
        "enclosures": [x for x in enclosures if x[0]],
        "source": _text(dict.get(entry, "source") or {}, "title"),
    }  # fmt: skip


def _authors(found: Found) -> list[str]:
    people = [p for p in dict.get(found, "authors") or [] if p]
    named = [
        f"{p['name']} <{p['email']}>" if p.get("name") and p.get("email") else p.get("name") or p.get("email")
        for p in people
    ]
    return [n for n in named if n] or [a for a in [_get(found, "author")] if a]


if __name__ == "__main__":
    serve()
