"""Amounts of a payload as whole minor units, in the shop's currency and in the one that the shopper paid in.

A shop sends an amount twice: plain, in shop currency, and as a "set" with both currencies. The set decides; the plain
amount stands in for it only where both currencies are the same one, since nothing converts here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from engine.events import AmountPair
from engine.money import MINOR_UNITS_MAXIMUM, MoneyError, exponent
from plugin.payloads.fields import Source, Unreadable

ZERO = AmountPair(0, 0)

_DECIMAL = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?")
_TEXT_LENGTH_MAXIMUM = 38

# ISO 4217 codes that are no money: "no currency" (Shopify's word for one it does not know), tests, metals, units of
# account. CLDR lists them beside the real ones.
_NO_MONEY = frozenset(["XXX", "XTS", "XAU", "XAG", "XPT", "XPD", "XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA"])


class SetNames(NamedTuple):
    """How a source spells the parts of a set: webhooks in snake case, the Admin GraphQL API in camel case."""

    shop: str
    presentment: str
    code: str


WEBHOOK_NAMES = SetNames("shop_money", "presentment_money", "currency_code")
NODE_NAMES = SetNames("shopMoney", "presentmentMoney", "currencyCode")


@dataclass(frozen=True, slots=True)
class Codes:
    """The two currencies of an order with their numbers of decimals; every amount in it is checked against them."""

    shop: str
    presentment: str
    shop_exponent: int
    presentment_exponent: int

    @property
    def same(self) -> bool:
        """Whether the shopper paid in the shop's own currency."""
        return self.shop == self.presentment


def known_exponent(code: object, field: str) -> int:
    """The number of decimals of a currency code. Raises Unreadable when it is no code of a currency."""
    if type(code) is not str or code in _NO_MONEY:
        raise Unreadable(f"{field}: is not a currency code")
    try:
        return exponent(code)
    except MoneyError:
        raise Unreadable(f"{field}: is not a currency code") from None


def codes_of(shop: object, presentment: object) -> Codes:
    """The currencies of an order; without a presentment currency the shopper paid in the shop's."""
    shop_exponent = known_exponent(shop, "currency")
    if presentment is None or presentment == shop:
        return Codes(str(shop), str(shop), shop_exponent, shop_exponent)
    return Codes(str(shop), str(presentment), shop_exponent, known_exponent(presentment, "presentment_currency"))


@lru_cache(maxsize=8192)
def _signed_minor(text: str, decimals: int) -> int:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise Unreadable("is not a decimal number")
    sign, whole, fraction = match.groups(default="")
    fraction = fraction.rstrip("0")
    if len(fraction) > decimals:
        raise Unreadable("has more decimals than its currency")
    minor = int(whole + fraction.ljust(decimals, "0"))
    if minor > MINOR_UNITS_MAXIMUM:
        raise Unreadable("is too large")
    return -minor if sign else minor


def _text_of(amount: object, field: str) -> str:
    if type(amount) is str:
        if len(amount) <= _TEXT_LENGTH_MAXIMUM:
            return amount
    elif type(amount) is int:
        if -MINOR_UNITS_MAXIMUM <= amount <= MINOR_UNITS_MAXIMUM:
            return str(amount)
    elif type(amount) is Decimal and amount.is_finite() and -20 < amount.adjusted() < 20:
        text = format(amount, "f")
        if len(text) <= _TEXT_LENGTH_MAXIMUM:
            return text
    raise Unreadable(f"{field}: is not a decimal number")


def signed_minor(amount: object, decimals: int, field: str) -> int:
    """An amount, a decimal text or a JSON number, as whole minor units; it may be negative."""
    text = _text_of(amount, field)
    try:
        return _signed_minor(text, decimals)
    except Unreadable as error:
        raise Unreadable(f"{field}: {error.reason}") from None


def minor(amount: object, decimals: int, field: str) -> int:
    """An amount as whole minor units of 0 or more."""
    value = signed_minor(amount, decimals, field)
    if value < 0:
        raise Unreadable(f"{field}: is negative")
    return value


def _checked_part(value: object, name: str, code_name: str, code: str, decimals: int) -> int:
    if type(value) is not dict:
        raise Unreadable(f"{name}: is not an object")
    if value.get(code_name) != code:
        raise Unreadable(f"{name}.{code_name}: is not the order's")
    return signed_minor(value.get("amount"), decimals, f"{name}.amount")


def signed_set(value: object, codes: Codes, field: str, names: SetNames = WEBHOOK_NAMES) -> AmountPair:
    """Both amounts of a set, whose codes must be the order's; they may be negative."""
    if type(value) is not dict:
        raise Unreadable(f"{field}: is not an object")
    try:
        return AmountPair(
            _checked_part(value.get(names.shop), names.shop, names.code, codes.shop, codes.shop_exponent),
            _checked_part(
                value.get(names.presentment), names.presentment, names.code, codes.presentment,
                codes.presentment_exponent,
            ),
        )  # fmt: skip
    except Unreadable as error:
        raise error.inside(field) from None


def pair_of_set(value: object, codes: Codes, field: str, names: SetNames = WEBHOOK_NAMES) -> AmountPair:
    """Both amounts of a set, each 0 or more."""
    pair = signed_set(value, codes, field, names)
    if pair.shop < 0 or pair.presentment < 0:
        raise Unreadable(f"{field}: is negative")
    return pair


def pair(source: Source, field: str, codes: Codes) -> AmountPair:
    """The amount `field` of an object from its `field`_set, else from the plain amount where one currency is known.

    A plain amount beside a set must be an amount of its own too: a price of "-5.00" is never read past.
    """
    plain = source.get(field)
    both = source.get(f"{field}_set")
    if both is None:
        if not codes.same:
            raise Unreadable(f"{field}_set: is missing, and {field} is in shop currency only")
        amount = minor(plain, codes.shop_exponent, field)
        return AmountPair(amount, amount)
    if plain is not None:
        _refuse_bad_plain(plain, field)
    return pair_of_set(both, codes, f"{field}_set")


def _refuse_bad_plain(amount: object, field: str) -> None:
    match = _DECIMAL.fullmatch(_text_of(amount, field))
    if match is None:
        raise Unreadable(f"{field}: is not a decimal number")
    if match[1] and match.string.strip("-0."):
        raise Unreadable(f"{field}: is negative")


def total(pairs: Iterable[AmountPair], field: str) -> AmountPair:
    """The sum of amounts. Raises Unreadable when it is larger than any order can be."""
    shop = presentment = 0
    for each in pairs:
        shop += each.shop
        presentment += each.presentment
    if shop > MINOR_UNITS_MAXIMUM or presentment > MINOR_UNITS_MAXIMUM:
        raise Unreadable(f"{field}: is too large in all")
    return AmountPair(shop, presentment)
