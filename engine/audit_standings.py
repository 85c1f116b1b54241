"""The part of the audit that works every standing out again: what orders count for, tiers and memberships, by the
pure functions, against what is kept.

What time or a new version of the tiers is about to change is lag, not a breach: its review is under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.memberships.folding import MembershipStanding
from engine.memberships.folding import fold as fold_memberships
from engine.memberships.store import read_memberships
from engine.tiers.folding import fold
from engine.tiers.standing import TierStanding
from engine.tiers.store import due_among, read_all_facts

PAGE_MEMBERS = 500

_PAGE = text("""
    SELECT m.member_id, t.tier, t.since, t.valid_until, t.grace_until, t.spend_minor, t.points, t.orders, t.reviews,
        t.referrals, t.membership_months, t.overridden
    FROM members m LEFT JOIN member_tiers t ON t.program_id = m.program_id AND t.member_id = m.member_id
    WHERE m.program_id = :program_id AND m.member_id > :after AND m.merged_into IS NULL
    ORDER BY m.member_id LIMIT :most
""")
_KEPT = text("""
    SELECT member_id, plan_id, plan_version, state, started_at, ends_at, entitled_until, review_at <= now() AS due
    FROM memberships WHERE program_id = :program_id AND member_id = ANY(:members) ORDER BY member_id, plan_id
""")


async def audit_standings(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(members looked at, members whose tier or memberships are kept otherwise than their facts say)."""
    now = await transaction_time(connection)
    checked = wrong = 0
    for program_id in program_ids:
        after = 0
        while True:
            given = {"program_id": program_id, "after": after, "most": PAGE_MEMBERS}
            rows = (await connection.execute(_PAGE, given)).fetchall()
            if not rows:
                break
            after = rows[-1].member_id
            keys = [MemberKey(program_id, row.member_id) for row in rows]
            breaches = await _wrong_tiers(connection, keys, rows, now) | await _wrong_plans(connection, keys, now)
            checked, wrong = checked + len(rows), wrong + len(breaches)
    return checked, wrong


async def _wrong_tiers(
    connection: AsyncConnection, keys: Sequence[MemberKey], rows: Sequence[Any], now: datetime
) -> set[MemberKey]:
    due = await due_among(connection, keys)
    facts = await read_all_facts(connection, keys, now)
    wrong = set()
    for key, row in zip(keys, rows, strict=True):
        standing = fold(facts[key], now)
        if key not in due and tuple(row[1:]) != _tier(standing):
            wrong.add(key)
    return wrong


def _tier(one: TierStanding | None) -> tuple[Any, ...]:
    """What is kept of a standing; nothing for nobody."""
    if one is None:
        return (None,) * 11
    return (
        one.tier.handle, one.since, one.valid_until, one.grace_until, *one.metrics.counts, one.overridden is not None,
    )  # fmt: skip


async def _wrong_plans(connection: AsyncConnection, keys: Sequence[MemberKey], now: datetime) -> set[MemberKey]:
    facts = await read_memberships(connection, keys)
    if not facts:
        return set()
    members = [key.member_id for key in keys]
    rows = (await connection.execute(_KEPT, {"program_id": keys[0].program_id, "members": members})).fetchall()
    due = {row.member_id for row in rows if row.due}
    kept: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        kept.setdefault(row.member_id, []).append(tuple(row[1:-1]))
    return {
        key
        for key, found in facts.items()
        if key.member_id not in due
        and kept.get(key.member_id, []) != sorted(_membership(one) for one in fold_memberships(found, now))
    }


def _membership(one: MembershipStanding) -> tuple[Any, ...]:
    return (one.plan_id, one.plan_version, one.state, one.started_at, one.ends_at, one.entitled_until)
