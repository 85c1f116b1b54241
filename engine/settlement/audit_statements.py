"""The part of the audit that works statements out again: sums, what is due, the tree, the text, what was signed."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.lines import sums_of_lines
from engine.settlement.statements import BooksAltered, read_totals, statement_payload
from engine.settlement.trees import kept_root

_STATEMENTS = text("""
    SELECT s.program_id, s.statement_id, p.handle, s.number, s.cycle_starts_at, s.cycle_ends_at, s.interim, s.lines,
        s.totals, s.root, s.payload, s.token, s.issued_at
    FROM statements s LEFT JOIN partners p ON p.program_id = s.program_id AND p.partner_id = s.partner_id
    WHERE s.program_id = ANY(:programs) ORDER BY s.program_id, s.statement_id
""")


async def audit_statements(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(statements looked at, those that are not what their events say), one after the other."""
    rows = (await connection.execute(_STATEMENTS, {"programs": program_ids})).all()
    wrong = 0
    for row in rows:
        wrong += not await _as_issued(connection, row)
    return len(rows), wrong


async def _as_issued(connection: AsyncConnection, row: Any) -> bool:
    try:
        totals = await sums_of_lines(connection, row.program_id, row.statement_id)
    except BooksAltered:
        return False
    root = await kept_root(connection, row.program_id, row.statement_id)
    if root is None:
        return False
    payload = statement_payload(
        partner=row.handle, number=row.number, starts_at=row.cycle_starts_at, ends_at=row.cycle_ends_at,
        interim=row.interim, lines=row.lines, totals=totals, root=root, issued_at=row.issued_at,
    )  # fmt: skip
    return (
        read_totals(row.totals) == totals
        and row.lines == sum(one.events for one in totals.kinds)
        and bytes(row.root) == root
        and row.payload == payload
        and _signed(row.token) == payload.encode()
    )


def _signed(token: str) -> bytes | None:
    """What a compact JWS was made over; whether its key is the program's is proven by whoever has that."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        return base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except binascii.Error:
        return None
