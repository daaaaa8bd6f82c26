"""Owns `parse_mode=HTML`: Telegram's little markup language, with its own error texts.

Measured with TDLib's `parseTextEntities`; https://core.telegram.org/bots/api#html-style describes it.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from bot.demo.botapi.entities import BadText, Entity, Text
from bot.demo.botapi.links import BadLink, check_link, mentioned_user

_TYPES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
_TYPES |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"}
_TYPES |= {"span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote"}
_TYPES |= {"tg-emoji": "custom_emoji", "tg-time": "date_time"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]*));?")
_BLANK = " \t\r\n\0\x0b"
_TIME_FORMAT = re.compile(r"r|[wdDtT]*")


def parse_html(html: str) -> Text:
    """The text without its markup and the entities in it, not yet put in order; BadText with Telegram's reason."""
    return _Parser(html).parse()


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    format: str
    offset: int


class _Parser:
    """One pass over the markup; `at` is the place in it, `out` what a reader will see."""

    def __init__(self, html: str) -> None:
        self.html, self.at = html, 0
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.done: list[Entity] = []

    def parse(self) -> Text:
        while self.at < len(self.html):
            if self.html[self.at] == "<":
                self._tag()
            else:
                self.out.append(self._character())
        if self.open:
            raise BadText(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{self.open[-1].tag}\""
            )
        return Text(_paired("".join(self.out)), tuple(self._measured()))

    def _measured(self) -> list[Entity]:
        # A class on <code> that is not inside <pre> says nothing.
        plain = [Entity(e.offset, e.length, e.type) if e.type == "code" else e for e in self.done]
        return sorted(plain, key=lambda e: e.order)

    def _peek(self) -> str:
        return self.html[self.at] if self.at < len(self.html) else "\0"

    def _take(self, stop: str) -> str:
        """Everything up to a blank, the end or one of `stop`."""
        begin = self.at
        while self.at < len(self.html) and self.html[self.at] not in _BLANK + stop:
            self.at += 1
        return self.html[begin : self.at]

    def _skip_blanks(self) -> None:
        while self.at < len(self.html) and self.html[self.at] in _BLANK:
            self.at += 1

    def _fail(self, reason: str, at: int) -> NoReturn:
        raise BadText(
            f"can't parse entities: {reason} at byte offset {len(self.html[:at].encode(errors='surrogatepass'))}"
        )

    def _character(self) -> str:
        if self.html[self.at] == "&" and (found := _REFERENCE.match(self.html, self.at)):
            character = _decoded(found)
            if character:
                self.at = found.end()
                return character
        self.at += 1
        return self.html[self.at - 1]

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == "/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = self._take(">").lower()
        if self.at >= len(self.html):
            self._fail("Unclosed start tag", begin)
        if name not in _TYPES:
            self._fail(f'Unsupported start tag "{name}"', begin)
        given = self._attributes(name, begin)
        argument, format_ = _argument(name, given)
        if name == "span" and argument != "spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.at += 1
        self.open.append(_Open(name, argument, format_, len(self.out)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        given: dict[str, str] = {}
        while self._peek() != ">":
            self._skip_blanks()
            if self._peek() == ">":
                break
            name = self._take("=>/\"'")
            if not name:
                self._fail(f'Empty attribute name in the tag "{tag}"', begin)
            self._skip_blanks()
            given[name] = ""
            if self._peek() == "=":
                self.at += 1
                self._skip_blanks()
                given[name] = self._value(tag, begin)
            elif self.at >= len(self.html):
                self._fail(f'Unclosed start tag "{tag}"', begin)
        return given

    def _value(self, tag: str, begin: int) -> str:
        if self.at >= len(self.html):
            self._fail(f'Unclosed start tag "{tag}"', begin)
        quote = self._peek()
        if quote not in "'\"":
            return self._token(begin)
        self.at += 1
        value: list[str] = []
        while self.at < len(self.html) and self.html[self.at] != quote:
            value.append(self._character())
        self.at += 1
        if self.at >= len(self.html):
            self._fail("Unclosed start tag", begin)
        return "".join(value)

    def _token(self, tag_begin: int) -> str:
        begin = self.at
        found = re.compile(r"[A-Za-z0-9.\-]*").match(self.html, self.at)
        self.at = found.end() if found else self.at
        if self._peek() not in _BLANK + ">":
            self._fail("Unexpected end of name token", begin)
        if self.at >= len(self.html):
            self._fail("Unclosed start tag", tag_begin)
        return self.html[begin : self.at].lower()

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            self._fail("Unexpected end tag", begin)
        self.at += 1
        name = self._take(">").lower()
        self._skip_blanks()
        if self._peek() != ">":
            self._fail("Unclosed end tag", begin)
        self.at += 1
        top = self.open.pop()
        if name and name != top.tag:
            at = len(self.html[:begin].encode(errors="surrogatepass"))
            wanted = f'expected "</{top.tag}>", found "</{name}>"'
            raise BadText(f"can't parse entities: Unmatched end tag at byte offset {at}, {wanted}")
        if len(self.out) > top.offset:
            self._close(top)

    def _close(self, top: _Open) -> None:
        kind = _TYPES[top.tag]
        length = len(self.out) - top.offset
        match kind:
            case "text_link":
                self._link(top, length)
            case "pre" | "code":
                self._code(kind, top, length)
            case "custom_emoji":
                if not re.fullmatch(r"-?\d{1,19}", top.argument) or not int(top.argument):
                    raise BadText("can't parse entities: Invalid custom emoji identifier specified")
                self.done.append(Entity(top.offset, length, kind, top.argument))
            case "date_time":
                self._time(top, length)
            case "blockquote":
                self.done.append(Entity(top.offset, length, top.argument + kind))
            case _:
                self.done.append(Entity(top.offset, length, kind))

    def _link(self, top: _Open, length: int) -> None:
        url = top.argument or "".join(self.out[top.offset :])
        if user := mentioned_user(url):
            self.done.append(Entity(top.offset, length, "text_mention", str(user)))
            return
        try:
            self.done.append(Entity(top.offset, length, "text_link", check_link(url)))
        except BadLink:  # Telegram keeps the words and says nothing
            return

    def _code(self, kind: str, top: _Open, length: int) -> None:
        inner = self.done[-1] if self.done else None
        same = inner is not None and (inner.offset, inner.length) == (top.offset, length)
        if inner and same and kind == "pre" and inner.type == "code" and inner.argument:
            self.done[-1] = Entity(top.offset, length, "pre", inner.argument)
        elif inner and same and kind == "code" and inner.type == "pre" and not inner.argument and top.argument:
            self.done[-1] = Entity(top.offset, length, "pre", top.argument)
        else:
            self.done.append(Entity(top.offset, length, kind, top.argument))

    def _time(self, top: _Open, length: int) -> None:
        if not _TIME_FORMAT.fullmatch(top.format):
            raise BadText("can't parse entities: Invalid date format used")
        digits = re.match(r"[0-9]*", top.argument)
        seconds = int(digits[0] or "0") % 2**32 if digits else 0  # Telegram keeps 32 bits
        if 0 < seconds < 2**31:
            self.done.append(Entity(top.offset, length, "date_time", str(seconds), top.format))


# Which attribute says what a tag is about, and the prefix its value needs.
_ATTRIBUTE = {"a": ("href", ""), "code": ("class", "language-"), "span": ("class", "tg-")}
_ATTRIBUTE |= {"tg-emoji": ("emoji-id", ""), "tg-time": ("unix", "")}


def _argument(tag: str, given: dict[str, str]) -> tuple[str, str]:
    if tag == "blockquote":
        return "expandable_" if "expandable" in given else "", ""
    attribute, prefix = _ATTRIBUTE.get(tag, ("", ""))
    value = given.get(attribute, "")
    return value.removeprefix(prefix) if value.startswith(prefix) else "", given.get("format", "")


def _decoded(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name is not None:
        return _NAMED.get(name, "")
    digits = hexadecimal if hexadecimal is not None else decimal
    prefix = 3 if hexadecimal is not None else 2
    code = int(digits or "0", 16 if hexadecimal is not None else 10)
    return chr(code) if 0 < code < 0x10FFFF and len(digits) + prefix < 10 else ""


def _paired(text: str) -> str:
    try:
        return text.encode("utf-8").decode()
    except UnicodeEncodeError as exc:
        raise BadText(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ) from exc
