"""A batch is decided and posted in turns: a member's second order after what their first one made of them.

Whoever reaches a tier by one order has its privileges in the next, also where both came in one batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from engine.award_posting import post
from engine.awards import write_awards
from engine.decisions import decide_events, decide_orders
from engine.event_awards import EventClaim, store_events
from engine.game.marking import mark
from engine.ledger import Ledger, MemberKey
from engine.memberships.purchases import follow_purchases
from engine.order_awards import PaidOrder
from engine.program import ProgramVersion
from engine.qualifying import event_activity, order_activity
from engine.standings import review, statuses_of, with_standings
from engine.tiers.activities import store_activities

Versions = Mapping[int, Sequence[ProgramVersion]]


class Turn(NamedTuple):
    """What is decided at once: at most one new order of each member."""

    orders: Sequence[PaidOrder]
    claims: Sequence[EventClaim] = ()


async def decide_and_post(
    ledger: Ledger, orders: Sequence[PaidOrder], claims: Sequence[EventClaim], versions: Versions
) -> None:
    """Plan what orders and new events are due, whose members are locked, and store their awards."""
    ranked = await with_standings(ledger.connection, versions)
    for number, turn in enumerate(turns_of(ledger, orders, claims, in_turn=bool(ranked))):
        await _decide(ledger, turn, number, versions, ranked)


async def _decide(ledger: Ledger, turn: Turn, number: int, versions: Versions, ranked: set[int]) -> None:
    connection = ledger.connection
    members = {ledger.root(key) for key in [*(one.owner for one in turn.orders), *(one.member for one in turn.claims)]}
    standing = {key for key in members if key.program_id in ranked}
    statuses = await statuses_of(ledger, standing, versions)
    works = await decide_orders(connection, ledger, turn.orders, statuses, number)
    decided = await decide_events(connection, ledger, turn.claims, versions, statuses)
    awards = await post(ledger, [*(work for _, work, _ in decided if work is not None), *works])
    await write_awards(connection, awards)
    await store_events(connection, decided)
    activities = [(one.owner, order_activity(one, work)) for one, work in zip(turn.orders, works, strict=True)]
    heard = [(claim.member, event_activity(claim, work)) for claim, work, _ in decided]
    await store_activities(connection, [*activities, *heard])
    await follow_purchases(connection, turn.orders)
    await review(ledger, standing, versions)
    await mark(connection, members)
    for key in members:  # also by what earned nothing: somebody's badge may be closer now
        ledger.holdings[key].changed = True


def turns_of(ledger: Ledger, orders: Sequence[PaidOrder], claims: Sequence[EventClaim], *, in_turn: bool) -> list[Turn]:
    """The first turn has all events and every order that was decided before; new orders come by their time.

    Where no standing changes what an order is worth, all are one turn.
    """
    if not in_turn:
        return [Turn(orders, claims)]
    known = [one for one in orders if one.known.decided_version is not None]
    queues: dict[MemberKey, list[PaidOrder]] = defaultdict(list)
    for one in sorted(orders, key=lambda one: (one.state.order.occurred_at, one.known.key)):
        if one.known.decided_version is None:
            queues[ledger.root(one.owner)].append(one)
    waves = [[one for one in wave if one is not None] for wave in zip_longest(*queues.values())] or [[]]
    return [Turn([*known, *waves[0]], claims), *(Turn(wave) for wave in waves[1:])]
