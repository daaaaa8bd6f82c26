"""Codec: a fact to JSON text and back, and older versions lifted to the present one."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec

from store.events.catalogue import EVENT_TYPES
from store.events.fact import Fact
from store.log import LogDamaged, LogError, Recorded


class _Named(Fact, frozen=True, kw_only=True):
    """An event that is known by its stored type and key, not by what it says."""

    TYPE: ClassVar[str] = "Named"
    type: str
    name: str

    @property
    def key(self) -> str:
        return self.name


class Unknown(_Named, frozen=True, kw_only=True):
    """An event this program has no type for, written by a newer one; `data` is what was stored, unread."""

    TYPE: ClassVar[str] = "Unknown"
    data: str


class Redacted(_Named, frozen=True, kw_only=True):
    """An event whose content was taken out; `digest` is the SHA-256 of the data that stood there, in hex."""

    TYPE: ClassVar[str] = "Redacted"
    digest: str
    reason: str


class Encoded(_Named, frozen=True, kw_only=True):
    """A fact that was encoded where it was made, in another process: `data` is what `encode` gave."""

    TYPE: ClassVar[str] = "Encoded"
    data: str


# The type one version becomes, and how its plain JSON object turns into that of the other.
Upcaster = tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]

# By the old type's stored name. None yet: every released type is still in its first version.
UPCASTERS: Mapping[str, Upcaster] = {}


def type_of(fact: Fact) -> str:
    """The name a fact's type is stored under."""
    return fact.type if isinstance(fact, _Named) else fact.TYPE


def encode(fact: Fact) -> str:
    """The fact as JSON text, such that `fact` reads it back equal.

    LogError for what could not be read back: a time without a zone, a number that is none. Lone surrogates,
    which no engine stores, become U+FFFD.
    """
    times_and_floats = _CHECKED.get(type(fact))
    if times_and_floats is None:
        if isinstance(fact, Encoded | Unknown):
            return fact.data
        if isinstance(fact, Redacted):
            return redaction(fact.digest, fact.reason)
        kind = type(fact)
        times_and_floats = _CHECKED[kind] = (_fields_of(kind, "datetime"), _fields_of(kind, "float"))
    _check(fact, *times_and_floats)
    try:
        return _ENCODER.encode(fact).decode()
    except UnicodeEncodeError:
        return _ENCODER.encode(_mended(msgspec.to_builtins(fact))).decode()


class Codec:
    """Reads stored events as facts of the given types, through the given upcasters."""

    def __init__(self, types: Iterable[type[Fact]], upcasters: Mapping[str, Upcaster]) -> None:
        self._types = {fact_type.TYPE: fact_type for fact_type in types}
        self._decode: dict[str, Callable[[str], Fact]] = {}  # filled as types are met: a start meets few
        self._upcasters = upcasters

    def fact(self, recorded: Recorded) -> Fact:
        """The fact of a stored event: Unknown for a type of a newer program, Redacted where it was taken out.

        LogDamaged, with the position, for data that cannot be what was written.
        """
        decode = self._decode.get(recorded.type)
        try:
            return decode(recorded.data) if decode else self._first(recorded)
        except (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError) as exc:
            taken = redacted(recorded.data)
            if taken is None:
                raise _damaged(recorded, exc) from exc
            digest, reason = taken
            return Redacted(type=recorded.type, name=recorded.key, digest=digest, reason=reason)

    def _first(self, recorded: Recorded) -> Fact:
        if recorded.type not in self._types:
            return self._other(recorded)
        decode = self._decode[recorded.type] = msgspec.json.Decoder(self._types[recorded.type]).decode
        return decode(recorded.data)

    def _other(self, recorded: Recorded) -> Fact:
        name = recorded.type
        if name not in self._upcasters:
            return Unknown(type=name, name=recorded.key, data=recorded.data)
        plain = msgspec.json.decode(recorded.data, type=dict[str, Any])
        while name in self._upcasters:
            name, lift = self._upcasters[name]
            plain = lift(plain)
        return msgspec.convert(plain, self._types[name])


def redaction(digest: str, reason: str) -> str:
    """What stands in the place of data that was taken out."""
    return _ENCODER.encode({_REDACTED: {"sha256": digest, "reason": reason}}).decode()


