"""A member's tier as it is at this moment, worked out from the facts: why, until when, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.tiers.definitions import TierProgram
from engine.tiers.progress import Progress
from engine.tiers.standing import TierChange as ChangeFacts
from engine.tiers.standing import TierStanding
from engine.tiers.store import standing_of
from laurel_graphql.context import RequestContext
from laurel_graphql.fields import computed
from laurel_graphql.pages import First
from laurel_graphql.refusals import Words
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.tier_outlooks import NextTier, ProjectedTier, TierStay, next_of, projected_of, stay_of
from laurel_graphql.types.tier_values import TierHead, TierProgress, head_of


@strawberry.enum(description="Why a tier changed.")
class TierChangeReason(Enum):
    REACHED = strawberry.enum_value("REACHED", description="What it takes was reached.")
    TERM_ENDED = strawberry.enum_value("TERM_ENDED", description="The tier's time was over.")
    REFUNDED = strawberry.enum_value("REFUNDED", description="A refund took back what had reached it.")
    VERSION = strawberry.enum_value("VERSION", description="The tiers themselves were changed.")
    OVERRIDE = strawberry.enum_value("OVERRIDE", description="The staff gave it.")
    OVERRIDE_ENDED = strawberry.enum_value("OVERRIDE_ENDED", description="What the staff gave was over.")


@strawberry.type(description="A step from one tier to another.")
class TierChange:
    at: datetime = strawberry.field(description="When it was.")
    came_from: TierHead | None = strawberry.field(
        name="from", description="The tier before it, null where the tiers no longer have it."
    )
    to: TierHead | None = strawberry.field(description="The tier after it, null where the tiers no longer have it.")
    reason: TierChangeReason = strawberry.field(description="Why.")
    text: str = strawberry.field(description="The same in a sentence of the caller's language.")


@strawberry.type(description="A member's tier at this moment.")
class MemberTier:
    changes: strawberry.Private[Sequence[ChangeFacts]]
    program: strawberry.Private[TierProgram]
    words: strawberry.Private[Words]
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name, as the merchant wrote it.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    position: int = strawberry.field(description="How high it stands, 0 is the lowest.")
    since: datetime = strawberry.field(description="When the member got it, however often it was renewed.")
    valid_until: datetime | None = strawberry.field(description="The first moment after its time, null for no end.")
    at_risk: bool = strawberry.field(description="Whether its time is over and it stays for its days of grace only.")
    grace_until: datetime | None = strawberry.field(description="The first moment after its days of grace.")
    overridden: bool = strawberry.field(description="Whether the staff gave it.")
    perks: list[Perk] = strawberry.field(description="What it does for the member.")
    progress: list[TierProgress] = strawberry.field(description="How far the member is on the way to the next tier.")
    next: NextTier | None = strawberry.field(description="The next tier, null at the top.")
    stay: TierStay | None = strawberry.field(description="What keeps it, null where nothing is asked.")
    projected: ProjectedTier | None = strawberry.field(
        description="What follows if nothing more happens, null where nothing changes."
    )

    @computed("How the member came to it, newest first.")
    def history(self, first: First = 10) -> list[TierChange]:
        """The newest steps."""
        return [_change(change, self.program, self.words) for change in self.changes[::-1][:first]]


async def tier_of(context: RequestContext, member_id: int, *, staff: bool) -> MemberTier | None:
    """A member's tier, worked out from all facts at this moment; None before there are tiers."""
    async with context.reading() as connection:
        found = await standing_of(connection, context.program_id, member_id)
    if found.standing is None or found.progress is None:
        return None
    return member_tier(found.standing, found.progress, Words(context.locale, found.facts.zone), staff=staff)


def member_tier(standing: TierStanding, progress: Progress, words: Words, *, staff: bool) -> MemberTier:
    """A standing in words, for the member themselves or for the staff."""
    program, tier = standing.version.definition, standing.tier
    following = next_of(standing, progress, words, staff=staff)
    return MemberTier(
        changes=standing.changes,
        program=program,
        words=words,
        handle=tier.handle,
        name=tier.name,
        color=tier.color,
        description=tier.description,
        position=program.ranks.get(tier.handle, 0),
        since=standing.since,
        valid_until=standing.valid_until,
        at_risk=standing.at_risk,
        grace_until=standing.grace_until,
        overridden=standing.overridden is not None,
        perks=perks_of(tier.perks, words, program.currency, entitled=True, staff=staff),
        progress=[] if following is None else following.progress,
        next=following,
        stay=stay_of(standing, progress, words),
        projected=projected_of(progress, program, words),
    )


def _change(change: ChangeFacts, program: TierProgram, words: Words) -> TierChange:
    came_from, to = program.tier(change.came_from), program.tier(change.to)
    name = change.to if to is None else to.name
    return TierChange(
        at=change.at,
        came_from=None if came_from is None else head_of(came_from),
        to=None if to is None else head_of(to),
        reason=TierChangeReason[change.reason.upper()],
        text=TEXTS[words.language][f"tier.change.{change.reason}"].format(tier=name),
    )
