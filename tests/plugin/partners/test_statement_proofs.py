"""A partner finds the row on which its books differ by a few nodes of the tree, and proves a row by a path."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.partners.facts import Partner
from engine.settlement.merkle import MerkleTree, first_difference, is_in_tree, leaf_hash
from engine.shops import ShopReference
from tests.support.partner_calls import PartnerCalls
from tests.support.settling import Settling

LAST_MONTH = datetime(2026, 10, 12, tzinfo=UTC)


class WantedError(Exception):
    """A node that was not asked for yet."""


@dataclass
class FarTree:
    """The program's tree, node by node over HTTP."""

    calls: PartnerCalls
    size: int
    known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        if (level, index) not in self.known:
            raise WantedError(level, index)
        return self.known[level, index]

    async def ask(self, level: int, index: int) -> None:
        answer = await self.calls.read("/statements/1/nodes", level=level, first=index)
        self.known[level, index] = bytes.fromhex(answer.json()["nodes"][0])


@pytest.fixture
async def settling(engine: AsyncEngine, shop: ShopReference) -> Settling:
    """The books of the program."""
    return Settling(engine, shop)


async def test_an_altered_row_of_many_is_found_by_a_few_nodes_and_a_row_is_proven(
    settling: Settling, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    events = [await settling.record(coffee.partner_id, "issued", points, LAST_MONTH) for points in range(1, 38)]
    statement = await settling.issue(coffee.partner_id)
    ours = (await calls.read("/statements/1/nodes", count=256)).json()
    leaves = [bytes.fromhex(one) for one in ours["nodes"]]
    assert MerkleTree(leaves).root == statement.root
    altered = [*leaves[:29], leaf_hash(b"another amount"), *leaves[30:]]

    theirs, found = FarTree(calls, ours["lines"]), None
    while found is None:
        try:
            found = first_difference(MerkleTree(altered), theirs)
        except WantedError as wanted:
            await theirs.ask(*wanted.args)
    assert found == 29
    assert len(theirs.known) <= 7

    proof = (await calls.read(f"/statements/1/proofs/{events[29]}")).json()
    path = [bytes.fromhex(one) for one in proof["path"]]
    assert (proof["position"], proof["root"]) == (29, statement.root.hex())
    assert is_in_tree(leaves[29], 29, proof["lines"], path, statement.root)
    assert not is_in_tree(altered[29], 29, proof["lines"], path, statement.root)
    for query, status in (({"level": 7}, 404), ({"first": 37}, 404), ({"level": 64}, 400), ({"count": 257}, 400)):
        assert (await calls.read("/statements/1/nodes", **query)).status_code == status, query
    for event in ("999999", "0", "first"):
        assert (await calls.read(f"/statements/1/proofs/{event}")).status_code == 404, event
    assert (await bakery_calls.read("/statements/1/nodes")).status_code == 404
    assert (await bakery_calls.read(f"/statements/1/proofs/{events[29]}")).status_code == 404
