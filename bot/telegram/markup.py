"""The HTML of the Bot API: text is escaped exactly once, where it becomes `Html`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.telegram.text import escape, quiet, units

MAX_UNITS = 4096  # counted after parsing, in UTF-16 units as clients do and in code points as the server does
MAX_ENTITIES = 100
MAX_CAPTION_UNITS = 1024


class Html(str):
    """Text that is already HTML: it is never escaped again."""

    __slots__ = ()


def html(value: str | int) -> Html:
    """The value as HTML: plain text is escaped and loses its power to mention; `Html` stays as it is."""
    return value if isinstance(value, Html) else Html(escape(quiet(str(value))))


def fill(template: str, **values: str | int) -> Html:
    """One of our own texts (it may hold tags) with the values put in as `html` would."""
    return Html(template.format(**{name: html(value) for name, value in values.items()}))


def join(separator: str, parts: Iterable[str]) -> Html:
    """The parts one after the other, with our own `separator` between them."""
    return Html(separator.join(html(part) for part in parts))


def bold(value: str) -> Html:
    return Html(f"<b>{html(value)}</b>")


def quotation(value: str) -> Html:
    return Html(f"<blockquote>{html(value)}</blockquote>")


def link(value: str, url: str | None) -> Html:
    """The text as a link; just the text where there is no address. `url` must come from `text.safe_url`."""
    return Html(f'<a href="{escape(url)}">{html(value)}</a>') if url else html(value)


def visible(message: Html) -> str:
    """What a reader sees: the message without tags, entities decoded, as Telegram counts it."""
    bare = _TAG.sub("", message)
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        bare = bare.replace(name, character)
    return bare.strip()


def fits(message: Html) -> bool:
    """Whether Telegram takes the message whole: length after parsing, and number of entities."""
    return units(visible(message)) <= MAX_UNITS and entities(message) <= MAX_ENTITIES


def fits_caption(message: Html) -> bool:
    """Whether Telegram takes the text below a picture or a file."""
    return units(visible(message)) <= MAX_CAPTION_UNITS and entities(message) <= MAX_ENTITIES


def entities(message: Html) -> int:
    """How many entities the message has at most: its tags, and the hashtags and commands Telegram finds itself."""
    return len(_OPENING.findall(message)) + len(_FOUND.findall(visible(message)))


_TAG = re.compile(r"</?[a-z][^<>]*>")
_OPENING = re.compile(r"<[a-z]")
_FOUND = re.compile(r"(?<!\w)[#/@$]\w|\w\.\w")
