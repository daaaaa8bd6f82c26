"""Repairs that make ill-formed XML well-formed without guessing at its structure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from html.entities import entitydefs, html5

from feeds.names import KNOWN_PREFIXES

_MAX_ENTITIES, _MAX_ENTITY_LENGTH = 300, 200
_MAX_GROWTH = 1_000_000  # characters that declared entities may add to a document


def without_prolog(text: str) -> tuple[str, dict[str, str]]:
    """The document from its root element on, and the character entities its document type declares.

    With the document type gone nothing can be expanded or fetched. An entity counts only if its value is short text
    without references and markup: what DTDs use for accented letters, never what attacks are made of.
    """
    start = _END_OF_PROLOG.match(text)
    position = start.end() if start else 0
    if text[position : position + 9].upper() != "<!DOCTYPE":
        return (text[position:] if position else text), {}
    end, subset = _document_type(text, position)
    rest = _END_OF_PROLOG.match(text, end)
    return text[rest.end() if rest else end :], _entities(subset)


# A byte order mark, blanks, the declaration, comments and processing instructions.
_END_OF_PROLOG = re.compile(r"[\ufeff\s]*+(?:<\?[^>]*+>[\ufeff\s]*+|<!--(?:[^-]|-(?!->))*+-->[\ufeff\s]*+)*+")
_TYPE_PART = re.compile(r"\"[^\"]*+\"|'[^']*+'|<!--(?:[^-]|-(?!->))*+-->|[\[\]>]")
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:\"([^\"<]{0,200})\"|'([^'<]{0,200})')\s*>")


def _document_type(text: str, start: int) -> tuple[int, str]:
    """Where the document type ends, and its internal subset."""
    opened = closed = 0
    for part in _TYPE_PART.finditer(text, start):
        if part[0] == "[":
            opened = opened or part.end()
        elif part[0] == "]":
            closed = part.start()
        elif part[0] == ">" and bool(opened) == bool(closed):
            return part.end(), text[opened:closed]
    return text.find(">", start) + 1 or len(text), ""


def _entities(subset: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in _ENTITY.finditer(subset):
        value = html.unescape(entity[2] or entity[3] or "")
        if (
            len(found) < _MAX_ENTITIES
            and len(value) <= _MAX_ENTITY_LENGTH
            and not ("&" in value or "<" in value or "%" in value)
        ):
            found.setdefault(entity[1], value)
    return found


def with_entities(text: str, entities: Mapping[str, str]) -> str:
    """The text with the references to these entities replaced by their text; once they add too much they stay."""
    left = _MAX_GROWTH

    def resolved(found: re.Match[str]) -> str:
        nonlocal left
        value = entities.get(found[1])
        left -= len(value or "")
        return found[0] if value is None or left < 0 else html.escape(value)

    return "".join(part if literal else _NAMED.sub(resolved, part) for part, literal in _split(text))


_NAMED = re.compile(r"&([A-Za-z_][\w.-]{0,60});")


def repair(text: str) -> str:
    """The text with what strict parsers refuse put right: forbidden characters, impossible and unknown references,
    bare `&` and `<`, HTML entities, prefixes nobody declared, and junk around the root element."""
    text = _cut(_FORBIDDEN.sub("", text))
    return _declare("".join(part if literal else _escape(part) for part, literal in _split(text)))


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:rss|rdf|feed|channel|urlset)[\s>]", re.IGNORECASE)


def _cut(text: str) -> str:
    """The root element alone, where text that belongs to no document surrounds it."""
    start = _ROOT.search(text[:20_000])
    if start is None:
        return text
    name = re.match(r"<([^\s>]+)", start[0])
    end = text.rfind(f"</{name[1]}") if name else -1
    return text[start.start() : end] + f"</{name[1]}>" if name and end > 0 else text[start.start() :]


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces; those that are CDATA sections or comments are literal."""
    position = 0
    while True:
        start = _LITERAL.search(text, position)
        if start is None:
            yield text[position:], False
            return
        end = text.find("]]>" if start[0] == "<![CDATA[" else "-->", start.end())
        if end < 0:
            yield text[position:], False
            return
        yield text[position : start.start()], False
        position = end + 3
        yield text[start.start() : position], True


_LITERAL = re.compile(r"<!\[CDATA\[|<!--")
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));|([A-Za-z][A-Za-z0-9]{0,30});)?")
_LOOSE = re.compile(r"<(?![A-Za-z_/!?])")
_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def _escape(part: str) -> str:
    return _LOOSE.sub("&lt;", _REFERENCE.sub(_reference, part))


def _reference(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _entity(name)
    if hexadecimal or decimal:
        return _character(int(hexadecimal, 16) if hexadecimal else int(decimal))
    return "&amp;"


def _entity(name: str) -> str:
    if name in _XML:
        return f"&{name};"
    value = entitydefs.get(name) or html5.get(name + ";")
    return html.escape(value) if value else f"&amp;{name};"


def _character(number: int) -> str:
    if 0x80 <= number < 0xA0:  # Windows-1252 bytes taken for code points
        return bytes([number]).decode("cp1252", "ignore")
    allowed = (
        number in {9, 10, 13} or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    )
    return f"&#{number};" if allowed else ""


_USED = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):|\s([A-Za-z_][\w.-]{0,40}):[\w.-]{1,80}\s*=")


def _declare(text: str) -> str:
    """The text with a declaration on the root element for every prefix that has none anywhere."""
    used = {first or second for first, second in _USED.findall(text)}
    missing = sorted(prefix for prefix in used - {"xml", "xmlns"} if f"xmlns:{prefix}" not in text)
    if not missing:
        return text
    added = "".join(f' xmlns:{p}="{KNOWN_PREFIXES.get(p, "urn:undeclared:" + p)}"' for p in missing[:100])
    root = re.search(r"<[A-Za-z_][^\s/>]*", text)
    return text[: root.end()] + added + text[root.end() :] if root else text
