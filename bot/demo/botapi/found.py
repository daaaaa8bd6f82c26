"""Owns the entities Telegram finds by itself: links, e-mail addresses, hashtags, cashtags, mentions and commands.

Phone numbers are found by Telegram's servers alone; their rules are not public, so none are found here.
"""

import re
from collections.abc import Callable, Iterator
from unicodedata import category

from bot.demo.botapi.entities import Entity
from bot.demo.botapi.tlds import TOP_LEVEL_DOMAINS

_MENTION = re.compile(r"@([A-Za-z0-9_]{2,})")
_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(@[A-Za-z0-9_]*)?")
_CASHTAG = re.compile(r"\$(1INCH|[A-Z]+)")
_APP_LINK = re.compile(r"(?:tg|ton)://[A-Za-z0-9_-]{1,253}", re.IGNORECASE)
_SHORT_NAMES = {"gif", "vid", "pic"}
_PATH_END = ".:;,('?!`"
_EMAIL = re.compile(
    r"(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}@(?:[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9])?\.){1,6}[a-z]{2,8}",
    re.IGNORECASE,
)


def find(text: str) -> list[Entity]:
    """What Telegram marks in a plain text, offsets in code points, none overlapping another."""
    everything = [*_mentions(text), *_commands(text), *_hashtags(text), *_cashtags(text), *_cards(text), *_links(text)]
    kept: list[Entity] = []
    for entity in sorted(everything, key=lambda e: e.order):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return [e for e in kept if e.type != "bank_card"]  # takes its place, but the Bot API does not show it


def _is_word(c: str) -> bool:
    return category(c)[0] == "L" or category(c) in ("Nd", "Nl", "No") or c == "_"


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
        if fits and not _is_word(_before(text, m.start())) and not _is_word(_after(text, m.end())):
            yield Entity(m.start(), len(m[0]), "mention")


def _commands(text: str) -> Iterator[Entity]:
    for m in _COMMAND.finditer(text):
        before, after = _before(text, m.start()), _after(text, m.end())
        if _is_word(before) or before in "/<>" or _is_word(after) or after in "/<>":
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
        if any(category(c)[0] == "L" for c in tag) and _after(text, end) != "#":
            yield Entity(at, len(tag) + 1, "hashtag")
        at = end - 1


def _cashtags(text: str) -> Iterator[Entity]:
    for m in _CASHTAG.finditer(text):
        before, after = _before(text, m.start()), _after(text, m.end())
        if len(m[1]) <= 8 and not any(_is_tag(c) or c == "$" for c in (before, after)):
            yield Entity(m.start(), len(m[0]), "cashtag")


# --- card numbers: hidden by the Bot API, but nothing else is found where one is -------------------------------------

_CARD = re.compile(r"[0-9][0-9 -]*")


def _cards(text: str) -> Iterator[Entity]:
    for m in _CARD.finditer(text):
        before = _before(text, m.start())
        if before in ".,+-_" or category(before)[0] == "L":
            continue
        number = m[0].rstrip(" -")
        if (leading := re.match(r"[0-9]{16,19}(?= )", number)) is not None:
            number = leading[0]
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


# --- links -----------------------------------------------------------------------------------------------------------


def _is_url(c: str) -> bool:
    if "\u2000" <= c <= "\u206f":
        return c in "\u200c\u200d" or "\u2010" <= c <= "\u2015"
    return category(c)[0] != "Z"


def _is_path(c: str) -> bool:
    return c not in '\n<>"«»' and _is_url(c)


def _is_user(c: str) -> bool:
    return c not in "\n/[]{}()'`<>\"@«»" and _is_url(c)


def _is_domain(c: str) -> bool:
    if c < "\u00c0":
        return c in ".~_-" or (c.isascii() and c.isalnum())
    return _is_url(c)


def _is_protocol(c: str) -> bool:
    return (c.isalnum() or c in "+-") if c.isascii() else category(c)[0] != "Z"


def _links(text: str) -> Iterator[Entity]:
    yield from _app_links(text)
    for begin, end in _link_places(text):
        piece = text[begin:end]
        if _EMAIL.fullmatch(piece):
            yield Entity(begin, len(piece), "email")
        elif piece.startswith("mailto:") and _EMAIL.fullmatch(piece[7:]):
            yield Entity(begin + 7, len(piece) - 7, "email")
        elif length := _link_length(piece):
            yield Entity(begin, length, "url")


def _app_links(text: str) -> Iterator[Entity]:
    for m in _APP_LINK.finditer(text):
        end = m.end()
        if _after(text, end) in "/?#":
            path_end = _path_end(text, end + 1)
            if text[end] == "/" or path_end > end + 1:
                end = path_end
        yield Entity(m.start(), end - m.start(), "url")


