"""A dossier: what the log holds on a commitment in a period, with the proofs that it is what the log sealed.

Files: `events.jsonl` and `seals.jsonl` (CloudEvents lines), `proofs.jsonl` (one line per event), `index.html` for
people, `manifest.json` with what it is of and a digest of each other file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.whole import naming, whole_folder
from store.cloudevents import from_line, to_line
from store.codec import fact
from store.events.trust import LogSealed
from store.log import EventLog, LogDamaged, Recorded
from store.proof import Tree, root_of
from store.seal import leaf, seals, stretch

EVENTS, PROOFS, SEALS, PAGE, MANIFEST = "events.jsonl", "proofs.jsonl", "seals.jsonl", "index.html", "manifest.json"


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an event lies under the seal recorded at `seal`: its leaf is number `index` (from 0) of `size`, and `path`
    leads from it to the root (RFC 9162 §2.1.3). `seal` is None for an event no seal covers yet."""

    position: int
    leaf: str
    seal: int | None = None
    index: int = 0
    size: int = 0
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a dossier found: how many events it has, how many of them lie under a seal, the seals, the last
    root, and the first thing that does not hold."""

    events: int = 0
    proven: int = 0
    seals: int = 0
    root: str = ""
    problem: str = ""

    @property
    def holds(self) -> bool:
        return not self.problem


def prove(log: EventLog, positions: Sequence[int]) -> Iterator[Proof]:
    """A proof for the event at each of these positions, in order. Reads the stretches of their seals, one by one."""
    wanted = sorted(set(positions))
    place = 0
    for pos, seal in seals(log):
        mine = []
        while place < len(wanted) and wanted[place] <= seal.to:
            mine.append(wanted[place])
            place += 1
        if mine:
            yield from _under(log, pos, seal, mine)
    for position in wanted[place:]:
        yield Proof(position=position, leaf=leaf(log.read(position - 1, 1)[0]).hex())


def write(
    folder: Path, log: EventLog, events: Sequence[Recorded], *, source: str, page: str, about: dict[str, object]
) -> None:
    """Make the folder with the dossier's files; where it is there already it must be empty. It is whole or not there.

    OSError names the file that could not be written.
    """
    chosen = sorted({recorded.pos: recorded for recorded in events}.values(), key=lambda one: one.pos)
    sealed = log.find([f"seal/{one.from_}" for _, one in seals(log)]).values()
    contents: dict[str, Callable[[], Iterator[bytes]]] = {
        EVENTS: lambda: (to_line(one, source=source).encode() for one in chosen),
        SEALS: lambda: (to_line(one, source=source).encode() for one in sealed),
        PROOFS: lambda: map(msgspec.json.encode, prove(log, [one.pos for one in chosen])),
        PAGE: lambda: iter([page.encode()]),
    }
    with whole_folder(folder) as partial:
        digests = {}
        for name, lines in contents.items():
            with naming(folder / name):
                digests[name] = _written(partial / name, lines())
        manifest = msgspec.json.format(msgspec.json.encode({**about, "files": digests}), indent=2)
        with naming(folder / MANIFEST):
            _written(partial / MANIFEST, iter([manifest]))


def check(folder: Path) -> Checked:
    """Check a dossier with nothing but its files: each is whole, each event is under its seal, the seals are a chain.

    OSError where it cannot be read.
    """
    checked = Checked()
    try:
        _check_files(folder)
        roots, last = _chain(folder)
        checked = Checked(seals=len(roots), root=last)
        return _check_events(folder, roots, checked)
    except (LogDamaged, msgspec.MsgspecError, ValueError) as exc:
        return Checked(checked.events, checked.proven, checked.seals, checked.root, str(exc) or type(exc).__name__)


def _under(log: EventLog, pos: int, seal: LogSealed, positions: Sequence[int]) -> Iterator[Proof]:
    leaves = [leaf(recorded) for recorded in stretch(log, seal.from_, seal.to)]
    tree = Tree(leaves)
    for position in positions:
        index = position - seal.from_
        path = tuple(digest.hex() for digest in tree.path(index))
        yield Proof(position=position, leaf=leaves[index].hex(), seal=pos, index=index, size=tree.size, path=path)


def _written(path: Path, lines: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
            digest.update(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _check_files(folder: Path) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=dict[str, object])
    for name, digest in msgspec.convert(manifest.get("files", {}), dict[str, str]).items():
        if name not in {EVENTS, PROOFS, SEALS, PAGE}:
            raise LogDamaged(f"{MANIFEST} names {name}, which is no part of a dossier")
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise LogDamaged(f"{name} is not the file that {MANIFEST} was written for: it was changed or cut off")


def _chain(folder: Path) -> tuple[dict[int, LogSealed], str]:
    """The seals by position, and the last root. LogDamaged where they do not follow each other."""
    found: dict[int, LogSealed] = {}
    end, root = 0, ""
    for number, recorded in _events(folder / SEALS):
        seal = fact(recorded)
        if not isinstance(seal, LogSealed) or seal.from_ != end + 1 or seal.to < seal.from_ or seal.previous != root:
            raise LogDamaged(f"{SEALS}:{number}: this seal does not continue the one before it")
        found[recorded.pos] = seal
        end, root = seal.to, seal.root
    return found, root


def _check_events(folder: Path, roots: dict[int, LogSealed], checked: Checked) -> Checked:
    events, proven = 0, 0
    with (folder / PROOFS).open("rb") as file:
        for number, recorded in _events(folder / EVENTS):
            line = file.readline()
            if not line:
                raise LogDamaged(f"{PROOFS} ends before {EVENTS} does: a proof is missing")
            proven += _proven(recorded, msgspec.json.decode(line, type=Proof), roots, f"{EVENTS}:{number}")
            events += 1
        if file.readline():
            raise LogDamaged(f"{EVENTS} ends before {PROOFS} does: an event is missing")
    return Checked(events, proven, checked.seals, checked.root)


def _proven(recorded: Recorded, proof: Proof, roots: dict[int, LogSealed], place: str) -> bool:
    """Whether the event lies under a seal; False where none covers it yet. LogDamaged where the proof does not hold."""
    here = leaf(recorded)
    if proof.position != recorded.pos or proof.leaf != here.hex():
        raise LogDamaged(f"{place}: event {recorded.pos} is not the one its proof is for: it was changed")
    last = max((seal.to for seal in roots.values()), default=0)
    if proof.seal is None and recorded.pos > last:
        return False
    seal = roots.get(proof.seal or 0)
    if seal is None or proof.index != recorded.pos - seal.from_ or proof.size != seal.to - seal.from_ + 1:
        raise LogDamaged(f"{place}: the proof of event {recorded.pos} names no seal that covers it")
    path = [bytes.fromhex(digest) for digest in proof.path]
    root = root_of(here, index=proof.index, size=proof.size, path=path)
    if root is None or root.hex() != seal.root:
        raise LogDamaged(f"{place}: event {recorded.pos} is not what was sealed at {proof.seal}")
    return True


def _events(path: Path) -> Iterator[tuple[int, Recorded]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield number, from_line(line)
            except LogDamaged as exc:
                raise LogDamaged(f"{path.name}:{number}: {exc}") from exc
