"""A body to a feed and its items: by the strict walk where that can be trusted, by feedparser where it cannot.

**When the strict walk may be trusted.** It is trusted with a body exactly when nothing about the body is a matter of
opinion, that is, when all of this holds:

1. it is at most `max_bytes` long and has at most `max_elements` tags;
2. every byte is explained by one character set (`feeds.decode`);
3. its document type, if it has one, has been taken out, so that no entity is left to expand or to fetch;
4. libxml2 accepts the rest as well-formed XML with namespaces, without recovering from anything, to a depth of 256;
5. the root element is that of a feed: `rss`, `rdf:RDF`, `feed`, `channel`, or `urlset` with news in it.

Then the tree is the document, every element stands where its publisher put it, and the walk reads all of it (path
"strict"). If 2 or 4 fails, the text is repaired where a repair cannot change the structure: forbidden characters, bare
`&` and `<`, references and prefixes nobody declared, junk around the root (`feeds.clean`); the same rules are then
applied to the result (path "repaired"). Whatever is still ill-formed (tags that cross, cut-off documents, attributes
without quotes) has no one reading; feedparser guesses best and does so in a child process with a deadline (path
"tolerant"). Recovery modes of strict parsers are never used: they lose text silently at `&` and at undeclared entities.

`tests/feeds/test_parse_differential.py` reads every body both ways and explains each difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Literal, NamedTuple

from feeds.clean import repair, with_entities, without_prolog
from feeds.decode import Decoded, decode, label
from feeds.item import Item
from feeds.items import instant, make_items, text, title, web_address
from feeds.jsonfeed import read_json
from feeds.outcome import NotAFeed
from feeds.raw import Document
from feeds.tolerant import READER, TolerantError
from feeds.walk import Malformed, read_xml

Path = Literal["strict", "repaired", "tolerant"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a body is looked at."""

    max_bytes: int = 10_000_000
    max_elements: int = 400_000
    max_items: int = 2_000
    max_tolerant_chars: int = 2_000_000
    tolerant_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says about polling it: minutes, and the names and numbers of RSS 2.0 and the syndication module."""

    ttl: int | None = None
    update_period: str | None = None
    update_frequency: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    hub: str | None = None
    self_link: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A feed as read: `format` is rss, rdf, atom, json, cdf or sitemap; `path` tells how far it could be trusted.

    `wellformed`: read as it is, and sent as XML or JSON. `base`: what relative addresses in its markup are meant from.
    """

    format: str
    version: str
    title: str | None
    link: str | None
    language: str | None
    items: tuple[Item, ...]
    path: Path
    hints: Hints = field(default_factory=Hints)
    description: str | None = None
    id: str | None = None
    updated: datetime | None = None
    encoding: str = "utf-8"
    wellformed: bool = False
    base: str = ""


class _Origin(NamedTuple):
    """Where a body came from, and the time zone of its dates that name none."""

    url: str
    zone: tzinfo


def parse(
    body: bytes, *, content_type: str = "", url: str = "", zone: tzinfo = UTC, limits: Limits = Limits()
) -> Parsed | NotAFeed:
    """The feed in `body`, or why there is none; never raises, whatever the bytes are.

    `content_type` is the header's value, `url` the address the body came from (base of relative links), `zone` that of
    dates that name none. Items come in the order of the document, at most `limits.max_items`. Blocks for up to
    `limits.tolerant_seconds` on an ill-formed body.
    """
    outcome = _refusal(body, limits) or _read(body, content_type, _Origin(url, zone), limits)
    if isinstance(outcome, Parsed) and outcome.path == "strict" and _is_document_type(content_type):
        return replace(outcome, wellformed=True)
    return outcome


def _is_document_type(content_type: str) -> bool:
    """XML (RFC 7303) or JSON; a body without a type is judged by itself."""
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or "xml" in kind or "json" in kind


def _read(body: bytes, content_type: str, origin: _Origin, limits: Limits) -> Parsed | NotAFeed:
    document = _at_once(body, origin.url, limits)
    if document is not None:
        return _parsed(document, "strict", label(body, content_type), origin)
    decoded = decode(body, content_type)
    start = decoded.text[:2000].lstrip("\ufeff \t\r\n\x00")[:1]
    if start in {"{", "["}:
        document = read_json(decoded.text.lstrip("\ufeff"), max_items=limits.max_items)
        return _parsed(document, "strict", decoded.encoding, origin) if document else NotAFeed("JSON, but no JSON Feed")
    if "<" not in decoded.text:
        return NotAFeed("no markup in it")
    return _parse_xml(decoded, origin, limits)


def parse_tolerantly(
    body: bytes, *, content_type: str = "", url: str = "", limits: Limits = Limits()
) -> Parsed | NotAFeed:
    """What the tolerant way alone makes of a body, also of one the strict walk can read: to compare the two."""
    decoded = decode(body, content_type)
    text = _without_document_type(decoded)
    try:
        read_xml(_bytes(text), url=url, max_items=0)
    except Malformed:
        text = repair(text)
    return _by_feedparser(text, "asked for", decoded.encoding, _Origin(url, UTC), limits)


