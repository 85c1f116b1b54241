"""Exact amounts as Shopify writes them: decimal strings in a currency's precision, in shop and presentment money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_precision

from plugin.devstore.seed import EXCHANGE_RATES

ZERO = Decimal(0)


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency, e.g. 0.01 for USD, 1 for JPY."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's precision, halves away from zero as shops do."""
    return amount.quantize(unit(currency), rounding=ROUND_HALF_UP)


def text(amount: Decimal, currency: str) -> str:
    """The amount as a payload writes it: "10.00" in USD, "1000" in JPY."""
    return format(rounded(amount, currency), "f")


def json_number(amount: Decimal) -> float:
    """For the few places where Shopify writes a number instead of a string; the JSON text is the decimal's own."""
    return float(amount)


@dataclass(frozen=True, slots=True)
class Currencies:
    """The two currencies of an order."""

    shop: str
    presentment: str

    def pair(self, shop_amount: Decimal) -> Pair:
        """A shop amount and what it is in presentment money, both rounded."""
        rate = EXCHANGE_RATES[self.presentment] / EXCHANGE_RATES[self.shop]
        return Pair(rounded(shop_amount, self.shop), rounded(shop_amount * rate, self.presentment))

    def money_set(self, pair: Pair) -> dict[str, Any]:
        """`{shop_money, presentment_money}` as payloads have it."""
        return {
            "shop_money": {"amount": text(pair.shop, self.shop), "currency_code": self.shop},
            "presentment_money": {
                "amount": text(pair.presentment, self.presentment),
                "currency_code": self.presentment,
            },
        }

    def plain(self, pair: Pair) -> str:
        """The shop amount as plain fields of payloads have it."""
        return text(pair.shop, self.shop)


@dataclass(frozen=True, slots=True)
class Pair:
    """One amount in shop and in presentment money."""

    shop: Decimal = ZERO
    presentment: Decimal = ZERO

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.shop + other.shop, self.presentment + other.presentment)

    def __sub__(self, other: Pair) -> Pair:
        return Pair(self.shop - other.shop, self.presentment - other.presentment)

    def __mul__(self, factor: int) -> Pair:
        return Pair(self.shop * factor, self.presentment * factor)

    def __bool__(self) -> bool:
        return bool(self.shop or self.presentment)


NOTHING = Pair()


def total(pairs: Sequence[Pair]) -> Pair:
    """The sum of pairs."""
    return sum(pairs, NOTHING)


def read_pair(money_set: dict[str, Any]) -> Pair:
    """The pair of a payload's `{shop_money, presentment_money}`."""
    return Pair(Decimal(money_set["shop_money"]["amount"]), Decimal(money_set["presentment_money"]["amount"]))


def allocate(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split an amount over weights by largest remainder: the parts are whole units and sum to the amount exactly.

    Equal remainders go to the earlier weight. Weights of zero in all give zeros.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    step = unit(currency)
    units = int(rounded(amount, currency) / step)
    exact = [units * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return [part * step for part in parts]


def allocate_pair(amount: Pair, weights: Sequence[Pair], currencies: Currencies) -> list[Pair]:
    """`allocate` in both currencies, each exact by itself."""
    shop = allocate(amount.shop, [weight.shop for weight in weights], currencies.shop)
    presentment = allocate(amount.presentment, [weight.presentment for weight in weights], currencies.presentment)
    return [Pair(*parts) for parts in zip(shop, presentment, strict=True)]


def share_of_units(amount: Pair, units: int, of_units: int, currencies: Currencies) -> Pair:
    """The part of a line's amount that its first `units` of `of_units` carry; differences of it give exact refunds."""
    return Pair(
        rounded(amount.shop * units / of_units, currencies.shop),
        rounded(amount.presentment * units / of_units, currencies.presentment),
    )
