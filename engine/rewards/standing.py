"""Who asks for a reward: their points, tags and how many they had, read once for any number of quotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.program import BEGINNING_OF_TIME
from engine.publishing import live_version
from engine.rewards.catalog import Reward
from engine.rewards.definitions import Period
from engine.rewards.quoting import Quote, Standing, quote_offer
from engine.rewards.states import COMPENSATED
from engine.rules.facts import Status
from engine.standings import read_status

_CURRENCY = text("SELECT currency FROM shops WHERE program_id = :program_id AND shop_id = :shop_id")
_TAGS = text("""
    SELECT tags FROM customers WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id
""")
_HAD = BulkStatement(
    {"program_id": "bigint", "reward_id": "bigint", "member_id": "bigint", "since": "timestamptz"},
    f"""SELECT g.reward_id, count(*) FROM given g
    JOIN members m ON m.program_id = g.program_id AND (m.member_id = g.member_id OR m.merged_into = g.member_id)
    JOIN redemptions r ON r.program_id = g.program_id AND r.member_id = m.member_id AND r.reward_id = g.reward_id
    WHERE r.created_at >= g.since AND r.state NOT IN ({", ".join(f"'{state}'" for state in sorted(COMPENSATED))})
    GROUP BY g.reward_id""",
)


@dataclass(frozen=True, slots=True)
class QuoteDesk:
    """All that quotes to one shopper of one shop need. Its quotes are as good as the moment at which it was opened."""

    currency: str
    standing: Standing | None
    had: Mapping[int, int]
    now: datetime
    member_id: int | None = None

    def quote(self, reward: Reward, points: int | None = None, subtotal_minor: int | None = None) -> Quote:
        """What a reward would give and what is in the way, see `quote_offer`."""
        offer = reward.offer(self.had.get(reward.reward_id, 0))
        return quote_offer(offer, self.standing, self.currency, self.now, points=points, subtotal_minor=subtotal_minor)


async def open_quotes(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None, rewards: Iterable[Reward]
) -> QuoteDesk:
    """Read what quotes of these rewards to a customer (None: nobody is signed in) need."""
    rewards = list(rewards)
    now = await transaction_time(connection)
    currency = await shop_currency(connection, program_id, shop_id)
    if customer_id is None:
        return QuoteDesk(currency, None, {}, now)
    member = await member_of_customer(connection, program_id, shop_id, customer_id)
    tags = await customer_tags(connection, program_id, shop_id, customer_id)
    had = await had_in_period(connection, program_id, member.member_id, rewards, now)
    status = await _status(connection, MemberKey(program_id, member.member_id), rewards)
    standing = Standing(member.available, tags, status.tier, frozenset(status.plans))
    return QuoteDesk(currency, standing, had, now, member.member_id)


async def _status(connection: AsyncConnection, key: MemberKey, rewards: Iterable[Reward]) -> Status:
    """The member's tier and plans, where some reward is only for members of one."""
    if any(reward.definition.tiers or reward.definition.plans for reward in rewards):
        return await read_status(connection, key)
    return Status()


async def quote(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None, reward: Reward,
    points: int | None = None, subtotal_minor: int | None = None,
) -> Quote:  # fmt: skip
    """One quote; for several to one shopper open a desk. `subtotal_minor` is in the shop's currency."""
    desk = await open_quotes(connection, program_id, shop_id, customer_id, [reward])
    return desk.quote(reward, points, subtotal_minor)


async def shop_currency(connection: AsyncConnection, program_id: int, shop_id: int) -> str:
    """The currency that a shop keeps its prices and discounts in."""
    currency: str = (await connection.execute(_CURRENCY, {"program_id": program_id, "shop_id": shop_id})).scalar_one()
    return currency


async def customer_tags(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> frozenset[str]:
    """The customer's tags as the shop last told them."""
    key = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    return frozenset((await connection.execute(_TAGS, key)).scalar_one_or_none() or ())


async def had_in_period(
    connection: AsyncConnection, program_id: int, member_id: int, rewards: Iterable[Reward], now: datetime
) -> dict[int, int]:
    """How many of each limited reward a member had in the period that its limit counts, by reward id.

    What ended in nothing given does not count. Also counts what members redeemed who were merged into this one.
    """
    limited = [(reward, reward.definition.limit) for reward in rewards if reward.definition.limit is not None]
    if not limited:
        return {}
    zone = await _zone(connection, program_id)
    rows = [
        (program_id, reward.reward_id, member_id, period_start(limit.period, now, zone))
        for reward, limit in limited
        if limit is not None
    ]
    return {row.reward_id: row.count for row in await _HAD.run(connection, rows)}


async def _zone(connection: AsyncConnection, program_id: int) -> ZoneInfo:
    live = await live_version(connection, program_id)
    return ZoneInfo(live.definition.time_zone if live is not None else "UTC")


def period_start(period: Period, now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the calendar period of a zone that `now` is in; weeks begin on Monday."""
    day = now.astimezone(zone).date()
    match period:
        case "ever":
            return BEGINNING_OF_TIME
        case "week":
            day -= timedelta(days=day.weekday())
        case "month":
            day = day.replace(day=1)
        case "quarter":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            day = day.replace(month=1, day=1)
        case "day":
            pass
    return datetime.combine(day, time(), tzinfo=zone)
