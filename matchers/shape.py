"""Plain data as frozen values of ours, every problem of it at once; and back. The only importer of pydantic.

What a value must be stands where its type is written: of a key in the metadata of its field (`about`), of a type as
`Annotated`. Nothing there needs pydantic, which takes a tenth of a second to import and as long again to learn the
shapes: only whoever reads data that nobody has checked yet pays for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter
    from pydantic_core import CoreSchema

T = TypeVar("T")
Place = tuple[str | int, ...]


class Shape:
    """Of which the values are that are read here: keys that are not known are a problem."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {"extra": "forbid", "populate_by_name": True}


def about(
    description: str | None = None,
    *,
    alias: str | None = None,
    exclude: bool = False,
    pattern: str | None = None,
    min_length: int | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Mapping[str, object]:
    """The metadata of a key's field: what the schema says of it, how it is called in the data, whether it is left out
    of what is told, and what its value must be."""
    said: Mapping[str, object] = {
        "description": description,
        "alias": alias,
        "exclude": exclude or None,
        "pattern": pattern,
        "min_length": min_length,
        "gt": gt,
        "ge": ge,
        "le": le,
    }
    return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Text:
    """Of a text: what it must look like; with `strips`, without white space around it."""

    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    strips: bool | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import StringConstraints  # noqa: PLC0415 - pydantic is here, or nobody would ask

        wanted = StringConstraints(
            pattern=self.pattern, min_length=self.min_length, max_length=self.max_length, strip_whitespace=self.strips
        )
        return handler.generate_schema(Annotated[source, wanted])


@dataclass(frozen=True, slots=True)
class Before:
    """What is made of a value before it is looked at; a ValueError says what was wanted. `takes` is for the schema."""

    made: Callable[[Any], object]
    takes: object = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import BeforeValidator  # noqa: PLC0415

        told = {} if self.takes is None else {"json_schema_input_type": self.takes}
        return handler.generate_schema(Annotated[source, BeforeValidator(self.made, **told)])


@dataclass(frozen=True, slots=True)
class After:
    """What is made of a value of the right type; a ValueError says what was wanted."""

    made: Callable[[Any], object]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import AfterValidator  # noqa: PLC0415

        return handler.generate_schema(Annotated[source, AfterValidator(self.made)])


class Secret:
    """A text that is not shown where its holder is printed: `value` has to be asked for."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Secret('**********')" if self.value else "Secret('')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import WithJsonSchema  # noqa: PLC0415
        from pydantic_core import core_schema  # noqa: PLC0415

        shown = WithJsonSchema({"type": "string", "format": "password", "writeOnly": True})
        return core_schema.no_info_after_validator_function(cls, handler.generate_schema(Annotated[str, shown]))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what stands there, and what was wanted."""

    where: Place
    kind: Literal["unknown key", "missing", "refused", "wrong"]
    value: object
    wanted: str


class ShapeError(Exception):
    """The data does not have the shape; `faults` holds every problem."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(f"{'.'.join(map(str, one.where))}: {one.wanted}" for one in faults))
        self.faults = tuple(faults)


def read(kind: type[T], data: object) -> T:
    """The data as a value of that kind. Raises ShapeError with every problem at once."""
    from pydantic import ValidationError  # noqa: PLC0415

    shape: Any = kind
    try:
        found: T = _adapter(shape).validate_python(data)
    except ValidationError as exc:
        faults = [
            Fault(tuple(one["loc"]), _KINDS.get(one["type"], "wrong"), one["input"], one["msg"])
            for one in exc.errors(include_url=False)
        ]
        raise ShapeError(faults) from exc
    return found


def told(value: Shape) -> dict[str, Any]:
    """The value as JSON data that `read` takes: by the names of the keys, without what is as it would be anyway."""
    said = {}
    for each in fields(value):  # type: ignore[arg-type]  # every kind of shape is a dataclass
        found = getattr(value, each.name)
        if not each.metadata.get("exclude") and found != _left_out(each):
            said[each.metadata.get("alias", each.name)] = _plain(found)
    return said


def _left_out(key: Field[object]) -> object:
    """The value of a key that is not given."""
    return key.default if key.default_factory is MISSING else key.default_factory()


def _plain(value: object) -> object:
    match value:
        case Shape():
            return told(value)
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case tuple():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
        case _:
            return value


def json_schema(kind: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of that kind."""
    return _adapter(kind).json_schema()


_KINDS: Mapping[str, Literal["unknown key", "missing", "refused"]] = {
    "unexpected_keyword_argument": "unknown key",
    "missing": "missing",
    "value_error": "refused",
}


@functools.cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(kind)
