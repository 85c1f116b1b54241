"""A batch of events becomes ledger entries: facts are merged, outcomes worked out, and the difference is posted.

One batch, one transaction, in a fixed order of locks: e-mail addresses, orders, customers, members, redemptions, caps.
For each order the points that are due now are compared with those posted so far; whatever the order of arrival, the
sum posted ends the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.customer_facts import CustomerFacts, learn_customers
from engine.deciding_in_turns import decide_and_post
from engine.enrollment import CustomerKey
from engine.event_awards import EventClaim, earliest, joined_once, joining_claim, told_before
from engine.events import (
    Consent,
    CustomerDeleted,
    CustomerSeen,
    CustomerTags,
    Event,
    Fulfillment,
    MemberEvent,
    Order,
    OrderEdit,
    Refund,
)
from engine.game.marking import mark
from engine.hosts.marking import mark_orders
from engine.idling import move_idle_ends
from engine.known_orders import KnownOrder, OrderKey
from engine.ledger import Ledger, MemberKey
from engine.merging import merge_customers
from engine.order_awards import PaidOrder, paid_order
from engine.order_facts import lock_orders, meet_by_email, store_orders
from engine.perks.usage import follow_perk_codes
from engine.product_facts import learn_products
from engine.program import ProgramVersion, version_at
from engine.publishing import versions_of
from engine.rewards.usage import find_uses, follow_orders
from engine.taking import Shortfall


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch did: transactions written, and how many members it locked for it."""

    transactions: int
    members: int


@dataclass(slots=True)
class _Batch:
    events: Sequence[Event]
    orders: dict[OrderKey, KnownOrder] = field(default_factory=dict)
    received_at: dict[OrderKey, datetime] = field(default_factory=dict)
    versions: dict[int, list[ProgramVersion]] = field(default_factory=dict)


async def apply_events(connection: AsyncConnection, events: Sequence[Event]) -> Applied:
    """Apply events in this transaction, which must see their programs. Applying them again changes nothing."""
    batch = _Batch(events)
    await learn_products(connection, events)
    await _gather_orders(connection, batch)
    batch.versions = await versions_of(connection, sorted({event.program_id for event in events}))
    facts = await _gather_customers(connection, batch)
    await merge_customers(connection, events)
    ledger = await _post(connection, batch, facts)
    await mark_orders(connection, batch.orders.values())
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
    elif isinstance(fact, Fulfillment):
        known.observe_fulfillment(fact)


def _order_key(event: Event) -> OrderKey | None:
    if isinstance(event.fact, Order | Refund | OrderEdit | Fulfillment):
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
        _hear(facts, event)
    for known in batch.orders.values():
        if known.paid and known.snapshot is not None and known.customer_id is not None and known.member_id is None:
            key = CustomerKey(known.key.program_id, known.key.shop_id, known.customer_id)
            facts.bought(key, known.snapshot.occurred_at, batch.received_at[known.key])
    await learn_customers(connection, facts, list(batch.orders.values()))
    return facts


def _hear(facts: CustomerFacts, event: Event) -> None:
    """What one event says of a customer."""
    fact = event.fact
    if isinstance(fact, CustomerSeen):
        key = CustomerKey(event.program_id, event.shop_id, fact.customer.customer_id)
        facts.seen(key, fact.customer.email_key, fact.occurred_at, event.received_at)
        if fact.created:
            facts.created(key, fact.occurred_at, event.received_at)
    elif isinstance(fact, CustomerDeleted):
        facts.deleted(CustomerKey(event.program_id, event.shop_id, fact.customer_id), fact.occurred_at)
    elif isinstance(fact, CustomerTags):
        key = CustomerKey(event.program_id, event.shop_id, fact.customer_id)
        facts.tagged(key, fact.tags, fact.occurred_at, event.received_at)
    elif isinstance(fact, Consent):
        facts.consented(CustomerKey(event.program_id, event.shop_id, fact.customer_id), fact, event.received_at)
    elif isinstance(fact, MemberEvent):
        facts.did(CustomerKey(event.program_id, event.shop_id, fact.customer_id), fact, event.received_at)
    elif isinstance(fact, Order) and fact.customer is not None:
        key = CustomerKey(event.program_id, event.shop_id, fact.customer.customer_id)
        facts.mentioned(key, fact.customer.email_key, fact.updated_at)


async def _post(connection: AsyncConnection, batch: _Batch, facts: CustomerFacts) -> Ledger:
    """Work out, under the members' locks, what each order and member is due, and write the difference."""
    orders = _paid_orders(batch)
    uses = await find_uses(connection, batch.orders.values())
    new_orders = [one for one in orders if one.known.decided_version is None]
    claims = earliest([*facts.claims(), *_purchase_claims(new_orders)])
    members = {one.owner for one in orders} | {claim.member for claim in claims} | {use.member for use in uses}
    tagged = facts.tagged_members()
    ledger = await Ledger.open(connection, members | tagged)
    # Only now: another batch may have decided an event while this one waited for the member.
    known = await told_before(connection, claims)
    new = joined_once(ledger, (claim for claim in claims if claim.source not in known))
    await decide_and_post(ledger, orders, new, batch.versions)
    await follow_perk_codes(connection, batch.orders.values())
    active = [(one.owner, one.state.order.occurred_at) for one in new_orders]
    await move_idle_ends(ledger, active, batch.versions)
    await follow_orders(ledger, uses, _shortfalls(batch, ledger.now))
    await _follow_tags(ledger, tagged)
    await ledger.write()
    return ledger


async def _follow_tags(ledger: Ledger, tagged: set[MemberKey]) -> None:
    """A board may be for those with a tag: their game is looked at again."""
    roots = {ledger.root(key) for key in tagged}
    for key in roots:
        ledger.holdings[key].changed = True
    await mark(ledger.connection, roots)


def _paid_orders(batch: _Batch) -> list[PaidOrder]:
    found = (
        paid_order(known, batch.versions.get(key.program_id, []), batch.received_at[key])
        for key, known in batch.orders.items()
    )
    return [one for one in found if one is not None]


def _purchase_claims(orders: Sequence[PaidOrder]) -> list[EventClaim]:
    """A paid order that has a member is also a claim to the bonus for joining; told again, it is none."""
    return [
        joining_claim(one.owner, one.known.key.shop_id, one.state.order.occurred_at, one.received_at) for one in orders
    ]


def _shortfalls(batch: _Batch, now: datetime) -> dict[int, Shortfall]:
    """By program, what becomes of points that nobody has any more, as its live version says."""
    live = {program_id: version_at(versions, now) for program_id, versions in batch.versions.items()}
    return {program_id: one.definition.refunds.shortfall for program_id, one in live.items() if one is not None}