def redacted(data: str) -> tuple[str, str] | None:
    """Digest and reason, where `data` was taken out; None for ordinary data."""
    if not data.startswith(_REDACTED_START):
        return None
    try:
        taken = msgspec.json.decode(data, type=dict[str, dict[str, str]])[_REDACTED]
        return taken["sha256"], taken["reason"]
    except (msgspec.MsgspecError, KeyError):
        return None


def compacted(data: str) -> str:
    """The data without its text, and with the digest of what it was; the type reads it as before. Data that has been
    compacted or redacted is given back as it is."""
    if is_compacted(data) or redacted(data):
        return data
    plain = msgspec.json.decode(data, type=dict[str, Any])
    kept = {name: "" if name in _EMPTIED else value for name, value in plain.items() if name not in _DROPPED}
    return _ENCODER.encode({_COMPACTED: data_digest(data)} | kept).decode()


def compaction_digest(data: Iterable[str]) -> str:
    """The digest an ItemsCompacted carries over the data that stands at its positions."""
    lines = "\n".join(hashlib.sha256(one.encode()).hexdigest() for one in data)
    return hashlib.sha256(lines.encode()).hexdigest()


def is_compacted(data: str) -> bool:
    """Whether the text was dropped from this data."""
    return _COMPACTED_START.match(data) is not None


def data_digest(data: str) -> str:
    """SHA-256 of a row's data in hex: of what stood there once, where it was taken out or compacted."""
    if dropped := _COMPACTED_START.match(data):
        return dropped[1]
    taken = redacted(data)
    return taken[0] if taken else hashlib.sha256(data.encode()).hexdigest()


def stamp(when: datetime) -> str:
    """An instant as stored: UTC, microseconds, always 27 characters, so that texts compare as their times do.

    LogError for a time without a zone.
    """
    if when.tzinfo is None:
        raise LogError(f"the time {when} has no zone; pass an aware time")
    return _stamp(when)


@lru_cache(maxsize=1024)  # the events of one poll share their time
def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def encode_meta(meta: Mapping[str, str]) -> str:
    """What is known of an event's making, as JSON text with sorted keys."""
    if not meta:
        return "{}"
    return _SORTED.encode(meta if type(meta) is dict else dict(meta)).decode()


@lru_cache(maxsize=1024)  # the events of one poll share it, but for their causes
def decode_meta(text: str) -> Mapping[str, str]:
    """The reverse of `encode_meta`; not to be changed, for whoever asks for the same text gets the same mapping."""
    return MappingProxyType(_META(text))


@lru_cache(maxsize=1024)
def unstamp(text: str) -> datetime:
    """The reverse of `stamp`. ValueError for what is no time."""
    return datetime.fromisoformat(text)


_COMPACTED = "$compacted"
_COMPACTED_START = re.compile(r'\{"\$compacted":"([0-9a-f]{64})"')
_EMPTIED, _DROPPED = {"title", "text"}, {"summary", "guid"}  # the types need the former
_REDACTED = "$redacted"
_REDACTED_START = '{"$redacted":'
_ENCODER = msgspec.json.Encoder()
_SORTED = msgspec.json.Encoder(order="deterministic")
_META = msgspec.json.Decoder(dict[str, str]).decode


def _fields_of(fact_type: type[msgspec.Struct], mark: str) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(fact_type) if mark in str(field.type))


# What JSON cannot carry faithfully is looked for in the few fields that can hold it, before it is written. Filled as
# types are met.
_CHECKED: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {}


def _check(fact: Fact, times: Iterable[str], floats: Iterable[str]) -> None:
    for name in times:
        when = getattr(fact, name)
        if when is not None and (when.tzinfo is None or not 1 < when.year < 9999):
            raise LogError(f"{fact.TYPE}: {name} is {when}, which has no zone or no place in UTC")
    for name in floats:
        if not math.isfinite(getattr(fact, name)):
            raise LogError(f"{fact.TYPE}: {name} is {getattr(fact, name)}; events hold finite numbers")


def _mended(value: Any) -> Any:  # any JSON value in, the same without lone surrogates out
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(name): _mended(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(inner) for inner in value]
    return value


def _damaged(recorded: Recorded, exc: Exception) -> LogDamaged:
    said = " ".join(str(exc).split())
    return LogDamaged(
        f"event {recorded.pos} ({recorded.key}) cannot be read as {recorded.type}: {said}; "
        "`pactwatch verify` tells whether it was changed",
        position=recorded.pos,
    )


fact = Codec(EVENT_TYPES, UPCASTERS).fact
