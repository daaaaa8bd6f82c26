"""The reference of the event types in docs/events.md, made by `python -m store.eventdoc > docs/events.md`."""

from __future__ import annotations

import inspect
import re
import sys
import types
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from store.events.catalogue import EVENT_TYPES
from store.events.fact import Evidence, Fact
from store.events.plan import Descent, Stratum

_HEAD = """# Events

What the log holds: every type of event with its key and its fields. Made from `store/events/` by
`python -m store.eventdoc > docs/events.md`; a test fails when it is not current.

A row of the log is `pos, key, type, at, data, meta`. `data` is the JSON object described here; fields that have their
default are left out. Times are RFC 3339 in UTC. A type, once released, never changes: a change is a new version, and
old events are lifted to it while they are read. A sample of every released version is in `tests/data/events`.
"""

_PARTS = (Evidence, Descent, Stratum)
_NAMES = {str: "text", int: "integer", float: "number", bool: "true or false"}


def render() -> str:
    """The whole page."""
    sections = [_HEAD, *map(_section, EVENT_TYPES)]
    sections += [f"## {part.__name__}\n\n{_prose(part)}\n\n{_table(part)}\n" for part in _PARTS]
    return "\n".join(sections)


def _section(fact: type[Fact]) -> str:
    return f"## {fact.TYPE}\n\n{_prose(fact)}\n\nKey: `{_key(fact)}`\n\n{_table(fact)}\n"


def _prose(kind: type[msgspec.Struct]) -> str:
    return " ".join((inspect.getdoc(kind) or "").split())


class _Name(str):
    """The name of a field in the place of its value, also where that would be a time."""

    __slots__ = ()

    def astimezone(self, _: object) -> _Name:
        return self

    def isoformat(self) -> str:
        return self


def _key(fact: type[Fact]) -> str:
    """The pattern of the key: what the type makes of the names of its fields."""
    names = {field.name: _Name(f"<{field.encode_name}>") for field in msgspec.structs.fields(fact)}
    return re.sub(r"[0-9a-f]{20}", "<digest>", fact(**names).key)


def _table(kind: type[msgspec.Struct]) -> str:
    hints = get_type_hints(kind)
    rows = [
        f"| `{field.encode_name}` | {_type(hints[field.name])} | {_default(field)} |"
        for field in msgspec.structs.fields(kind)
    ]
    return "\n".join(("| field | type | default |", "|---|---|---|", *rows))


def _type(hint: Any) -> str:
    if hint in _NAMES:
        return _NAMES[hint]
    if isinstance(hint, types.UnionType):
        return " or ".join(_type(one) for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return f"list of {_type(get_args(hint)[0])}"
    if get_origin(hint) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(hint))
    return f"[{hint.__name__.lower()}](#{hint.__name__.lower()})" if hint in _PARTS else "time"


def _default(field: Any) -> str:
    if field.required:
        return "required"
    return "none" if field.default is None else f"`{msgspec.json.encode(field.default).decode()}`"


if __name__ == "__main__":
    sys.stdout.write(render())
