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


REFUSALS = {
    "unknown": "The discount code {code} is not valid.",
    "ended": "The discount code {code} is not valid any more.",
    "used_up": "The discount code {code} has reached its usage limit.",
    "other_customer": "The discount code {code} is not available to you.",
    "used": "You have used the discount code {code} already.",
    "other_products": "The discount code {code} is for other products.",
    "minimum": "The discount code {code} needs a purchase of {detail}.",
    "shipping": "The discount code {code} is for shipping of up to {detail}.",
    "combination": "The discount code {code} cannot be combined with {detail}.",
    "too_many": "No more discount codes can be used.",
}
"""What a shopper is told; the theme has the same texts in every language."""


@dataclass(frozen=True, slots=True)
class JudgedCode:
    """A code as it was entered. `reason` says why it cannot be used (a key of REFUSALS); None when it can."""

    code: str
    applied: AppliedDiscount | None
    reason: str | None = None
    detail: str = ""

    @property
    def refusal(self) -> str | None:
        """The reason in English, or None."""
        return None if self.reason is None else REFUSALS[self.reason].format(code=self.code, detail=self.detail)


def judge_codes(discounts: Discounts, codes: Iterable[str], basket: Basket) -> list[JudgedCode]:
    """Each code once, whatever its case, in the order in which they were entered; earlier ones go before later ones."""
    judged: list[JudgedCode] = []
    used: list[Discount] = []
    once: dict[str, str] = {}
    for code in codes:
        once.setdefault(code.upper(), code)
    for code in once.values():
        discount = discounts.by_code(code)
        refused = _refused(discounts, discount, basket) or _conflict(discount, used)
        if refused is None and discount is not None:
            used.append(discount)
            judged.append(JudgedCode(discount.code, discount.applied()))
        else:
            reason, detail = refused or ("unknown", "")
            judged.append(JudgedCode(code, None, reason, detail))
    return judged


def _refused(discounts: Discounts, discount: Discount | None, basket: Basket) -> tuple[str, str] | None:
    if discount is None or discounts.status(discount) == "SCHEDULED":
        return "unknown", ""
    if discounts.status(discount) == "EXPIRED":
        return "ended", ""
    if discount.usage_limit is not None and len(discount.used_by) >= discount.usage_limit:
        return "used_up", ""
    if discount.customer_ids is not None and basket.customer_id not in discount.customer_ids:
        return "other_customer", ""
    if discount.once_per_customer and basket.shopper is not None and basket.shopper in discount.used_by:
        return "used", ""
    return _refused_for_basket(discount, basket)


def _refused_for_basket(discount: Discount, basket: Basket) -> tuple[str, str] | None:
    lines = [line for line in basket.lines if entitled(line, discount.applied())]
    if not lines and discount.kind != "free_shipping":
        return "other_products", ""
    subtotal = total([line.full for line in lines]).shop
    if discount.minimum_subtotal is not None and subtotal < Decimal(discount.minimum_subtotal):
        return "minimum", discount.minimum_subtotal
    if discount.shipping_maximum is not None and basket.shipping > Decimal(discount.shipping_maximum):
        return "shipping", discount.shipping_maximum
    return None


def _conflict(discount: Discount | None, used: Sequence[Discount]) -> tuple[str, str] | None:
    if discount is None:
        return None
    of_shipping = [one for one in used if one.discount_class == "SHIPPING"]
    is_shipping = discount.discount_class == "SHIPPING"
    if is_shipping and len(of_shipping) >= _SHIPPING_CODES_MAXIMUM:
        return "combination", of_shipping[0].code
    if not is_shipping and len(used) - len(of_shipping) >= _CODES_MAXIMUM:
        return "too_many", ""
    conflict = next((one for one in used if not (discount.allows(one) and one.allows(discount))), None)
    return None if conflict is None else ("combination", conflict.code)
