"""The part of the audit that works every order out again: facts through the pure functions, against what was posted."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import read_awards
from engine.order_awards import PaidOrder, paid_order
from engine.order_facts import each_page_of_paid_orders
from engine.publishing import versions
from engine.qualifying import order_activity
from engine.tiers.activities import ORDER, TEST_ORDER, activities_by_source

PAGE_ORDERS = 1_000
ORDER_SOURCES = (ORDER, TEST_ORDER)

_COUNTING = text("SELECT program_id FROM programs WHERE program_id = ANY(:programs) AND counted_shop_id IS NOT NULL")


async def audit_orders(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(orders worked out again, orders whose posted points are not what their facts are worth)."""
    checked = wrong = 0
    counting = set((await connection.execute(_COUNTING, {"programs": program_ids})).scalars())
    for program_id in program_ids:
        published = await versions(connection, program_id)
        numbers = {version.version for version in published}
        async for page in each_page_of_paid_orders(connection, program_id, PAGE_ORDERS):
            decided = [known for known in page if known.decided_version is not None]
            checked += len(decided)
            orders = [
                # Of an order that was decided, only what it starts from depends on when it reached us.
                paid_order(known, published, known.snapshot.occurred_at)
                for known in decided
                if known.decided_version in numbers and known.snapshot is not None
            ]
            followed = [order for order in orders if order is not None]
            wrong += len(decided) - len(followed) + await _count_wrong(connection, followed, counting)
    return checked, wrong


async def _count_wrong(connection: AsyncConnection, orders: list[PaidOrder], counting: set[int]) -> int:
    awards = await read_awards(connection, [key for one in orders for key in one.award_keys])
    kept = await activities_by_source(
        connection, [(*one.known.key[:2], source, one.source.source_id) for one in orders for source in ORDER_SOURCES]
    )
    wrong = 0
    for one in orders:
        work = one.work()
        posted = {key.rule: awards[key] for key in one.award_keys if key in awards}
        for outcome in work.outcomes:
            award = posted.pop(outcome.rule.handle, None)
            due = outcome.due(award.granted) if award else 0 if outcome.rule.caps else outcome.due()
            wrong += due != (award.posted if award else 0)
        wrong += sum(award.posted != 0 for award in posted.values())
        work.awards = {key.rule: awards[key] for key in one.award_keys if key in awards}
        counted = order_activity(one, work)
        found = kept.get((*one.known.key[:2], counted.source, counted.source_id))
        # While a program's past is still being counted, an order that a release before decided is lag.
        wrong += counted != found and (found is not None or one.known.key.program_id not in counting)
    return wrong
