"""The tree of hashes over the rows of a statement, as RFC 6962 (2.1) builds it, so that any side can work it out again.

A leaf is SHA-256 over a zero byte and the row's exact bytes, a node SHA-256 over a one byte and its two halves. Nodes
are named by level (0: the leaves) and index; where a level has an odd number of them, the last one goes up as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root over no leaves at all."""


def leaf_hash(payload: bytes) -> bytes:
    """The leaf of a row, 32 bytes, from its canonical bytes."""
    return hashlib.sha256(b"\x00" + payload).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class RootBuilder:
    """Takes leaf hashes one after the other, with memory for the logarithm of their number."""

    def __init__(self) -> None:
        self.leaves = 0
        # Roots of whole subtrees, each as large as a bit of the number of leaves so far, the largest first.
        self._open_roots: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        root, closes = leaf, self.leaves
        while closes & 1:
            root, closes = node_hash(self._open_roots.pop(), root), closes >> 1
        self._open_roots.append(root)
        self.leaves += 1

    @property
    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._open_roots:
            return EMPTY_ROOT
        root = self._open_roots[-1]
        for left in reversed(self._open_roots[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    builder = RootBuilder()
    for leaf in leaves:
        builder.add(leaf)
    return builder.root


class Nodes(Protocol):
    """A tree that can be asked for single nodes, at hand or far away."""

    @property
    def size(self) -> int:
        """How many leaves there are."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of one node."""


class MerkleTree:
    """All nodes over some leaf hashes, to prove and to compare."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
            self._levels.append(above + below[len(below) & ~1 :])

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """The root over all of them."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def node(self, level: int, index: int) -> bytes:
        """The hash of one node. Raises IndexError where there is none."""
        if level < 0 or index < 0:
            raise IndexError(f"there is no node {level}/{index}")
        return self._levels[level][index]

    def nodes(self, level: int, first: int, count: int) -> tuple[bytes, ...]:
        """Some nodes of a level from an index on, as many as there are; none for a level that there is not."""
        if not 0 <= level < len(self._levels) or first < 0:
            return ()
        return tuple(self._levels[level][first : first + count])

    def path(self, index: int) -> tuple[bytes, ...]:
        """What proves, with the leaf, that it is in the tree: the neighbors on the way up, the lowest first."""
        if not 0 <= index < self.size:
            raise IndexError(f"there is no leaf {index}")
        neighbors = []
        for level in self._levels[:-1]:
            if (index ^ 1) < len(level):
                neighbors.append(level[index ^ 1])
            index >>= 1
        return tuple(neighbors)


def is_in_tree(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that a leaf stands at an index of the tree of that size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    known, last, steps = leaf, size - 1, iter(path)
    while last:
        if index & 1 or index < last:
            neighbor = next(steps, b"")
            known = node_hash(neighbor, known) if index & 1 else node_hash(known, neighbor)
        index, last = index >> 1, last >> 1
    return known == root and next(steps, None) is None


def first_difference(ours: Nodes, theirs: Nodes) -> int | None:
    """The first place at which two trees have different leaves, or one of them none; None where they are the same.

    Reads at most twice the logarithm of the size in nodes of each side, as only whole subtrees are compared: those do
    not depend on what comes after them.
    """
    for level, index in _whole_subtrees(min(ours.size, theirs.size)):
        if ours.node(level, index) != theirs.node(level, index):
            while level:
                level, index = level - 1, index * 2
                index += ours.node(level, index) == theirs.node(level, index)
            return index
    return None if ours.size == theirs.size else min(ours.size, theirs.size)


def _whole_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Level and index of the largest whole subtrees that cover so many leaves, from the left."""
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, start >> level
            start += 1 << level
