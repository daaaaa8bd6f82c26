"""What a feed is, what an item is, and what makes two sightings the same item."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import msgspec


class Feed(msgspec.Struct, frozen=True):
    """One source, as configured.

    `lang` is what the publisher writes in, a hint only: an item's language is the item's own.
    `context` names the sides of the plan's context that being published here lends to an item.
    `zone` is the time zone (IANA name) of its dates that name none.
    """

    id: str
    url: str
    lang: str | None = None
    publisher: str | None = None
    context: tuple[str, ...] = ()
    zone: str | None = None


class Enclosure(msgspec.Struct, frozen=True):
    """A file that came with an item: its address, media type and length in bytes."""

    url: str
    type: str | None = None
    length: int | None = None


class Item(msgspec.Struct, frozen=True, gc=False):
    """One thing a feed published, as the feed said it.

    A msgspec structure, because a poll makes thousands: to make or copy a frozen dataclass of this size takes 5 µs.

    `guid` is the publisher's id, untouched. `link` and `comments` (where readers discuss it) are absolute http(s).
    `source` is the outlet that an aggregator names for the item (RSS 2.0 `<source>`, RFC 4287 section 4.2.11).
    `title` and `summary` are plain text for people: no markup, entities decoded once, no control or bidi-override
    characters. `content` keeps its markup, as published: show it through `feeds.safehtml` only. Times are aware UTC.
    """

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    comments: str | None = None
    source: str | None = None


def item_key(item: Item, *, feed_id: str) -> str:
    """Our identity for an item: 20 hex digits, equal for every sighting of the same item.

    The publisher's guid decides. A guid that is an address, a tag (RFC 4151) or a URN (RFC 8141) is unique in
    the world, so the same item in two feeds is one item; any other guid is unique within its feed only. Without
    a guid the canonical link decides, and without a link title and date.
    """
    return hashlib.sha256(_identity(item, feed_id).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def item_digest(item: Item) -> str:
    """16 hex digits over what a reader would see change: title, summary, link."""
    parts = "\x1f".join(part or "" for part in (item.title, item.summary, item.link))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def canonical_url(url: str) -> str:
    """The address without what does not choose the page: fragment, tracking parameters, case of the host,
    default port, `www.` and a trailing slash; http and https are one. Returns the input where it is no web address."""
    return _canonical(url) or url.strip()


def _canonical(url: str) -> str | None:
    if plain := _PLAIN_URL.fullmatch(url):
        return f"https://{plain[1]}{plain[2].rstrip('/') or '/'}"
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    kept = [(name, value) for name, value in query if not _TRACKING.match(name)]
    return urlunsplit(("https", host, path, urlencode(sorted(kept)), ""))


def _identity(item: Item, feed_id: str) -> str:
    guid = (item.guid or "").strip()
    if address := _canonical(guid):
        return "url " + address
    if guid.lower().startswith(("tag:", "urn:")):
        return "uri " + guid
    if guid:
        return f"guid {feed_id} {guid}"
    if item.link:
        return "url " + canonical_url(item.link)
    when = item.published.isoformat() if item.published else ""
    return f"text {feed_id} {item.title or ''} {when} {'' if item.title else item.summary or ''}"


_TRACKING = re.compile(
    r"utm_|at_(medium|campaign|custom)|fbclid$|gclid$|mc_[ce]id$|_ga$|igsh$|ocid$|cmpid$|cmp$", re.IGNORECASE
)


_WEB = re.compile(r"\s*https?:", re.IGNORECASE)
# Most addresses: nothing in them has to be taken apart.
_PLAIN_URL = re.compile(r"https?://(?:www\.)?+([a-z0-9-]+(?:\.[a-z0-9-]+)*)((?:/[A-Za-z0-9/:@!$&'()*+,;=~._-]*)?)")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._-]*")  # quoting would leave it as it is


def _split(url: str) -> tuple[str, str, Sequence[tuple[str, str]]] | None:
    """Host, path and query of a web address, normalised; None for anything else."""
    if url.isprintable() and not _WEB.match(url):  # most are guids that are no address
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return None
    host = parts.hostname.removeprefix("www.")
    if port is not None and port not in {80, 443}:
        host = f"{host}:{port}"
    path = parts.path
    if not _PLAIN_PATH.fullmatch(path):
        path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    return host, path.rstrip("/") or "/", parse_qsl(parts.query, keep_blank_values=True)
