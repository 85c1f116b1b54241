"""What the staff see of tiers: the live ones, changes that are thought about, tiers given by hand, and lists."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from engine.birthdays import zone_of_program
from engine.database import Connection
from engine.member_standings import StandingRow, members_by_tier
from engine.tiers.definitions import TierProgram as ProgramFacts
from engine.tiers.facts import Override, TierVersion
from engine.tiers.planning import TierPlan as TierPlanFacts
from engine.tiers.versions import live_tiers, publisher_of
from laurel_graphql.context import RequestContext
from laurel_graphql.gids import gid
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.types.plan_values import MembershipStatus
from laurel_graphql.types.tier_definitions import TierDefinition, definition_of
from laurel_graphql.types.tier_values import TierHead, head_of

_GONE_COLOR = "#888888"


@strawberry.type(description="The tiers that are live.")
class TierProgram:
    version: int = strawberry.field(description="Counts their changes.")
    effective_from: datetime = strawberry.field(description="Since when they hold.")
    created_by: str = strawberry.field(description="Who published them.")
    definition: TierDefinition = strawberry.field(description="What they say.")


@strawberry.enum(description="What became of a change of the tiers.")
class TierPlanState(Enum):
    COUNTING = strawberry.enum_value("COUNTING", description="What it would do is being counted.")
    READY = strawberry.enum_value("READY", description="It can be applied.")
    APPLIED = strawberry.enum_value("APPLIED", description="It holds, or did.")
    DROPPED = strawberry.enum_value("DROPPED", description="It was not wanted.")


@strawberry.type(description="How many members a tier has, now and after a change.")
class TierPlanCount:
    tier: TierHead = strawberry.field(description="The tier.")
    before: int = strawberry.field(description="How many have it now.")
    after: int = strawberry.field(description="How many would have it.")


@strawberry.type(description="A change of the tiers that is thought about: what it would do to whom.")
class TierPlan:
    id: strawberry.ID = strawberry.field(description="The change's global id.")
    state: TierPlanState = strawberry.field(description="What became of it.")
    base_version: int = strawberry.field(description="The version of the tiers that it changes, 0 for none.")
    definition: TierDefinition = strawberry.field(description="What the tiers would say.")
    up: int = strawberry.field(description="How many members would go up.")
    down: int = strawberry.field(description="How many would go down.")
    same: int = strawberry.field(description="How many would stay where they are.")
    entry_points_cost: Points = strawberry.field(description="The points for entering that it would give in all.")
    counts: list[TierPlanCount] = strawberry.field(description="How many members each tier has and would have.")
    members_total: int = strawberry.field(description="How many members are to be looked at.")
    members_done: int = strawberry.field(description="How many of them were.")
    created_at: datetime = strawberry.field(description="When it was written.")
    created_by: str = strawberry.field(description="Who wrote it.")
    settled_at: datetime | None = strawberry.field(description="When it was applied or dropped.")


@strawberry.type(description="A tier given by hand.")
class TierOverride:
    id: strawberry.ID = strawberry.field(description="Its global id.")
    tier: TierHead = strawberry.field(description="The tier.")
    starts_at: datetime = strawberry.field(description="From when on it holds.")
    ends_at: datetime | None = strawberry.field(description="The first moment without it, null for no end.")
    reason: str = strawberry.field(description="Why it was given.")
    created_by: str = strawberry.field(description="Who gave it.")
    withdrawn_at: datetime | None = strawberry.field(description="When it was taken back, null where it was not.")


@strawberry.type(description="A membership as a list shows it.")
class MemberStandingPlan:
    handle: str = strawberry.field(description="The plan's handle.")
    title: str = strawberry.field(description="The plan's title.")
    status: MembershipStatus = strawberry.field(description="How it stands.")
    ends_at: datetime | None = strawberry.field(description="When what is paid for ends, or when it ended.")


@strawberry.type(description="A member's tier and memberships as a list shows them: as they were last worked out.")
class MemberStanding:
    tier: TierHead | None = strawberry.field(description="The tier, null before there are any.")
    since: datetime | None = strawberry.field(description="Since when they have it.")
    valid_until: datetime | None = strawberry.field(description="The first moment after its time.")
    overridden: bool = strawberry.field(description="Whether the staff gave it.")
    plans: list[MemberStandingPlan] = strawberry.field(description="Their memberships, those that go on first.")


async def words_of(connection: Connection, context: RequestContext) -> Words:
    """Whom the staff's sentences are for: their language, the program's days."""
    return Words(context.locale, await zone_of_program(connection, context.program_id))


async def tier_program_of(connection: Connection, context: RequestContext, live: TierVersion) -> TierProgram:
    """The live tiers, with how many members have each."""
    members = await members_by_tier(connection, context.program_id)
    return TierProgram(
        version=live.version,
        effective_from=live.effective_from,
        created_by=await publisher_of(connection, context.program_id, live.version),
        definition=definition_of(live.definition, await words_of(connection, context), members),
    )


def tier_plan_of(plan: TierPlanFacts, words: Words, live: ProgramFacts | None) -> TierPlan:
    """The change of an engine's record; `live` names tiers that it leaves out."""
    counts = plan.counts
    known = {tier.handle: head_of(tier) for tier in plan.definition.tiers}
    known |= {tier.handle: head_of(tier) for tier in (live.tiers if live else ()) if tier.handle not in known}
    listed = [*known, *sorted((counts.before.keys() | counts.after.keys()) - known.keys())]
    return TierPlan(
        id=strawberry.ID(gid("TierPlan", plan.plan_id)),
        state=TierPlanState[plan.state.upper()],
        base_version=plan.base_version,
        definition=definition_of(plan.definition, words, counts.after),
        up=counts.up,
        down=counts.down,
        same=counts.same,
        entry_points_cost=Points(counts.entry_points),
        counts=[
            TierPlanCount(tier=known.get(one) or named(one), before=counts.before[one], after=counts.after[one])
            for one in listed
        ],
        members_total=plan.members_total,
        members_done=plan.members_done,
        created_at=plan.created_at,
        created_by=plan.created_by,
        settled_at=plan.settled_at,
    )


def override_of(record: Override, live: ProgramFacts | None) -> TierOverride:
    """The override of an engine's record, with its tier as it is called now."""
    tier = live.tier(record.tier) if live is not None else None
    return TierOverride(
        id=strawberry.ID(gid("TierOverride", record.override_id)),
        tier=named(record.tier) if tier is None else head_of(tier),
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        reason=record.reason,
        created_by=record.created_by,
        withdrawn_at=record.withdrawn_at,
    )


async def override_for(connection: Connection, context: RequestContext, record: Override) -> TierOverride:
    """An override with its tier as it is called now."""
    live = await live_tiers(connection, context.program_id)
    return override_of(record, None if live is None else live.definition)


def standing_of_row(row: StandingRow) -> MemberStanding:
    """What is kept of a member, for a list."""
    tier = None
    if row.tier is not None:
        tier = TierHead(handle=row.tier, name=row.tier_name or row.tier, color=row.tier_color or _GONE_COLOR)
    return MemberStanding(
        tier=tier,
        since=row.since,
        valid_until=row.valid_until,
        overridden=row.overridden,
        plans=[
            MemberStandingPlan(
                handle=one.handle, title=one.title, status=MembershipStatus[one.state.upper()], ends_at=one.ends_at
            )
            for one in row.plans
        ],
    )


def named(handle: str) -> TierHead:
    """A tier that there is no longer, by its handle."""
    return TierHead(handle=handle, name=handle, color=_GONE_COLOR)
