"""What an offer's budget pays for the next thing and for one claim: pure arithmetic, in the budget's own unit."""

from __future__ import annotations

from decimal import Decimal

from engine.offers.budget import Account
from engine.offers.definitions import Exchange, Fixed, OfferDefinition, Redemption
from engine.partners.definitions import AgreementDefinition
from engine.partners.money import MICROS_PER_MINOR, micros_of


def points_worth_minor(points: int, rate: Decimal, currency: str) -> int:
    """What points cost at a rate, in minor units, rounded up: a budget never falls short of what is owed."""
    return -(-micros_of(points, rate, currency) // MICROS_PER_MINOR)


def claim_cost(definition: OfferDefinition, agreement: AgreementDefinition, points: int) -> tuple[int, Account]:
    """What one claim that takes so many of the member's points takes of the budget, and where to.

    A code keeps a fixed payment for its conversion; what else conversions cost is taken as they come.
    """
    if definition.budget is None:
        return 0, Account.SPENT
    match definition.budget.unit:
        case "claims":
            return 1, Account.SPENT
        case "points":
            return points, Account.SPENT
        case "money" if definition.kind == "code":
            return definition.held_minor, Account.HELD
        case "money":
            return points_worth_minor(points, agreement.redeem_rate, agreement.currency), Account.SPENT


def next_cost(definition: OfferDefinition, agreement: AgreementDefinition) -> int:
    """The least that the next thing takes: with less than that free, the offer has nothing left to give."""
    if definition.budget is None:
        return 0
    gives = definition.gives
    if isinstance(gives, Redemption | Exchange):
        points = gives.price if isinstance(gives, Redemption) else gives.takes(gives.gives(gives.minimum_points))
        return max(1, claim_cost(definition, agreement, points)[0])
    if definition.budget.unit == "points":
        return gives.points.points if isinstance(gives.points, Fixed) else 1
    fixed = definition.payment.fixed_minor if definition.payment is not None else None
    return fixed if definition.budget.unit == "money" and fixed is not None else 1
