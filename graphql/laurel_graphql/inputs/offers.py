"""Offers of partners as merchants write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from engine.offers.definitions import OfferDefinition
from laurel_graphql.changes import ChangeRefused, checked
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.given import Fault, OneOfError, one_of, plain
from laurel_graphql.inputs.rewards import MemberLimitInput
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.money import MoneyInput

_AS_GIVEN = {"made": "", "pool": "", "fixed": "", "perUnit": "", "amount": "", "fixedMinor": "fixed"}
"""Parts of the engine's paths that the caller's do not have, or call otherwise."""


@strawberry.enum(description="Who pays for a purchase that an offer brought.")
class OfferPayer(Enum):
    PARTNER = strawberry.enum_value("PARTNER", description="The partner pays the shop.")
    SHOP = strawberry.enum_value("SHOP", description="The shop pays the partner.")


@strawberry.input(description="Where codes come from: exactly one of the fields.")
class OfferCodesInput:
    pool_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of a pool of the partner's codes."
    )
    prefix: str | None = strawberry.field(
        default=None, description="Codes are made by the app, and begin so: 2 to 8 of A–Z and 0–9."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError, and RequestError for an id that is none."""
        kind, given = one_of(self, "codes")
        if kind == "pool_id":
            return {"kind": "pool", "pool_id": number_of(given, "CodePool")}
        return {"kind": "made", "prefix": plain(given)}


@strawberry.input(description="Points for each unit of a currency.")
class OfferRateInput:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    points: Decimal = strawberry.field(description="Points for each whole unit of it.")


