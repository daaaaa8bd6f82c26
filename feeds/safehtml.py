"""Markup from strangers, made safe to show: only known elements and attributes, only harmless addresses."""

from __future__ import annotations

from html import escape
from urllib.parse import urljoin, urlsplit

from lxml import etree

from feeds.htmltags import ACTIVE, BLOCK, INLINE, VOID
from feeds.text import html_tree, tidy_markup

_KEPT = (BLOCK | INLINE) - {
    "html",
    "head",
    "body",
    "form",
    "fieldset",
    "legend",
    "button",
    "dialog",
    "menu",
    "optgroup",
    "option",
    "output",
    "label",
}
_ADDRESSES = frozenset({"href", "src", "cite", "poster"})
_ATTRIBUTES = _ADDRESSES | frozenset(
    [
        "abbr",
        "alt",
        "colspan",
        "datetime",
        "dir",
        "height",
        "hreflang",
        "lang",
        "rowspan",
        "scope",
        "srcset",
        "start",
        "title",
        "type",
        "width",
    ]
)


def safe_html(markup: str, *, base: str = "") -> str:
    """The fragment rebuilt from its tree. Scripts, styles, frames, forms, event handlers and addresses that are not
    http(s) or mailto are left out with what they hold; relative addresses are resolved against `base`."""
    if "<" not in markup and "&" not in markup:
        return tidy_markup(markup)
    root = html_tree(markup)
    if root is None:
        return ""
    out: list[str] = []
    _write(root, base, out)
    return tidy_markup("".join(out))


def _write(root: etree._Element, base: str, out: list[str]) -> None:
    """Document order without recursion: hostile markup is as deep as it likes."""
    skipped: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            continue
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if skipped is None and name in ACTIVE:
                skipped = element
            if skipped is None:
                out.append(_start(name, element, base) + escape(element.text or "", quote=False))
            continue
        if skipped is None and name in _KEPT and name not in VOID:
            out.append(f"</{name}>")
        if skipped is element:
            skipped = None
        if skipped is None:
            out.append(escape(element.tail or "", quote=False))


def _start(name: str, element: etree._Element, base: str) -> str:
    if name not in _KEPT:
        return ""
    kept = ((key, _value(key, str(value), base)) for key, value in element.attrib.items() if key in _ATTRIBUTES)
    return f"<{name}" + "".join(f' {key}="{escape(value)}"' for key, value in kept if value is not None) + ">"


def _value(key: str, value: str, base: str) -> str | None:
    if key == "srcset":
        return ", ".join(filter(None, (_candidate(part.strip(), base) for part in value.split(",")[:20]))) or None
    if key not in _ADDRESSES:
        return value
    try:
        address = urljoin(base, "".join(value.split()) if ":" in value.partition("/")[0] else value.strip())
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return None
    return (
        address
        if scheme in {"http", "https", "mailto", ""} and ":" not in (address.partition("/")[0] if not scheme else "")
        else None
    )


def _candidate(written: str, base: str) -> str | None:
    """One image of a srcset: its address, and the width or density it is for."""
    address, _, size = written.partition(" ")
    resolved = _value("src", address, base) if address else None
    return f"{resolved} {size.strip()}".strip() if resolved else None
