"""What an offer of a partner says: immutable, versioned data. A claim keeps the version that it was made by.

Amounts of money are minor units of the offer's one `currency`, which has to be the agreement's. Points are whole.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.badges.definitions import Artwork, Description, plain
from engine.money import MINOR_UNITS_MAXIMUM, POINTS_MAXIMUM
from engine.offers.links import link_address
from engine.rewards.definitions import MemberLimit, Minor
from engine.rules.bounds import Currency, Frozen, Handle, Identifier, Moment, Points, Rate, Word
from engine.tiers.definitions import Name

OfferKind = Literal["code", "link", "accrual", "redemption", "exchange"]
BudgetUnit = Literal["claims", "points", "money"]

ValidDays = Annotated[int, Field(ge=1, le=3_650)]
Prefix = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
Terms = Annotated[str, AfterValidator(plain), Field(max_length=5_000)]
Short = Annotated[str, AfterValidator(plain), Field(max_length=120)]
Ratio = Annotated[int, Field(ge=1, le=1_000_000)]


class Pool(Frozen):
    """Codes that the partner gave us, handed out one by one."""

    kind: Literal["pool"] = "pool"
    pool_id: Identifier


class Made(Frozen):
    """Codes that we make: the prefix, a hyphen and letters that nobody can guess."""

    kind: Literal["made"] = "made"
    prefix: Prefix


Source = Annotated[Pool | Made, Field(discriminator="kind")]


class Fixed(Frozen):
    """So many points for a conversion."""

    kind: Literal["fixed"] = "fixed"
    points: Points


class PerUnit(Frozen):
    """Points for each whole unit of what was paid, by currency."""

    kind: Literal["per_unit"] = "per_unit"
    rates: Annotated[dict[Currency, Rate], Field(min_length=1, max_length=50)]


Earning = Annotated[Fixed | PerUnit, Field(discriminator="kind")]


class Payment(Frozen):
    """Money for a conversion, fixed (minor units of the offer's currency) or a part of what was paid."""

    payer: Literal["partner", "shop"]
    fixed_minor: Minor | None = None
    percent: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.fixed_minor is None) == (self.percent is None):
            raise ValueError("needs either an amount or a percentage")
        return self


class Code(Frozen):
    """A code for the partner's shop. `points`: what the member gets for an approved conversion."""

    kind: Literal["code"] = "code"
    source: Source
    valid_days: ValidDays | None = None
    payment: Payment | None = None
    points: Earning | None = None


class Link(Frozen):
    """A way to the partner's shop that carries the id of the click. `points` as a code's."""

    kind: Literal["link"] = "link"
    url: Annotated[str, AfterValidator(link_address)]
    payment: Payment | None = None
    points: Earning | None = None


class Accrual(Frozen):
    """Our points for what the member buys at the partner's, who reports it by the member's number there."""

    kind: Literal["accrual"] = "accrual"
    points: Earning


class Redemption(Frozen):
    """The partner's voucher for our points; `worth` says what it is worth there."""

    kind: Literal["redemption"] = "redemption"
    price: Points
    source: Source
    valid_days: ValidDays | None = None
    worth: Short = ""


