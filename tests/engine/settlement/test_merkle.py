"""The hash tree against the test vectors of Certificate Transparency, and any two trees against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.merkle import EMPTY_ROOT, MerkleTree, first_difference, is_in_tree, leaf_hash, node_hash, root_of

# The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test).
INPUTS = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def by_definition(given: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word: cut at the largest power of two below the number of leaves."""
    if not given:
        return hashlib.sha256(b"").digest()
    if len(given) == 1:
        return given[0]
    half = 1 << (len(given) - 1).bit_length() - 1
    return node_hash(by_definition(given[:half]), by_definition(given[half:]))


@dataclass
class Counted:
    """A tree that is far away: every node that is asked for is counted."""

    tree: MerkleTree
    reads: int = field(default=0)

    @property
    def size(self) -> int:
        return self.tree.size

    def node(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.tree.node(level, index)


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_the_reference_implementation(count: int) -> None:
    hashes = [leaf_hash(one) for one in INPUTS[:count]]
    assert root_of(hashes).hex() == MerkleTree(hashes).root.hex() == ROOTS[count - 1]


def test_the_root_over_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == MerkleTree([]).root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("count", range(70))
def test_a_root_read_once_and_a_tree_at_hand_agree_with_the_definition(count: int) -> None:
    assert root_of(iter(leaves(count))) == MerkleTree(leaves(count)).root == by_definition(leaves(count))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 8, 13, 33])
def test_each_leaf_is_proven_by_its_path_at_its_place_only(count: int) -> None:
    tree = MerkleTree(leaves(count))
    for index, leaf in enumerate(leaves(count)):
        path = tree.path(index)
        assert is_in_tree(leaf, index, count, path, tree.root)
        assert not is_in_tree(leaf_hash(b"another"), index, count, path, tree.root)
        assert not is_in_tree(leaf, index, count, (*path, leaf), tree.root)
        assert not any(is_in_tree(leaf, other, count, path, tree.root) for other in range(count) if other != index)


def test_a_place_outside_the_tree_is_none() -> None:
    tree = MerkleTree(leaves(3))
    for wrong in (-1, 3):
        assert not is_in_tree(leaves(3)[0], wrong, 3, (), tree.root)
        with pytest.raises(IndexError):
            tree.path(wrong)
    with pytest.raises(IndexError):
        tree.node(0, -1)


@given(st.integers(1, 300), st.data())
def test_one_altered_leaf_is_found_by_reading_a_few_nodes(count: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, count - 1))
    altered = leaves(count)
    altered[place] = leaf_hash(b"altered")
    ours, theirs = Counted(MerkleTree(leaves(count))), Counted(MerkleTree(altered))
    assert first_difference(ours, theirs) == place
    assert ours.reads == theirs.reads <= 2 * count.bit_length()


@given(st.integers(0, 200), st.data())
def test_one_missing_or_added_leaf_is_found_where_it_stands(count: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, count))
    more = leaves(count)
    more.insert(place, leaf_hash(b"extra"))
    assert first_difference(MerkleTree(leaves(count)), MerkleTree(more)) == place
    assert first_difference(MerkleTree(more), MerkleTree(leaves(count))) == place


@given(st.integers(0, 200))
def test_equal_trees_have_no_difference(count: int) -> None:
    assert first_difference(MerkleTree(leaves(count)), MerkleTree(leaves(count))) is None
