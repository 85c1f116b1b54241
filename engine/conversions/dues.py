"""What a purchase at a partner gives: in full, and what is left of it after refunds. Pure, in whole numbers only.

Points are rounded half-even, once for the purchase and once for what refunds take of it. Money is in micros,
millionths of a minor unit, above zero where the partner pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.money import POINTS_MAXIMUM, Money, half_even, half_even_ratio
from engine.offers.definitions import Fixed, OfferDefinition, Payment, PerUnit
from engine.partners.definitions import AgreementDefinition
from engine.partners.kinds import micros_for
from engine.partners.money import MICROS_PER_MINOR, checked_micros, micros_of_minor

_MICROS_PER_PERCENT = MICROS_PER_MINOR // 100


class CurrencyNotAccepted(ValueError):  # noqa: N818  # named for the rule, as the field names it
    """The offer says nothing about purchases in this currency."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a purchase gives in full: points to the member, and money between the two sides."""

    points: int
    payment_micros: int


def worth_of(offer: OfferDefinition, agreement: AgreementDefinition, amount: Money) -> Worth:
    """What a purchase is worth by an offer. Raises CurrencyNotAccepted, and MoneyError for more than can be counted."""
    points = _points(offer.earning, amount)
    micros_for("issued", min(points, POINTS_MAXIMUM + 1), agreement)  # refuses what no event could say
    return Worth(points, _payment(offer.payment, offer.currency, agreement.currency, amount))


def _points(earning: Fixed | PerUnit | None, amount: Money) -> int:
    if earning is None:
        return 0
    if isinstance(earning, Fixed):
        return earning.points
    rate = earning.rates.get(amount.currency)
    if rate is None:
        raise CurrencyNotAccepted(amount.currency)
    return half_even(rate * amount.decimal())


def _payment(payment: Payment | None, offered_in: str | None, agreed_in: str, amount: Money) -> int:
    if payment is None:
        return 0
    if offered_in not in (None, agreed_in):  # what the offer's budget counts is no longer what is paid
        raise CurrencyNotAccepted(offered_in)
    sign = 1 if payment.payer == "partner" else -1
    if payment.fixed_minor is not None:
        return sign * micros_of_minor(payment.fixed_minor)
    if amount.currency != agreed_in:
        raise CurrencyNotAccepted(amount.currency)
    assert payment.percent is not None, "a payment is fixed or a percentage"
    # A percentage has two decimals, so this is whole.
    return sign * checked_micros(int(Decimal(amount.minor) * payment.percent * _MICROS_PER_PERCENT))


def after_refunds(full: int, amount_minor: int, refunded_minor: int) -> int:
    """What refunds leave of points or micros: what they take is `half-even(full × refunded / amount)`, as of an order.

    A purchase of nothing keeps all.
    """
    if refunded_minor == 0 or amount_minor == 0:
        return full
    taken = half_even_ratio(abs(full), refunded_minor, amount_minor)
    return full - taken if full >= 0 else full + taken


def minor_at_most(micros: int) -> int:
    """The whole minor units that cover an amount, whoever pays it: what a budget of money counts."""
    return -(-abs(micros) // MICROS_PER_MINOR)
