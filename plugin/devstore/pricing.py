"""What a checkout costs: lines, discounts spread over them, shipping and taxes, exact in both currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from plugin.devstore.amounts import NOTHING, ZERO, Currencies, Pair, allocate_pair, rounded, share_of_units, total
from plugin.devstore.seed import FREE_SHIPPING_FROM, SHIPPING_PRICE, Product

DiscountKind = Literal["percentage", "fixed_amount", "free_shipping"]


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A code that was found usable. `value` is a fraction for percentages, an amount of shop money otherwise."""

    code: str
    title: str
    kind: DiscountKind
    value: Decimal = ZERO
    variant_ids: frozenset[int] | None = None
    """The variants that it is for; None for the whole order."""
    units: int | None = None
    """For how many of their units it is; all of them when None."""

    @property
    def rank(self) -> int:
        """When it is taken off: what is off products first, then what is off the order, then off shipping."""
        if self.kind == "free_shipping":
            return 2
        return 1 if self.variant_ids is None else 0


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with the discounts that fell on it, as (index of the discount, amount)."""

    product: Product
    quantity: int
    unit: Pair
    properties: tuple[tuple[str, str], ...] = ()
    allocations: tuple[tuple[int, Pair], ...] = ()
    tax: Pair = NOTHING

    @property
    def full(self) -> Pair:
        """Before discounts."""
        return self.unit * self.quantity

    @property
    def net(self) -> Pair:
        """After discounts."""
        return self.full - total([amount for _, amount in self.allocations])


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """Everything that an order payload says about money."""

    currencies: Currencies
    lines: tuple[PricedLine, ...]
    discounts: tuple[AppliedDiscount, ...]
    shipping: Pair
    shipping_discount: Pair
    tax_rate: Decimal
    taxes_included: bool
    shipping_discount_index: int | None = None

    @property
    def subtotal(self) -> Pair:
        """The lines after discounts."""
        return total([line.net for line in self.lines])

    @property
    def tax(self) -> Pair:
        """All taxes, contained in the prices or on top."""
        return total([line.tax for line in self.lines])

    @property
    def total(self) -> Pair:
        """What the shopper pays."""
        net = self.subtotal + self.shipping - self.shipping_discount
        return net if self.taxes_included else net + self.tax

    def discount_total(self, index: int) -> Pair:
        """What one discount took off, lines and shipping together."""
        on_lines = total([amount for line in self.lines for at, amount in line.allocations if at == index])
        return on_lines + self.shipping_discount if index == self.shipping_discount_index else on_lines


def price_order(
    lines: Sequence[PricedLine],
    discounts: Sequence[AppliedDiscount],
    currencies: Currencies,
    *,
    tax_rate: Decimal = ZERO,
    taxes_included: bool = False,
) -> PricedOrder:
    """Apply the discounts by their rank, each to what the one before left, then shipping and taxes."""
    priced = list(lines)
    for index, discount in sorted(enumerate(discounts), key=lambda one: one[1].rank):
        if discount.kind != "free_shipping":
            priced = _with_discount(priced, index, discount, currencies)
    priced = [_with_tax(line, tax_rate, taxes_included, currencies) for line in priced]
    shipping = shipping_of(priced, currencies)
    free = next((index for index, discount in enumerate(discounts) if discount.kind == "free_shipping"), None)
    return PricedOrder(
        currencies=currencies,
        lines=tuple(priced),
        discounts=tuple(discounts),
        shipping=shipping,
        shipping_discount=NOTHING if free is None else shipping,
        tax_rate=tax_rate,
        taxes_included=taxes_included,
        shipping_discount_index=free,
    )


def _with_discount(
    lines: list[PricedLine], index: int, discount: AppliedDiscount, currencies: Currencies
) -> list[PricedLine]:
    weights = _weights(lines, discount, currencies)
    if discount.kind == "percentage":
        whole = total(weights)
        amount = Pair(
            rounded(whole.shop * discount.value, currencies.shop),
            rounded(whole.presentment * discount.value, currencies.presentment),
        )
    else:
        wanted, available = currencies.pair(discount.value), total(weights)
        amount = Pair(min(wanted.shop, available.shop), min(wanted.presentment, available.presentment))
    parts = allocate_pair(amount, weights, currencies)
    return [
        replace(line, allocations=(*line.allocations, (index, part))) if part else line
        for line, part in zip(lines, parts, strict=True)
    ]


def _weights(lines: list[PricedLine], discount: AppliedDiscount, currencies: Currencies) -> list[Pair]:
    """What of each line the discount is for."""
    left, weights = discount.units, []
    for line in lines:
        units = line.quantity if entitled(line, discount) else 0
        if left is not None:
            units = min(units, left)
            left -= units
        weights.append(share_of_units(line.net, units, line.quantity, currencies) if units else NOTHING)
    return weights


def entitled(line: PricedLine, discount: AppliedDiscount) -> bool:
    """Whether a discount is for a line; Shopify gives none on gift cards."""
    if line.product.gift_card:
        return False
    return discount.variant_ids is None or line.product.variant_id in discount.variant_ids


def _with_tax(line: PricedLine, rate: Decimal, included: bool, currencies: Currencies) -> PricedLine:
    if not rate or line.product.gift_card:
        return line
    factor = rate / (1 + rate) if included else rate
    tax = Pair(
        rounded(line.net.shop * factor, currencies.shop), rounded(line.net.presentment * factor, currencies.presentment)
    )
    return replace(line, tax=tax)


def shipping_of(lines: Sequence[PricedLine], currencies: Currencies) -> Pair:
    """What delivery of these lines costs, before discounts on it."""
    shipped = [line.net for line in lines if line.product.requires_shipping]
    if not shipped or total(shipped).shop >= FREE_SHIPPING_FROM:
        return NOTHING
    return currencies.pair(SHIPPING_PRICE)
