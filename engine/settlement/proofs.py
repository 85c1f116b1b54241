"""Nodes and paths of a statement's tree: to find a row, or prove one, without reading all of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.comparing import Leaf
from engine.settlement.merkle import MerkleTree
from engine.settlement.reading import leaves_of
from engine.settlement.statements import Statement

LINES_MAXIMUM = 200_000
"""The longest statement whose tree is put together for a caller; a longer one is compared by its tokens."""
NODES_MAXIMUM = 256


class ProofRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A proof was not made. `code`: TOO_LONG (the statement), NO_SUCH_NODE, NO_SUCH_LINE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class LineProof:
    """That an event stands at a position of a statement: `merkle.is_in_tree` says whether it holds."""

    event: str
    position: int
    leaf: bytes
    path: tuple[bytes, ...]


async def nodes_of(
    connection: AsyncConnection, statement: Statement, level: int, first: int, count: int
) -> tuple[bytes, ...]:
    """Nodes of a level (0: the leaves) from an index on, at most NODES_MAXIMUM and as many as there are.

    Raises ProofRefused: TOO_LONG, NO_SUCH_NODE.
    """
    tree = await asyncio.to_thread(MerkleTree, [leaf.hash for leaf in await _leaves(connection, statement)])
    found = tree.nodes(level, first, min(count, NODES_MAXIMUM))
    if not found:
        raise ProofRefused("NO_SUCH_NODE", f"The tree has no node {level}/{first}.")
    return found


async def proof_of(connection: AsyncConnection, statement: Statement, event: str) -> LineProof:
    """The path that proves that an event, by its id, is on a statement. Raises ProofRefused: TOO_LONG, NO_SUCH_LINE."""
    leaves = await _leaves(connection, statement)
    position = next((place for place, leaf in enumerate(leaves) if leaf.event == event), None)
    if position is None:
        raise ProofRefused("NO_SUCH_LINE", "The statement has no such event.")
    tree = await asyncio.to_thread(MerkleTree, [leaf.hash for leaf in leaves])
    return LineProof(event, position, leaves[position].hash, tree.path(position))


async def _leaves(connection: AsyncConnection, statement: Statement) -> list[Leaf]:
    if statement.lines > LINES_MAXIMUM:
        raise ProofRefused("TOO_LONG", f"A statement of more than {LINES_MAXIMUM} lines is compared by its tokens.")
    return await leaves_of(connection, statement.program_id, statement.statement_id)
