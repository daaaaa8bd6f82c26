"""Text from outside, made fit for a message: clean, cut at whole characters, split into sentences, safe links."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

MAX_URL = 2048


def clean(text: str) -> str:
    """Text for people: entities decoded, one line, no control or direction characters, NFC.

    ZWJ and ZWNJ stay: Hindi is written with them.
    """
    return clean_part(text).strip()


def clean_part(text: str) -> str:
    """As `clean`, but a space at either end stays, for parts that will be put together again."""
    decoded = _ENTITY.sub(lambda hit: html.unescape(hit.group()), text)
    kept = "".join(_kept(character) for character in decoded)
    return unicodedata.normalize("NFC", re.sub(" +", " ", kept))


def quiet(text: str) -> str:
    """The text with `@name`, `#word` and `/command` broken up by an invisible joiner, so that a headline
    neither calls people nor adds to our hashtags. Telegram finds these in any text by itself."""
    return _CALLS.sub(lambda hit: hit.group() + "\u2060", text)


def escape(text: str) -> str:
    """The text for HTML in the Bot API, which knows only these four entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def units(text: str) -> int:
    """Length as Telegram's clients count it: UTF-16 code units (never less than code points)."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 units, ending in … where something was left out: after a whole word,
    or inside a long word after a whole character (no vowel sign, joiner or emoji part is torn off)."""
    if units(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = _whole(text, _fit(text, limit - 1))
    space = text.rfind(" ", 0, end + 1)
    if space >= end * 2 // 3:
        end = space
    return text[:end].rstrip(" ,;:–—-") + "…"


def tail(text: str, limit: int) -> str:
    """The end of the text within `limit` units, beginning with … where something was left out."""
    if units(text) <= limit:
        return text
    start = len(text) - _fit(text[::-1], limit - 1)
    space = text.find(" ", start)
    if 0 <= space <= start + (len(text) - start) // 3:
        return "…" + text[space + 1 :]
    while start < len(text) and not _starts_character(text, start):
        start += 1
    return "…" + text[start:]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, covering the text in order; ends at . ! ? … and the Hindi danda."""
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, start, stop):
            yield start, stop.end()
            start = stop.end()
    if start < len(text):
        yield start, len(text)


def safe_url(url: str | None) -> str | None:
    """The address if Telegram will show it as a link: http(s) with a dotted host. None for anything else,
    because a bad link vanishes silently in a text and fails the whole message on a button."""
    address = (url or "").strip()
    if not address or len(address) > MAX_URL or any(not _addressable(character) for character in address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    labels = host.split(".")
    sound = len(labels) > 1 and all(labels) and parts.scheme.lower() in {"http", "https"} and not parts.username
    return address if sound else None


def host_of(url: str | None) -> str:
    """The host of an address without `www.`; empty where there is none."""
    address = safe_url(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def fold(text: str) -> str:
    """The text for comparing: no case, no marks, no spelling of spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c)[0] != "M")
    return " ".join(bare.split())


_JOINERS = "\u200c\u200d"
_EMPTY = "\u115f\u1160\u3164\uffa0\u2800"  # letters that show nothing; a title of these would be "empty" to Telegram
_VIRAMA = "\u094d"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CALLS = re.compile(r"(?<!\w)(?:[@#/](?=\w)|\$(?=[A-Za-z]))")
_STOP = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[।॥]+[\"'”’»)\]]*)\s*|\n+")
# What a full stop follows within a sentence, in English, Italian and Hindi.
_SHORT = (
    "mr mrs ms dr prof gen col lt capt gov sen rep st no vs etc inc ltd co corp jr sr u.s u.k u.n e.g i.e dott sig on"
    " ing avv art ecc pag jan feb mar apr jun jul aug sept sep oct nov dec डॉ श्री प्रो"
)
_ABBREVIATIONS = frozenset(_SHORT.split())


def _kept(character: str) -> str:
    if character in _EMPTY:
        return " "
    category = unicodedata.category(character)
    if category in {"Zl", "Zp", "Zs", "Cc"}:
        return " "
    if category == "Cf":
        return character if character in _JOINERS else ""
    return "" if category in {"Cs", "Co", "Cn"} else character


def _addressable(character: str) -> bool:
    return character > " " and character not in '<>"\\^`{|}' and unicodedata.category(character)[0] not in "CZ"


def _fit(text: str, limit: int) -> int:
    """How many characters from the front take at most `limit` units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _whole(text: str, end: int) -> int:
    """The nearest place at or before `end` between two whole characters; `end` itself if there is none."""
    place = end
    while place > 0 and not _starts_character(text, place):
        place -= 1
    return place or end


def _starts_character(text: str, index: int) -> bool:
    if index >= len(text) or index == 0:
        return True
    here, before = text[index], text[index - 1]
    return not (
        unicodedata.category(here)[0] == "M"
        or here in _JOINERS
        or "\U0001f3fb" <= here <= "\U0001f3ff"  # skin tones
        or before in "\u200d" + _VIRAMA
        or ("\U0001f1e6" <= here <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")  # flags are pairs
    )


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    if not stop.group().startswith("."):
        return True
    following = text[stop.end() : stop.end() + 1]
    if following.islower():
        return False
    word = re.split(r"[\s(\"'“‘«]", text[start : stop.start()])[-1].casefold()
    return not (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()))
