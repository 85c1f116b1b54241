"""The tree over a statement's lines as it is kept: nodes above the leaves, level by level, some to a page. Pure.

It is put together leaf by leaf with memory for a page of each level, however long the statement is. What it comes to is
`merkle.MerkleTree`, node by node.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from engine.settlement.merkle import EMPTY_ROOT, HASH_BYTES, node_hash

PAGE_NODES = 32
"""A kilobyte: less than what a row keeps elsewhere."""


@dataclass(frozen=True, slots=True)
class NodePage:
    """Nodes of a level in a row, from `page` × PAGE_NODES on: their hashes one behind the other."""

    level: int
    page: int
    hashes: bytes


class TreePages:
    """Takes leaf hashes one after the other, and has the pages above them ready as they are full."""

    def __init__(self) -> None:
        self.leaves = 0
        self.root = EMPTY_ROOT
        self._ready: list[NodePage] = []
        # By level: a node whose right neighbor has not come, nodes of the page that is not full, pages before it.
        self._lonely: dict[int, bytes] = {}
        self._nodes: dict[int, bytearray] = defaultdict(bytearray)
        self._pages: dict[int, int] = defaultdict(int)

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        node, level = leaf, 0
        while level in self._lonely:
            node = node_hash(self._lonely.pop(level), node)
            level += 1
            self._keep(level, node)
        self._lonely[level] = node
        self.leaves += 1

    def finish(self) -> None:
        """The root is that over all leaves, and the pages that are not full are ready, too. Nothing is added later."""
        last: bytes | None = None
        for level in range(levels_over(self.leaves)):
            left = self._lonely.pop(level, None)
            if left is not None:
                last = left if last is None else node_hash(left, last)
            if last is not None:
                self._keep(level + 1, last)
        for level, nodes in self._nodes.items():
            if nodes:
                self._ready.append(NodePage(level, self._pages[level], bytes(nodes)))
        self.root = last if last is not None else self._lonely.get(levels_over(self.leaves), EMPTY_ROOT)

    def take_ready(self) -> list[NodePage]:
        """The pages that are ready, once."""
        ready, self._ready = self._ready, []
        return ready

    def _keep(self, level: int, node: bytes) -> None:
        nodes = self._nodes[level]
        nodes += node
        if len(nodes) == PAGE_NODES * HASH_BYTES:
            self._ready.append(NodePage(level, self._pages[level], bytes(nodes)))
            self._pages[level] += 1
            nodes.clear()


def levels_over(leaves: int) -> int:
    """How many levels there are above the leaves."""
    return (leaves - 1).bit_length() if leaves else 0


def nodes_on(leaves: int, level: int) -> int:
    """How many nodes a level has; 0 where there is no such level."""
    return -(-leaves >> level) if 0 <= level <= levels_over(leaves) else 0
