"""What is in the way of a claim, worked out from what was read: the same for a list, a quote and the claim itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.offers.catalog import Offer
from engine.offers.costs import claim_cost
from engine.offers.definitions import Exchange, OfferDefinition, Redemption
from engine.offers.refusals import Reason, ReasonCode
from engine.partners.facts import Agreement


@dataclass(frozen=True, slots=True)
class Asker:
    """What a member is and has, as offers ask for it."""

    member_id: int
    available: int
    customer_tags: frozenset[str] = frozenset()
    tier: str | None = None
    plans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """What else a claim depends on: the time, what is agreed, codes left (None: not from a pool), claims had before."""

    now: datetime
    agreement: Agreement | None
    codes_left: int | None = None
    had: int = 0


def points_needed(definition: OfferDefinition) -> int:
    """The fewest points that one claim takes from its member."""
    gives = definition.gives
    if isinstance(gives, Redemption):
        return gives.price
    return gives.takes(gives.gives(gives.minimum_points)) if isinstance(gives, Exchange) else 0


def reasons_of(offer: Offer, asker: Asker | None, moment: Moment, points: int | None = None) -> list[Reason]:
    """Everything that is in the way, in the order in which it is told; `asker` None: nobody is signed in.

    `points` are those that are to be taken, None for the fewest possible.
    """
    definition, reasons = offer.definition, []
    if asker is None:
        reasons.append(Reason(ReasonCode.SIGNED_OUT))
    if not _open(offer, moment.agreement):
        reasons.append(Reason(ReasonCode.OFFER_CLOSED))
    if definition.starts_at is not None and moment.now < definition.starts_at:
        reasons.append(Reason(ReasonCode.NOT_STARTED, {"starts_at": definition.starts_at.isoformat()}))
    if definition.ends_at is not None and moment.now >= definition.ends_at:
        reasons.append(Reason(ReasonCode.ENDED, {"ends_at": definition.ends_at.isoformat()}))
    if asker is not None:
        reasons += _personal(definition, asker, moment.had)
    needed = points_needed(definition) if points is None else points
    reasons += _left(offer, moment, needed)
    if asker is not None and asker.available < needed:
        missing = {"needed": needed, "available": asker.available, "missing": needed - asker.available}
        reasons.append(Reason(ReasonCode.NOT_ENOUGH_POINTS, missing))
    return reasons


def _open(offer: Offer, agreement: Agreement | None) -> bool:
    """Whether it is out at all. Amounts in a currency that is no longer agreed upon cannot be kept to."""
    if offer.state not in ("published", "exhausted") or offer.archived_at is not None or not offer.partner.active:
        return False
    return agreement is not None and offer.definition.currency in (None, agreement.definition.currency)


def _personal(definition: OfferDefinition, asker: Asker, had: int) -> list[Reason]:
    reasons = []
    if definition.tiers and asker.tier not in definition.tiers:
        reasons.append(Reason(ReasonCode.TIER_REQUIRED, {"tiers": ",".join(definition.tiers)}))
    if definition.plans and not asker.plans & set(definition.plans):
        reasons.append(Reason(ReasonCode.PLAN_REQUIRED, {"plans": ",".join(definition.plans)}))
    if definition.customer_tags and not asker.customer_tags & set(definition.customer_tags):
        reasons.append(Reason(ReasonCode.TAG_REQUIRED, {"tags": ",".join(definition.customer_tags)}))
    limit = definition.member_limit
    if limit is not None and had >= limit.count:
        reasons.append(Reason(ReasonCode.MEMBER_LIMIT, {"limit": limit.count, "period": limit.period}))
    return reasons


def _left(offer: Offer, moment: Moment, points: int) -> list[Reason]:
    """What is used up: the offer itself, or what this claim would take of its budget at the rates of now."""
    if offer.claims_left == 0 or moment.codes_left == 0:
        return [Reason(ReasonCode.SOLD_OUT)]
    covered = True
    if offer.budget is not None and moment.agreement is not None:
        covered = claim_cost(offer.definition, moment.agreement.definition, points)[0] <= offer.budget.free
    return [Reason(ReasonCode.BUDGET_USED_UP)] if offer.state == "exhausted" or not covered else []


def remaining(offer: Offer, moment: Moment) -> int | None:
    """How many more can be claimed, as far as anything that is counted says; None: no end of them.

    A budget that conversions are paid from does not say how many may claim, unless it is used up.
    """
    known = [left for left in (offer.claims_left, moment.codes_left) if left is not None]
    if offer.budget is not None and moment.agreement is not None:
        definition = offer.definition
        cost = claim_cost(definition, moment.agreement.definition, points_needed(definition))[0]
        if cost > 0:
            known.append(offer.budget.free // cost)
    if offer.state == "exhausted":
        known.append(0)
    return min(known, default=None)
