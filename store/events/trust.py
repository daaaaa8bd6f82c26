"""Events by which the log can be trusted."""

from __future__ import annotations

from typing import ClassVar

from store.events.fact import Fact, Time


class LogSealed(Fact, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """A digest over the rows `from` to `to`: the Merkle tree hash of RFC 9162 (section 2.1.1), in hex.
    `previous` is the root of the seal before, so that the seals form a chain. The key names the first row:
    of two processes that seal at once, the second adds nothing."""

    TYPE: ClassVar[str] = "LogSealed.v1"
    from_: int
    to: int
    root: str
    previous: str = ""

    @property
    def key(self) -> str:
        return f"seal/{self.from_}"


class EventRedacted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The content of the event with the key `target` was taken out for good, and why. `digest` is the SHA-256 of the
    data that stood there: it keeps the seals true."""

    TYPE: ClassVar[str] = "EventRedacted.v1"
    target: str
    digest: str
    reason: str
    by: str = ""

    @property
    def key(self) -> str:
        return f"redacted/{self.target}"


class ItemsCompacted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The text of items that never matched was dropped, to save room. `positions` are those of their events, of which
    `first` is the first; each keeps its other fields and the SHA-256 of its data, so that seals stay true. `digest` is
    over what stands there now: the SHA-256 of the data, one line each, in hex, hashed once more. Everything up to
    `through` was looked at; what was recorded before `before` is old enough. `freed` counts bytes."""

    TYPE: ClassVar[str] = "ItemsCompacted.v1"
    first: int
    positions: tuple[int, ...]
    digest: str
    through: int
    before: Time
    freed: int

    @property
    def key(self) -> str:
        return f"compacted/{self.first}"
