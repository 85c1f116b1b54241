"""The audit of statements: clean after everything that can be done, and each kind of tampering is found."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.audit import audit
from engine.database import create_engine, tenant_transaction
from engine.settlement.answers import answer_statement
from engine.settlement.payments import record_payment
from engine.settlement.reconciliation import reconcile
from tests.support.settling import Settling, agreement

MARCH, APRIL = datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 4, 5, tzinfo=UTC)


async def everything(settling: Settling) -> None:
    """Two statements of one partner with a late line, an answer, a file and payments; a prepaid partner beside it."""
    partner = await settling.partner()
    for points in (10, 20, 30):
        await settling.record(partner, "issued", points, MARCH, reference=f"A-{points}")
    march = await settling.issue(partner)
    await settling.record(partner, "issued", 40, MARCH, reference="A-40")
    await settling.record(partner, "redeemed", 5_000, APRIL, reference="B-1")
    april = await settling.issue(partner)
    prepaid = await settling.partner(agreement(billing="prepaid"), "lake")
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        program_id = settling.program_id
        await answer_statement(connection, program_id, partner, 1, agreed=True, root=march.root, actor="partner-key:1")
        await reconcile(
            connection, program_id, partner, april.statement_id, io.BytesIO(b"reference,points\nA-40,41"), "april.csv",
            actor="staff:1",
        )  # fmt: skip
        # 63 cents are due for March, 4,008 are owed for April.
        for minor, statement, reference in ((63, march, "wire-1"), (-4_000, april, "wire-2")):
            await record_payment(
                connection, program_id, partner, kind="settlement", amount_minor=minor, currency="USD",
                reference=reference, paid_on=date(2024, 5, 1), statement_id=statement.statement_id, actor="staff:1",
            )  # fmt: skip
        await record_payment(
            connection, program_id, prepaid, kind="prepayment", amount_minor=5_000, currency="USD",
            reference="wire-1", paid_on=date(2024, 5, 1), actor="staff:1",
        )  # fmt: skip
    await settling.record(prepaid, "issued", 100, MARCH)
    await settling.issue(prepaid)


async def breaches(connection: AsyncConnection, program_id: int) -> set[str]:
    """The checks that found something."""
    report = await audit(connection, [program_id])
    return {check.name for check in report.checks if check.breaches}


TAMPERING = {
    "UPDATE statements SET number = 7 WHERE number = 2": {"statement-numbers", "statements"},
    "UPDATE partners SET statements_issued = 1 WHERE handle = 'harbor'": {"statement-numbers"},
    "UPDATE statements SET cycle_starts_at = cycle_starts_at - interval '1 day' WHERE number = 2": {
        "statement-numbers", "statements",
    },
    "UPDATE statement_lines SET late = NOT late WHERE position = 1": {"statement-lines"},
    "UPDATE statement_lines SET position = position + 1 WHERE position = 2": {"statement-lines"},
    "DELETE FROM statement_lines WHERE position = 2": {"statement-reach", "statements", "partner-open"},
    "UPDATE statement_nodes SET hashes = sha256(hashes) WHERE level = 1": {"statements"},
    "DELETE FROM statement_nodes WHERE level = 2": {"statements"},
    "INSERT INTO statement_nodes SELECT program_id, statement_id, 9, 0, hashes FROM statement_nodes LIMIT 1": {
        "statements",
    },
    "UPDATE partner_open_sums SET micros = micros + 1": {"partner-open"},
    "UPDATE partner_open_sums SET events = events + 1, late = late + 1": {"partner-open"},
    "UPDATE statements SET root = sha256(root) WHERE number = 2": {"statements"},
    "UPDATE statements SET token = 'a.e30.b' WHERE number = 2": {"statements"},
    "UPDATE statements SET totals = replace(totals::text, '63', '64')::jsonb": {"statements"},
    "UPDATE partner_events SET payload = replace(payload, 'A-10', 'A-11')": {"statements", "partner-payloads",
                                                                             "partner-signatures"},
    "UPDATE partner_payments SET amount_minor = 50 WHERE amount_minor = 63": {"statements-paid"},
    "UPDATE partner_payments SET currency = 'EUR' WHERE amount_minor = 63": {"statement-payments", "statements-paid"},
    "DELETE FROM suspense_rows WHERE problem = 'paid_differently'": {"statements-paid"},
}  # fmt: skip


async def test_the_audit_is_clean_after_everything_that_can_be_done_and_finds_tampering(
    settling: Settling, database_url: str
) -> None:
    await everything(settling)
    owner = create_engine(database_url, role=None)
    async with owner.connect() as connection:
        assert await breaches(connection, settling.program_id) == set()
        for tampering, found in TAMPERING.items():
            await connection.execute(text(tampering.replace("::", r"\:\:")))
            assert (tampering, await breaches(connection, settling.program_id)) == (tampering, found)
            await connection.rollback()
    await owner.dispose()
