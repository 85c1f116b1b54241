"""Whether a statement is paid: of each currency of it that is not, one row is open from the day it was issued."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.statements import Statement
from engine.settlement.suspense_store import NewRow, SuspenseProblem, open_rows, rows_open, settle_rows

_UNPAID: tuple[SuspenseProblem, ...] = ("unpaid", "paid_differently")


async def open_unpaid(connection: AsyncConnection, statement: Statement) -> None:
    """Open what a new statement leaves to pay, in either direction."""
    rows = [_row("unpaid", due.currency, due.to_pay_minor, 0) for due in statement.totals.dues if due.to_pay_minor != 0]
    await open_rows(connection, statement.program_id, statement.partner_id, statement.statement_id, rows)


async def follow_payment(
    connection: AsyncConnection, statement: Statement, currency: str, paid_minor: int, tolerance_minor: int, *,
    reference: str, actor: str,
) -> None:  # fmt: skip
    """Settle what was open of a currency; open what is left after all payments of it, since when it was open."""
    known = [
        row
        for row in await rows_open(connection, statement.program_id, statement.partner_id, _UNPAID)
        if row.statement_id == statement.statement_id and row.reference == currency
    ]
    to_pay = next(due.to_pay_minor for due in statement.totals.dues if due.currency == currency)
    ids = [row.row_id for row in known]
    since = await settle_rows(connection, statement.program_id, ids, "paid", note=reference, actor=actor)
    if abs(to_pay - paid_minor) <= tolerance_minor:
        return
    row = _row("paid_differently", currency, to_pay, paid_minor)
    opened_at = min(since, default=None)
    again = NewRow(row.problem, row.reference, ours=row.ours, theirs=row.theirs, opened_at=opened_at)
    await open_rows(connection, statement.program_id, statement.partner_id, statement.statement_id, [again])


def _row(problem: SuspenseProblem, currency: str, to_pay_minor: int, paid_minor: int) -> NewRow:
    return NewRow(
        problem, currency, ours={"currency": currency, "minor": str(to_pay_minor)},
        theirs={"currency": currency, "minor": str(paid_minor)},
    )  # fmt: skip
