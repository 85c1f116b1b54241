"""Which of the codes that a shopper entered a checkout may use, and what it says of those that it may not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from plugin.devstore.amounts import total
from plugin.devstore.discounts import Discount, Discounts
from plugin.devstore.pricing import AppliedDiscount, PricedLine, entitled

_CODES_MAXIMUM = 5
_SHIPPING_CODES_MAXIMUM = 1


@dataclass(frozen=True, slots=True)
class Basket:
    """What codes are judged by: what is bought, what delivery would cost, and who buys.

    `shopper` is who is told from others by having used a code: a customer, or a guest by their address.
    """

    lines: Sequence[PricedLine]
    shipping: Decimal
    customer_id: int | None = None
    shopper: int | str | None = None


@dataclass(frozen=True, slots=True)
class JudgedCode:
    """A code as it was entered. `refusal` says why it cannot be used, to the shopper; None when it can."""

    code: str
    applied: AppliedDiscount | None
    refusal: str | None = None


def judge_codes(discounts: Discounts, codes: Iterable[str], basket: Basket) -> list[JudgedCode]:
    """Each code once, whatever its case, in the order in which they were entered; earlier ones go before later ones."""
    judged: list[JudgedCode] = []
    used: list[Discount] = []
    once: dict[str, str] = {}
    for code in codes:
        once.setdefault(code.upper(), code)
    for code in once.values():
        discount = discounts.by_code(code)
        refusal = _refusal(discounts, discount, code, basket) or _conflict(discount, used, code)
        if refusal is None and discount is not None:
            used.append(discount)
            judged.append(JudgedCode(discount.code, discount.applied()))
        else:
            judged.append(JudgedCode(code, None, refusal))
    return judged


def _refusal(discounts: Discounts, discount: Discount | None, code: str, basket: Basket) -> str | None:
    if discount is None or discounts.status(discount) == "SCHEDULED":
        return f"The discount code {code} is not valid."
    if discounts.status(discount) == "EXPIRED":
        return f"The discount code {code} is not valid any more."
    if discount.usage_limit is not None and len(discount.used_by) >= discount.usage_limit:
        return f"The discount code {code} has reached its usage limit."
    if discount.customer_ids is not None and basket.customer_id not in discount.customer_ids:
        return f"The discount code {code} is not available to you."
    if discount.once_per_customer and basket.shopper is not None and basket.shopper in discount.used_by:
        return f"You have used the discount code {code} already."
    return _refusal_of_basket(discount, code, basket)


def _refusal_of_basket(discount: Discount, code: str, basket: Basket) -> str | None:
    lines = [line for line in basket.lines if entitled(line, discount.applied())]
    if not lines and discount.kind != "free_shipping":
        return f"The discount code {code} is for other products."
    subtotal = total([line.full for line in lines]).shop
    if discount.minimum_subtotal is not None and subtotal < Decimal(discount.minimum_subtotal):
        return f"The discount code {code} needs a purchase of {discount.minimum_subtotal}."
    if discount.shipping_maximum is not None and basket.shipping > Decimal(discount.shipping_maximum):
        return f"The discount code {code} is for shipping of up to {discount.shipping_maximum}."
    return None


def _conflict(discount: Discount | None, used: Sequence[Discount], code: str) -> str | None:
    if discount is None:
        return None
    of_shipping = [one for one in used if one.discount_class == "SHIPPING"]
    is_shipping = discount.discount_class == "SHIPPING"
    if is_shipping and len(of_shipping) >= _SHIPPING_CODES_MAXIMUM:
        return f"The discount code {code} cannot be combined with {of_shipping[0].code}."
    if not is_shipping and len(used) - len(of_shipping) >= _CODES_MAXIMUM:
        return "No more discount codes can be used."
    for other in used:
        if not (discount.allows(other) and other.allows(discount)):
            return f"The discount code {code} cannot be combined with {other.code}."
    return None
