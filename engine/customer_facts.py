"""What a batch says of customers.

Who joins, whose address is proven, which guests' orders that claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.enrollment import CustomerKey, enroll, find_members
from engine.event_awards import EventClaim, joining_claim
from engine.events import Consent, MemberEvent
from engine.known_orders import KnownOrder
from engine.ledger import MemberKey


@dataclass(slots=True)
class CustomerFacts:
    """Collected from a batch's events; `members` is filled when they are learned."""

    joining: dict[CustomerKey, datetime] = field(default_factory=dict)
    email_keys: dict[CustomerKey, tuple[datetime, bytes | None]] = field(default_factory=dict)
    created_at: dict[CustomerKey, tuple[datetime, datetime]] = field(default_factory=dict)
    deleted_at: dict[CustomerKey, datetime] = field(default_factory=dict)
    tags: dict[CustomerKey, tuple[datetime, tuple[str, ...]]] = field(default_factory=dict)
    consents: dict[CustomerKey, tuple[datetime, bool]] = field(default_factory=dict)
    done: list[tuple[CustomerKey, MemberEvent, datetime]] = field(default_factory=list)
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

    def tagged(self, key: CustomerKey, tags: tuple[str, ...], seen_at: datetime, received_at: datetime) -> None:
        """The shop's tags of the customer; the newest word counts. Who has some has an account, and is a member."""
        self.known.add(key)
        if tags:
            self._join(key, min(seen_at, received_at))
        if key not in self.tags or self.tags[key] <= (seen_at, tags):
            self.tags[key] = (seen_at, tags)

    def consented(self, key: CustomerKey, consent: Consent, received_at: datetime) -> None:
        """Whether the customer takes the newsletter. To have subscribed once is something that can earn points."""
        self.known.add(key)
        if key not in self.consents or self.consents[key] <= (consent.occurred_at, consent.subscribed):
            self.consents[key] = (consent.occurred_at, consent.subscribed)
        if consent.subscribed:
            self.done.append((key, MemberEvent(key.customer_id, "newsletter", "", consent.occurred_at), received_at))

    def did(self, key: CustomerKey, event: MemberEvent, received_at: datetime) -> None:
        """The customer did something besides buying: they are a member from then on."""
        self.known.add(key)
        self._join(key, min(event.occurred_at, received_at))
        self.done.append((key, event, received_at))

    def tagged_members(self) -> set[MemberKey]:
        """The members of whose tags the batch speaks."""
        return {MemberKey(key.program_id, self.members[key]) for key in self.tags if key in self.members}

    def claims(self) -> list[EventClaim]:
        """What those who are members did or joined by."""
        joined = [
            joining_claim(MemberKey(key.program_id, self.members[key]), key.shop_id, *moments)
            for key, moments in self.created_at.items()
            if key in self.members
        ]
        done = [
            EventClaim(MemberKey(key.program_id, member_id), key.shop_id, _named(event, member_id), received_at)
            for key, event, received_at in self.done
            if (member_id := self.members.get(key)) is not None
        ]
        return [*joined, *done]

    def _address(self, key: CustomerKey, email_key: bytes | None, seen_at: datetime) -> None:
        """The newest word on an address counts, also when it says that none is proven any more."""
        known = self.email_keys.get(key)
        if known is None or (known[0], known[1] or b"") <= (seen_at, email_key or b""):
            self.email_keys[key] = (seen_at, email_key)

    def _join(self, key: CustomerKey, moment: datetime) -> None:
        self.joining[key] = min(self.joining.get(key, moment), moment)


def _named(event: MemberEvent, member_id: int) -> MemberEvent:
    """An event that happens once in a member's life is known by its member."""
    return event if event.source_id else replace(event, source_id=str(member_id))


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
_TAGS = BulkStatement(
    {**_KEY, "seen_at": "timestamptz", "tags": "jsonb"},
    """, locked AS (
        SELECT c.program_id, c.shop_id, c.customer_id, g.seen_at, g.tags
        FROM customers c JOIN given g USING (program_id, shop_id, customer_id)
        WHERE c.tags_seen_at IS NULL OR c.tags_seen_at <= g.seen_at
        ORDER BY c.program_id, c.shop_id, c.customer_id FOR UPDATE OF c
    )
    UPDATE customers c SET tags = ARRAY(SELECT jsonb_array_elements_text(l.tags)), tags_seen_at = l.seen_at
    FROM locked l WHERE c.program_id = l.program_id AND c.shop_id = l.shop_id AND c.customer_id = l.customer_id""",
)
_CONSENTS = BulkStatement(
    {**_KEY, "seen_at": "timestamptz", "subscribed": "boolean"},
    """, locked AS (
        SELECT c.program_id, c.shop_id, c.customer_id, g.seen_at, g.subscribed
        FROM customers c JOIN given g USING (program_id, shop_id, customer_id)
        WHERE c.subscribed_seen_at IS NULL OR c.subscribed_seen_at <= g.seen_at
        ORDER BY c.program_id, c.shop_id, c.customer_id FOR UPDATE OF c
    )
    UPDATE customers c SET subscribed = l.subscribed, subscribed_seen_at = l.seen_at
    FROM locked l WHERE c.program_id = l.program_id AND c.shop_id = l.shop_id AND c.customer_id = l.customer_id""",
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
    await _TAGS.run(
        connection, [(*key, at, orjson.dumps(tags).decode()) for key, (at, tags) in sorted(facts.tags.items())]
    )
    await _CONSENTS.run(connection, [(*key, *seen) for key, seen in sorted(facts.consents.items())])
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
