"""Owns a text with its entities, and the way to the Bot API's objects and back.

Inside this package offsets count code points; `to_wire` and `from_wire` stand at the edge, where the Bot API counts
UTF-16 units.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
# Nothing nests in these, and they nest in quotations alone.
ALONE = frozenset({"code", "pre", "date_time"})
# These carry something the reader does not see, so one over blanks alone is kept.
HIDDEN = ALONE | {"text_link", "text_mention"}
# Telegram counts at most a hundred of these per message; the ones it finds by itself are free.
BY_SENDER = frozenset({*SPLITTABLE, *QUOTES, *HIDDEN, "custom_emoji"})
MAX_ENTITIES = 100
_RANK = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "date_time": 48,
    "text_link": 49,
    "text_mention": 49,
}
_RANK |= {"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99}
_ARGUMENT = {"text_link": "url", "pre": "language", "custom_emoji": "custom_emoji_id", "date_time": "unix_time"}


class BadText(Exception):
    """The text cannot be sent; the message is what Telegram says, without its "Bad Request: "."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text with a meaning; `type` as the Bot API names it, `argument` its URL, language, user or emoji."""

    offset: int
    length: int
    type: str
    argument: str = ""
    format: str = ""  # of a date_time: how a reader's app should write it

    @property
    def end(self) -> int:
        return self.offset + self.length

    @property
    def order(self) -> tuple[int, int, int]:
        """Outer before inner, and a fixed order of types where two cover the same stretch."""
        rank = 10 if self.type == "pre" and self.argument else _RANK.get(self.type, 50)
        return self.offset, -self.length, rank


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its entities, offsets in code points."""

    text: str
    entities: tuple[Entity, ...] = ()


NO_TEXT = Text("")


def to_wire(text: Text) -> list[dict[str, object]]:
    """The Bot API's MessageEntity objects, offsets in UTF-16 units."""
    before = [0]
    for c in text.text:
        before.append(before[-1] + (2 if c > "\uffff" else 1))
    return [_wire(e, before[e.offset], before[e.end] - before[e.offset]) for e in text.entities]


def _wire(entity: Entity, offset: int, length: int) -> dict[str, object]:
    wire: dict[str, object] = {"offset": offset, "length": length, "type": entity.type}
    if entity.type == "text_mention":
        wire["user"] = {"id": int(entity.argument), "is_bot": False, "first_name": f"user {entity.argument}"}
    elif entity.type == "date_time":
        wire |= {"unix_time": int(entity.argument), "date_time_format": entity.format}
    elif entity.argument:
        wire[_ARGUMENT[entity.type]] = entity.argument
    return wire


def from_wire(text: str, wire: Iterable[dict[str, object]]) -> list[Entity]:
    """Entities given by the caller instead of a parse mode; BadText where one begins or ends outside the text.

    Kinds that Telegram finds by itself are passed over, as Telegram does.
    """
    at: dict[int, int] = {0: 0}
    units = 0
    for n, c in enumerate(text, 1):
        units += 2 if c > "\uffff" else 1
        at[units] = n
    return [_given(one, at) for one in wire if one.get("type") in BY_SENDER]


def _given(one: dict[str, object], at: dict[int, int]) -> Entity:
    kind, offset, length = str(one["type"]), one.get("offset"), one.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise BadText('can\'t parse MessageEntity: Field "offset" must be of type Number')
    if offset not in at or offset + length not in at or length < 0:
        raise BadText(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
    user = one.get("user")
    argument = user.get("id") if isinstance(user, dict) else one.get(_ARGUMENT.get(kind, ""), "")
    if kind in ("text_mention", "date_time") and not str(argument).isdecimal():
        raise BadText(f"can't parse MessageEntity: {kind} is incomplete")
    begin = at[offset]
    return Entity(begin, at[offset + length] - begin, kind, str(argument), str(one.get("date_time_format", "")))
