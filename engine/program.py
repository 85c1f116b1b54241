"""A program's definition: immutable, versioned data that the pure functions of `earning` read.

Nothing in it is ever code.

The numbers of `default_definition` are those that a new shop starts with; they are public and shown to shoppers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.money import POINTS_MAXIMUM, exponent

BEGINNING_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""`effective_from` of a version that covers every order there ever was."""


def _known(currency: str) -> str:
    exponent(currency)
    return currency


Currency = Annotated[str, AfterValidator(_known)]
Rate = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=6)]
Handle = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Days = Annotated[int, Field(ge=1, le=36_500)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PurchaseRule(_Frozen):
    """Points for each unit of money paid for goods: a rate per currency, rounded half-even once per order."""

    kind: Literal["purchase"] = "purchase"
    handle: Handle = "purchase"
    rates: Annotated[dict[Currency, Rate], Field(max_length=200)]
    test_orders: bool = False
    expires_after_days: Days | None = 365


class SignUpRule(_Frozen):
    """A fixed number of points, once per customer, for joining."""

    kind: Literal["sign-up"] = "sign-up"
    handle: Handle = "sign-up"
    points: Annotated[int, Field(ge=1, le=POINTS_MAXIMUM)]
    expires_after_days: Days | None = 365


class Definition(_Frozen):
    """What one version of a program says."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    purchase: PurchaseRule | None
    sign_up: SignUpRule | None


class ProgramVersion(_Frozen):
    """A published definition. `effective_from` is the first instant of business time that it decides."""

    program_id: int
    version: int
    effective_from: datetime
    definition: Definition


def default_definition(*, test_orders: bool = False) -> Definition:
    """The program that a shop starts with: a point per dollar, 100 points for joining, a year to use them."""
    rates = {
        "USD": "1", "EUR": "1", "GBP": "1", "AUD": "1", "CAD": "1",
        "HKD": "0.1", "CNY": "0.1", "PLN": "0.25", "JPY": "0.01",
    }  # fmt: skip
    return Definition(
        name="Laurel Rewards",
        purchase=PurchaseRule(rates={code: Decimal(rate) for code, rate in rates.items()}, test_orders=test_orders),
        sign_up=SignUpRule(points=100),
    )


def version_at(versions: list[ProgramVersion], moment: datetime) -> ProgramVersion | None:
    """The version that was live at a moment of business time, or None before the first one."""
    live = [version for version in versions if version.effective_from <= moment]
    return max(live, key=lambda version: (version.effective_from, version.version), default=None)