def _path_end(text: str, begin: int) -> int:
    end = begin
    while end < len(text) and _is_path(text[end]):
        end += 1
    while end > begin and text[end - 1] in _PATH_END:
        end -= 1
    return end


def _back_while(text: str, at: int, floor: int, fits: Callable[[str], bool]) -> int:
    while at > floor and fits(text[at - 1]):
        at -= 1
    return at


def _link_places(text: str) -> Iterator[tuple[int, int]]:
    """Every stretch around a dot that looks like a link or an address."""
    floor = 0
    while 0 <= (dot := text.find(".", floor)) < len(text) - 1:
        if text[dot + 1] == " ":
            floor = dot + 2
            continue
        begin, end = _around(text, dot, floor)
        if begin >= 0:
            if end > dot + 1:
                yield begin, end
            while _after(text, end) == ".":
                end += 1
        else:
            while text[end - 1] != ".":
                end -= 1
        floor = end if end > dot else dot + 1


def _around(text: str, dot: int, floor: int) -> tuple[int, int]:
    """Begin (-1: this is none) and end of the stretch around the dot."""
    domain = _back_while(text, dot, floor, _is_domain)
    end, has_at = dot, False
    while end < len(text) and (text[end] == "@" or _is_domain(text[end])):
        has_at |= text[end] == "@"
        end += 1
    if has_at:
        domain = _back_while(text, domain, floor, _is_user)
    end = _with_port_and_path(text, end)
    while end > dot + 1 and text[end - 1] == ".":
        end -= 1
    return _with_user_and_protocol(text, domain, floor, has_at), end


def _with_port_and_path(text: str, end: int) -> int:
    if port := re.compile(r":0*([1-9][0-9]{0,4})(?![0-9])").match(text, end):
        end = port.end() if int(port[1]) <= 65535 else end
    if _after(text, end) in "/?#":
        path_end = _path_end(text, end + 1)
        if text[end] == "/" or path_end > end + 1:
            return path_end
    return end


def _with_user_and_protocol(text: str, domain: int, floor: int, has_at: bool) -> int:
    begin = domain
    if begin > floor and text[begin - 1] == "@":
        begin = _back_while(text, begin - 1, floor, _is_user)
        if has_at or begin == domain - 1:
            return -1
    if begin == floor:
        return begin
    if begin - floor >= 6 and text[begin - 3 : begin] == "://":
        return _protocol_begin(text, begin, floor)
    return -1 if _is_word(text[begin - 1]) or text[begin - 1] in "/#@" else begin


def _protocol_begin(text: str, begin: int, floor: int) -> int:
    protocol = text[_back_while(text, begin - 3, floor, _is_protocol) : begin - 3].lower()
    if protocol.endswith("http") and protocol != "shttp":
        return begin - 7
    if protocol.endswith("https"):
        return begin - 8
    if protocol.endswith("ftp") and protocol not in ("tftp", "sftp"):
        return begin - 6
    return -1


def _link_length(link: str) -> int:
    """How much of it is a link; 0 for none. Brackets that do not close and closing punctuation are left outside."""
    protocol = re.match(r"(?:https?|ftp)://", link, re.IGNORECASE)
    rest = link[protocol.end() :] if protocol else link
    domain = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(domain) :]
    host = domain.split("@", 1)[-1]
    host = host[: host.rfind(":")] if ":" in host else host
    if not _is_host(host, any_top=protocol is not None):
        return 0
    return len(link) - len(path) + _balanced(path)


def _balanced(path: str) -> int:
    depth = dict.fromkeys("([{", 0)
    end = len(path)
    for n, c in enumerate(path):
        if c in depth:
            depth[c] += 1
        elif c in ")]}":
            opening = "([{"[")]}".index(c)]
            depth[opening] -= 1
            if depth[opening] < 0:
                end = n
                break
    while end and path[end - 1] in _PATH_END:
        end -= 1
    return end


def _is_host(host: str, *, any_top: bool) -> bool:
    parts = host.split(".")
    if len(parts) == 1 or any(not 0 < len(p.encode()) < 64 or p.endswith("-") for p in parts):
        return False
    if len(parts) == 4 and all(re.fullmatch(r"0|[1-9][0-9]{0,2}", p) and int(p) < 256 for p in parts):
        return True
    if all(re.fullmatch("[0-9]*", p) for p in parts):
        return False
    top = parts[-1]
    if top.startswith("xn--"):
        return re.fullmatch(r"[A-Za-z0-9]{2,}", top[4:]) is not None and "_" not in parts[-2]
    known = any_top or _is_known_top(top)
    return len(top) > 1 and not set("_-") & set(top) and known and "_" not in parts[-2]


def _is_known_top(top: str) -> bool:
    lower = top.lower()
    # "Hallo.Welt" is a sentence without a blank, "example.COM" is a host.
    if lower != top and lower[1:] == top[1:]:
        return False
    return lower in TOP_LEVEL_DOMAINS
