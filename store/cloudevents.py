"""One event as one line of JSON with the attributes of CloudEvents 1.0, and back: for a log that travels.

`id` is the key, `data` the stored JSON text to the letter, so that seals stay true. Three extension attributes are
ours: `position`; `meta`, the event's meta as JSON text; `digest`, the SHA-256 of the data in hex.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from store.codec import data_digest, decode_meta, encode_meta, redacted, stamp
from store.log import LogDamaged, Recorded


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    specversion: str
    id: str
    source: str
    type: str
    time: str
    datacontenttype: str = "application/json"
    position: int
    digest: str
    meta: str = "{}"
    data: msgspec.Raw


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(_Line).decode


def to_line(recorded: Recorded, *, source: str) -> str:
    """The event as a line, without its end. LogDamaged where its data cannot stand in one."""
    if "\n" in recorded.data:
        raise LogDamaged(f"event {recorded.pos} holds a line break; it was changed", position=recorded.pos)
    line = _Line(
        specversion="1.0",
        id=recorded.key,
        source=source,
        type=recorded.type,
        time=stamp(recorded.at),
        position=recorded.pos,
        digest=data_digest(recorded.data),
        meta=encode_meta(recorded.meta),
        data=msgspec.Raw(recorded.data.encode()),
    )
    return _ENCODE(line).decode()


def from_line(text: str | bytes) -> Recorded:
    """The event of a line. LogDamaged where it is none, or where its data is not what its digest says."""
    try:
        line = _DECODE(text)
        at, meta = datetime.fromisoformat(line.time), decode_meta(line.meta)
    except ValueError as exc:  # msgspec's errors are ValueErrors
        raise LogDamaged(f"not an event of an exported log: {exc}") from exc
    if line.specversion != "1.0" or at.tzinfo is None:
        raise LogDamaged("not an event of an exported log: wanted CloudEvents 1.0 and a time with its zone")
    return Recorded(line.position, line.id, line.type, at, _data(line), meta)


def _data(line: _Line) -> str:
    """The data to the letter. A tool that laid the line out anew is forgiven where the digest says that it is safe."""
    data = bytes(line.data).decode()
    compact = msgspec.json.format(data, indent=-1)
    for text in (data, compact):
        if redacted(text) or data_digest(text) == line.digest:
            return text
    raise LogDamaged(f"the data of event {line.position} is not what its digest says: it was changed")
