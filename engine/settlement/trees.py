"""The tree of a statement in the database: written once with its lines, read by single nodes, compared by the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.merkle import HASH_BYTES
from engine.settlement.tree_pages import PAGE_NODES, NodePage, TreePages

ROWS_AT_A_TIME = 5_000

_HASHES = text("""
    SELECT l.position, e.leaf_hash FROM statement_lines l JOIN partner_events e USING (program_id, event_id)
    WHERE l.program_id = :program_id AND l.statement_id = :statement_id AND l.position > :after
    ORDER BY l.position LIMIT :most
""")
_GIVEN = """unnest(CAST(:levels AS smallint[]), CAST(:pages AS integer[]), CAST(:hashes AS bytea[]))
    AS g (level, page, hashes)"""
_WRITE = text(f"""
    INSERT INTO statement_nodes (program_id, statement_id, level, page, hashes)
    SELECT :program_id, :statement_id, g.level, g.page, g.hashes FROM {_GIVEN}
""")
_SAME = text(f"""
    SELECT count(*) FROM {_GIVEN} JOIN statement_nodes n ON n.program_id = :program_id
        AND n.statement_id = :statement_id AND n.level = g.level AND n.page = g.page AND n.hashes = g.hashes
""")
_PAGES = text("SELECT count(*) FROM statement_nodes WHERE program_id = :program_id AND statement_id = :statement_id")
_READ = text("""
    SELECT n.level, n.page, n.hashes
    FROM unnest(CAST(:levels AS smallint[]), CAST(:pages AS integer[])) AS g (level, page)
    JOIN statement_nodes n ON n.program_id = :program_id AND n.statement_id = :statement_id AND n.level = g.level
        AND n.page = g.page
""")


async def write_tree(connection: AsyncConnection, program_id: int, statement_id: int) -> bytes:
    """Keep the tree over the lines that a statement has; its root."""
    given, tree = {"program_id": program_id, "statement_id": statement_id}, TreePages()
    async for pages in _growing(connection, given, tree):
        await connection.execute(_WRITE, {**given, **_arrays(pages)})
    return tree.root


async def kept_root(connection: AsyncConnection, program_id: int, statement_id: int) -> bytes | None:
    """The root over a statement's lines, worked out again; None where the tree that is kept is another one."""
    given, tree, same, worked_out = {"program_id": program_id, "statement_id": statement_id}, TreePages(), 0, 0
    async for pages in _growing(connection, given, tree):
        worked_out += len(pages)
        same += (await connection.execute(_SAME, {**given, **_arrays(pages)})).scalar_one()
    kept: int = (await connection.execute(_PAGES, given)).scalar_one()
    return tree.root if same == worked_out == kept else None


async def read_nodes(
    connection: AsyncConnection, program_id: int, statement_id: int, nodes: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Nodes above the leaves by level and index; those that the tree does not have are left out."""
    wanted = sorted({(level, index // PAGE_NODES) for level, index in nodes})
    given = {"levels": [level for level, _ in wanted], "pages": [page for _, page in wanted]}
    rows = await connection.execute(_READ, {"program_id": program_id, "statement_id": statement_id, **given})
    found = {(row.level, row.page): bytes(row.hashes) for row in rows}
    read = {}
    for level, index in nodes:
        begins = index % PAGE_NODES * HASH_BYTES
        node = found.get((level, index // PAGE_NODES), b"")[begins : begins + HASH_BYTES]
        if node:
            read[level, index] = node
    return read


async def _growing(
    connection: AsyncConnection, given: dict[str, int], tree: TreePages
) -> AsyncIterator[list[NodePage]]:
    """Add the hashes of all lines to a tree; its pages, as they are ready."""
    after = -1
    while rows := (await connection.execute(_HASHES, {**given, "after": after, "most": ROWS_AT_A_TIME})).all():
        for row in rows:
            tree.add(bytes(row.leaf_hash))
        after = rows[-1].position
        yield tree.take_ready()
    tree.finish()
    yield tree.take_ready()


def _arrays(pages: Sequence[NodePage]) -> dict[str, object]:
    return {
        "levels": [page.level for page in pages], "pages": [page.page for page in pages],
        "hashes": [page.hashes for page in pages],
    }  # fmt: skip
