"""What members did that counts for their tier: one activity for each order, review, referral or other event.

An activity says what it is worth in all, and from when on: a refund lowers it later. Points are those that were
earned; what a member spends or loses by expiry is no activity, so it never costs a tier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey

ORDER = "order"
TEST_ORDER = "test_order"
"""The source of an order that was placed to try the shop out: it counts only where the tiers say `test_orders`."""


@dataclass(frozen=True, slots=True)
class Step:
    """All that an activity is worth from a moment on, in minor units, points and counts of 0 or more."""

    at: datetime
    spend_minor: int = 0
    points: int = 0
    orders: int = 0
    reviews: int = 0
    referrals: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that a member did; `currency` is that of its spend, None where it has none.

    It belongs to the day of `occurred_at`, whenever its worth changes. A step before that counts from then on.
    """

    shop_id: int
    source: str
    source_id: str
    occurred_at: datetime
    currency: str | None
    steps: tuple[Step, ...]

    @property
    def counts(self) -> bool:
        """Whether it is an order, or was ever worth anything to a tier; other games may count it all the same."""
        if self.source in (ORDER, TEST_ORDER):
            return True
        return any(one.points or one.reviews or one.referrals for one in self.steps)


# The join on the ids of all who were merged is spelled out: under row-level security an expression would scan.
_OF_MEMBERS = """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, g.member_id FROM given g
        UNION ALL
        SELECT g.program_id, g.member_id, m.member_id FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT w.program_id, w.root, a.shop_id, a.source, a.source_id, a.occurred_at, a.currency, a.steps::text
    FROM whose w JOIN activities a ON a.program_id = w.program_id AND a.member_id = w.member_id"""
_IN_ORDER = "ORDER BY w.program_id, w.root, a.occurred_at, a.shop_id, a.source, a.source_id"
_MEMBER = {"program_id": "bigint", "member_id": "bigint"}
_READ = BulkStatement(_MEMBER, f"{_OF_MEMBERS} {_IN_ORDER}")
_READ_WITHIN = BulkStatement(
    _MEMBER, f"{_OF_MEMBERS} WHERE a.occurred_at >= :starts_at AND a.occurred_at < :ends_at {_IN_ORDER}"
)
_BY_SOURCE = BulkStatement(
    {"program_id": "bigint", "shop_id": "bigint", "source": "text", "source_id": "text"},
    """SELECT a.program_id, a.shop_id, a.source, a.source_id, a.occurred_at, a.currency, a.steps::text
    FROM given JOIN activities a USING (program_id, shop_id, source, source_id)""",
)
_STORE = BulkStatement(
    {
        "program_id": "bigint", "shop_id": "bigint", "source": "text", "source_id": "text", "member_id": "bigint",
        "occurred_at": "timestamptz", "currency": "text", "steps": "jsonb",
    },
    """INSERT INTO activities AS a
        (program_id, shop_id, source, source_id, member_id, occurred_at, currency, steps)
    SELECT program_id, shop_id, source, source_id, member_id, occurred_at, currency, steps FROM given
    ORDER BY program_id, shop_id, source, source_id
    ON CONFLICT (program_id, shop_id, source, source_id) DO UPDATE SET
        member_id = excluded.member_id, occurred_at = excluded.occurred_at, currency = excluded.currency,
        steps = excluded.steps
    WHERE (a.member_id, a.occurred_at, a.currency, a.steps)
        IS DISTINCT FROM (excluded.member_id, excluded.occurred_at, excluded.currency, excluded.steps)""",
)  # fmt: skip


async def read_activities(connection: AsyncConnection, members: Iterable[MemberKey]) -> dict[MemberKey, list[Activity]]:
    """All that these members did, oldest first, those among it who were merged into them."""
    asked = sorted(set(members))
    return _by_member(asked, await _READ.run(connection, asked))


async def read_activities_within(
    connection: AsyncConnection, members: Iterable[MemberKey], starts_at: datetime, ends_at: datetime
) -> dict[MemberKey, list[Activity]]:
    """What these members did from a moment on and before another one, oldest first, by what all of it is worth now."""
    asked = sorted(set(members))
    return _by_member(asked, await _READ_WITHIN.run(connection, asked, starts_at=starts_at, ends_at=ends_at))


async def activities_by_source(
    connection: AsyncConnection, sources: Iterable[tuple[int, int, str, str]]
) -> dict[tuple[int, int, str, str], Activity]:
    """The activities of these sources, (program, shop, source, source id), those that are known."""
    rows = await _BY_SOURCE.run(connection, sorted(set(sources)))
    return {
        (program_id, shop_id, source, source_id): Activity(shop_id, source, source_id, at, currency, _steps(steps))
        for program_id, shop_id, source, source_id, at, currency, steps in rows
    }


async def store_activities(connection: AsyncConnection, rows: Iterable[tuple[MemberKey, Activity]]) -> None:
    """Write what members did, in place of what was known of the same sources; of two with one source the last stays."""
    written = {(key.program_id, one.shop_id, one.source, one.source_id): (key, one) for key, one in rows}
    await _STORE.run(
        connection,
        [
            (
                key.program_id, one.shop_id, one.source, one.source_id, key.member_id, one.occurred_at, one.currency,
                steps_json(one.steps),
            )
            for key, one in written.values()
        ],
    )  # fmt: skip


def _by_member(members: Iterable[MemberKey], rows: Iterable[Any]) -> dict[MemberKey, list[Activity]]:
    found: dict[MemberKey, list[Activity]] = {key: [] for key in members}
    for program_id, root, shop_id, source, source_id, at, currency, steps in rows:
        found[MemberKey(program_id, root)].append(Activity(shop_id, source, source_id, at, currency, _steps(steps)))
    return found


def steps_json(steps: Iterable[Step]) -> str:
    """Steps as they are stored: each `[at, spend_minor, points, orders, reviews, referrals]`, oldest first."""
    ordered = sorted(steps, key=lambda step: step.at)
    return orjson.dumps(
        [
            [one.at.astimezone(UTC), one.spend_minor, one.points, one.orders, one.reviews, one.referrals]
            for one in ordered
        ]
    ).decode()


def _steps(stored: str) -> tuple[Step, ...]:
    rows: list[list[Any]] = orjson.loads(stored)
    return tuple(Step(datetime.fromisoformat(at), *worth) for at, *worth in rows)
