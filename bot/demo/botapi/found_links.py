"""Owns the links and e-mail addresses Telegram finds in a text by itself."""

import re
from collections.abc import Callable, Iterator
from unicodedata import category

from bot.demo.botapi.entities import Entity
from bot.demo.botapi.tlds import TOP_LEVEL_DOMAINS

_PATH_END = ".:;,('?!`"
_APP_LINK = re.compile(r"(?<=tg)://[A-Za-z0-9_-]{1,253}|(?<=ton)://[A-Za-z0-9_-]{1,253}", re.IGNORECASE | re.ASCII)
_EMAIL = re.compile(
    r"(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}@(?:[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9])?\.){1,6}[a-z]{2,8}",
    re.IGNORECASE | re.ASCII,  # without ASCII, [a-z] holds İ, ı, ſ and the Kelvin sign, too
)


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


def find_links(text: str) -> Iterator[Entity]:
    """Every link and address in order of finding; they may overlap."""
    yield from _app_links(text)
    for begin, end in _link_places(text):
        piece = text[begin:end]
        if _EMAIL.fullmatch(piece):
            yield Entity(begin, len(piece), "email")
        elif piece.startswith("mailto:") and _EMAIL.fullmatch(piece[7:]):
            yield Entity(begin + 7, len(piece) - 7, "email")
        elif length := _link_length(piece):
            yield Entity(begin, length, "url")


def is_word(c: str) -> bool:
    """A letter, a digit or "_"; combining marks are none."""
    return category(c)[0] == "L" or category(c) in ("Nd", "Nl", "No") or c == "_"


def _app_links(text: str) -> Iterator[Entity]:
    end = 0
    # The next one begins with five more bytes at least, counted as Telegram counts: after the last one's end.
    while len(text[end:].encode(errors="replace")) > 5 and (m := _APP_LINK.search(text, end)):
        begin = m.start() - (2 if text[m.start() - 1] in "gG" else 3)
        end = m.end()
        if _at(text, end) in "/?#":
            path_end = _path_end(text, end + 1)
            if text[end] == "/" or path_end > end + 1:
                end = path_end
        yield Entity(begin, end - begin, "url")


def _at(text: str, at: int) -> str:
    return text[at] if at < len(text) else " "


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
            while _at(text, end) == ".":
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
    if _at(text, end) in "/?#":
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
    return -1 if is_word(text[begin - 1]) or text[begin - 1] in "/#@" else begin


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
    protocol = re.match(r"(?:https?|ftp)://", link, re.IGNORECASE | re.ASCII)
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
