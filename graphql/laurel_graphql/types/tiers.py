"""A member's tier as it is at this moment, worked out from the facts: why, until when, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.tiers.definitions import TierProgram
from engine.tiers.metrics import Missing, missing_of
from engine.tiers.progress import Progress
from engine.tiers.requirements import leaves
from engine.tiers.standing import TierChange as ChangeFacts
from engine.tiers.standing import TierStanding
from engine.tiers.store import standing_of
from laurel_graphql.context import RequestContext
from laurel_graphql.fields import computed
from laurel_graphql.pages import First
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import CurrencyCode
from laurel_graphql.texts import TEXTS, day_text
from laurel_graphql.tier_sentences import missing_text, requirement_text
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.tier_values import (
    RequirementMatch,
    TierHead,
    TierMetric,
    TierProgress,
    TierRequirement,
    head_of,
    match_of,
    metric_of,
    progress_of,
    requirements_of,
)


@strawberry.enum(description="Why a tier changed.")
class TierChangeReason(Enum):
    REACHED = strawberry.enum_value("REACHED", description="What it takes was reached.")
    TERM_ENDED = strawberry.enum_value("TERM_ENDED", description="The tier's time was over.")
    REFUNDED = strawberry.enum_value("REFUNDED", description="A refund took back what had reached it.")
    VERSION = strawberry.enum_value("VERSION", description="The tiers themselves were changed.")
    OVERRIDE = strawberry.enum_value("OVERRIDE", description="The staff gave it.")
    OVERRIDE_ENDED = strawberry.enum_value("OVERRIDE_ENDED", description="What the staff gave was over.")


@strawberry.type(description="The next tier, and the way to it.")
class NextTier:
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name, as the merchant wrote it.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    missing: Decimal = strawberry.field(
        description="What is missing most, in the unit that `missingMetric` names: for SPEND the currency's main unit."
    )
    missing_metric: TierMetric = strawberry.field(description="What that is counted in.")
    message: str = strawberry.field(description="What is missing, in a sentence of the caller's language.")
    requirement_text: str = strawberry.field(description="What it takes as a whole, such as `Spend $500.00`.")
    match: RequirementMatch = strawberry.field(
        description="Whether all of `progress` is needed; what a deeper tree needs, `requirements` tells."
    )
    requirements: list[TierRequirement] = strawberry.field(description="What it takes, part by part.")
    progress: list[TierProgress] = strawberry.field(description="How far the member is with each amount of it.")
    perks: list[Perk] = strawberry.field(description="What it does for its members.")


@strawberry.type(description="What keeps the tier when its time is over.")
class TierStay:
    by: datetime = strawberry.field(description="When its time is over: the first moment without it.")
    match: RequirementMatch = strawberry.field(description="Whether all of `progress` is needed.")
    met: bool = strawberry.field(description="Whether there is nothing left to do.")
    message: str = strawberry.field(description="The same in a sentence of the caller's language.")
    progress: list[TierProgress] = strawberry.field(description="How far the member is with each amount of it.")


@strawberry.type(description="Something that no longer counts from a day on.")
class TierDrop:
    date: date = strawberry.field(description="The first day of the program's calendar on which it does not count.")
    metric: TierMetric = strawberry.field(description="What it is.")
    amount: Decimal = strawberry.field(description="How much of it.")
    currency_code: CurrencyCode | None = strawberry.field(description="The currency of money, null for all else.")


@strawberry.type(description="The tier that follows if nothing more happens.")
class ProjectedTier:
    tier: TierHead = strawberry.field(description="The tier.")
    at: datetime = strawberry.field(description="From when on.")
    message: str = strawberry.field(description="The same in a sentence of the caller's language.")
    dropping: list[TierDrop] = strawberry.field(description="What no longer counts until then, earliest first.")


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
    following = _next(standing, progress, words, staff=staff)
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
        stay=_stay(standing, progress, words),
        projected=_projected(progress, program, words),
    )


def _next(standing: TierStanding, progress: Progress, words: Words, *, staff: bool) -> NextTier | None:
    if progress.next is None:
        return None
    program, tier, language = standing.version.definition, progress.next.tier, words.language
    requirement, currency = progress.next.requirement, program.currency
    amounts = [one for leaf in leaves(requirement) for one in missing_of(leaf, standing.metrics, currency)]
    furthest = max(progress.next.missing, key=lambda one: one.missing / max(one.target, Decimal(1)))
    return NextTier(
        handle=tier.handle,
        name=tier.name,
        color=tier.color,
        description=tier.description,
        missing=furthest.missing,
        missing_metric=metric_of(furthest.metric),
        message=_way(progress.next.missing, tier.name, currency, language),
        requirement_text=requirement_text(requirement, currency, language),
        match=match_of(requirement),
        requirements=requirements_of(requirement, currency, language),
        progress=_progress(amounts, currency, language),
        perks=perks_of(tier.perks, words, currency, staff=staff),
    )


def _way(amounts: Sequence[Missing], name: str, currency: str, language: str) -> str:
    """The shortest way there, in a sentence."""
    missing = [(one.metric, one.missing) for one in amounts if one.missing > 0]
    if not missing:
        return TEXTS[language]["tier.next.met"].format(tier=name)
    inner = missing_text(missing, currency, language, together=True)
    return TEXTS[language]["tier.next"].format(inner=inner, tier=name)


def _stay(standing: TierStanding, progress: Progress, words: Words) -> TierStay | None:
    if standing.valid_until is None or not progress.stay:
        return None
    currency, language, name = standing.version.definition.currency, words.language, standing.tier.name
    missing = [(one.metric, one.missing) for one in progress.stay if one.missing > 0]
    day = day_text(standing.valid_until.astimezone(words.zone).date(), language)
    if missing:
        inner = missing_text(missing, currency, language, together=True)
        message = TEXTS[language]["tier.stay"].format(inner=inner, day=day, tier=name)
    else:
        message = TEXTS[language]["tier.stay.met"].format(tier=name, day=day)
    return TierStay(
        by=standing.valid_until,
        match=RequirementMatch.ALL,
        met=not missing,
        message=message,
        progress=_progress(progress.stay, currency, language),
    )


def _progress(parts: Sequence[Missing], currency: str, language: str) -> list[TierProgress]:
    return [progress_of(one.metric, one.value, one.target, one.missing, currency, language) for one in parts]


def _projected(progress: Progress, program: TierProgram, words: Words) -> ProjectedTier | None:
    projected = progress.projected
    if projected is None:
        return None
    message = TEXTS[words.language]["tier.projected"].format(
        tier=projected.tier.name, day=day_text(projected.at.astimezone(words.zone).date(), words.language)
    )
    drops = [
        TierDrop(
            date=day,
            metric=metric_of(metric),
            amount=metrics.value(metric, program.currency),
            currency_code=CurrencyCode(program.currency) if metric == "spend" else None,
        )
        for day, metrics in projected.dropping
        for metric in sorted(program.asks_for)
        if metrics.value(metric, program.currency)
    ]
    return ProjectedTier(tier=head_of(projected.tier), at=projected.at, message=message, dropping=drops)


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
