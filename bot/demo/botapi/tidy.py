"""Owns how Telegram puts a text in order: blanks, control characters, overlapping entities, more than a hundred.

Measured with TDLib's text engine; `tests/botapi/test_tdlib.py` compares the two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.demo.botapi.entities import ALONE, HIDDEN, MAX_ENTITIES, NO_TEXT, QUOTES, SPLITTABLE, Entity, Text


def finish(text: Text) -> Text:
    """The text cleaned and trimmed, its entities in order; an empty text where nothing visible is left."""
    text = arranged(text)
    clean, entities = _trim(text.text, in_order(_without_blank(text.text, text.entities)))
    return Text(clean, tuple(_without_blank(clean, entities)))


def arranged(text: Text) -> Text:
    """The text cleaned, its entities in order; blanks at both ends are still there."""
    entities = in_order([e for e in text.entities if e.length > 0])
    clean, entities = _clean(text.text, entities)
    if not clean.strip(" \n"):
        return NO_TEXT
    return Text(clean, tuple(in_order(entities)))


def with_found(text: Text, found: Sequence[Entity]) -> Text:
    """`text` with the entities Telegram found by itself where the sender set none of that kind."""
    return Text(text.text, tuple(_without_blank(text.text, merge(list(text.entities), found))))


def limited(entities: Sequence[Entity]) -> list[Entity]:
    """What is left of more than a hundred: first links, quotations and code, then the bold, italic and so on.

    Pieces of one stretch of bold count once; custom emoji do not count.
    """
    free = [e for e in entities if e.type == "custom_emoji"]
    solid = [e for e in entities if e.type not in SPLITTABLE and e not in free]
    whole = _split([e for e in entities if e.type in SPLITTABLE], [])
    return in_order([*[*solid, *whole][:MAX_ENTITIES], *free])


# --- order -----------------------------------------------------------------------------------------------------------


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """Sorted, overlaps resolved: what cannot be split gives way to what began earlier, the rest is split around it."""
    ordered = sorted(entities, key=lambda e: e.order)
    if _is_valid(ordered):
        return ordered
    solid = _without_overlaps([e for e in ordered if e.type not in SPLITTABLE and e.type not in QUOTES])
    quotes = _without_overlaps([e for e in ordered if e.type in QUOTES])
    solid = sorted([*_inside_or_beside(solid, quotes), *quotes], key=lambda e: e.order)
    return _resplit([e for e in ordered if e.type in SPLITTABLE], solid)


def merge(entities: Sequence[Entity], found: Sequence[Entity]) -> list[Entity]:
    """The sender's entities with those Telegram found by itself, which give way to any link or code of the sender's."""
    if not found:
        return list(entities)
    quotes = [e for e in entities if e.type in QUOTES]
    solid = [e for e in entities if e.type not in SPLITTABLE and e.type not in QUOTES]
    new = [e for e in _inside_or_beside(found, quotes) if not any(e.offset < s.end and s.offset < e.end for s in solid)]
    solid = sorted([*solid, *new, *quotes], key=lambda e: e.order)
    return _resplit([e for e in entities if e.type in SPLITTABLE], solid)


def _is_valid(ordered: Sequence[Entity]) -> bool:
    ends = dict.fromkeys(SPLITTABLE, -1)
    around: list[Entity] = []
    for entity in ordered:
        while around and entity.offset >= around[-1].end:
            around.pop()
        if around and not _may_nest(entity, around):
            return False
        if entity.type in SPLITTABLE:
            if ends[entity.type] >= entity.offset:  # the two can be one
                return False
            ends[entity.type] = entity.end
        around.append(entity)
    return True


def _may_nest(entity: Entity, around: Sequence[Entity]) -> bool:
    outer = {e.type for e in around}
    if entity.end > around[-1].end or entity.type in outer or around[-1].type in ALONE:
        return False
    if (entity.type in ALONE and outer - QUOTES) or (entity.type in QUOTES and outer & QUOTES):
        return False
    if entity.type not in SPLITTABLE and outer - set(SPLITTABLE) - QUOTES:
        return False
    return not outer & set(SPLITTABLE)


def _without_overlaps(ordered: Sequence[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in ordered:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _inside_or_beside(entities: Sequence[Entity], quotes: Sequence[Entity]) -> list[Entity]:
    """Without those that cross the edge of a quotation."""

    def crosses(e: Entity, q: Entity) -> bool:
        return e.offset < q.end and q.offset < e.end and not (q.offset <= e.offset and e.end <= q.end)

    return [e for e in entities if not any(crosses(e, q) for q in quotes)]


def _resplit(splittable: Sequence[Entity], solid: Sequence[Entity]) -> list[Entity]:
    return sorted([*_split(splittable, solid), *solid], key=lambda e: e.order)


def _split(splittable: Sequence[Entity], solid: Sequence[Entity]) -> list[Entity]:
    """Bold, italic and so on: merged per type, cut wherever another one starts and at the edges of solid ones."""
    cutter = _Cutter(sorted(splittable, key=lambda e: e.order))
    inside: list[Entity] = []
    for at, entity in [*((e.offset, e) for e in solid), (2**31, None)]:
        while inside and at >= inside[-1].end:
            done = len(cutter.made)
            cutter.advance(inside[-1].end)
            if inside.pop().type in ALONE:  # nothing is bold in there
                del cutter.made[done:]
        cutter.advance(at)
        if entity:
            inside.append(entity)
    return sorted(cutter.made, key=lambda e: e.order)


class _Cutter:
    """Goes through the text once; `running` holds what is bold, italic, … at this place, from where to where."""

    def __init__(self, todo: list[Entity]) -> None:
        self.todo, self.made = todo, list[Entity]()
        self.running: dict[str, tuple[int, int]] = {}

    def advance(self, to: int) -> None:
        while self.todo and self.todo[0].offset < to:
            entity = self.todo.pop(0)
            begin, end = self.running.get(entity.type, (0, 0))
            if end and entity.offset <= end:
                self.running[entity.type] = (begin, max(end, entity.end))
            else:
                self._cut(entity.offset)
                self.running[entity.type] = (entity.offset, entity.end)
        self._cut(to)

    def _cut(self, at: int) -> None:
        for kind, (begin, end) in list(self.running.items()):
            if begin >= at:
                continue
            self.made.append(Entity(begin, min(end, at) - begin, kind))
            if end <= at:
                del self.running[kind]
            else:
                self.running[kind] = (at, end)


# --- text ------------------------------------------------------------------------------------------------------------

_GONE = {"\r", *map(chr, range(0x2028, 0x202F)), "\u0333", "\u033f", "\u030a"}
_MARKS = {"\u200e", "\u200f"}  # left-to-right and right-to-left marks


def _clean(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Controls become blanks, line separators and overlines go; entities keep to their characters."""
    shift = [0]
    kept: list[str] = []
    for c in text:
        shift.append(shift[-1] + (c in _GONE))
        if c not in _GONE:
            kept.append(" " if c < " " and c != "\n" else c)
    for n, c in enumerate(kept[:-1]):  # of several direction marks in a row the last one counts
        if c in _MARKS and kept[n + 1] in _MARKS:
            kept[n] = "\u200c"
    moved = [
        replace(e, offset=e.offset - shift[e.offset], length=e.length - shift[e.end] + shift[e.offset])
        for e in entities
    ]
    return "".join(kept), moved


