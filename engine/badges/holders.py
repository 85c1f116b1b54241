"""Who holds a badge now, for the staff's list: newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.definitions import LEVELS_MAXIMUM

_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Holder:
    """A member who has a badge: the highest level that was asked for, and when they reached it last.

    `customer_id` is the member's in the shop that asks.
    """

    achievement_id: int
    member_id: int
    customer_id: int | None
    level: int
    earned_at: datetime


# Each member is found once, whatever levels and repetitions they have; customers are looked up for the page alone.
_HOLDERS = text("""
    SELECT held.achievement_id, held.member_id, (
        SELECT c.customer_id FROM customers c WHERE c.program_id = :program_id AND c.member_id = held.member_id
        AND c.shop_id = :shop_id AND c.deleted_at IS NULL ORDER BY c.customer_id LIMIT 1
    ) AS customer_id, held.level, held.earned_at
    FROM (
        SELECT DISTINCT ON (member_id) member_id, achievement_id, level, earned_at FROM achievements
        WHERE program_id = :program_id AND definition_id = :definition_id AND revoked_at IS NULL
            AND level BETWEEN :lowest AND :highest
        ORDER BY member_id, level DESC, achievement_id DESC
    ) held
    WHERE held.achievement_id < :before ORDER BY held.achievement_id DESC LIMIT :first
""")


async def badge_holders(
    connection: AsyncConnection, program_id: int, shop_id: int, badge_id: int, first: int, *, level: int | None = None,
    before: int | None = None,
) -> list[Holder]:  # fmt: skip
    """Who has a badge, or one level of it (those with a higher one, too), from the achievement `before` on."""
    given = {
        "program_id": program_id, "shop_id": shop_id, "definition_id": badge_id, "first": first,
        "before": before or _NEWEST, "lowest": level or 0, "highest": level or LEVELS_MAXIMUM,
    }  # fmt: skip
    return [Holder(*row) for row in await connection.execute(_HOLDERS, given)]
