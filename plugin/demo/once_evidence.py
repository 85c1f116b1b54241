"""What `laurel demo --once` finds in the database: deliveries, awards, postings and balances, read with plain SQL.

It reads the tables as they are and uses nothing of the engine that wrote them, so that both can be compared.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from engine.accounts import MemberAccount, ProgramAccount

_APPLIED_LIMIT_SECONDS = 30.0


class DisagreementError(Exception):
    """Two parts saw different things; the text says which."""


@dataclass(frozen=True)
class StoredDelivery:
    """One row of the inbox."""

    webhook_id: str
    topic: str
    state: str
    reason: str | None
    body: bytes


@dataclass(frozen=True)
class Posting:
    """One transaction of a member with its only transfer. `debit` and `credit` are account kinds, such as ISSUED."""

    transaction_id: int
    kind: str
    points: int
    debit: str
    credit: str
    amount: int
    program_version: int


@dataclass(frozen=True)
class StoredBalance:
    """What the member's row says, and what the transfers of that member sum up to."""

    member_id: int
    available: int
    debt: int
    summed: int


class Evidence:
    """Reads one program's rows, as the owner of the tables."""

    def __init__(self, connection: psycopg.Connection, *, shop: str) -> None:
        self._connection = connection
        row = connection.execute("SELECT program_id, shop_id FROM shop_directory WHERE domain = %s", (shop,)).fetchone()
        if row is None:
            raise DisagreementError(f"the database knows no shop {shop}")
        self._program_id, self._shop_id = row
        connection.execute("SELECT set_config('laurel.program_ids', %s, false)", (f"{{{self._program_id}}}",))

    @property
    def program_id(self) -> int:
        """The program of the shop."""
        return int(self._program_id)

    def applied_deliveries(self, webhook_ids: Sequence[str]) -> list[StoredDelivery]:
        """The rows of these webhooks, once all are applied. Raises DisagreementError when that does not happen."""
        deadline = time.monotonic() + _APPLIED_LIMIT_SECONDS
        while True:
            rows = self._connection.execute(
                "SELECT webhook_id, topic, state, reason, body FROM deliveries "
                "WHERE program_id = %s AND webhook_id = ANY(%s) ORDER BY delivery_id",
                (self._program_id, list(webhook_ids)),
            ).fetchall()
            found = [StoredDelivery(*row) for row in rows]
            open_ones = [one for one in found if one.state != "applied"]
            if {one.webhook_id for one in found} == set(webhook_ids) and not open_ones:
                return found
            if time.monotonic() > deadline or any(one.state == "parked" for one in open_ones):
                states = ", ".join(f"{one.topic} is {one.state} {one.reason or ''}".strip() for one in found)
                raise DisagreementError(f"the inbox did not apply all of {len(webhook_ids)} deliveries: {states}")
            time.sleep(0.05)

    def postings_of_order(self, order_id: int) -> list[Posting]:
        """What was posted for an order, oldest first."""
        return self._postings(
            "a.shop_id = %s AND a.source_id = %s AND a.rule = 'purchase'", self._shop_id, str(order_id)
        )

    def bonus_of_customer(self, customer_id: int) -> list[Posting]:
        """The sign-up bonus of a customer's member: one posting, or none yet."""
        return self._postings(
            "a.rule = 'sign-up' AND a.member_id = (SELECT member_id FROM customers c WHERE "
            "c.program_id = a.program_id AND c.shop_id = %s AND c.customer_id = %s)",
            self._shop_id,
            customer_id,
        )

    def balance_of_customer(self, customer_id: int) -> StoredBalance:
        """A customer's balance. Raises DisagreementError for a customer without a member."""
        row = self._connection.execute(
            "SELECT m.member_id, m.available, m.debt FROM customers c JOIN members m USING (program_id, member_id) "
            "WHERE c.program_id = %s AND c.shop_id = %s AND c.customer_id = %s",
            (self._program_id, self._shop_id, customer_id),
        ).fetchone()
        if row is None:
            raise DisagreementError(f"customer {customer_id} has no member")
        member_id, available, debt = row
        return StoredBalance(member_id, available, debt, self._summed(member_id))

    def _summed(self, member_id: int) -> int:
        account = member_id * 16 + MemberAccount.AVAILABLE
        row = self._connection.execute(
            "SELECT COALESCE(sum(CASE WHEN credit_account = %(account)s THEN amount ELSE -amount END), 0) "
            "FROM transfers WHERE program_id = %(program)s AND %(account)s IN (credit_account, debit_account)",
            {"account": account, "program": self._program_id},
        ).fetchone()
        return int(row[0]) if row else 0

    def _postings(self, condition: str, *values: object) -> list[Posting]:
        rows = self._connection.execute(
            "SELECT t.transaction_id, t.kind, t.points, f.debit_account, f.credit_account, f.amount, t.program_version "
            "FROM awards a JOIN transactions t USING (program_id, award_id) "
            "JOIN transfers f USING (program_id, transaction_id) "
            f"WHERE a.program_id = %s AND {condition} ORDER BY t.transaction_id, f.position",
            (self._program_id, *values),
        ).fetchall()
        return [Posting(row[0], row[1], row[2], _kind(row[3]), _kind(row[4]), row[5], row[6]) for row in rows]


def _kind(account: int) -> str:
    return (ProgramAccount(account) if account < 16 else MemberAccount(account % 16)).name
