"""The small shapes inside feeds: text constructs, persons, links, attributes (RFC 4287 section 3, RSS 2.0)."""

from __future__ import annotations

import base64
import binascii
import re
from html import escape
from typing import TypeAlias

from lxml import etree

from feeds.htmltags import VOID
from feeds.names import split
from feeds.raw import Text

Element: TypeAlias = etree._Element  # noqa: SLF001 - the name lxml gives it
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def attribute(element: Element, name: str) -> str:
    """The attribute without regard to case, stripped; "" where it is missing."""
    value = element.get(name)
    if value is None:
        value = next((element.get(key) for key in element.keys() if str(key).lower() == name), "")  # noqa: SIM118
    return str(value).strip()


def text_of(element: Element, value: str, *, atom: bool) -> Text:
    """What an element says, and whether as markup. In Atom the type decides; elsewhere everything may be markup."""
    if len(element):
        return Text(inner(element), markup=True)
    kind = element.get("type")
    if kind is None and element.get("mode") is None:
        return Text(value, not atom)
    kind = (kind or "").strip().lower()
    if element.get("mode") == "base64":
        return Text(_from_base64(value), kind in _HTML)
    return _by_type(kind, value) if atom else Text(value, markup=True)


_HTML = frozenset({"html", "text/html"})


def _by_type(kind: str, value: str) -> Text:
    """RFC 4287 sections 3.1.1 and 4.1.3.3; the media types of Atom 0.3 as well."""
    if kind in _HTML:
        return Text(value, markup=True)
    if kind == "xhtml" or kind.endswith(("+xml", "/xml")):
        return Text(escape(value, quote=False), markup=True)
    if "/" in kind and not kind.startswith("text/"):
        return Text(_from_base64(value), markup=True)
    return Text(value)


def _from_base64(value: str) -> str:
    try:
        return base64.b64decode(value, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return value


def payload(element: Element) -> str:
    """The text of an element that should have no markup, with the text of children it has none the less."""
    return (element.text or "") if not len(element) else "".join(element.itertext())


def inner(element: Element) -> str:
    """The children as HTML, without namespaces and prefixes, and without the div that XHTML content comes in (RFC 4287
    section 3.1.1.3)."""
    if len(element) == 1 and element[0].tag == _XHTML_DIV and not (element.text or "").strip():
        element = element[0]
    parts = [escape(element.text or "", quote=False)]
    parts.extend(etree.tostring(child, encoding="unicode") for child in element)
    return _SERIALISED_TAG.sub(_as_html, "".join(parts))


_XHTML_DIV = "{http://www.w3.org/1999/xhtml}div"
_SERIALISED_TAG = re.compile(r"<[^<>]*>")  # inside attribute values the serialiser escapes both brackets
_DECLARATION = re.compile(r"\sxmlns(?::[^\s=]+)?=\"[^\"]*\"")
_PREFIX = re.compile(r"^(</?)[^\s:/>\"]+:")
_NAME = re.compile(r"<([^\s/>]+)")


def _as_html(found: re.Match[str]) -> str:
    """A tag of XML as HTML writes it: only void elements close themselves, the others would swallow what follows."""
    tag = _PREFIX.sub(r"\1", _DECLARATION.sub("", found[0]))
    name = _NAME.match(tag) if tag.endswith("/>") else None
    return f"{tag[:-2]}></{name[1]}>" if name and name[1].lower() not in VOID else tag


def person(element: Element) -> str:
    """Name and address of a person: "Name <address>" where both are given."""
    if not len(element):
        return (element.text or "").strip()
    parts: dict[str, str] = {}
    for child in element:
        parts.setdefault(split(child.tag)[1], payload(child).strip())
    name, email = parts.get("name", ""), parts.get("email", "")
    if name and email:
        return f"{name} <{email}>"
    return name or email or ("" if parts.keys() & {"name", "email", "uri", "url"} else payload(element).strip())


def language(*elements: Element | None) -> str | None:
    """The xml:lang in force at the first of the elements that has one."""
    for element in elements:
        if element is None:
            continue
        for holder in (element, *element.iterancestors()):
            value = holder.get(_XML_LANG)
            if value is not None:
                if value:
                    return str(value)
                break
    return None
