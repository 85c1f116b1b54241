"""What a checkout is asked to be, and its price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plugin.devstore.amounts import ZERO, Currencies
from plugin.devstore.codes import Basket, JudgedCode, judge_codes
from plugin.devstore.discounts import Discounts
from plugin.devstore.errors import CheckoutError, NotThereError
from plugin.devstore.pricing import PricedLine, PricedOrder, price_order, shipping_of
from plugin.devstore.seed import EXCHANGE_RATES, SHOP, product_by_variant

_MOST_UNITS = 10_000


@dataclass(frozen=True, slots=True)
class RequestedLine:
    """Units of a variant that somebody wants to buy; `properties` are line item properties.

    `selling_plan` buys them by subscription; `unit_price`, in the shop's currency, is what a contract agreed on.
    """

    variant_id: int
    quantity: int
    properties: tuple[tuple[str, str], ...] = ()
    selling_plan: bool = False
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a checkout is asked to be. A guest has an e-mail address and no customer."""

    lines: tuple[RequestedLine, ...]
    customer_id: int | None = None
    email: str | None = None
    discount_codes: tuple[str, ...] = ()
    currency: str | None = None
    """What the shopper pays in; the shop's currency when None."""
    tax_rate: Decimal = ZERO
    taxes_included: bool = False
    test: bool = False
    paid: bool = True
    locale: str = "en"
    gift_cards: tuple[str, ...] = ()
    """Codes of gift cards that pay first, as far as they reach."""
    store_credit: bool = False
    """Whether the customer's store credit pays what gift cards left, as far as it reaches."""
    source_name: str = "web"
    tags: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """Attributes of the cart, such as a number at a partner's."""

    @property
    def shopper(self) -> int | str | None:
        """Who is told from others by having used a code: a customer, or a guest by their address."""
        return self.customer_id if self.customer_id is not None else (self.email or "").lower() or None


@dataclass(frozen=True, slots=True)
class QuotedCheckout:
    """What a checkout costs now, and what came of each code that was entered."""

    priced: PricedOrder
    codes: tuple[JudgedCode, ...]


def quote_checkout(checkout: Checkout, discounts: Discounts) -> QuotedCheckout:
    """Everything that it costs with the codes that can be used. Raises CheckoutError, NotThereError."""
    currency = checkout.currency or SHOP.currency
    if currency not in EXCHANGE_RATES:
        raise CheckoutError(f"The shop does not sell in {currency}.")
    if not checkout.lines:
        raise CheckoutError("The cart is empty.")
    if checkout.paid and checkout.customer_id is None and any(line.selling_plan for line in checkout.lines):
        raise CheckoutError("Please log in: a subscription needs an account.")
    currencies = Currencies(SHOP.currency, currency)
    lines = [_line(line, currencies) for line in checkout.lines]
    basket = Basket(lines, shipping_of(lines, currencies).shop, checkout.customer_id, checkout.shopper)
    codes = judge_codes(discounts, checkout.discount_codes, basket)
    applied = [one.applied for one in codes if one.applied is not None]
    priced = price_order(lines, applied, currencies, tax_rate=checkout.tax_rate, taxes_included=checkout.taxes_included)
    return QuotedCheckout(priced, tuple(codes))


def price_checkout(checkout: Checkout, discounts: Discounts) -> PricedOrder:
    """Everything that it costs. Raises CheckoutError with a text for the shopper, also for a code that is refused."""
    quoted = quote_checkout(checkout, discounts)
    for code in quoted.codes:
        if code.refusal is not None:
            raise CheckoutError(code.refusal)
    return quoted.priced


def _line(line: RequestedLine, currencies: Currencies) -> PricedLine:
    product = product_by_variant(line.variant_id)
    if product is None:
        raise NotThereError(f"There is no variant {line.variant_id}.")
    if not 1 <= line.quantity <= _MOST_UNITS:
        raise CheckoutError("A quantity must be between 1 and 10,000.")
    price = product.amount if line.unit_price is None else line.unit_price
    return PricedLine(product, line.quantity, currencies.pair(price), line.properties)
