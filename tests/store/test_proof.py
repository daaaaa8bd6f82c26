"""Inclusion proofs: each leads to the root of its seal, and none does once anything of it was changed."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from store.proof import Tree, root_of
from store.seal import MerkleTree


def leaves(number: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % place).digest() for place in range(number)]


def root(digests: list[bytes]) -> bytes:
    tree = MerkleTree()
    for digest in digests:
        tree.add(digest)
    return tree.root()


def test_every_leaf_of_every_tree_is_led_to_its_root() -> None:
    for size in range(1, 40):
        digests = leaves(size)
        tree = Tree(digests)
        for index, leaf in enumerate(digests):
            assert root_of(leaf, index=index, size=size, path=tree.path(index)) == root(digests)


def test_the_path_of_the_rfc_s_example() -> None:
    # RFC 9162 §2.1.5: seven leaves a to f and j; the path of d3 (index 3) is c, g, l.
    a, b, c, _, e, f, j = digests = leaves(7)
    joined = [hashlib.sha256(b"\x01" + pair).digest() for pair in (a + b, e + f)]
    right = hashlib.sha256(b"\x01" + joined[1] + j).digest()
    assert Tree(digests).path(3) == (c, joined[0], right)


@given(st.integers(2, 70), st.data())
def test_a_proof_of_another_place_leaf_or_path_does_not_hold(size: int, data: st.DataObject) -> None:
    digests = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, whole = Tree(digests).path(index), root(digests)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    assert root_of(digests[other], index=index, size=size, path=path) != whole
    assert root_of(digests[index], index=other, size=size, path=path) != whole
    assert root_of(digests[index], index=index, size=size, path=path[:-1]) != whole
    assert root_of(digests[index], index=index, size=size, path=(*path, digests[0])) != whole
    assert root_of(digests[index], index=-1, size=size, path=path) is None
    assert root_of(digests[index], index=size, size=size, path=path) is None
