"""What people read in answers, in their language: why points came or went, and how to earn more.

Every language has the same keys; a test says so. A locale that is not here gets English.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency, format_decimal

_ENGLISH = {
    "reason.earn": "Purchase",
    "reason.earn.order": "Order {order}",
    "reason.earn.order_base": "Order {order}, {base}",
    "reason.bonus": "Thank you for joining",
    "reason.clawback": "Refund",
    "reason.clawback.order": "Refund of order {order}",
    "reason.clawback.order_base": "Refund of order {order}",
    "reason.expire": "Points expired",
    "reason.adjust": "Adjusted by the shop",
    "reason.adjust.order": "Order {order} changed",
    "reason.adjust.order_base": "Order {order} changed, now {base}",
    "way.purchase.title": "Place an order",
    "way.purchase.description": "{points} for every {money} that you spend on goods.",
    "way.purchase.none": "Earn points on what you buy.",
    "way.sign_up.title": "Join",
    "way.sign_up.description": "{points} as soon as you have an account.",
    "points.one": "{count} point",
    "points.other": "{count} points",
}
_SIMPLIFIED_CHINESE = {
    "reason.earn": "购物",
    "reason.earn.order": "订单 {order}",
    "reason.earn.order_base": "订单 {order}，{base}",
    "reason.bonus": "感谢加入会员",
    "reason.clawback": "退款",
    "reason.clawback.order": "订单 {order} 退款",
    "reason.clawback.order_base": "订单 {order} 退款",
    "reason.expire": "积分已过期",
    "reason.adjust": "店铺调整",
    "reason.adjust.order": "订单 {order} 已变更",
    "reason.adjust.order_base": "订单 {order} 已变更，现为 {base}",
    "way.purchase.title": "购买商品",
    "way.purchase.description": "购买商品每消费 {money} 可得 {points}。",
    "way.purchase.none": "购物即可获得积分。",
    "way.sign_up.title": "注册会员",
    "way.sign_up.description": "注册账户即得 {points}。",
    "points.one": "{count} 积分",
    "points.other": "{count} 积分",
}
TEXTS: dict[str, dict[str, str]] = {"en": _ENGLISH, "zh-CN": _SIMPLIFIED_CHINESE}
_BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


def language_of(locale: str) -> str:
    """The language of ours that serves a locale such as `en-GB` or `zh-Hans-CN`."""
    parts = locale.lower().replace("_", "-").split("-")
    traditional = {"hant", "tw", "hk", "mo"}.intersection(parts)
    return "zh-CN" if parts[0] == "zh" and not traditional else "en"


def points_text(count: int | Decimal, language: str) -> str:
    """A number of points in words, such as `1,245 points`."""
    form = "points.one" if count == 1 else "points.other"
    return TEXTS[language][form].format(count=format_decimal(count, locale=_BABEL_LOCALES[language]))


def money_text(amount: Decimal, currency: str, language: str) -> str:
    """An amount as people of that language write it, such as `$45.00`."""
    return format_currency(amount, currency, locale=_BABEL_LOCALES[language])


def reason_text(kind: str, detail: Mapping[str, str], language: str) -> str:
    """Why a transaction of that kind happened, for its member to read."""
    texts = TEXTS[language]
    key = f"reason.{kind}" if f"reason.{kind}" in texts else "reason.adjust"
    order, base = detail.get("order"), _base(detail, language)
    if order and base and f"{key}.order_base" in texts:
        return texts[f"{key}.order_base"].format(order=order, base=base)
    if order and f"{key}.order" in texts:
        return texts[f"{key}.order"].format(order=order)
    return texts[key]


def _base(detail: Mapping[str, str], language: str) -> str | None:
    if "base" not in detail or "currency" not in detail:
        return None
    try:
        return money_text(Decimal(detail["base"]), detail["currency"], language)
    except InvalidOperation:
        return None


def purchase_text(rates: Mapping[str, Decimal], language: str) -> str:
    """What a purchase earns, told by the program's first rate that earns anything."""
    texts = TEXTS[language]
    for currency, rate in rates.items():
        if rate > 0:
            return texts["way.purchase.description"].format(**_per_unit(currency, rate, language))
    return texts["way.purchase.none"]


def _per_unit(currency: str, rate: Decimal, language: str) -> dict[str, str]:
    """A rate in whole numbers where that reads better: 1 point for every 100 yen, not 0.01 points for each."""
    units = Decimal(1)
    while rate * units < 1 and units < 1_000_000:
        units *= 10
    money = format_currency(units, currency, locale=_BABEL_LOCALES[language], format=None)
    return {"points": points_text(rate * units, language), "money": money}


def sign_up_text(points: int, language: str) -> str:
    """What joining earns."""
    return TEXTS[language]["way.sign_up.description"].format(points=points_text(points, language))
