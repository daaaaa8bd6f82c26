"""What a document says, made into items: text for people, web addresses, instants, limits."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin, urlsplit

from msgspec import structs

from feeds.dates import parse_date
from feeds.item import Enclosure, Item
from feeds.raw import Document, Entry, Text
from feeds.text import harmless, plain, plain_title, tidy

# The most characters of each kind of value, and the most values of a list.
_MAX_TITLE, _MAX_STAND_IN, _MAX_TEXT, _MAX_CONTENT = 2_000, 2_000, 50_000, 200_000
_MAX_NAME, _MAX_URL, _MAX_LIST = 500, 8_000, 100


def make_items(document: Document, *, base: str, zone: tzinfo = UTC) -> tuple[Item, ...]:
    """The items in the order of the document; `zone` is that of dates that name none. An id that the publisher gives to
    different pages is no id of any."""
    day_first = writes_day_first(document.language)
    items = [make_item(entry, document, base=base, day_first=day_first, zone=zone) for entry in document.entries]
    if len({item.guid for item in items}) == len(items):
        return tuple(items)
    pages: dict[str | None, set[str | None]] = {}
    for item in items:
        pages.setdefault(item.guid, set()).add(item.link)
    return tuple(structs.replace(item, guid=None) if len(pages[item.guid]) > 1 else item for item in items)


def make_item(entry: Entry, document: Document, *, base: str, day_first: bool = False, zone: tzinfo = UTC) -> Item:
    """The item. `base` is the address that relative links are meant from where the document names none."""
    base = entry.base or document.base or base
    published = instant(entry.published, day_first=day_first, zone=zone)
    updated = published if entry.updated == entry.published else instant(entry.updated, day_first=day_first, zone=zone)
    return Item(
        guid=_opaque(entry.guid),
        link=web_address(entry.link, base),
        title=title(entry.title),
        summary=text(entry.summary) or beginning(entry.content),
        content=markup(entry.content),
        published=published,
        updated=updated,
        authors=_names(entry.authors or document.authors, author),
        categories=_names(entry.categories, plain),
        language=_language(entry.language),
        enclosures=_enclosures(entry, base),
        comments=web_address(entry.comments, base),
        source=title(entry.source),
    )


def title(found: Text | None) -> str | None:
    """A title as one line of plain text."""
    if found is None:
        return None
    value, is_markup = found
    value = value[: 10 * _MAX_TITLE]
    made = plain_title(value) if is_markup and ("<" in value or "&" in value) else tidy(value)
    return (harmless(made) if "<" in made else made)[:_MAX_TITLE] or None


def text(found: Text | None) -> str | None:
    """A longer text as plain text."""
    if found is None:
        return None
    value, is_markup = found
    value = value[: 10 * _MAX_TEXT]
    made = plain(value) if is_markup and ("<" in value or "&" in value) else tidy(value)
    return (harmless(made) if "<" in made else made)[:_MAX_TEXT] or None


def beginning(found: Text | None) -> str | None:
    """What stands in for a summary: the first words of the content."""
    if found is None:
        return None
    made = text(Text(found.value[: 10 * _MAX_STAND_IN], found.markup))
    return made if made is None or len(made) <= _MAX_STAND_IN else made[:_MAX_STAND_IN].rpartition(" ")[0] + " …"


def markup(found: Text | None) -> str | None:
    """The content as markup, as published: to be shown only through feeds.safehtml."""
    if found is None:
        return None
    value = found.value[:_MAX_CONTENT].strip()
    return (value if found.markup else html.escape(value, quote=False)) or None


def instant(written: str | None, *, day_first: bool = False, zone: tzinfo = UTC) -> datetime | None:
    """The date, if it can be told."""
    return parse_date(written, day_first=day_first, zone=zone) if written else None


def writes_day_first(language: str | None) -> bool:
    """Whether 04/11/2025 is in November: it is wherever English is not written the American way."""
    return language is not None and language.lower().replace("_", "-") not in {"en", "en-us", "en-ph", "eng"}


def web_address(link: str | None, base: str) -> str | None:
    """The absolute http(s) address, or None for any other scheme, for nonsense, and for a relative one without base."""
    if not link:
        return None
    link = link.strip()
    if len(link) > _MAX_URL:
        return None
    if not link.startswith(("http://", "https://")) or len(link) < 11 or not link.isprintable():
        link = _resolve(_INVISIBLE.sub("", link), base)
    return link


_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def _resolve(link: str, base: str) -> str | None:
    try:
        absolute = urljoin(base, link)
        parts = urlsplit(absolute)
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not parts.netloc:
        return None
    return None if " " in link and not urlsplit(link).scheme else absolute  # a sentence is no address


def _opaque(guid: str | None) -> str | None:
    """The publisher's id, untouched but for blanks around it and what cannot be stored."""
    if not guid:
        return None
    guid = guid.strip()
    return (guid if guid.isprintable() else _INVISIBLE.sub("", guid))[:_MAX_URL] or None


_ADDRESS = r"(?:mailto:)?([^\s()<>@:]{1,64}@[^\s()<>@]{1,255})"
_MAIL_FIRST = re.compile(_ADDRESS + r"\s*\(([^()]+)\)")
_MAIL_LAST = re.compile(r"([^()<>@]+?)\s*[(<]\s*" + _ADDRESS + r"\s*[)>]")


def author(written: str) -> str:
    """A person as "Name <address>", as the name or as the address, from any of the ways to write one."""
    if "@" not in written:
        return plain_title(written)
    written = tidy(html.unescape(written))
    if found := _MAIL_FIRST.fullmatch(written):
        return f"{found[2].strip()} <{found[1]}>"
    if found := _MAIL_LAST.fullmatch(written):
        return f"{found[1]} <{found[2]}>"
    return written.removeprefix("mailto:")


def _names(written: Sequence[str], make: Callable[[str], str]) -> tuple[str, ...]:
    if not written:
        return ()
    made = (make(name[: 2 * _MAX_NAME])[:_MAX_NAME] for name in written[:_MAX_LIST])
    return tuple(dict.fromkeys(filter(None, made)))


def _language(written: str | None) -> str | None:
    return tidy(written)[:35] or None if written else None


def _enclosures(entry: Entry, base: str) -> tuple[Enclosure, ...]:
    if not entry.enclosures:
        return ()
    found: dict[str, Enclosure] = {}
    for url, kind, length in entry.enclosures[:_MAX_LIST]:
        address = web_address(url, base)
        if address:
            size = int(length) if length and length.strip().isdecimal() and len(length) < 19 else None
            found.setdefault(address, Enclosure(address, kind, size))
    return tuple(found.values())
