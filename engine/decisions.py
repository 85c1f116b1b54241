"""Orders and events are decided: by which version, and from what was known of members and products at that moment.

An order is decided once; a product that an edit brought later is looked up then and added to what was known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Work
from engine.awards import read_awards
from engine.decision_facts import Asker, member_facts, needed, product_traits
from engine.event_awards import EventClaim, event_work
from engine.ledger import Ledger, MemberKey
from engine.order_awards import PaidOrder
from engine.program import ProgramVersion, version_at
from engine.rules.definitions import Needs
from engine.rules.facts import DecidedFrom, MemberFacts, ProductTraits, Status

Statuses = Mapping[MemberKey, Status]
"""What is known of members by the account that their points are in."""


async def decide_orders(
    connection: AsyncConnection, ledger: Ledger, orders: Sequence[PaidOrder], statuses: Statuses, turn: int = 0
) -> list[Work]:
    """Decide those that were not, and work out what each is due now. Their members are locked in the ledger.

    `turn` orders of each member came before these in the same batch.
    """
    new = [one for one in orders if one.known.decided_version is None]
    members = await _members(connection, ledger, new, statuses, turn)
    for one in new:
        facts = members.get(one.known.key, MemberFacts())
        one.known.decided_version = one.version.version
        one.known.decided_from = DecidedFrom(one.state.order.occurred_at, facts)
        one.known.changed = True
    await _learn_lacking_products(connection, orders)
    works = [one.work() for one in orders]
    awards = await read_awards(connection, [key for one in orders for key in one.award_keys])
    for one, work in zip(orders, works, strict=True):
        work.awards = {key.rule: awards[key] for key in one.award_keys if key in awards}
    return works


async def _members(
    connection: AsyncConnection, ledger: Ledger, new: Sequence[PaidOrder], statuses: Statuses, turn: int
) -> dict[tuple[int, int, int], MemberFacts]:
    """What is asked about the member of each new order, by the order's key; orders of one batch count in turn."""
    asking: dict[Asker, Needs] = {}
    askers: list[tuple[PaidOrder, Asker, int]] = []
    turns: Counter[MemberKey] = Counter()
    for one in sorted(new, key=lambda one: (one.state.order.occurred_at, one.known.key)):
        root = ledger.root(one.owner)
        turns[root] += 1
        if one.version.definition.needs.member:
            asker = Asker(root.program_id, one.known.key.shop_id, root.member_id, one.known.customer_id or 0)
            _ask(asking, asker, one.version.definition.needs)
            askers.append((one, asker, turn + turns[root]))
    found = await member_facts(connection, asking)
    facts: dict[tuple[int, int, int], MemberFacts] = {
        one.known.key: _plain(statuses, ledger.root(one.owner)) for one in new
    }
    for one, asker, number in askers:
        known, orders = found[asker]
        status = statuses.get(ledger.root(one.owner), Status())
        facts[one.known.key] = needed(known, one.version.definition.needs, orders + number, status)
    return facts


def _plain(statuses: Statuses, root: MemberKey) -> MemberFacts:
    """The facts of a member of whom a definition asks nothing."""
    return MemberFacts(privilege=statuses.get(root, Status()).privilege)


def _ask(asking: dict[Asker, Needs], asker: Asker, needs: Needs) -> None:
    """Ask for what this version needs, beside what another one asks of the same member."""
    counted = needs.order_number or (asker in asking and asking[asker].order_number)
    asking[asker] = needs.model_copy(update={"order_number": counted})


async def _learn_lacking_products(connection: AsyncConnection, orders: Sequence[PaidOrder]) -> None:
    lacking: dict[tuple[int, int, int], set[int]] = {}
    for one in orders:
        facts = one.known.decided_from
        if facts is not None and one.version.definition.needs.products:
            missing = facts.lacking(one.state.order)
            if missing:
                lacking[one.known.key] = missing
    keys = [(key[0], key[1], product_id) for key, missing in lacking.items() for product_id in missing]
    traits = await product_traits(connection, keys)
    for one in orders:
        missing = lacking.get(one.known.key, set())
        program_id, shop_id, _ = one.known.key
        # Also that nothing was known of a product is decided once: later news of it changes no order.
        known = {product_id: traits.get((program_id, shop_id, product_id), ProductTraits()) for product_id in missing}
        if known and one.known.decided_from is not None:
            one.known.decided_from = one.known.decided_from.with_products(known)
            one.known.changed = True


async def decide_events(
    connection: AsyncConnection, ledger: Ledger, claims: Sequence[EventClaim],
    versions: Mapping[int, Sequence[ProgramVersion]], statuses: Statuses,
) -> list[tuple[EventClaim, Work | None, str]]:  # fmt: skip
    """Work out what each event is due: (claim, work or None where nothing was live, the facts as JSON)."""
    live = [version_at(versions.get(claim.member.program_id, []), _moment(claim)) for claim in claims]
    asking: dict[Asker, Needs] = {}
    for claim, version in zip(claims, live, strict=True):
        if version is not None and version.definition.needs.member:
            _ask(asking, _asker(ledger, claim), version.definition.needs)
    found = await member_facts(connection, asking)
    decided: list[tuple[EventClaim, Work | None, str]] = []
    for claim, version in zip(claims, live, strict=True):
        facts = DecidedFrom(_moment(claim))
        if version is not None and version.definition.needs.member:
            known, orders = found[_asker(ledger, claim)]
            status = statuses.get(ledger.root(claim.member), Status())
            facts = replace(facts, member=needed(known, version.definition.needs, orders, status))
        decided.append((claim, event_work(claim, version, facts), facts.to_json()))
    return decided


def _moment(claim: EventClaim) -> datetime:
    return min(claim.event.occurred_at, claim.received_at)


def _asker(ledger: Ledger, claim: EventClaim) -> Asker:
    root = ledger.root(claim.member)
    return Asker(root.program_id, claim.shop_id, root.member_id, claim.event.customer_id)
