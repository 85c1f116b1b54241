"""A partner's offers as members see them, and how much of each is used up; drafts are the merchant's own."""

from __future__ import annotations

from typing import Any

from engine.money import Money
from engine.offers.catalog import BudgetState, Offer, offers_of
from engine.offers.definitions import Code, Exchange, Fixed, Link, Made, OfferDefinition, Payment, PerUnit, Redemption
from plugin.partners.api.answers import moment
from plugin.partners.api.callers import PartnerVisit


async def published_offers(visit: PartnerVisit) -> list[Offer]:
    """The partner's offers; what the merchant only drafts is not among them."""
    caller = visit.caller
    found = await offers_of(visit.connection, caller.program_id, partner_id=caller.partner_id, archived=True)
    return [one for one in found if one.published_at is not None]


def offer_document(offer: Offer) -> dict[str, Any]:
    """An offer; amounts are text."""
    definition = offer.definition
    return {
        "handle": offer.handle, "title": definition.title, "description": definition.description,
        "terms": definition.terms, "kind": definition.kind,
        "state": "archived" if offer.archived_at is not None else offer.state,
        "starts_at": moment(definition.starts_at), "ends_at": moment(definition.ends_at),
        "published_at": moment(offer.published_at), "closed_at": moment(offer.closed_at),
        "claims": offer.claims_made, "claims_left": offer.claims_left,
        "budget": None if offer.budget is None else _budget(offer.budget),
        "code_prefix": definition.source.prefix if isinstance(definition.source, Made) else None,
        "earning": _earning(definition.earning), "payment": _payment(definition.payment, definition),
        **_given(definition),
    }  # fmt: skip


def _budget(budget: BudgetState) -> dict[str, Any]:
    def amount(minor: int) -> str:
        if budget.unit in ("claims", "points"):
            return str(minor)
        return str(Money(minor, budget.unit).decimal())

    parts = {"free": budget.free, "held": budget.held, "spent": budget.spent}
    return {"unit": budget.unit, **{name: amount(part) for name, part in parts.items()}}


def _earning(earning: Fixed | PerUnit | None) -> dict[str, Any] | None:
    if isinstance(earning, Fixed):
        return {"points": earning.points}
    return None if earning is None else {"rates": {name: str(rate) for name, rate in earning.rates.items()}}


def _payment(payment: Payment | None, definition: OfferDefinition) -> dict[str, Any] | None:
    if payment is None:
        return None
    if payment.fixed_minor is not None and definition.currency is not None:
        amount = str(Money(payment.fixed_minor, definition.currency).decimal())
        return {"payer": payment.payer, "amount": amount, "currency": definition.currency}
    return {"payer": payment.payer, "percent": str(payment.percent)}


def _given(definition: OfferDefinition) -> dict[str, Any]:
    """What only some kinds have."""
    gives = definition.gives
    if isinstance(gives, Redemption):
        return {"price_points": gives.price, "worth": gives.worth, "valid_days": gives.valid_days}
    if isinstance(gives, Exchange):
        names = ("numerator", "denominator", "minimum_points", "maximum_points", "daily_points", "unit_name")
        return {name: getattr(gives, name) for name in names}
    if isinstance(gives, Code):
        return {"valid_days": gives.valid_days}
    return {"url": gives.url} if isinstance(gives, Link) else {}