@strawberry.input(description="Points for a purchase at the partner: exactly one of the fields.")
class OfferEarningInput:
    points: Points | None = strawberry.field(default=None, description="So many, whatever was paid.")
    rates: list[OfferRateInput] | None = strawberry.field(default=None, description="For each unit of what was paid.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "points")
        if kind == "points":
            return {"kind": "fixed", "points": given}
        rates = {str(one.currency_code): one.points for one in given[:200]}
        if len(rates) != len(given):
            raise OneOfError("Give one rate for each currency.")
        return {"kind": "per_unit", "rates": rates}


@strawberry.input(description="Money for a purchase: who pays it, and exactly one of `fixed` and `percent`.")
class OfferPaymentInput:
    payer: OfferPayer = strawberry.field(description="Who pays it.")
    fixed: MoneyInput | None = strawberry.field(default=None, description="So much, whatever was paid.")
    percent: Decimal | None = strawberry.field(default=None, description="A part of what was paid, above 0 to 100.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises RequestError for no amount of its currency."""
        found: dict[str, Any] = {"payer": plain(self.payer)}
        if self.fixed is not None:
            found["fixed_minor"] = self.fixed.minor()
        return found if self.percent is None else {**found, "percent": self.percent}


@strawberry.input(description="A code for the partner's shop.")
class CodeOfferInput:
    source: OfferCodesInput = strawberry.field(description="Where its codes come from.")
    valid_days: int | None = strawberry.field(
        default=None, description="For how many days one is good; null: for good."
    )
    payment: OfferPaymentInput | None = strawberry.field(default=None, description="Money for a purchase with it.")
    points: OfferEarningInput | None = strawberry.field(
        default=None, description="What the member gets for a purchase with it."
    )


@strawberry.input(description="A link to the partner's shop.")
class LinkOfferInput:
    url: str = strawberry.field(description="Where it leads: https, with `{click}` once where the click's id goes.")
    payment: OfferPaymentInput | None = strawberry.field(default=None, description="Money for a purchase after it.")
    points: OfferEarningInput | None = strawberry.field(
        default=None, description="What the member gets for a purchase after it."
    )


@strawberry.input(description="Points for what members buy at the partner's, who knows them by a number.")
class AccrualOfferInput:
    points: OfferEarningInput = strawberry.field(description="What the member gets for a purchase.")


@strawberry.input(description="The partner's voucher for points.")
class RedemptionOfferInput:
    price: Points = strawberry.field(description="What it costs.")
    source: OfferCodesInput = strawberry.field(description="Where its codes come from.")
    valid_days: int | None = strawberry.field(
        default=None, description="For how many days one is good; null: for good."
    )
    worth: str = strawberry.field(default="", description="What it is worth at the partner's, at most 120 characters.")


@strawberry.input(description="Points into the partner's own: points × numerator / denominator, rounded down.")
class ExchangeOfferInput:
    numerator: int = strawberry.field(description="So many of the partner's…")
    denominator: int = strawberry.field(description="…for so many of ours.")
    minimum_points: Points | None = strawberry.field(default=None, description="The fewest of ours; by default 1.")
    maximum_points: Points | None = strawberry.field(default=None, description="The most of ours at once.")
    daily_points: Points | None = strawberry.field(default=None, description="The most of ours on a day by one member.")
    unit_name: str = strawberry.field(description="What the partner's are called, such as `miles`; 1 to 40 characters.")
    account_hint: str = strawberry.field(
        default="", description="What members are asked for, such as `Your card's number`; at most 120 characters."
    )


@strawberry.input(description="What an offer gives: exactly one of the fields.")
class OfferGivesInput:
    code: CodeOfferInput | None = strawberry.field(default=None, description="A code for the partner's shop.")
    link: LinkOfferInput | None = strawberry.field(default=None, description="A link to the partner's shop.")
    accrual: AccrualOfferInput | None = strawberry.field(default=None, description="Points for purchases there.")
    redemption: RedemptionOfferInput | None = strawberry.field(default=None, description="A voucher for points.")
    exchange: ExchangeOfferInput | None = strawberry.field(default=None, description="Their points for ours.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "what an offer gives")
        return {"kind": kind, **plain(given)}

    @property
    def payment(self) -> OfferPaymentInput | None:
        """Money for a purchase, where there is any."""
        return next((one.payment for one in (self.code, self.link) if one is not None), None)


@strawberry.input(description="How much may be given away in all: exactly one of the fields.")
class OfferBudgetInput:
    claims: int | None = strawberry.field(default=None, description="So many claims.")
    points: Points | None = strawberry.field(default=None, description="So many points.")
    money: MoneyInput | None = strawberry.field(default=None, description="So much money.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError, and RequestError for no amount of its currency."""
        unit, given = one_of(self, "a budget")
        return {"unit": unit, "amount": given.minor() if unit == "money" else given}


@strawberry.input(description="An offer as a whole. What is left out gets its default.")
class OfferInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    terms: str = strawberry.field(
        default="", description="Terms, shown before it is claimed; at most 5,000 characters."
    )
    artwork: str | None = strawberry.field(
        default=None, description="The id of its picture, as `artworks` lists it; null: none."
    )
    gives: OfferGivesInput = strawberry.field(description="What it gives.")
    tiers: list[str] | None = strawberry.field(default=None, description="Only for members of these tiers.")
    plans: list[str] | None = strawberry.field(
        default=None, description="Only for members who have the benefits of one of these plans, by their handles."
    )
    customer_tags: list[str] | None = strawberry.field(
        default=None, description="Only for customers with one of these tags."
    )
    starts_at: datetime | None = strawberry.field(default=None, description="From when on it can be had.")
    ends_at: datetime | None = strawberry.field(default=None, description="The first moment at which it is over.")
    member_limit: MemberLimitInput | None = strawberry.field(
        default=None, description="How often each member may have it; by default once."
    )
    without_member_limit: bool = strawberry.field(
        default=False, description="True: as often as they like, and `memberLimit` is not looked at."
    )
    total_limit: int | None = strawberry.field(
        default=None, description="How many may be claimed in all, those that were among them; null: no end."
    )
    budget: OfferBudgetInput | None = strawberry.field(default=None, description="How much may be given away in all.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it: its money is in one currency. Raises OneOfError and RequestError."""
        found = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        if found.pop("without_member_limit"):
            found["member_limit"] = None
        currencies = set(self._currencies())
        if len(currencies) > 1:
            raise OneOfError("Give all money of an offer in one currency.")
        return {**found, "currency": next(iter(currencies), None)}

    def _currencies(self) -> Iterator[str]:
        payment = self.gives.payment
        found = (None if payment is None else payment.fixed, None if self.budget is None else self.budget.money)
        return (str(money.currency_code) for money in found if money is not None)


def checked_offer(given: OfferInput) -> OfferDefinition:
    """The offer of an input. Raises ChangeRefused, by the caller's fields: the engine names kinds and units apart."""
    try:
        return checked(OfferDefinition, given, "offer")
    except ChangeRefused as refusal:
        raise ChangeRefused([(code, _as_given(fault)) for code, fault in refusal.errors]) from None


def _as_given(fault: Fault) -> Fault:
    named = (_AS_GIVEN.get(part, part) for part in fault.field)
    return Fault([part for part in named if part], fault.message)
