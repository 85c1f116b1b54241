"""What is agreed with a partner, and how a partner is shown: immutable, versioned data.

A program sells its points to the partner at the buy rate and pays the partner the redeem rate for each one that is
spent there. Every event names the version of the agreement that priced it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from engine.money import MINOR_UNITS_MAXIMUM
from engine.partners.money import micros_per_point
from engine.rules.bounds import Currency, Frozen, Points
from engine.rules.days import zone_of

Billing = Literal["prepaid", "postpaid"]
CycleKind = Literal["day", "week", "month", "quarter"]
CapKind = Literal["issued", "redeemed"]
CAPS_MAXIMUM = 8
WEBSITE_MAXIMUM = 300


def _zone(name: str) -> str:
    zone_of(name)
    return name


def _text(value: str) -> str:
    if any((ord(sign) < 32 and sign != "\n") or ord(sign) == 127 or "\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("holds a control character")
    return value.strip()


def _line(value: str) -> str:
    if "\n" in value:
        raise ValueError("is more than one line")
    text = _text(value)
    if not text:
        raise ValueError("is empty")
    return text


def _website(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("is no address")
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError("does not begin with https:// and a host")
    return value


Rate = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=20, decimal_places=12)]
"""Money for one point, in the currency's main unit."""


class Cap(Frozen):
    """The most points of a kind in a period of the agreement's zone, less what was taken back in it."""

    kind: CapKind
    period: CycleKind
    points: Points


class Attribution(Frozen):
    """Which claim or click a reported purchase belongs to: pure data, applied by `engine.conversions.attribution`."""

    window_days: Annotated[int, Field(ge=1, le=365)] = 30
    """For how long a click counts."""
    click: Literal["last", "first"] = "last"
    code_wins: bool = True
    """Whether a code that was typed in counts before any click."""


class AgreementDefinition(Frozen):
    """One version of what is agreed."""

    currency: Currency
    buy_rate: Rate
    redeem_rate: Rate
    billing: Billing = "postpaid"
    hold_days: Annotated[int, Field(ge=0, le=365)] = 0
    """How many days after the purchase a conversion is approved by itself."""
    time_zone: Annotated[str, AfterValidator(_zone), Field(max_length=64)]
    cycle: CycleKind = "month"
    settle_days: Annotated[int, Field(ge=0, le=60)] = 3
    """How many days after a cycle's end its statement waits for late reports."""
    caps: Annotated[tuple[Cap, ...], Field(max_length=CAPS_MAXIMUM)] = ()
    attribution: Attribution = Attribution()
    report_days: Annotated[int, Field(ge=1, le=400)] = 90
    """How old a reported purchase may be."""
    tolerance_minor: Annotated[int, Field(ge=0, le=MINOR_UNITS_MAXIMUM)] = 0
    """By how much a row of the partner's file may differ from ours."""

    @field_validator("buy_rate", "redeem_rate")
    @classmethod
    def _is_whole_in_micros(cls, rate: Decimal, info: ValidationInfo) -> Decimal:
        if "currency" in info.data:  # else the currency is what is objected to
            micros_per_point(rate, info.data["currency"])
        return rate

    @field_validator("caps")
    @classmethod
    def _one_for_each_period(cls, caps: tuple[Cap, ...]) -> tuple[Cap, ...]:
        if len({(cap.kind, cap.period) for cap in caps}) < len(caps):
            raise ValueError("two caps are for the same points and period")
        return caps


class PartnerProfile(Frozen):
    """How a partner is shown to members."""

    name: Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=80)]
    website: Annotated[str, AfterValidator(_website), Field(max_length=WEBSITE_MAXIMUM)] | None = None
    about: Annotated[str, AfterValidator(_text), Field(max_length=1_000)] = ""
