"""Owns the entities Telegram finds by itself: links, e-mail addresses, hashtags, cashtags, mentions and commands.

Phone numbers are found by Telegram's servers alone; their rules are not public, so none are found here.
"""

import re
from collections.abc import Iterator
from unicodedata import category

from bot.demo.botapi.entities import Entity
from bot.demo.botapi.found_links import find_links, is_word

_MENTION = re.compile(r"@([A-Za-z0-9_]{2,})")
_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(@[A-Za-z0-9_]*)?")
_CASHTAG = re.compile(r"\$(1INCH|[A-Z]+)(@[A-Za-z0-9_]{3,32}(?![A-Za-z0-9_]))?")
_OF_CHANNEL = re.compile(r"@[A-Za-z0-9_]{3,32}")  # #tag@channel
_SHORT_NAMES = {"gif", "vid", "pic"}


def find(text: str) -> list[Entity]:
    """What Telegram marks in a plain text, offsets in code points, none overlapping another."""
    everything = [
        *_mentions(text),
        *_commands(text),
        *_hashtags(text),
        *_cashtags(text),
        *_cards(text),
        *find_links(text),
    ]
    kept: list[Entity] = []
    for entity in sorted(everything, key=lambda e: e.order):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return [e for e in kept if e.type != "bank_card"]  # takes its place, but the Bot API does not show it


def _is_tag(c: str) -> bool:
    # Combining marks end a hashtag (#भारत becomes #भ), except in Sinhala.
    return c in "_\u200c\u00b7" or "\u0d80" <= c <= "\u0dff" or category(c)[0] == "L" or category(c) == "Nd"


def _before(text: str, at: int) -> str:
    return text[at - 1] if at else " "


def _after(text: str, at: int) -> str:
    return text[at] if at < len(text) else " "


def _mentions(text: str) -> Iterator[Entity]:
    for m in _MENTION.finditer(text):
        name = m[1]
        fits = 4 <= len(name) <= 32 or name.lower() in _SHORT_NAMES
        if fits and not is_word(_before(text, m.start())) and not is_word(_after(text, m.end())):
            yield Entity(m.start(), len(m[0]), "mention")


def _commands(text: str) -> Iterator[Entity]:
    for m in _COMMAND.finditer(text):
        before, after = _before(text, m.start()), _after(text, m.end())
        if is_word(before) or before in "/<>" or is_word(after) or after in "/<>":
            continue
        if len(m[1]) <= 64 and (m[2] is None or 3 <= len(m[2]) - 1 <= 32):
            yield Entity(m.start(), len(m[0]), "bot_command")


def _hashtags(text: str) -> Iterator[Entity]:
    at = -1
    while (at := text.find("#", at + 1)) >= 0:
        if _is_tag(_before(text, at)):
            continue
        end = at + 1
        while end < len(text) and _is_tag(text[end]):
            end += 1
        tag = text[at + 1 : end][:256]
        length = len(tag) + 1
        if len(tag) == end - at - 1 and (channel := _OF_CHANNEL.match(text, end)):
            end = channel.end()
            length = end - at
        if any(category(c)[0] == "L" for c in tag) and _after(text, end) != "#":
            yield Entity(at, length, "hashtag")
        at = end - 1


def _cashtags(text: str) -> Iterator[Entity]:
    for m in _CASHTAG.finditer(text):
        before, after = _before(text, m.start()), _after(text, m.end())
        if len(m[1]) <= 8 and not any(_is_tag(c) or c == "$" for c in (before, after)):
            yield Entity(m.start(), len(m[0]), "cashtag")


# --- card numbers: hidden by the Bot API, but nothing else is found where one is -------------------------------------

# A number without blanks ends at the first one; written in groups it goes on.
_CARD = re.compile(r"[0-9]{16,19}(?= )|[0-9][0-9 -]*")


def _cards(text: str) -> Iterator[Entity]:
    for m in _CARD.finditer(text):
        before = _before(text, m.start())
        if before in ".,+-_" or category(before)[0] == "L":
            continue
        number = m[0].rstrip(" -")
        after = _after(text, m.start() + len(number))
        if _is_card(number) and after not in "-_" and category(after)[0] != "L":
            yield Entity(m.start(), len(number), "bank_card")


def _is_card(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(number) > 2 * len(digits) - 1:
        return False
    doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0 and _length_fits_issuer("".join(map(str, digits)))


def _length_fits_issuer(digits: str) -> bool:
    size = len(digits)
    if digits[0] == "4":
        return size in (13, 16, 18, 19)
    if "51" <= digits[:2] <= "55" or "2221" <= digits[:4] <= "2720" or "2200" <= digits[:4] <= "2204":
        return size == 16
    if digits[:2] in ("34", "37"):
        return size == 15
    return size >= 16 if digits[:2] in ("62", "81") else True
