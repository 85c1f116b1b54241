"""The rewards that a program starts with; a merchant may change or archive them like any other."""

from __future__ import annotations

from babel.numbers import format_currency
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.money import Money, exponent
from engine.rewards.catalog import create_reward, reward_by_handle
from engine.rewards.definitions import AmountOff, CombinesWith, FixedCost, FreeShipping, RewardDefinition

_FIVE_OFF_POINTS = 500
_FREE_SHIPPING_POINTS = 300


def default_rewards(currency: str) -> dict[str, RewardDefinition]:
    """5.00 off for 500 points (500 in currencies without small coins, such as yen) and free delivery for 300."""
    places = exponent(currency)
    amount = 5 * 10**places if places else 500
    return {
        "five-off": RewardDefinition(
            title=f"{format_currency(Money(amount, currency).decimal(), currency, locale='en_US')} off your order",
            cost=FixedCost(points=_FIVE_OFF_POINTS),
            value=AmountOff(amounts={currency: amount}),
            combines_with=CombinesWith(shipping=True),
        ),
        "free-shipping": RewardDefinition(
            title="Free shipping",
            cost=FixedCost(points=_FREE_SHIPPING_POINTS),
            value=FreeShipping(),
            combines_with=CombinesWith(order=True, product=True),
        ),
    }


_CURRENCY = text("SELECT currency FROM shops WHERE program_id = :program_id ORDER BY shop_id LIMIT 1")


async def seed_first_rewards(connection: AsyncConnection, program_id: int, *, actor: str) -> None:
    """Give a program that was just published for the first time something to redeem, in its first shop's currency."""
    currency: str = (await connection.execute(_CURRENCY, {"program_id": program_id})).scalar_one()
    await seed_default_rewards(connection, program_id, currency, actor=actor)


async def seed_default_rewards(connection: AsyncConnection, program_id: int, currency: str, *, actor: str) -> None:
    """Make those of the default rewards that the program never had; archived ones stay archived."""
    for handle, definition in default_rewards(currency).items():
        if await reward_by_handle(connection, program_id, handle) is None:
            await create_reward(connection, program_id, handle, definition, actor=actor)
