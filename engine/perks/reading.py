"""What members are entitled to by the rows that their standing is kept in, for any number of them at once.

Those rows are the result of the folds, which are reviewed when time alone changes something: what is over by now is
left out here, also before its review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey
from engine.memberships.catalog import plan_versions_of
from engine.memberships.definitions import PlanDefinition
from engine.perks.definitions import Perk
from engine.perks.entitlements import NOTHING, Entitlements, plan_grantor, tier_grantor
from engine.tiers.definitions import TierProgram
from engine.tiers.versions import parse_tiers

_MEMBER = {"program_id": "bigint", "member_id": "bigint"}
_TIERS = BulkStatement(
    _MEMBER,
    """SELECT t.program_id, t.member_id, t.version, t.tier, t.since FROM given g
    JOIN member_tiers t ON t.program_id = g.program_id AND t.member_id = g.member_id""",
)
_VERSIONS = BulkStatement(
    {"program_id": "bigint", "version": "integer"},
    """SELECT v.program_id, v.version, v.definition::text AS definition FROM given g
    JOIN tier_versions v ON v.program_id = g.program_id AND v.version = g.version""",
)
_PLANS = BulkStatement(
    _MEMBER,
    """SELECT s.program_id, s.member_id, s.plan_id, s.plan_version, s.entitled_until, s.started_at FROM given g
    JOIN memberships s ON s.program_id = g.program_id AND s.member_id = g.member_id""",
)


@dataclass(frozen=True, slots=True)
class HeldTier:
    """A tier that a member has, by the version of the ladder that says so, and since when."""

    program: TierProgram
    handle: str
    since: datetime


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """A plan whose privileges a member has, until when (None: nobody knows yet), and when the running term began."""

    handle: str
    definition: PlanDefinition
    entitled_until: datetime | None
    since: datetime


def entitlements_of(tier: HeldTier | None, plans: Iterable[HeldPlan], now: datetime) -> Entitlements:
    """What somebody is entitled to at a moment by the tier and the plans that they have."""
    held = sorted((one for one in plans if _holds(one, now)), key=lambda one: one.handle)
    perks: list[tuple[str, Perk]] = []
    since: list[tuple[str, datetime]] = []
    step = tier.program.tier(tier.handle) if tier is not None else None
    if tier is not None and step is not None:
        perks += [(tier_grantor(tier.handle), perk) for perk in step.perks]
        since.append((tier_grantor(tier.handle), tier.since))
    for one in held:
        perks += [(plan_grantor(one.handle), perk) for perk in one.definition.benefits]
        since.append((plan_grantor(one.handle), one.since))
    return Entitlements(
        tier.handle if tier is not None else None,
        tuple((one.handle, one.entitled_until) for one in held),
        tuple(perks),
        step.name if step is not None else None,
        tuple(since),
        _below(tier),
    )


def _holds(plan: HeldPlan, now: datetime) -> bool:
    return plan.since <= now and (plan.entitled_until is None or now < plan.entitled_until)


def _below(tier: HeldTier | None) -> tuple[str, ...]:
    if tier is None or tier.handle not in tier.program.ranks:
        return ()
    rank = tier.program.ranks[tier.handle]
    return tuple(one.handle for one in tier.program.tiers[:rank])


async def read_entitlements(
    connection: AsyncConnection, members: Iterable[MemberKey], now: datetime
) -> dict[MemberKey, Entitlements]:
    """What each of these members, the roots of their merges, is entitled to; nothing for those without a standing."""
    asked = sorted(set(members))
    tiers = await _tiers(connection, asked)
    plans = await _plans(connection, asked)
    return {
        key: entitlements_of(tiers.get(key), plans[key], now) if key in tiers or key in plans else NOTHING
        for key in asked
    }


async def _tiers(connection: AsyncConnection, asked: list[MemberKey]) -> dict[MemberKey, HeldTier]:
    rows = await _TIERS.run(connection, asked)
    versions = await _VERSIONS.run(connection, sorted({(row.program_id, row.version) for row in rows}))
    ladders = {(row.program_id, row.version): parse_tiers(row.definition) for row in versions}
    return {
        MemberKey(row.program_id, row.member_id): HeldTier(ladders[row.program_id, row.version], row.tier, row.since)
        for row in rows
        if (row.program_id, row.version) in ladders  # else it was never worked out
    }


async def _plans(connection: AsyncConnection, asked: list[MemberKey]) -> dict[MemberKey, list[HeldPlan]]:
    rows = await _PLANS.run(connection, asked)
    found: dict[MemberKey, list[HeldPlan]] = defaultdict(list)
    if not rows:
        return found
    sold = {
        (one.program_id, one.plan_id, one.version): one
        for one in await plan_versions_of(connection, {row.program_id for row in rows})
    }
    for row in rows:
        plan = sold[row.program_id, row.plan_id, row.plan_version]
        held = HeldPlan(plan.handle, plan.definition, row.entitled_until, row.started_at)
        found[MemberKey(row.program_id, row.member_id)].append(held)
    return found
