"""What people read in answers, in their language: why points came or went, and how to earn more.

Every language has the same keys; a test says so. A locale that is not here gets English.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from laurel_graphql import (
    texts_boards,
    texts_challenges,
    texts_game,
    texts_game_staff,
    texts_memberships,
    texts_offers,
    texts_partners,
    texts_perks,
    texts_reasons,
    texts_rewards,
    texts_staff,
    texts_tiers,
    texts_ways,
)

_ENGLISH = {
    "order.earned": "It earned points.",
    "order.not_paid": "It is not paid.",
    "order.test_order": "Test orders earn nothing.",
    "order.no_rate": "The program has no rate for its currency.",
    "order.no_rule": "The program gives nothing for purchases.",
    "order.no_version": "No program was live when it was paid.",
    "order.nothing_eligible": "Nothing in it earns, or too little for one point.",
    "order.above_maximum": "It would earn more points than can be held.",
    "order.unclaimed_guest": "It is a guest's. It earns once the guest has an account.",
    "order.not_fulfilled": "Not all of it was sent.",
    "order.excluded_customer": "Its customer is excluded from earning.",
    "order.audience": "The rule is for other members.",
    "order.window": "It was paid outside of the rule’s time.",
    "order.condition": "A condition of the rule was not met.",
    "order.not_best": "Another rule of the group gave more.",
    "order.not_first": "A rule before it in the group gave points.",
    "order.multiplies": "It multiplies what the other rules of the group give.",
    "order.awaiting": "It will earn in a moment.",
    "order.awaiting_payment_details": "It will earn once the shop has said how it was paid.",
    "order.capped": "Its member had earned the most that the rule gives.",
    "points.one": "{count} point",
    "points.other": "{count} points",
}
_SIMPLIFIED_CHINESE = {
    "order.earned": "该订单已获得积分。",
    "order.not_paid": "该订单尚未付款。",
    "order.test_order": "测试订单不获得积分。",
    "order.no_rate": "会员计划未为该货币设置积分比例。",
    "order.no_rule": "会员计划不为购物发放积分。",
    "order.no_version": "付款时没有生效的会员计划。",
    "order.nothing_eligible": "没有可获得积分的商品，或金额不足一积分。",
    "order.above_maximum": "所得积分将超出上限。",
    "order.unclaimed_guest": "这是访客订单，访客注册账户后即可获得积分。",
    "order.not_fulfilled": "订单尚未全部发货。",
    "order.excluded_customer": "该顾客不参与积分。",
    "order.audience": "该规则适用于其他会员。",
    "order.window": "付款时间不在规则有效期内。",
    "order.condition": "未满足规则的条件。",
    "order.not_best": "同组的其他规则给予更多积分。",
    "order.not_first": "同组中优先的规则已给予积分。",
    "order.multiplies": "该规则对同组其他规则的积分进行倍增。",
    "order.awaiting": "积分即将到账。",
    "order.awaiting_payment_details": "店铺提供付款方式后即可获得积分。",
    "order.capped": "会员已达到该规则的积分上限。",
    "points.one": "{count} 积分",
    "points.other": "{count} 积分",
}
_MORE = (
    texts_boards, texts_challenges, texts_game, texts_game_staff, texts_memberships, texts_offers, texts_partners,
    texts_perks, texts_reasons, texts_rewards, texts_staff, texts_tiers, texts_ways,
)  # fmt: skip
TEXTS: dict[str, dict[str, str]] = {"en": dict(_ENGLISH), "zh-CN": dict(_SIMPLIFIED_CHINESE)}
for _texts in _MORE:
    TEXTS["en"] |= _texts.ENGLISH
    TEXTS["zh-CN"] |= _texts.SIMPLIFIED_CHINESE
BABEL_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}


def language_of(locale: str) -> str:
    """The language of ours that serves a locale such as `en-GB` or `zh-Hans-CN`."""
    parts = locale.lower().replace("_", "-").split("-")
    traditional = {"hant", "tw", "hk", "mo"}.intersection(parts)
    return "zh-CN" if parts[0] == "zh" and not traditional else "en"


def points_text(count: int | Decimal, language: str) -> str:
    """A number of points in words, such as `1,245 points`."""
    form = "points.one" if count == 1 else "points.other"
    return TEXTS[language][form].format(count=format_decimal(count, locale=BABEL_LOCALES[language]))


def days_text(count: int, language: str) -> str:
    """A number of days in words, such as `14 days`."""
    return TEXTS[language]["days.one" if count == 1 else "days.other"].format(count=count)


def factor_text(factor: Decimal, language: str) -> str:
    """A factor as people of that language write it, such as `1.5`."""
    return format_decimal(factor.normalize(), locale=BABEL_LOCALES[language])


def day_text(day: date, language: str) -> str:
    """A day as people of that language write it, such as `March 4, 2027`."""
    return format_date(day, format="long", locale=BABEL_LOCALES[language])


@lru_cache(maxsize=4096)
def money_text(amount: Decimal, currency: str, language: str) -> str:
    """An amount as people of that language write it, such as `$45.00`."""
    return format_currency(amount, currency, locale=BABEL_LOCALES[language])


def reason_text(kind: str, detail: Mapping[str, str], language: str) -> str:
    """Why a transaction of that kind happened, for people to read; `detail` is what the engine stored with it."""
    texts = TEXTS[language]
    if kind == "bonus":
        event = detail.get("event", "sign_up")
        if event.startswith(("custom:", "manual")) and detail.get("title"):
            return detail["title"]  # the merchant's own name for it, in the shop's own language
        if "title" in detail and f"reason.bonus.{event}.title" in texts:
            return texts[f"reason.bonus.{event}.title"].format(title=detail["title"])
        return texts.get(f"reason.bonus.{event}", texts["reason.bonus.custom"])
    if kind == "adjust":
        return (
            texts["reason.adjust"].format(reason=detail["reason"])
            if "reason" in detail
            else texts["reason.adjust.plain"]
        )
    if kind in ("earn", "clawback"):
        return _order_text(kind, detail, language)
    if "title" in detail and f"reason.{kind}.title" in texts:
        key = f"reason.{kind}.claim" if "claim" in detail and kind == "restore" else f"reason.{kind}.title"
        return texts[key].format(title=detail["title"])
    return texts[f"reason.{kind}"]


def _order_text(kind: str, detail: Mapping[str, str], language: str) -> str:
    texts = TEXTS[language]
    if "order" not in detail:
        return _lost_text(kind, detail, texts)
    if kind == "clawback":
        refunded = Decimal(detail.get("refunded", "0")) > 0
        key = "reason.clawback" if refunded else "reason.clawback.changed"
        return texts[key].format(order=detail["order"])
    if "base" not in detail or not detail.get("currency"):
        return texts["reason.earn.order"].format(order=detail["order"])
    base = money_text(Decimal(detail["base"]), detail["currency"], language)
    return texts["reason.earn"].format(order=detail["order"], base=base)


def _lost_text(kind: str, detail: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """What no order stands behind: a badge or another game that is reached no more, by its title where it is known."""
    event, name, title = (detail.get(one, "") for one in ("event", "name", "title"))
    if event == "game":  # what is lost altogether is told apart by its name alone, such as `badge-17-1`
        event = name.partition("-")[0]
    if title not in ("", name) and f"reason.{kind}.{event}.title" in texts:
        return texts[f"reason.{kind}.{event}.title"].format(title=title)
    return texts.get(f"reason.{kind}.{event}", texts[f"reason.{kind}.plain"])


def purchase_text(rates: Mapping[str, Decimal], shop_currency: str, language: str) -> str:
    """What a purchase earns, told in the shop's own currency, or another one where that has no rate."""
    texts = TEXTS[language]
    earning = [currency for currency, rate in rates.items() if rate > 0]
    if not earning:
        return texts["way.money.none"]
    currency = shop_currency if shop_currency in earning else min(earning)
    points, units = _smallest_whole(rates[currency])
    return texts["way.money"].format(
        points=points_text(points, language), money=_whole_money_text(units, currency, language)
    )


def _smallest_whole(rate: Decimal) -> tuple[Decimal, int]:
    """A rate as points for units of money, at least one point: 1 for 100 yen reads better than 0.01 for each."""
    units = 1
    while rate * units < 1 and units < 1_000_000:
        units *= 10
    return rate * units, units


def _whole_money_text(units: int, currency: str, language: str) -> str:
    locale = Locale.parse(BABEL_LOCALES[language])
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(units, currency, format=pattern, locale=locale, currency_digits=False)