def _without_blank(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """Entities begin at a visible character, and those over blanks alone are dropped, unless they hide something."""
    open_: list[Entity] = []
    kept: list[Entity] = []
    todo = [e for e in entities if e.length > 0]
    if not todo:
        return []
    seen = -1  # the last visible character

    def close(at: int) -> None:
        while open_ and at >= open_[-1].end:
            entity = open_.pop()
            if entity.length > 0 and (seen >= entity.offset or entity.type in HIDDEN):
                kept.append(entity)

    for at, c in enumerate(text):
        close(at)
        while todo and at >= todo[0].offset:
            open_.append(todo.pop(0))
        if c not in " \n":
            seen = at
            continue
        _step_over_blank(open_, at)
    close(len(text))
    return sorted(kept, key=lambda e: e.order)


def _step_over_blank(open_: list[Entity], at: int) -> None:
    """Entities that would begin with this blank begin after it, the innermost first, up to one that hides something."""
    for n in range(len(open_) - 1, -1, -1):
        entity = open_[n]
        if entity.offset != at or entity.type in HIDDEN:
            break
        open_[n] = replace(entity, offset=at + 1, length=entity.length - 1)
    while open_ and open_[-1].length == 0:
        open_.pop()


def _trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    end = len(text.rstrip(" \n"))
    if not end:
        return "", []
    kept = [replace(e, length=min(e.end, end) - e.offset) for e in entities if e.offset < end]
    kept = sorted(kept, key=lambda e: e.order) if kept != list(entities) else kept
    start = len(text) - len(text.lstrip(" \n"))
    start = min([start, *(e.offset for e in kept[:1])])
    return text[start:end], [replace(e, offset=e.offset - start) for e in kept]
