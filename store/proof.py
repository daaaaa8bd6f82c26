"""Proofs that an event lies under a seal: Merkle inclusion proofs (RFC 9162 §2.1.3). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.seal import node


class Tree:
    """The whole tree over some leaf digests, for proofs of many of them. Memory is twice that of the leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    def path(self, index: int) -> tuple[bytes, ...]:
        """The digests that lead from the leaf at `index` (from 0) up to the root."""
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(level[beside])
            index //= 2
        return tuple(found)


def root_of(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to (RFC 9162 §2.1.3.2); None for a path that cannot be of that place."""
    if not 0 <= index < size:
        return None
    here, last, root = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if here % 2 or here == last:
            root = node(beside, root)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            root = node(root, beside)
        here, last = here // 2, last // 2
    return root if last == 0 else None


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs
