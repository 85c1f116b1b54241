"""What a reward says: immutable, versioned data. A redemption keeps the version that it was promised by.

Money is given for each currency that the program's shops sell in, in minor units, so that no rate of exchange moves
what was promised.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from engine.money import MINOR_UNITS_MAXIMUM, POINTS_MAXIMUM, exponent

RewardKind = Literal[
    "amount_off", "percent_off", "free_shipping", "free_product", "store_credit", "gift_card", "manual"
]
Period = Literal["ever", "day", "week", "month", "quarter", "year"]

CODE_KINDS: frozenset[RewardKind] = frozenset({"amount_off", "percent_off", "free_shipping", "free_product"})
"""Kinds that end in a discount code, which an order uses."""
"""Kinds that are worth an amount of money, so that the shopper may choose how much."""


def _known(currency: str) -> str:
    exponent(currency)
    return currency


def _without_controls(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


Currency = Annotated[str, AfterValidator(_known)]
Handle = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Points = Annotated[int, Field(ge=1, le=POINTS_MAXIMUM)]
Minor = Annotated[int, Field(ge=1, le=MINOR_UNITS_MAXIMUM)]
Amounts = Annotated[dict[Currency, Minor], Field(min_length=1, max_length=50)]
Tag = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_without_controls)]
Days = Annotated[int, Field(ge=1, le=3_650)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FixedCost(_Frozen):
    """A price in points."""

    kind: Literal["fixed"] = "fixed"
    points: Points


class SliderCost(_Frozen):
    """As many points as the shopper chooses, in whole steps, each worth the same amount.

    `maximum_subtotal_percent` and `minimum_payable` bound it by what the cart holds, where that is known.
    """

    kind: Literal["slider"] = "slider"
    step: Points
    value_per_step: Amounts
    minimum_points: Points
    maximum_points: Points | None = None
    maximum_money: Amounts | None = None
    maximum_subtotal_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    minimum_payable: Amounts | None = None

    @model_validator(mode="after")
    def _in_whole_steps(self) -> Self:
        if self.minimum_points % self.step:
            raise ValueError("the fewest points are not a whole number of steps")
        if self.maximum_points is not None and (self.maximum_points % self.step or self.maximum_points < 1):
            raise ValueError("the most points are not a whole number of steps")
        if self.maximum_points is not None and self.maximum_points < self.minimum_points:
            raise ValueError("the most points are fewer than the fewest")
        return self


Cost = Annotated[FixedCost | SliderCost, Field(discriminator="kind")]


class AmountOff(_Frozen):
    """A code for an amount off the order. Without amounts, the points that the shopper chooses decide it."""

    kind: Literal["amount_off"] = "amount_off"
    amounts: Amounts | None = None


class PercentOff(_Frozen):
    """A code for a percentage off the order, such as `15` or `12.5`."""

    kind: Literal["percent_off"] = "percent_off"
    percentage: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)]


class FreeShipping(_Frozen):
    """A code for delivery without charge, up to a price of the delivery where one is given."""

    kind: Literal["free_shipping"] = "free_shipping"
    maximum_price: Amounts | None = None


class FreeProduct(_Frozen):
    """A code that makes one of these product variants free."""

    kind: Literal["free_product"] = "free_product"
    variant_ids: Annotated[tuple[Annotated[int, Field(gt=0, lt=2**63)], ...], Field(min_length=1, max_length=100)]


class StoreCredit(_Frozen):
    """Money on the customer's account in the shop; `lasts_days` None: for good."""

    kind: Literal["store_credit"] = "store_credit"
    amounts: Amounts | None = None
    lasts_days: Days | None = None


class GiftCard(_Frozen):
    """A gift card of the shop; `lasts_days` None: for good."""

    kind: Literal["gift_card"] = "gift_card"
    amounts: Amounts | None = None
    lasts_days: Days | None = None


class Manual(_Frozen):
    """Something that the shop's staff hand over or send: an experience, a sample, a link."""

    kind: Literal["manual"] = "manual"
    instructions: Annotated[str, AfterValidator(_without_controls), Field(max_length=2_000)] = ""
    """For the staff only."""


Value = Annotated[
    AmountOff | PercentOff | FreeShipping | FreeProduct | StoreCredit | GiftCard | Manual, Field(discriminator="kind")
]


class MemberLimit(_Frozen):
    """How often one member may have it in a period of the program's calendar."""

    count: Annotated[int, Field(ge=1, le=1_000_000)]
    period: Period = "ever"


class CombinesWith(_Frozen):
    """Which classes of other discounts the checkout takes together with the code."""

    order: bool = False
    product: bool = False
    shipping: bool = False


class RewardDefinition(_Frozen):
    """One version of a reward."""

    title: Annotated[str, AfterValidator(_without_controls), Field(min_length=1, max_length=80)]
    description: Annotated[str, AfterValidator(_without_controls), Field(max_length=500)] = ""
    terms: Annotated[str, AfterValidator(_without_controls), Field(max_length=2_000)] = ""
    cost: Cost
    value: Value
    minimum_subtotal: Amounts | None = None
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    """How many there are in all, those that were redeemed before among them; None: no end."""
    limit: MemberLimit | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    """The first instant at which it is over."""
    tiers: Annotated[tuple[Handle, ...], Field(max_length=20)] = ()
    """Only for members of one of these tiers; empty: for all."""
    plans: Annotated[tuple[Handle, ...], Field(max_length=20)] = ()
    """Only for members whose privileges of one of these plans hold; empty: for all."""
    customer_tags: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    """Only for customers with one of these tags; empty: for all."""
    combines_with: CombinesWith = CombinesWith()
    code_days: Days = 90
    on_expiry: Literal["restore", "forfeit"] = "restore"
    """What becomes of the points of a code that nobody used in time."""

    @property
    def kind(self) -> RewardKind:
        """What it gives."""
        return self.value.kind

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("ends before it starts")
        slider = isinstance(self.cost, SliderCost)
        if isinstance(self.value, AmountOff | StoreCredit | GiftCard):
            if slider == (self.value.amounts is not None):
                raise ValueError("needs either amounts, or points that the shopper chooses")
        elif slider:
            raise ValueError("only an amount of money can be had for points that the shopper chooses")
        if self.minimum_subtotal is not None and self.kind not in CODE_KINDS:
            raise ValueError("only a discount code can ask for a minimum subtotal")
        return self