def _at_once(body: bytes, url: str, limits: Limits) -> Document | None:
    """The document, where the bytes as they are meet the rule: libxml2 checks UTF-8 itself, and there is no document
    type. This is only a shorter way to the same end; nearly every feed takes it."""
    if body[:1] != b"<" or b"<!DOCTYPE" in body:
        return None
    try:
        return read_xml(body, url=url, max_items=limits.max_items)
    except Malformed:
        return None


def _refusal(body: bytes, limits: Limits) -> NotAFeed | None:
    if not body.strip():
        return NotAFeed("an empty body")
    if len(body) > limits.max_bytes:
        return NotAFeed(f"larger than {limits.max_bytes} bytes")
    if body.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF", b"\x28\xb5\x2f\xfd")):
        return NotAFeed("a compressed or binary file")
    if body.count(b"<") > 2 * limits.max_elements:
        return NotAFeed(f"more than {limits.max_elements} elements")
    return None


def _parse_xml(decoded: Decoded, origin: _Origin, limits: Limits) -> Parsed | NotAFeed:
    text = _without_document_type(decoded)
    path: Path = "strict" if decoded.exact else "repaired"
    try:
        document = read_xml(_bytes(text), url=origin.url, max_items=limits.max_items)
    except Malformed as error:
        if _is_page(text) or not _FEED.search(text):
            return NotAFeed("an HTML page" if _is_page(text) else "no feed in it")
        repaired, path = repair(text), "repaired"
        try:
            document = read_xml(_bytes(repaired), url=origin.url, max_items=limits.max_items)
        except Malformed:
            return _by_feedparser(repaired, str(error), decoded.encoding, origin, limits)
    if document is None:
        return NotAFeed("an HTML page" if _is_page(text) else "XML, but no feed")
    return _parsed(document, path, decoded.encoding, origin)


def _without_document_type(decoded: Decoded) -> str:
    text, entities = without_prolog(decoded.text)
    return with_entities(text, entities) if entities else text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # a lone surrogate becomes a question mark


_FEED = re.compile(r"<(?:[A-Za-z_][\w.-]{0,20}:)?(?:rss|rdf|feed|channel|item|entry)[\s>]", re.IGNORECASE)


def _is_page(text: str) -> bool:
    start = text[:2000].lstrip().lower()
    return start.startswith(("<html", "<head", "<body")) or ("<html" in start and "<rss" not in start)


def _by_feedparser(text: str, problem: str, encoding: str, origin: _Origin, limits: Limits) -> Parsed | NotAFeed:
    text = text[: limits.max_tolerant_chars]
    try:
        document = READER.read(text, max_items=limits.max_items, seconds=limits.tolerant_seconds)
    except TolerantError as error:
        return NotAFeed(f"ill-formed ({problem}), and {error}")
    if not document.format and not document.entries:
        return NotAFeed(f"ill-formed ({problem}), and no feed to the tolerant parser")
    return _parsed(document, "tolerant", encoding, origin)


def _parsed(document: Document, path: Path, encoding: str, origin: _Origin) -> Parsed:
    own = document.base or origin.url or document.hints.get("self", "")
    link = web_address(document.link, own)
    # RSS knows no base: its relative links are meant from the site, Atom's from the document (RFC 4287 section 2).
    base = (link or own) if document.format in {"rss", "rdf"} and not document.base else own or link or ""
    return Parsed(
        format=document.format,
        version=document.version,
        title=title(document.title),
        link=link or web_address(document.hints.get("self"), own),
        language=document.language,
        items=make_items(document, base=base, zone=origin.zone),
        path=path,
        hints=_hints(document.hints, base),
        description=text(document.description),
        id=web_address(document.guid, own) or document.guid,
        updated=instant(document.updated, zone=origin.zone),
        encoding=encoding,
        base=base,
    )


def _hints(found: dict[str, str], base: str) -> Hints:
    if not found:
        return Hints()
    hours = (int(hour) for hour in found.get("skiphours", "").split(",") if hour.strip().isdecimal() and len(hour) < 3)
    return Hints(
        ttl=_count(found.get("ttl")),
        update_period=(found.get("sy:updateperiod") or "").lower() or None,
        update_frequency=_count(found.get("sy:updatefrequency")),
        skip_hours=tuple(sorted({hour % 24 for hour in hours if hour <= 24})),
        skip_days=tuple(day.strip().lower() for day in found.get("skipdays", "").split(",") if day.strip()),
        hub=web_address(found.get("hub"), base),
        self_link=web_address(found.get("self"), base),
    )


def _count(written: str | None) -> int | None:
    return int(written) if written and written.isdecimal() and len(written) < 9 else None
