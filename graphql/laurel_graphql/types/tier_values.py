"""The words and parts of tiers that shoppers and the staff share: metrics, requirements, and how far somebody is."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from engine.tiers.definitions import Tier as TierDefinition
from engine.tiers.requirements import AnyOf, AtLeast, Metric, Node
from laurel_graphql.scalars import CurrencyCode
from laurel_graphql.texts import TEXTS
from laurel_graphql.tier_sentences import amount_text, requirement_text


@strawberry.enum(description="What counts for a tier.")
class TierMetric(Enum):
    SPEND = strawberry.enum_value("SPEND", description="Money spent on goods, net of refunds.")
    POINTS = strawberry.enum_value("POINTS", description="Points earned, whether they were spent or not.")
    ORDERS = strawberry.enum_value("ORDERS", description="Paid orders that were not refunded whole.")
    REVIEWS = strawberry.enum_value("REVIEWS", description="Reviews.")
    REFERRALS = strawberry.enum_value("REFERRALS", description="Friends who bought.")
    MEMBERSHIP_MONTHS = strawberry.enum_value("MEMBERSHIP_MONTHS", description="Whole months of a paid membership.")


@strawberry.enum(description="What an amount of a metric is counted in.")
class TierUnit(Enum):
    MONEY = strawberry.enum_value("MONEY", description="The main unit of a currency, such as dollars.")
    POINTS = strawberry.enum_value("POINTS", description="Points.")
    COUNT = strawberry.enum_value("COUNT", description="How many.")
    MONTHS = strawberry.enum_value("MONTHS", description="Months.")


@strawberry.enum(description="What a part of a requirement is.")
class RequirementKind(Enum):
    ALL = strawberry.enum_value("ALL", description="Met when every part below it is.")
    ANY = strawberry.enum_value("ANY", description="Met when at least one part below it is.")
    AT_LEAST = strawberry.enum_value("AT_LEAST", description="An amount of one metric.")


@strawberry.enum(description="Whether all of several things are needed or any one of them.")
class RequirementMatch(Enum):
    ALL = strawberry.enum_value("ALL", description="All of them.")
    ANY = strawberry.enum_value("ANY", description="Any one of them.")


@strawberry.type(description="One part of a requirement, with its place in the tree.")
class TierRequirement:
    position: int = strawberry.field(description="Its number in the list, from 0 on; a part comes before those below.")
    parent: int | None = strawberry.field(description="The position of the part that it is below, null for the root.")
    kind: RequirementKind = strawberry.field(description="What it is.")
    metric: TierMetric | None = strawberry.field(description="What is counted, null where parts are below it.")
    amount: Decimal | None = strawberry.field(description="How much of it, null where parts are below it.")
    more_than: bool = strawberry.field(description="Whether it takes more than the amount.")
    text: str = strawberry.field(description="The same in the caller's language, such as `Spend $500.00`.")


@strawberry.type(description="How far somebody is with one metric.")
class TierProgress:
    metric: TierMetric = strawberry.field(description="What is counted.")
    value: Decimal = strawberry.field(description="How much there is.")
    target: Decimal = strawberry.field(description="How much it takes.")
    missing: Decimal = strawberry.field(description="How much is missing, 0 for nothing.")
    unit: TierUnit = strawberry.field(description="What these are counted in.")
    currency_code: CurrencyCode | None = strawberry.field(description="The currency of money, null for all else.")
    percent: int = strawberry.field(description="How much of it is there, from 0 to 100 and 100 only when it is met.")
    text: str = strawberry.field(description="The same in the caller's language, such as `$120.00 of $500.00`.")


@strawberry.type(description="A tier by its name.")
class TierHead:
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name, as the merchant wrote it.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")


def metric_of(metric: Metric) -> TierMetric:
    """The metric as the API names it."""
    return TierMetric[metric.upper()]


def head_of(tier: TierDefinition) -> TierHead:
    """A tier by its name."""
    return TierHead(handle=tier.handle, name=tier.name, color=tier.color)


def match_of(requirement: Node | None) -> RequirementMatch:
    """Whether the parts of a requirement are all needed; of a deeper tree, what its root says."""
    return RequirementMatch.ANY if isinstance(requirement, AnyOf) else RequirementMatch.ALL


def progress_of(
    metric: Metric, value: Decimal, target: Decimal, missing: Decimal, currency: str, language: str
) -> TierProgress:
    """One metric against its target, in the main unit of the currency where it is money."""
    shown, wanted = (amount_text(metric, amount, currency, language) for amount in (value, target))
    units = {"spend": TierUnit.MONEY, "points": TierUnit.POINTS, "membership_months": TierUnit.MONTHS}
    return TierProgress(
        metric=metric_of(metric),
        value=value,
        target=target,
        missing=missing,
        unit=units.get(metric, TierUnit.COUNT),
        currency_code=CurrencyCode(currency) if metric == "spend" else None,
        percent=_percent(value, target, missing),
        text=TEXTS[language]["tier.progress"].format(value=shown, target=wanted),
    )


def _percent(value: Decimal, target: Decimal, missing: Decimal) -> int:
    if missing <= 0:
        return 100
    return min(99, max(0, int(100 * value / target))) if target > 0 else 0


def requirements_of(root: Node | None, currency: str, language: str) -> list[TierRequirement]:
    """The parts of a requirement, each before those below it; empty for none."""
    found: list[TierRequirement] = []
    if root is not None:
        _append(found, root, None, currency, language)
    return found


def _append(found: list[TierRequirement], node: Node, parent: int | None, currency: str, language: str) -> None:
    position = len(found)
    leaf = node if isinstance(node, AtLeast) else None
    found.append(
        TierRequirement(
            position=position,
            parent=parent,
            kind=RequirementKind[node.kind.upper()],
            metric=metric_of(leaf.metric) if leaf else None,
            amount=leaf.amount if leaf else None,
            more_than=leaf.more_than if leaf else False,
            text=requirement_text(node, currency, language),
        )
    )
    for part in () if isinstance(node, AtLeast) else node.requirements:
        _append(found, part, position, currency, language)
