"""Seals: digests over stretches of the log, and the check that it is still what they sealed.

A leaf is the digest of one row, a root the Merkle tree hash over a stretch of leaves (RFC 9162 §2.1.1). A row's data
goes into its leaf as a digest: a redaction, which leaves that digest in its place, leaves every seal true.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from store import codec
from store.codec import data_digest
from store.events.trust import ItemsCompacted, LogSealed
from store.log import Event, EventLog, LogDamaged, Recorded, each

BATCH = 2000
SHORTEST_ROOT = 16  # hex digits; fewer could be met by chance


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a log found.

    `broken_at` is the first position that does not hold and `problem` what that means; None and empty where all
    holds. `sealed` is the last position a seal covers: what stands behind it may have been changed unnoticed.
    `root` is that of the last seal, to be compared with one that was published elsewhere.
    """

    events: int
    sealed: int
    seals: int
    redacted: int
    compacted: int = 0
    root: str = ""
    broken_at: int | None = None
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything that can be checked is as it was written."""
        return self.broken_at is None

    @property
    def unsealed(self) -> int:
        """How many events no seal covers yet."""
        return self.events - self.sealed


def leaf(recorded: Recorded) -> bytes:
    """The digest of a row: SHA-256 over 0x00 and its fields as netstrings, each as `length:bytes,`.

    The fields are position, key, type, time (27 characters, UTC), SHA-256 of the data in hex, and the pairs of the
    meta by name, themselves netstrings within one. Whoever has the rows can recompute it without this program.
    """
    meta = b"".join(_net(name) + _net(value) for name, value in sorted(recorded.meta.items()))
    fields = (str(recorded.pos), recorded.key, recorded.type, codec.stamp(recorded.at), data_digest(recorded.data))
    return hashlib.sha256(b"\x00" + b"".join(map(_net, fields)) + _netstring(meta)).digest()


class MerkleTree:
    """The Merkle tree hash over leaf digests as they come, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []  # complete subtrees, the largest first: (leaves in it, its digest)

    def add(self, digest: bytes) -> None:
        """One more leaf at the right end."""
        size = 1
        while self._peaks and self._peaks[-1][0] == size:
            digest, size = node(self._peaks.pop()[1], digest), size * 2
        self._peaks.append((size, digest))

    def root(self) -> bytes:
        """The digest of the whole; of nothing, that of the empty string."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            root = node(peak, root)
        return root


def seal(log: EventLog, at: datetime) -> LogSealed | None:
    """Append a seal over every event since the last one; None where there is nothing but that seal.

    Two processes may do so at once: one of them adds nothing.
    """
    last = last_seal(log)
    start, head = (last.to + 1 if last else 1), log.head()
    if head < start + (last is not None):
        return None
    tree = MerkleTree()
    for recorded in stretch(log, start, head):
        tree.add(leaf(recorded))
    sealed = LogSealed(from_=start, to=head, root=tree.root().hex(), previous=last.root if last else "")
    log.append([Event(sealed)], at=at)
    return sealed


def last_seal(log: EventLog) -> LogSealed | None:
    """The newest seal of the log."""
    last = None
    for last in seals(log):  # noqa: B007 - the last one is what is asked for
        pass
    return last[1] if last else None


def is_root(text: str) -> bool:
    """Whether the text can be a root, or the beginning of one that is long enough to name it."""
    return re.fullmatch(rf"[0-9a-f]{{{SHORTEST_ROOT},64}}", text.strip().lower()) is not None


def seal_of(log: EventLog, root: str) -> tuple[int, LogSealed] | None:
    """The seal with that root, or one that begins so (16 digits or more), and its position; None where there is none.

    It vouches for everything up to its `to`: its stretch holds the seal before it, with that one's root.
    """
    wanted = root.strip().lower()
    return next((each for each in seals(log) if is_root(root) and each[1].root.startswith(wanted)), None)


def verify(log: EventLog) -> Verdict:
    """Check positions, times, keys, readability, every seal and their chain; stops at the first that does not hold.

    Reads the whole log once, in memory that does not grow with it.
    """
    checked = _Checked()
    try:
        _check_seals(log, checked)
        _check_rows(log, checked)
    except _BrokenError as exc:
        return checked.verdict(exc.position, exc.problem)
    except LogDamaged as exc:
        return checked.verdict(exc.position or checked.events + 1, str(exc))
    return checked.verdict()


class _BrokenError(Exception):
    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position
        self.problem = problem


@dataclass(slots=True)
class _Checked:
    """How far a check has come, and the seals whose stretches are still to be compared."""

    events: int = 0
    redacted: int = 0
    compacted: int = 0
    told: int = 0  # rows that an ItemsCompacted speaks of and that are compacted still
    seals: int = 0
    at: datetime | None = None
    chain: list[tuple[int, LogSealed]] = field(default_factory=list)

    def verdict(self, broken_at: int | None = None, problem: str = "") -> Verdict:
        good = self.chain[: self.seals]
        sealed, root = (good[-1][1].to, good[-1][1].root) if good else (0, "")
        return Verdict(self.events, sealed, self.seals, self.redacted, self.compacted, root, broken_at, problem)


def _check_seals(log: EventLog, checked: _Checked) -> None:
    """The seals must follow each other without a gap, each naming the root of the one before."""
    end, root = 0, ""
    for pos, one in seals(log):
        if one.from_ != end + 1 or not one.from_ <= one.to < pos or one.previous != root:
            raise _BrokenError(
                pos, f"the seal at {pos} does not continue the one before it: a seal was changed or removed"
            )
        checked.chain.append((pos, one))
        end, root = one.to, one.root


def _check_rows(log: EventLog, checked: _Checked) -> None:
    stretches = iter(checked.chain)
    current, tree = next(stretches, None), MerkleTree()
    while page := _page(log, checked.events):
        places = {recorded.key: recorded.pos for recorded in log.find([recorded.key for recorded in page]).values()}
        for recorded in page:
            _check_row(recorded, places, checked)
            _check_compaction(log, recorded, checked)
            if current is None:
                continue
            tree.add(leaf(recorded))
            if recorded.pos == current[1].to:
                _check_root(tree, current[0], current[1])
                checked.seals += 1
                current, tree = next(stretches, None), MerkleTree()
    if checked.told != checked.compacted:
        raise _BrokenError(checked.events + 1, "text was dropped from events, and no event says so")
    if current is not None:
        raise _BrokenError(
            checked.events + 1, f"the log ends at {checked.events}, but the seal at {current[0]} covers more"
        )


def _page(log: EventLog, after: int) -> list[Recorded]:
    """The next events; of a stretch with an unreadable one those before it, and LogDamaged once it comes first."""
    try:
        return log.read(after, BATCH)
    except LogDamaged as exc:
        if exc.position is None or exc.position == after + 1:
            raise
        return log.read(after, exc.position - after - 1)


def _check_row(recorded: Recorded, places: Mapping[str, int], checked: _Checked) -> None:
    pos = checked.events + 1
    if recorded.pos != pos:
        raise _BrokenError(pos, f"position {pos} is missing: events were removed")
    if places.get(recorded.key) != pos:
        raise _BrokenError(pos, f"the key {recorded.key} stands at another position too, or its index is damaged")
    if checked.at is not None and recorded.at < checked.at:
        raise _BrokenError(pos, f"the time at {pos} lies before that of the event before it: it was changed")
    checked.redacted += isinstance(codec.fact(recorded), codec.Redacted)
    checked.compacted += codec.is_compacted(recorded.data)
    checked.events, checked.at = pos, recorded.at


def _check_compaction(log: EventLog, recorded: Recorded, checked: _Checked) -> None:
    """What a compaction left of its events is what it says it left; unless some of it was redacted since."""
    if recorded.type != ItemsCompacted.TYPE:
        return
    fact = codec.fact(recorded)
    if not isinstance(fact, ItemsCompacted):
        return
    chosen = set(fact.positions)
    left = [one.data for one in stretch(log, fact.first, fact.positions[-1]) if one.pos in chosen]
    still = [data for data in left if codec.is_compacted(data)]
    checked.told += len(still)
    gone = sum(codec.redacted(data) is not None for data in left)
    if len(still) + gone != len(chosen) or (not gone and codec.compaction_digest(still) != fact.digest):
        raise _BrokenError(recorded.pos, f"the events compacted at {recorded.pos} are not what was left of them then")


def _check_root(tree: MerkleTree, pos: int, one: LogSealed) -> None:
    if tree.root().hex() != one.root:
        raise _BrokenError(
            one.from_,
            f"the events {one.from_} to {one.to} are not those sealed at {pos}: "
            "at least one of them was changed after it was recorded",
        )


def seals(log: EventLog) -> Iterator[tuple[int, LogSealed]]:
    """Every seal with its position."""
    for recorded in each(log, (LogSealed.TYPE,)):
        fact = codec.fact(recorded)
        if isinstance(fact, LogSealed):
            yield recorded.pos, fact


def stretch(log: EventLog, start: int, end: int) -> Iterator[Recorded]:
    """The events at positions `start` to `end`, as many as there are."""
    after = start - 1
    while after < end and (page := log.read(after, min(BATCH, end - after))):
        yield from page
        after = page[-1].pos


def node(left: bytes, right: bytes) -> bytes:
    """The digest over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _net(text: str) -> bytes:
    return _netstring(text.encode())


def _netstring(content: bytes) -> bytes:
    return b"%d:%b," % (len(content), content)
