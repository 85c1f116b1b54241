"""What a reward would give and what is in the way, worked out from plain facts. The same function decides a redemption.

Formulas (public, shown to merchants and shoppers):
- money = floor(points / step) × value per step;
- most points = min(balance, most points of the reward, floor(most money / value per step) × step), in whole steps, with
  most money = min(the reward's, its percentage of the subtotal, subtotal − what must be left to pay).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.rewards.definitions import AmountOff, CombinesWith, GiftCard, RewardDefinition, SliderCost, StoreCredit
from engine.rewards.reasons import Cap, Reason, ReasonCode


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the shopper who asks."""

    available: int
    customer_tags: frozenset[str] = frozenset()
    tier: str | None = None
    plans: frozenset[str] = frozenset()
    """The plans whose privileges hold."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward as it stands: its definition, what is left of it, and how many the shopper had in its period."""

    definition: RewardDefinition
    stock_left: int | None
    archived: bool = False
    had: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """What an offer would give. `value_minor` is in minor units of `currency`; None where it is no amount of money.

    `minimum_points`, `maximum_points` and `step` say what the shopper may choose now: nothing, where the maximum is the
    smaller one.
    """

    points: int
    value_minor: int | None
    currency: str
    allowed: bool
    reasons: tuple[Reason, ...]
    binding_cap: Cap | None
    combines_with: CombinesWith
    minimum_points: int
    maximum_points: int
    step: int


def quote_offer(
    offer: Offer, standing: Standing | None, currency: str, now: datetime, *, points: int | None = None,
    subtotal_minor: int | None = None,
) -> Quote:  # fmt: skip
    """Quote an offer to a shopper (None: signed out) in a shop of that currency.

    `points` None asks for the fixed price, or for the most that is possible. `subtotal_minor` None: no cart is known.
    """
    cost = offer.definition.cost
    if isinstance(cost, SliderCost):
        priced = _chosen(cost, standing, currency, points, subtotal_minor)
        value: int | None = priced.points // cost.step * cost.value_per_step.get(currency, 0)
        minimum, step = cost.minimum_points, cost.step
    else:
        priced = _fixed(cost.points, standing, points)
        value = fixed_value(offer.definition, currency)
        minimum, step = cost.points, cost.points
    reasons = (*_locks(offer, standing, currency, now), *priced.reasons, *_cart(offer, currency, subtotal_minor))
    return Quote(
        priced.points, value, currency, not reasons, reasons, priced.cap, offer.definition.combines_with, minimum,
        priced.most, step,
    )  # fmt: skip


def fixed_value(definition: RewardDefinition, currency: str) -> int | None:
    """The amount of money that a reward with a fixed price is worth in a currency, None where it is no amount."""
    value = definition.value
    if not isinstance(value, AmountOff | StoreCredit | GiftCard) or value.amounts is None:
        return None
    return value.amounts.get(currency, 0)


@dataclass(frozen=True, slots=True)
class _Priced:
    """The points that are taken, the most that could be, and what stands in the way of those that were asked for."""

    points: int
    most: int
    cap: Cap | None = None
    reasons: tuple[Reason, ...] = ()


def _fixed(price: int, standing: Standing | None, asked: int | None) -> _Priced:
    reasons: list[Reason] = []
    if asked is not None and asked != price:
        reasons.append(Reason(ReasonCode.INVALID_POINTS, {"minimum": price, "maximum": price, "step": price}))
    if standing is None:
        return _Priced(price, price, None, tuple(reasons))
    if standing.available < price:
        reasons.append(_not_enough(price, standing.available))
        return _Priced(price, 0, Cap.BALANCE, tuple(reasons))
    return _Priced(price, price, None, tuple(reasons))


def _chosen(
    cost: SliderCost, standing: Standing | None, currency: str, asked: int | None, subtotal_minor: int | None
) -> _Priced:
    """The points of a slider. What is asked for beyond a cap is cut to it, and the cap is named."""
    caps = _caps(cost, standing, currency, subtotal_minor)
    most = min(caps.values(), default=None)
    cap = next((name for name, points in caps.items() if points == most), None)
    if asked is not None and (asked < cost.minimum_points or asked % cost.step):
        details: dict[str, str | int] = {"minimum": cost.minimum_points, "step": cost.step}
        if cost.maximum_points is not None:
            details["maximum"] = cost.maximum_points
        taken = max(0, asked) // cost.step * cost.step
        taken = taken if most is None else min(taken, most)
        return _Priced(taken, taken if most is None else most, None, (Reason(ReasonCode.INVALID_POINTS, details),))
    if most is None:  # nobody's balance and no cart to bound it: the price of the smallest is told
        return _Priced(asked or cost.minimum_points, asked or cost.minimum_points)
    if most < cost.minimum_points:
        return _Priced(cost.minimum_points, most, cap, _too_few(cost, standing, cap, currency))
    if asked is not None and asked <= most:
        return _Priced(asked, most)
    return _Priced(most, most, cap)


