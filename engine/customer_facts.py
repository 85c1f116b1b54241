"""What a batch says of customers.

Who joins, whose address is proven, which guests' orders that claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bonuses import BonusClaim
from engine.bulk import BulkStatement
from engine.enrollment import CustomerKey, enroll, find_members
from engine.ledger import MemberKey
from engine.order_facts import KnownOrder


@dataclass(slots=True)
class CustomerFacts:
    """Collected from a batch's events; `members` is filled when they are learned."""

    joining: dict[CustomerKey, datetime] = field(default_factory=dict)
    email_keys: dict[CustomerKey, tuple[datetime, bytes | None]] = field(default_factory=dict)
    created_at: dict[CustomerKey, tuple[datetime, datetime]] = field(default_factory=dict)
    deleted_at: dict[CustomerKey, datetime] = field(default_factory=dict)
    known: set[CustomerKey] = field(default_factory=set)
    members: dict[CustomerKey, int] = field(default_factory=dict)

    def mentioned(self, key: CustomerKey, email_key: bytes | None, seen_at: datetime) -> None:
        """An order names this customer, perhaps with a proven address."""
        self.known.add(key)
        if email_key is not None:
            self._address(key, email_key, seen_at)

    def seen(self, key: CustomerKey, email_key: bytes | None, occurred_at: datetime, received_at: datetime) -> None:
        """The customer has an account in the shop: they are a member from then on."""
        self.known.add(key)
        self._address(key, email_key, occurred_at)
        self._join(key, min(occurred_at, received_at))

    def created(self, key: CustomerKey, occurred_at: datetime, received_at: datetime) -> None:
        """The account is new."""
        self.created_at[key] = (occurred_at, received_at)

    def bought(self, key: CustomerKey, occurred_at: datetime, received_at: datetime) -> None:
        """The customer paid an order: they are a member from then on."""
        self.known.add(key)
        self._join(key, min(occurred_at, received_at))

    def deleted(self, key: CustomerKey, occurred_at: datetime) -> None:
        """The shop deleted the customer."""
        self.deleted_at[key] = occurred_at

    def bonus_claims(self) -> list[BonusClaim]:
        """The claims of those who made an account."""
        return [
            BonusClaim(MemberKey(key.program_id, self.members[key]), *moments)
            for key, moments in self.created_at.items()
            if key in self.members
        ]

    def _address(self, key: CustomerKey, email_key: bytes | None, seen_at: datetime) -> None:
        """The newest word on an address counts, also when it says that none is proven any more."""
        known = self.email_keys.get(key)
        if known is None or (known[0], known[1] or b"") <= (seen_at, email_key or b""):
            self.email_keys[key] = (seen_at, email_key)

    def _join(self, key: CustomerKey, moment: datetime) -> None:
        self.joining[key] = min(self.joining.get(key, moment), moment)


_KEY = {"program_id": "bigint", "shop_id": "bigint", "customer_id": "bigint"}
_EMAILS = BulkStatement(
    {**_KEY, "email_seen_at": "timestamptz", "email_key": "bytea"},
    """, locked AS (
        SELECT c.program_id, c.shop_id, c.customer_id, g.email_seen_at, g.email_key
        FROM customers c JOIN given g USING (program_id, shop_id, customer_id)
        WHERE c.email_seen_at IS NULL OR (c.email_seen_at, COALESCE(c.email_key, ''))
            < (g.email_seen_at, COALESCE(g.email_key, ''))
        ORDER BY c.program_id, c.shop_id, c.customer_id FOR UPDATE OF c
    )
    UPDATE customers c SET email_key = l.email_key, email_seen_at = l.email_seen_at FROM locked l
    WHERE c.program_id = l.program_id AND c.shop_id = l.shop_id AND c.customer_id = l.customer_id""",
)
_DELETED = BulkStatement(
    {**_KEY, "deleted_at": "timestamptz"},
    """UPDATE customers c SET deleted_at = g.deleted_at, email_key = NULL FROM given g
    WHERE c.program_id = g.program_id AND c.shop_id = g.shop_id AND c.customer_id = g.customer_id""",
)
_OWNERS = BulkStatement(
    {"program_id": "bigint", "email_key": "bytea"},
    """SELECT DISTINCT ON (c.program_id, c.email_key) c.program_id, c.email_key, c.member_id FROM given g
    JOIN customers c ON c.program_id = g.program_id AND c.email_key = g.email_key
    WHERE c.deleted_at IS NULL ORDER BY c.program_id, c.email_key, c.member_id""",
)


async def learn_customers(connection: AsyncConnection, facts: CustomerFacts, orders: Sequence[KnownOrder]) -> None:
    """Make members of who joins, note proven addresses, and give orders their member: by customer, else by address."""
    facts.members = await enroll(connection, facts.joining)
    facts.members |= await find_members(connection, facts.known - facts.members.keys())
    await _EMAILS.run(
        connection, [(*key, *seen) for key, seen in sorted(facts.email_keys.items()) if key in facts.members]
    )
    await _DELETED.run(connection, [(*key, moment) for key, moment in sorted(facts.deleted_at.items())])
    guests = [known for known in orders if known.guest_email_key is not None and known.member_id is None]
    addresses = sorted({(known.key.program_id, known.guest_email_key) for known in guests})
    owners = {
        (program_id, bytes(email)): member_id
        for program_id, email, member_id in await _OWNERS.run(connection, addresses)
    }
    for known in orders:
        member_id = _member_of(known, facts, owners)
        if member_id is not None and known.member_id is None:
            known.member_id, known.guest_email_key, known.changed = member_id, None, True


def _member_of(known: KnownOrder, facts: CustomerFacts, owners: dict[tuple[int, bytes], int]) -> int | None:
    if known.customer_id is not None:
        return facts.members.get(CustomerKey(known.key.program_id, known.key.shop_id, known.customer_id))
    if known.guest_email_key is not None:
        return owners.get((known.key.program_id, known.guest_email_key))
    return None
