"""Plain text for people: markup stripped, entities decoded once, nothing invisible that misleads."""

from __future__ import annotations

import html
import re

from lxml import etree

from feeds.htmltags import BLOCK, ELEMENTS, INLINE

_PARSER = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")

# A tag that needs no HTML parser to be understood. Possessive, so that no input makes it go back over itself.
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z1-6]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_COMMENT = re.compile(r"<!--[^<>]*+-->")
_BLOCK_START = re.compile("(<(?:/?(?:" + "|".join(sorted(BLOCK, key=len, reverse=True)) + r")\b))", re.IGNORECASE)
_SEPARATOR = {
    form: " " if name in BLOCK else ""
    for name in BLOCK | INLINE
    for form in (name, "/" + name, name.upper(), "/" + name.upper())
}


def plain(markup: str) -> str:
    """The visible text of an HTML fragment on one line; blocks are told apart by a space, inline markup by nothing."""
    return tidy(_strip(markup)) if "<" in markup else tidy(html.unescape(markup) if "&" in markup else markup)


def plain_title(text: str) -> str:
    """Like `plain`, for text that is meant as text but often is markup: `vector<int>` keeps its brackets."""
    if "<" in text and not _looks_like_markup(text):
        return tidy(html.unescape(text) if "&" in text else text)
    return plain(text)


def harmless(text: str) -> str:
    """The text itself, unless it holds what would run if somebody showed it as HTML: then without all its markup.

    Titles that were escaped twice, and plain-text fields with a script in them, end up here.
    """
    for _ in range(3):
        if not _ACTIVE.search(text):
            return text
        text = plain(text)
    return text.replace("<", "")


# Possessive and bounded, so that it stays linear on text made of open brackets.
_ACTIVE = re.compile(
    r"<\s{0,9}/?(?:applet|base|embed|form|frame|frameset|iframe|link|math|meta|object|script|style|svg|xml)\b"
    r"|<[a-z][^<>]{0,999}?(?:[\s/\"']on[a-z]{3,20}\s*=|(?:java|vb)script\s*:|data\s*:|srcdoc|style\s*=)",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """One line without control characters, bidi overrides and lone surrogates; joiners stay, Hindi needs them."""
    # Nearly every text is printable, and asking is much cheaper than looking for what is wrong.
    if text.isprintable():
        while "  " in text:  # a printable blank is a space
            text = text.replace("  ", " ")
        return text.strip()
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join(_C1.sub(_windows_1252, _UNWANTED.sub("", text)).split())


_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_C1 = re.compile("[\x80-\x9f]")


def _windows_1252(found: re.Match[str]) -> str:
    """What the publisher saw: C1 controls are Windows-1252 bytes that somebody took for Latin-1."""
    return found[0].encode("latin-1").decode("cp1252", "ignore")


def _strip(markup: str) -> str:
    if "<!--" in markup:
        markup = _COMMENT.sub("", markup)
    parts = _TAG.split(markup)
    del parts[2::3]  # the attributes
    try:
        parts[1::2] = [_SEPARATOR[name] for name in parts[1::2]]
    except KeyError:  # script, style, svg, a custom element …
        return _strip_by_parser(markup)
    text = "".join(parts)
    if "<" in text:
        return _strip_by_parser(markup)
    return html.unescape(text) if "&" in text else text


def _strip_by_parser(markup: str) -> str:
    root = html_tree(_BLOCK_START.sub(r" \1", markup))
    if root is None:
        return ""
    etree.strip_elements(root, "script", "style", "template", with_tail=False)
    return "".join(root.itertext())


def html_tree(markup: str) -> etree._Element | None:
    """The tree of a fragment as libxml2's HTML parser builds it; None where there is nothing to show in it."""
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), _PARSER)
    except etree.XMLSyntaxError:  # nothing but a comment or a processing instruction
        return None


def tidy_markup(markup: str) -> str:
    """The markup without control characters, bidi overrides and lone surrogates; blanks stay."""
    return _UNWANTED.sub("", markup).strip()


_WHOLE_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})(?=[\s/>])[^<>]*+>")


def _looks_like_markup(text: str) -> bool:
    return "<!--" in text or any(name.lower() in ELEMENTS for name in _WHOLE_TAG.findall(text))
