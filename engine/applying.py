"""A batch of events becomes ledger entries: facts are merged, outcomes worked out, and the difference is posted.

One batch, one transaction, in a fixed order of locks: e-mail addresses, orders, customers, members. For each order
the points that are due now are compared with those posted so far; whatever the order of arrival, the sum posted ends
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award, AwardKey, read_awards, write_awards
from engine.bonuses import BonusClaim, bonus_awards
from engine.customer_facts import CustomerFacts, learn_customers
from engine.enrollment import CustomerKey
from engine.events import CustomerDeleted, CustomerSeen, Event, Order, OrderEdit, Refund
from engine.ledger import Ledger, MemberKey
from engine.order_awards import OrderAward, order_award, order_award_key, post_order_award
from engine.order_facts import KnownOrder, OrderKey, lock_orders, meet_by_email, store_orders
from engine.program import ProgramVersion
from engine.publishing import versions_of
from engine.taking import expire_due


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch did: transactions written, and for each event whose data it is about (customer id, if known)."""

    transactions: int
    members: int


@dataclass(slots=True)
class _Batch:
    events: Sequence[Event]
    orders: dict[OrderKey, KnownOrder] = field(default_factory=dict)
    members: dict[CustomerKey, int] = field(default_factory=dict)
    received_at: dict[OrderKey, datetime] = field(default_factory=dict)
    versions: dict[int, list[ProgramVersion]] = field(default_factory=dict)


async def apply_events(connection: AsyncConnection, events: Sequence[Event]) -> Applied:
    """Apply events in this transaction, which must see their programs. Applying them again changes nothing."""
    batch = _Batch(events)
    await _gather_orders(connection, batch)
    batch.versions = await versions_of(connection, sorted({event.program_id for event in events}))
    facts = await _gather_customers(connection, batch)
    ledger = await _post(connection, batch, facts)
    await store_orders(connection, batch.orders.values())
    return Applied(len(ledger.planned), len(ledger.holdings))


async def _gather_orders(connection: AsyncConnection, batch: _Batch) -> None:
    """Lock every order that the events speak of or may claim, and take the facts in."""
    keys = {key for event in batch.events if (key := _order_key(event)) is not None}
    addresses = {pair for event in batch.events for pair in _addresses(event)}
    keys |= await meet_by_email(connection, addresses)
    batch.orders = await lock_orders(connection, keys)
    latest = max(event.received_at for event in batch.events)
    batch.received_at = dict.fromkeys(batch.orders, latest)
    for event in batch.events:
        _observe(batch, event)


def _observe(batch: _Batch, event: Event) -> None:
    key = _order_key(event)
    if key is None:
        return
    known, fact = batch.orders[key], event.fact
    batch.received_at[key] = event.received_at
    if isinstance(fact, Order):
        known.observe(fact)
    elif isinstance(fact, Refund):
        known.observe_refund(fact)
    elif isinstance(fact, OrderEdit):
        known.observe_edit(fact)


def _order_key(event: Event) -> OrderKey | None:
    if isinstance(event.fact, Order | Refund | OrderEdit):
        return OrderKey(event.program_id, event.shop_id, event.fact.order_id)
    return None


def _addresses(event: Event) -> list[tuple[int, bytes]]:
    fact = event.fact
    keys: list[bytes | None] = []
    if isinstance(fact, Order):
        keys = [fact.guest_email_key, fact.customer.email_key if fact.customer else None]
    elif isinstance(fact, CustomerSeen):
        keys = [fact.customer.email_key]
    return [(event.program_id, key) for key in keys if key is not None]


async def _gather_customers(connection: AsyncConnection, batch: _Batch) -> CustomerFacts:
    """Enroll who joins with these events, and give claimed guests' orders their member."""
    facts = CustomerFacts()
    for event in batch.events:
        if isinstance(event.fact, CustomerSeen):
            key = CustomerKey(event.program_id, event.shop_id, event.fact.customer.customer_id)
            facts.seen(key, event.fact.customer.email_key, event.fact.occurred_at, event.received_at)
            if event.fact.created:
                facts.created(key, event.fact.occurred_at, event.received_at)
        elif isinstance(event.fact, CustomerDeleted):
            facts.deleted(CustomerKey(event.program_id, event.shop_id, event.fact.customer_id), event.fact.occurred_at)
        elif isinstance(event.fact, Order) and event.fact.customer is not None:
            key = CustomerKey(event.program_id, event.shop_id, event.fact.customer.customer_id)
            facts.mentioned(key, event.fact.customer.email_key, event.fact.updated_at)
    for known in batch.orders.values():
        if known.paid and known.snapshot is not None and known.customer_id is not None and known.member_id is None:
            key = CustomerKey(known.key.program_id, known.key.shop_id, known.customer_id)
            facts.bought(key, known.snapshot.occurred_at, batch.received_at[known.key])
    await learn_customers(connection, facts, list(batch.orders.values()))
    return facts


async def _post(connection: AsyncConnection, batch: _Batch, facts: CustomerFacts) -> Ledger:
    """Work out, under the members' locks, what each order and member is due, and write the difference."""
    order_keys = {key: order_award_key(known) for key, known in batch.orders.items()}
    awards = await read_awards(connection, order_keys.values())
    planned = _order_awards(batch, order_keys, awards)
    claims = [*facts.bonus_claims(), *_purchase_claims(batch)]
    members = {one.member for one in planned} | {claim.member for claim in claims}
    ledger = await Ledger.open(connection, members)
    # Only now: another batch may have given a bonus while this one waited for the member.
    given = await read_awards(connection, {claim.award_key() for claim in claims})
    bonuses = bonus_awards(claims, given, batch.versions)
    await ledger.draw_ids(3 * (len(planned) + len(bonuses)))
    await _load_lots(ledger, planned)
    for bonus in bonuses:
        bonus.post(ledger)
    for one in planned:
        post_order_award(ledger, one)
    await ledger.write()
    await write_awards(connection, [one.award for one in planned] + [bonus.award for bonus in bonuses])
    return ledger


def _purchase_claims(batch: _Batch) -> list[BonusClaim]:
    """A paid order that has a member is also a claim to the bonus for joining."""
    return [
        BonusClaim(
            MemberKey(known.key.program_id, known.member_id),
            known.snapshot.occurred_at,
            batch.received_at[known.key],
        )
        for known in batch.orders.values()
        if known.paid and known.member_id is not None and known.snapshot is not None
    ]


async def _load_lots(ledger: Ledger, planned: list[OrderAward]) -> None:
    """Points are only taken from members whose due lots were expired first."""
    losing = {one.member for one in planned if one.difference < 0}
    await ledger.load_lots(losing, {one.award.award_id: one.member for one in planned if one.difference < 0})
    await expire_due(ledger, {ledger.root(key) for key in losing})


def _order_awards(batch: _Batch, keys: dict[OrderKey, AwardKey], awards: dict[AwardKey, Award]) -> list[OrderAward]:
    found = []
    for key, known in batch.orders.items():
        versions = batch.versions.get(key.program_id, [])
        one = order_award(known, awards.get(keys[key]), keys[key], versions, batch.received_at[key])
        if one is not None and (one.difference != 0 or one.award.new):
            found.append(one)
    return found
