"""Whom the rows of a file are about: members of the shop's customers, by id or by the key of a proven address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.files.rows import BulkRow
from engine.redactions import Subject, find_erased

_CLOSED = """c.deleted_at IS NOT NULL
    OR CASE WHEN m.merged_into IS NULL THEN m.closed_at ELSE k.closed_at END IS NOT NULL"""
_MEMBERS = """JOIN members m ON m.program_id = c.program_id AND m.member_id = c.member_id
    LEFT JOIN members k ON k.program_id = m.program_id AND k.member_id = m.merged_into"""
_BY_ID = BulkStatement(
    {"number": "integer", "program_id": "bigint", "shop_id": "bigint", "customer_id": "bigint"},
    f"""SELECT g.number, COALESCE(m.merged_into, m.member_id), {_CLOSED}
    FROM given g JOIN customers c USING (program_id, shop_id, customer_id) {_MEMBERS}""",
)
_BY_ADDRESS = BulkStatement(
    {"number": "integer", "program_id": "bigint", "shop_id": "bigint", "email_key": "bytea"},
    f"""SELECT DISTINCT g.number, COALESCE(m.merged_into, m.member_id), {_CLOSED}
    FROM given g JOIN customers c USING (program_id, shop_id, email_key) {_MEMBERS}""",
)


class CustomerFinder:
    """Finds the members of rows of one shop's file. `enroll`: an id that nobody knows is somebody new."""

    def __init__(self, connection: AsyncConnection, program_id: int, shop_id: int, enroll: bool, now: datetime) -> None:
        self._connection = connection
        self._program_id = program_id
        self._shop_id = shop_id
        self._enroll = enroll
        self.now = now

    async def find(self, rows: Sequence[BulkRow]) -> dict[int, int | str | None]:
        """For each row by its number the member, the problem as a code, or None for somebody who is to be enrolled."""
        by_id = [self._given(row) for row in rows if isinstance(row.customer, int)]
        by_address = [self._given(row) for row in rows if isinstance(row.customer, bytes)]
        matches: dict[int, list[tuple[int, bool]]] = {}
        for statement, given in ((_BY_ID, by_id), (_BY_ADDRESS, by_address)):
            for number, member_id, closed in await statement.run(self._connection, given):
                matches.setdefault(number, []).append((member_id, closed))
        found: dict[int, int | str | None] = {number: _one(members) for number, members in matches.items()}
        unknown = [row for row in rows if row.number not in found]
        return found | await self._newcomers(unknown)

    def _given(self, row: BulkRow) -> tuple[object, ...]:
        return row.number, self._program_id, self._shop_id, row.customer

    async def _newcomers(self, rows: Sequence[BulkRow]) -> dict[int, int | str | None]:
        new = [row for row in rows if self._enroll and isinstance(row.customer, int)]
        found: dict[int, int | str | None] = {row.number: "customer-unknown" for row in rows}
        erased = await find_erased(self._connection, [self.subject(row) for row in new])
        for position, row in enumerate(new):
            found[row.number] = "customer-erased" if position in erased else None
        return found

    def subject(self, row: BulkRow) -> Subject:
        """A row's customer as one who may have been erased."""
        assert isinstance(row.customer, int)
        return Subject(self._program_id, self._shop_id, row.customer, None, None)


def _one(members: list[tuple[int, bool]]) -> int | str:
    """The member among those that match, of which several may have one address."""
    living = {member_id for member_id, closed in members if not closed}
    if len(living) > 1:
        return "customer-ambiguous"
    return living.pop() if living else "customer-closed"
