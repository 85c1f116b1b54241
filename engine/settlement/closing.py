"""Statements are issued: for each cycle that something happened in, numbered without a gap, and never changed.

An ended cycle waits some days for late reports and is closed then; a person can close it sooner, or a running one as
it stands. What comes later, corrections above all, is in the next statement. A statement is one transaction that holds
the partner's settlement, so a crash anywhere leaves it whole or not begun, and its number unused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.database import transaction_time
from engine.partners.catalog import agreements_of, partner_of
from engine.partners.cycles import Cycle, cycle_of
from engine.partners.facts import Agreement, Partner, in_force, timeline
from engine.partners.signing_store import Sign, sign_everything
from engine.settlement.lines import Books, TakenUp, read_books, take_up
from engine.settlement.locks import lock_settlement
from engine.settlement.payment_rows import open_unpaid
from engine.settlement.statements import Statement, StatementRefused, statement_payload, stored_totals

CLOSER = "laurel"
"""Who issued the statements of cycles that ended by themselves."""

_NEXT_ID = text("SELECT nextval('ledger_ids')")
_INSERT = text("""
    INSERT INTO statements (program_id, statement_id, partner_id, number, cycle_starts_at, cycle_ends_at, interim,
        lines, totals, root, payload, settled_position, token, issued_at, issued_by)
    VALUES (:program_id, :statement_id, :partner_id, :number, :starts_at, :ends_at, :interim, :lines,
        CAST(:totals AS jsonb), :root, :payload, :settled_position, :token, :issued_at, :issued_by)
""")
# The partner's row is locked by every event: this is the last statement of the transaction, and it asks for no wait
# that is not over at once. It also proves the number: whoever was first, the second finds another one.
_ADVANCE = text("""
    UPDATE partners SET statements_issued = :number, closed_until = :ends_at, next_closing_at = NULL
    WHERE program_id = :program_id AND partner_id = :partner_id AND statements_issued = :number - 1
    RETURNING statements_issued
""")
_PASS_OVER = text("""
    UPDATE partners SET closed_until = :closed_until, next_closing_at = :next_closing_at
    WHERE program_id = :program_id AND partner_id = :partner_id
