"""The part of the audit that works every order out again: facts through the pure function, against what was posted."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award, read_awards
from engine.earning import order_outcome
from engine.order_awards import order_award_key
from engine.order_facts import KnownOrder, each_page_of_paid_orders
from engine.program import ProgramVersion
from engine.publishing import versions

PAGE_ORDERS = 1_000


async def audit_orders(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(orders worked out again, orders whose posted points are not what their facts are worth)."""
    checked = wrong = 0
    for program_id in program_ids:
        published = {version.version: version for version in await versions(connection, program_id)}
        async for orders in each_page_of_paid_orders(connection, program_id, PAGE_ORDERS):
            awards = await read_awards(connection, [order_award_key(known) for known in orders])
            for known in orders:
                award = awards.get(order_award_key(known))
                if award is not None:
                    checked += 1
                    wrong += not _is_right(known, award, published)
    return checked, wrong


def _is_right(known: KnownOrder, award: Award, published: dict[int, ProgramVersion]) -> bool:
    state, version = known.state(), published.get(award.program_version)
    if state is None or version is None:
        return False
    return order_outcome(version.definition.purchase, state).due == award.posted