def _caps(cost: SliderCost, standing: Standing | None, currency: str, subtotal_minor: int | None) -> dict[Cap, int]:
    """The most points by each cap, in whole steps."""
    caps: dict[Cap, int] = {}
    if standing is not None:
        caps[Cap.BALANCE] = standing.available // cost.step * cost.step
    if cost.maximum_points is not None:
        caps[Cap.MAXIMUM_POINTS] = cost.maximum_points
    per_step = cost.value_per_step.get(currency)
    if per_step is None:
        return caps
    for cap, money in _money_caps(cost, currency, subtotal_minor).items():
        caps[cap] = max(0, money) // per_step * cost.step
    return caps


def _money_caps(cost: SliderCost, currency: str, subtotal_minor: int | None) -> Mapping[Cap, int]:
    caps: dict[Cap, int] = {}
    if cost.maximum_money is not None and currency in cost.maximum_money:
        caps[Cap.MAXIMUM_MONEY] = cost.maximum_money[currency]
    if subtotal_minor is not None:
        if cost.maximum_subtotal_percent is not None:
            caps[Cap.SUBTOTAL_SHARE] = subtotal_minor * cost.maximum_subtotal_percent // 100
        caps[Cap.SUBTOTAL] = subtotal_minor - (cost.minimum_payable or {}).get(currency, 0)
    return caps


def _too_few(cost: SliderCost, standing: Standing | None, cap: Cap | None, currency: str) -> tuple[Reason, ...]:
    """Why not even the fewest points can be had."""
    if cap is Cap.BALANCE and standing is not None:
        return (_not_enough(cost.minimum_points, standing.available),)
    if cap in (Cap.SUBTOTAL, Cap.SUBTOTAL_SHARE):
        worth = cost.minimum_points // cost.step * cost.value_per_step[currency]
        needed = worth + (cost.minimum_payable or {}).get(currency, 0)
        if cap is Cap.SUBTOTAL_SHARE and cost.maximum_subtotal_percent is not None:
            needed = -(-worth * 100 // cost.maximum_subtotal_percent)
        return (Reason(ReasonCode.BELOW_MINIMUM_SUBTOTAL, {"minimum_minor": needed, "currency": currency}),)
    return (Reason(ReasonCode.INVALID_POINTS, {"minimum": cost.minimum_points, "step": cost.step}),)


def _not_enough(needed: int, available: int) -> Reason:
    return Reason(
        ReasonCode.NOT_ENOUGH_POINTS, {"needed": needed, "available": available, "missing": needed - available}
    )


def _locks(offer: Offer, standing: Standing | None, currency: str, now: datetime) -> list[Reason]:
    """Everything that is in the way whatever the points."""
    definition, reasons = offer.definition, []
    if standing is None:
        reasons.append(Reason(ReasonCode.SIGNED_OUT))
    if offer.archived:
        reasons.append(Reason(ReasonCode.ARCHIVED))
    if definition.starts_at is not None and now < definition.starts_at:
        reasons.append(Reason(ReasonCode.NOT_STARTED, {"starts_at": definition.starts_at.isoformat()}))
    if definition.ends_at is not None and now >= definition.ends_at:
        reasons.append(Reason(ReasonCode.ENDED, {"ends_at": definition.ends_at.isoformat()}))
    if not _sold_in(definition, currency):
        reasons.append(Reason(ReasonCode.CURRENCY_NOT_OFFERED, {"currency": currency}))
    if standing is not None:
        reasons += _personal_locks(offer, standing)
    if offer.stock_left is not None and offer.stock_left <= 0:
        reasons.append(Reason(ReasonCode.OUT_OF_STOCK))
    return reasons


def _personal_locks(offer: Offer, standing: Standing) -> list[Reason]:
    definition, reasons = offer.definition, []
    if definition.tiers and standing.tier not in definition.tiers:
        reasons.append(Reason(ReasonCode.TIER_LOCKED, {"tiers": ",".join(definition.tiers)}))
    if definition.plans and not standing.plans & set(definition.plans):
        reasons.append(Reason(ReasonCode.PLAN_LOCKED, {"plans": ",".join(definition.plans)}))
    if definition.customer_tags and not standing.customer_tags & set(definition.customer_tags):
        reasons.append(Reason(ReasonCode.SEGMENT_LOCKED, {"tags": ",".join(definition.customer_tags)}))
    limit = definition.limit
    if limit is not None and offer.had >= limit.count:
        reasons.append(Reason(ReasonCode.LIMIT_REACHED, {"limit": limit.count, "period": limit.period}))
    return reasons


def _sold_in(definition: RewardDefinition, currency: str) -> bool:
    if isinstance(definition.cost, SliderCost):
        return currency in definition.cost.value_per_step
    value = definition.value
    return not isinstance(value, AmountOff | StoreCredit | GiftCard) or currency in (value.amounts or {})


def _cart(offer: Offer, currency: str, subtotal_minor: int | None) -> list[Reason]:
    minimum = (offer.definition.minimum_subtotal or {}).get(currency)
    if minimum is None or subtotal_minor is None or subtotal_minor >= minimum:
        return []
    return [Reason(ReasonCode.BELOW_MINIMUM_SUBTOTAL, {"minimum_minor": minimum, "currency": currency})]
