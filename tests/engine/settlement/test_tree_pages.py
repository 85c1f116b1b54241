"""The pages of a statement's tree are the tree, node by node, for every shape that it can have. Pure."""

from __future__ import annotations

import pytest

from engine.settlement.merkle import HASH_BYTES, MerkleTree, leaf_hash
from engine.settlement.tree_pages import PAGE_NODES, NodePage, TreePages, levels_over, nodes_on

SIZES = [*range(71), 127, 128, 129, 1_023, 1_024, 1_025, 2_049]


def pages_over(leaves: list[bytes], tree: TreePages) -> list[NodePage]:
    """All pages, taken now and then."""
    found = []
    for number, leaf in enumerate(leaves):
        tree.add(leaf)
        if number % 7 == 0:
            found += tree.take_ready()
    tree.finish()
    return [*found, *tree.take_ready()]


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_have_each_node_of_the_tree_in_its_place(size: int) -> None:
    leaves, tree = [leaf_hash(b"%d" % number) for number in range(size)], TreePages()
    pages = {(page.level, page.page): page.hashes for page in pages_over(leaves, tree)}

    whole = MerkleTree(leaves)
    assert tree.root == whole.root
    assert sum(len(hashes) for hashes in pages.values()) == HASH_BYTES * sum(
        nodes_on(size, level) for level in range(1, levels_over(size) + 1)
    )
    for level in range(1, levels_over(size) + 1):
        for index in range(nodes_on(size, level)):
            page, place = divmod(index, PAGE_NODES)
            assert pages[level, page][place * HASH_BYTES :][:HASH_BYTES] == whole.node(level, index)
    assert nodes_on(size, levels_over(size) + 1) == 0


def test_a_page_is_no_longer_kept_once_it_was_taken() -> None:
    tree = TreePages()
    for number in range(2 * PAGE_NODES):
        tree.add(leaf_hash(b"%d" % number))
    (page,) = tree.take_ready()
    assert (page.level, page.page, len(page.hashes)) == (1, 0, PAGE_NODES * HASH_BYTES)
    assert tree.take_ready() == []