""")


@dataclass(frozen=True, slots=True)
class _Closing:
    """A partner whose books somebody is about to close."""

    program_id: int
    partner: Partner
    agreements: tuple[Agreement, ...]
    books: Books
    now: datetime

    @property
    def starts_at(self) -> datetime:
        """From when on nothing is closed."""
        return self.partner.closed_until or timeline(self.agreements)[0].effective_from


async def issue_statement(
    connection: AsyncConnection, program_id: int, partner_id: int, *, until: datetime | None = None, sign: Sign,
    actor: str,
) -> Statement:  # fmt: skip
    """Close the oldest cycle that something is open of, by hand: up to `until`, else up to now or to its end.

    What occurred from `until` on is in the next statement. Raises StatementRefused: PARTNER_NOT_FOUND, NO_AGREEMENT,
    UNTIL_INVALID, NOTHING_TO_SETTLE; BooksAltered.
    """
    closing = await _begin(connection, program_id, partner_id, sign)
    first = closing.books.first_open_at
    if first is None:
        raise StatementRefused("NOTHING_TO_SETTLE", None, "Nothing happened since the last statement.")
    cycle = cycle_of(closing.agreements, max(closing.starts_at, first))
    starts_at = max(closing.starts_at, cycle.starts_at)
    ends_at = min(closing.now, cycle.ends_at) if until is None else until
    if not starts_at < ends_at <= min(closing.now, cycle.ends_at):
        message = (
            f"A statement ends after {starts_at.isoformat()}, not in the future, and with its cycle at the latest."
        )
        raise StatementRefused("UNTIL_INVALID", "until", message)
    statement = await _close(connection, closing, starts_at, ends_at, ends_at != cycle.ends_at, sign, actor)
    if statement is None:
        raise StatementRefused("NOTHING_TO_SETTLE", None, "Nothing happened in this time that is not settled already.")
    return statement


async def close_next(connection: AsyncConnection, program_id: int, partner_id: int, *, sign: Sign) -> Statement | None:
    """Close the oldest cycle that is due, passing over those in which nothing happened; None where no more is due.

    When to look again is remembered on the partner's row. Raises StatementRefused, BooksAltered.
    """
    closing = await _begin(connection, program_id, partner_id, sign)
    starts_at, first = closing.starts_at, closing.books.first_open_at
    while True:
        cycle = cycle_of(closing.agreements, starts_at)
        due_at = closes_at(closing.agreements, cycle)
        if due_at > closing.now:
            await _pass_over(connection, closing, starts_at, due_at)
            return None
        if first is not None and first < cycle.ends_at:
            return await _close(connection, closing, starts_at, cycle.ends_at, False, sign, CLOSER)
        starts_at = cycle.ends_at


def closes_at(agreements: tuple[Agreement, ...], cycle: Cycle) -> datetime:
    """When a cycle has waited long enough for late reports, by the agreement in force at its last moment."""
    agreement = in_force(agreements, cycle.ends_at - timedelta(microseconds=1))
    assert agreement is not None, "a cycle begins with an agreement"
    return cycle.ends_at + timedelta(days=agreement.definition.settle_days)


async def _begin(connection: AsyncConnection, program_id: int, partner_id: int, sign: Sign) -> _Closing:
    await lock_settlement(connection, program_id, partner_id)
    partner = await partner_of(connection, program_id, partner_id)
    if partner is None:
        raise StatementRefused("PARTNER_NOT_FOUND", None, "The program has no such partner.")
    agreements = await agreements_of(connection, program_id, partner_id)
    if not agreements:
        raise StatementRefused("NO_AGREEMENT", None, "Nothing is agreed with this partner.")
    await sign_everything(connection, program_id, partner_id, sign)
    books = await read_books(connection, program_id, partner_id)
    return _Closing(program_id, partner, agreements, books, await transaction_time(connection))


async def _close(
    connection: AsyncConnection, closing: _Closing, starts_at: datetime, ends_at: datetime, interim: bool, sign: Sign,
    actor: str,
) -> Statement | None:  # fmt: skip
    statement_id: int = (await connection.execute(_NEXT_ID)).scalar_one()
    taken_up = await take_up(connection, closing.books, statement_id, starts_at, ends_at)
    if taken_up is None:
        return None
    crash_point("statement-lines-written")
    statement = _statement(closing, statement_id, starts_at, ends_at, interim, taken_up, sign, actor)
    await connection.execute(_INSERT, _row(statement, taken_up))
    crash_point("statement-written")
    await open_unpaid(connection, statement)
    given = {
        "program_id": closing.program_id, "partner_id": closing.partner.partner_id, "number": statement.number,
        "ends_at": ends_at,
    }  # fmt: skip
    (await connection.execute(_ADVANCE, given)).one()
    crash_point("statement-numbered")
    return statement


def _statement(
    closing: _Closing, statement_id: int, starts_at: datetime, ends_at: datetime, interim: bool, taken_up: TakenUp,
    sign: Sign, actor: str,
) -> Statement:  # fmt: skip
    number = closing.partner.statements_issued + 1
    payload = statement_payload(
        partner=closing.partner.handle, number=number, starts_at=starts_at, ends_at=ends_at, interim=interim,
        lines=taken_up.lines, totals=taken_up.totals, root=taken_up.root, issued_at=closing.now,
    )  # fmt: skip
    return Statement(
        closing.program_id, statement_id, closing.partner.partner_id, number, starts_at, ends_at, interim,
        taken_up.lines, taken_up.totals, taken_up.root, payload, sign(payload.encode()), closing.now, actor,
    )  # fmt: skip


def _row(statement: Statement, taken_up: TakenUp) -> dict[str, Any]:
    return {
        "program_id": statement.program_id, "statement_id": statement.statement_id,
        "partner_id": statement.partner_id, "number": statement.number, "starts_at": statement.starts_at,
        "ends_at": statement.ends_at, "interim": statement.interim, "lines": statement.lines,
        "totals": stored_totals(statement.totals), "root": statement.root, "payload": statement.payload,
        "settled_position": taken_up.settled_position, "token": statement.token, "issued_at": statement.issued_at,
        "issued_by": statement.issued_by,
    }  # fmt: skip


async def _pass_over(connection: AsyncConnection, closing: _Closing, starts_at: datetime, due_at: datetime) -> None:
    given = {
        "program_id": closing.program_id, "partner_id": closing.partner.partner_id, "closed_until": starts_at,
        "next_closing_at": due_at,
    }  # fmt: skip
    await connection.execute(_PASS_OVER, given)
