"""Units of rewards that do not last for ever: taken and put back by conditional updates, never by read and write."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rewards.catalog import Reward

_KEY = "WHERE program_id = :program_id AND reward_id = :reward_id"
_TAKE = text(f"""
    UPDATE rewards SET stock_left = stock_left - 1 {_KEY} AND version = :version AND stock_left > 0
    RETURNING reward_id
""")
# Shared with others who redeem; whoever makes a new version waits, so that it counts this redemption.
_STAND_BY = text(f"SELECT reward_id FROM rewards {_KEY} AND version = :version FOR SHARE")
_PUT_BACK = text(f"UPDATE rewards SET stock_left = stock_left + 1 {_KEY} AND stock_left IS NOT NULL")


async def take_unit(connection: AsyncConnection, reward: Reward) -> bool:
    """Take one unit of exactly this version. False: none is left of it, or it was changed meanwhile."""
    statement = _STAND_BY if reward.definition.stock is None else _TAKE
    key = {"program_id": reward.program_id, "reward_id": reward.reward_id, "version": reward.version}
    return (await connection.execute(statement, key)).one_or_none() is not None


async def put_back_unit(connection: AsyncConnection, program_id: int, reward_id: int) -> None:
    """Put back the unit of a redemption that ended in nothing given."""
    await connection.execute(_PUT_BACK, {"program_id": program_id, "reward_id": reward_id})
