"""Partners, and what is agreed with them, as merchants write it."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from engine.money import MoneyError, minor_units
from laurel_graphql.inputs.given import OneOfError, plain
from laurel_graphql.scalars import CurrencyCode, Points


@strawberry.enum(description="Who pays first.")
class PartnerBilling(Enum):
    PREPAID = strawberry.enum_value("PREPAID", description="The partner pays beforehand, and points come out of it.")
    POSTPAID = strawberry.enum_value("POSTPAID", description="A statement says afterwards who owes what.")


@strawberry.enum(description="How long a cycle or the period of a cap is, by the agreement's zone.")
class PartnerPeriod(Enum):
    DAY = strawberry.enum_value("DAY", description="A day.")
    WEEK = strawberry.enum_value("WEEK", description="A week from Monday on.")
    MONTH = strawberry.enum_value("MONTH", description="A calendar month.")
    QUARTER = strawberry.enum_value("QUARTER", description="A calendar quarter.")


@strawberry.enum(description="What a cap bounds.")
class PartnerCapKind(Enum):
    ISSUED = strawberry.enum_value("ISSUED", description="Points that members get, less those taken back.")
    REDEEMED = strawberry.enum_value("REDEEMED", description="Points that members spend, less those given back.")


@strawberry.enum(description="Which of several clicks a purchase belongs to.")
class PartnerClick(Enum):
    LAST = strawberry.enum_value("LAST", description="The last one before it.")
    FIRST = strawberry.enum_value("FIRST", description="The first one that still counts.")


@strawberry.input(description="The most points in a period.")
class PartnerCapInput:
    kind: PartnerCapKind = strawberry.field(description="Which points.")
    period: PartnerPeriod = strawberry.field(description="In which period.")
    points: Points = strawberry.field(description="How many.")


@strawberry.input(description="Which claim or click a purchase belongs to. What is left out gets its default.")
class PartnerAttributionInput:
    window_days: int | None = strawberry.field(
        default=None, description="For how many days a click counts, 1 to 365; by default 30."
    )
    click: PartnerClick | None = strawberry.field(default=None, description="By default LAST.")
    code_wins: bool | None = strawberry.field(
        default=None, description="Whether a code counts before any click; by default it does."
    )


@strawberry.input(description="What is agreed with a partner. What is left out gets its default.")
class PartnerAgreementInput:
    currency: CurrencyCode = strawberry.field(description="The currency of its rates and statements.")
    buy_rate: Decimal = strawberry.field(description="What the partner pays for one point that its customers get.")
    redeem_rate: Decimal = strawberry.field(description="What the shop pays for one point that is spent there.")
    billing: PartnerBilling | None = strawberry.field(default=None, description="By default POSTPAID.")
    hold_days: int | None = strawberry.field(
        default=None, description="After how many days a purchase is approved by itself, 0 to 365; by default 0."
    )
    time_zone: str = strawberry.field(description="Whose days count, as an IANA name such as `Europe/Berlin`.")
    cycle: PartnerPeriod | None = strawberry.field(
        default=None, description="What a statement is for; by default MONTH."
    )
    settle_days: int | None = strawberry.field(
        default=None, description="How many days a statement waits for late reports, 0 to 60; by default 3."
    )
    caps: list[PartnerCapInput] | None = strawberry.field(default=None, description="At most 8; by default none.")
    attribution: PartnerAttributionInput | None = strawberry.field(
        default=None, description="Which claim or click a purchase belongs to."
    )
    report_days: int | None = strawberry.field(
        default=None, description="How many days old a reported purchase may be, 1 to 400; by default 90."
    )
    tolerance: Decimal | None = strawberry.field(
        default=None, description="By how much a row of the partner's file may differ from ours; by default not at all."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError for a tolerance that is no amount of the currency."""
        found = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        if "tolerance" in found:
            try:
                found["tolerance_minor"] = minor_units(found.pop("tolerance"), self.currency)
            except MoneyError as error:
                raise OneOfError(f"The tolerance is not an amount of money: {error}.") from None
        return found


@strawberry.input(description="How a partner is shown to members. What is left out gets its default.")
class PartnerProfileInput:
    name: str = strawberry.field(description="Its name, 1 to 80 characters.")
    website: str | None = strawberry.field(default=None, description="Its address, from https:// on.")
    about: str = strawberry.field(default="", description="A few words about it, at most 1,000 characters.")
