"""What lies ahead of a tier: the way to the next one, what keeps it, and where it leads if nothing more happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import strawberry

from engine.tiers.definitions import TierProgram
from engine.tiers.metrics import Missing, missing_of
from engine.tiers.progress import Progress
from engine.tiers.requirements import leaves
from engine.tiers.standing import TierStanding
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


def next_of(standing: TierStanding, progress: Progress, words: Words, *, staff: bool) -> NextTier | None:
    """The way to the next tier, None at the top."""
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


def stay_of(standing: TierStanding, progress: Progress, words: Words) -> TierStay | None:
    """What keeps the tier, None where nothing is asked."""
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


def projected_of(progress: Progress, program: TierProgram, words: Words) -> ProjectedTier | None:
    """Where it leads, None where nothing changes."""
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
