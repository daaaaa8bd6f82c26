"""OPML, the format in which feed readers exchange their lists: in and out. Pure; http://opml.org/spec2.opml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from feeds.clean import repair, with_entities, without_prolog
from feeds.decode import decode
from feeds.items import web_address
from feeds.outcome import FeedError
from feeds.text import tidy

MAX_BYTES = 5_000_000
MAX_OUTLINES = 5_000


class OpmlError(FeedError):
    """The bytes are no OPML that can be read."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `categories` are what the list says it is about; `id` and `paused` are our own attributes,
    which other programs neither write nor mind."""

    url: str
    title: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    id: str | None = None
    paused: bool = False


def read(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list in its order, each address once; outlines that are no feeds are passed over.

    Nothing is expanded or fetched whatever the bytes ask for. Raises OpmlError.
    """
    if len(body) > MAX_BYTES:
        raise OpmlError(f"larger than {MAX_BYTES} bytes")
    root = _tree(body)
    if etree.QName(root).localname.lower() != "opml":
        raise OpmlError(f"no OPML: its root element is <{etree.QName(root).localname[:40]}>")
    found: dict[str, Outline] = {}
    for element in root.iter("outline"):
        outline = _outline(element)
        if outline is not None:
            found.setdefault(outline.url, outline)
            if len(found) > MAX_OUTLINES:
                raise OpmlError(f"more than {MAX_OUTLINES} feeds")
    return tuple(found.values())


def write(outlines: Sequence[Outline], *, title: str, now: datetime) -> bytes:
    """An OPML 2.0 document with these feeds."""
    opml = etree.Element("opml", {"version": "2.0"}, nsmap={"pactwatch": _OURS})
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = _xml(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(opml, "body")
    for outline in outlines:
        etree.SubElement(body, "outline", _attributes(outline))
    etree.indent(opml, space="  ")
    return bytes(etree.tostring(opml, xml_declaration=True, encoding="utf-8")) + b"\n"


def _tree(body: bytes) -> etree._Element:
    text, entities = without_prolog(decode(body).text)
    if entities:
        text = with_entities(text, entities)
    for attempt in (text, repair(text)):  # a bare & in an address is what these lists get wrong
        parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(attempt.encode("utf-8", "replace"), parser)
        except etree.XMLSyntaxError as exc:
            problem = str(exc)
    raise OpmlError(f"not well-formed: {problem}")


def _outline(element: etree._Element) -> Outline | None:
    told = {name.lower(): value for name, value in element.attrib.items()}
    url = web_address(told.get("xmlurl"), "")
    if url is None:
        return None
    # `text` is required of a list; in ours it is the title, or stands in for one.
    title = told.get("title") or ("" if told.get(_OUR_ID) else told.get("text", ""))
    categories = (part.strip("/ ") for part in told.get("category", "").split(","))
    return Outline(
        url=url,
        title=tidy(title) or None,
        language=tidy(told.get("language", "")) or None,
        categories=tuple(tidy(one) for one in categories if one.strip()),
        id=told.get(_OUR_ID) or None,
        paused=told.get(_OUR_PAUSE) == "true",
    )


def _attributes(outline: Outline) -> dict[str, str]:
    given = {
        "type": "rss",
        "text": outline.title or outline.id or outline.url,
        "title": outline.title,
        "xmlUrl": outline.url,
        "language": outline.language,
        "category": ",".join(outline.categories),
        _OUR_ID: outline.id,
        _OUR_PAUSE: "true" if outline.paused else None,
    }
    return {name: _xml(value) for name, value in given.items() if value}


def _xml(text: str) -> str:
    """The text without what XML cannot carry."""
    return "".join(one for one in text if one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")


_OURS = "urn:pactwatch:opml"  # OPML 2.0 asks that attributes of one's own have a namespace
_OUR_ID = f"{{{_OURS}}}id"
_OUR_PAUSE = f"{{{_OURS}}}paused"
