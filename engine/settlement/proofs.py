"""Nodes and paths of a statement's tree: to find a row, or prove one, without reading all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.reading import leaves_of
from engine.settlement.statements import Statement
from engine.settlement.tree_pages import levels_over, nodes_on
from engine.settlement.trees import read_nodes

NODES_MAXIMUM = 256

_PLACE = text("""
    SELECT position FROM statement_lines
    WHERE program_id = :program_id AND event_id = :event_id AND statement_id = :statement_id
""")


class ProofRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A proof was not made. `code`: NO_SUCH_NODE, NO_SUCH_LINE."""

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

    Raises ProofRefused NO_SUCH_NODE.
    """
    last = min(first + min(count, NODES_MAXIMUM), nodes_on(statement.lines, level))
    if not 0 <= first < last:
        raise ProofRefused("NO_SUCH_NODE", f"The tree has no node {level}/{first}.")
    if level == 0:
        leaves = await leaves_of(
            connection, statement.program_id, statement.statement_id, first=first, most=last - first
        )
        return tuple(leaf.hash for leaf in leaves)
    wanted = [(level, index) for index in range(first, last)]
    found = await read_nodes(connection, statement.program_id, statement.statement_id, wanted)
    return tuple(found[node] for node in wanted)


async def proof_of(connection: AsyncConnection, statement: Statement, event: str) -> LineProof:
    """The path that proves that an event, by its id, is on a statement. Raises ProofRefused NO_SUCH_LINE."""
    given = {
        "program_id": statement.program_id, "statement_id": statement.statement_id, "event_id": int(event)
    }  # fmt: skip
    position: int | None = (await connection.execute(_PLACE, given)).scalar_one_or_none()
    if position is None:
        raise ProofRefused("NO_SUCH_LINE", "The statement has no such event.")
    # The line with its neighbor, which begins at an even place, and the neighbors on the way up.
    pair = await leaves_of(connection, statement.program_id, statement.statement_id, first=position & ~1, most=2)
    path = [leaf.hash for leaf in pair if leaf.event != event]
    neighbors = [(level, position >> level ^ 1) for level in range(1, levels_over(statement.lines))]
    wanted = [(level, index) for level, index in neighbors if index < nodes_on(statement.lines, level)]
    found = await read_nodes(connection, statement.program_id, statement.statement_id, wanted)
    return LineProof(event, position, pair[position & 1].hash, (*path, *(found[node] for node in wanted)))