class Exchange(Frozen):
    """Our points into the partner's: `floor(points × numerator / denominator)`, and no more taken than that needs.

    `daily_points` bounds what one member exchanges on a day of the program's zone.
    """

    kind: Literal["exchange"] = "exchange"
    numerator: Ratio
    denominator: Ratio
    minimum_points: Points = 1
    maximum_points: Points | None = None
    daily_points: Points | None = None
    unit_name: Annotated[str, AfterValidator(plain), Field(min_length=1, max_length=40)]
    account_hint: Short = ""

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        if self.gives(self.minimum_points) < 1:
            raise ValueError("the fewest points give nothing")
        if self.gives(self.minimum_points) > POINTS_MAXIMUM:
            raise ValueError("the fewest points give too much")
        for most in (self.maximum_points, self.daily_points):
            if most is not None and most < self.minimum_points:
                raise ValueError("the most points are fewer than the fewest")
        return self

    def gives(self, points: int) -> int:
        """The partner's points for so many of ours."""
        return points * self.numerator // self.denominator

    def takes(self, gives: int) -> int:
        """The fewest of our points that give so many of the partner's."""
        return -(-gives * self.denominator // self.numerator)


Gives = Annotated[Code | Link | Accrual | Redemption | Exchange, Field(discriminator="kind")]


class Budget(Frozen):
    """How much may be given away in all: claims, points, or money in minor units of the offer's currency."""

    unit: BudgetUnit
    amount: Annotated[int, Field(ge=1, le=max(POINTS_MAXIMUM, MINOR_UNITS_MAXIMUM))]


class OfferDefinition(Frozen):
    """One version of an offer. Tiers, plans and tags as a reward's: empty is for all, else one of each list."""

    title: Name
    description: Description = ""
    terms: Terms = ""
    artwork: Artwork | None = None
    gives: Gives
    currency: Currency | None = None
    tiers: Annotated[tuple[Handle, ...], Field(max_length=20)] = ()
    plans: Annotated[tuple[Handle, ...], Field(max_length=20)] = ()
    customer_tags: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    """The first instant at which it is over."""
    member_limit: MemberLimit | None = MemberLimit(count=1)
    total_limit: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    """How many may be claimed in all, those that were among them; None: no end."""
    budget: Budget | None = None

    @property
    def kind(self) -> OfferKind:
        """What it gives."""
        return self.gives.kind

    @property
    def source(self) -> Pool | Made | None:
        """Where its codes come from, None where it has none."""
        return self.gives.source if isinstance(self.gives, Code | Redemption) else None

    @property
    def pool_id(self) -> int | None:
        """The pool that its codes are taken from, None where there is none."""
        return self.source.pool_id if isinstance(self.source, Pool) else None

    @property
    def payment(self) -> Payment | None:
        """Money for a conversion, None where there is none."""
        return self.gives.payment if isinstance(self.gives, Code | Link) else None

    @property
    def earning(self) -> Fixed | PerUnit | None:
        """What a conversion gives to the member, None where it gives no points."""
        return self.gives.points if isinstance(self.gives, Code | Link | Accrual) else None

    @property
    def budget_unit(self) -> str | None:
        """`claims`, `points` or the currency whose minor units are counted; None: no budget."""
        if self.budget is None:
            return None
        return self.currency if self.budget.unit == "money" else self.budget.unit

    @property
    def held_minor(self) -> int:
        """What one claim keeps of a budget of money until it is used or ends: the fixed payment for a code."""
        if self.budget is None or self.budget.unit != "money" or self.kind != "code" or self.payment is None:
            return 0
        return self.payment.fixed_minor or 0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("ends before it starts")
        if self.kind == "accrual" and (self.member_limit is None or self.member_limit.count != 1):
            raise ValueError("a member has one number at a partner, so the limit is one")
        if self.kind == "accrual" and self.member_limit is not None and self.member_limit.period != "ever":
            raise ValueError("a member's number at a partner is for good")
        self._budget_fits()
        return self

    def _budget_fits(self) -> None:
        fixed = self.payment is not None and self.payment.fixed_minor is not None
        money = self.budget is not None and self.budget.unit == "money"
        if (fixed or money) and self.currency is None:
            raise ValueError("an amount of money needs a currency")
        spends = self.kind in ("redemption", "exchange")
        if money and not (spends or self.payment is not None):
            raise ValueError("a budget of money needs a payment, a voucher or an exchange")
        if self.budget is not None and self.budget.unit == "points" and not (spends or self.earning is not None):
            raise ValueError("a budget of points needs points that are given or taken")


@lru_cache(maxsize=512)
def read_definition(stored: str) -> OfferDefinition:
    """A version as it is kept, read once: it never changes."""
    return OfferDefinition.model_validate_json(stored)
