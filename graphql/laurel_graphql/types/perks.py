"""Perks of tiers and plans, worded for whoever reads them. What only members may read is left out for all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from babel.numbers import format_percent

from engine.money import exponent
from engine.perks.definitions import (
    BirthdayPoints,
    CodePerk,
    Content,
    CustomerTag,
    EarlyAccess,
    EarnMultiplier,
    FreeShippingCode,
    PercentCode,
)
from engine.perks.definitions import Perk as PerkDefinition
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.texts import BABEL_LOCALES, TEXTS, day_text, days_text, factor_text, money_text, points_text
from laurel_graphql.types.money import Money, money_of


@strawberry.enum(description="What a perk does.")
class PerkKind(Enum):
    EARN_MULTIPLIER = strawberry.enum_value("EARN_MULTIPLIER", description="Purchases earn more points.")
    CUSTOMER_TAG = strawberry.enum_value("CUSTOMER_TAG", description="The customer has a tag in the shop.")
    PERCENT_CODE = strawberry.enum_value("PERCENT_CODE", description="A code that takes a percentage off.")
    FREE_SHIPPING_CODE = strawberry.enum_value("FREE_SHIPPING_CODE", description="A code for delivery without charge.")
    EARLY_ACCESS = strawberry.enum_value("EARLY_ACCESS", description="A collection or product opens earlier.")
    BIRTHDAY_POINTS = strawberry.enum_value("BIRTHDAY_POINTS", description="Points on the birthday.")
    CONTENT = strawberry.enum_value("CONTENT", description="A page or a text for members only.")


@strawberry.enum(description="How often a perk gives a code.")
class PerkRhythm(Enum):
    ONCE = strawberry.enum_value("ONCE", description="Once for good.")
    TERM = strawberry.enum_value("TERM", description="Each time that the tier or the membership begins anew.")
    MONTH = strawberry.enum_value("MONTH", description="Each calendar month.")


@strawberry.enum(description="What opens earlier.")
class EarlyAccessKind(Enum):
    COLLECTION = strawberry.enum_value("COLLECTION", description="A collection.")
    PRODUCT = strawberry.enum_value("PRODUCT", description="A product.")


@strawberry.type(
    description="Something that a tier or a plan does for its members. What does not fit its kind is null."
)
class Perk:
    handle: str = strawberry.field(description="Its handle, unique in its tier or plan.")
    kind: PerkKind = strawberry.field(description="What it does.")
    title: str = strawberry.field(description="The same in a few words of the caller's language, such as `2× points`.")
    description: str = strawberry.field(description="How often, for how long; empty for nothing more to say.")
    factor: Decimal | None = strawberry.field(default=None, description="How many times the points.")
    tag: str | None = strawberry.field(default=None, description="The tag; shoppers are never told of tags.")
    percentage: Decimal | None = strawberry.field(default=None, description="The percentage that a code takes off.")
    maximum_price: list[Money] = strawberry.field(
        default_factory=list, description="The dearest delivery that is free, in each currency; empty: any."
    )
    code_days: int | None = strawberry.field(default=None, description="For how many days a code can be used.")
    rhythm: PerkRhythm | None = strawberry.field(default=None, description="How often a code is given.")
    target_kind: EarlyAccessKind | None = strawberry.field(default=None, description="What opens earlier.")
    target_handle: str | None = strawberry.field(default=None, description="Its handle in the shop.")
    members_from: datetime | None = strawberry.field(default=None, description="From when on it is open to members.")
    opens_at: datetime | None = strawberry.field(default=None, description="From when on it is open to everybody.")
    points: Points | None = strawberry.field(default=None, description="The points of a birthday.")
    url: str | None = strawberry.field(
        default=None,
        description="Where it is: of early access the path in the shop, of content an address for those who have it.",
    )
    text: str | None = strawberry.field(default=None, description="The text, for those who have it.")


def perks_of(
    perks: Iterable[PerkDefinition], words: Words, currency: str, *, entitled: bool = False, staff: bool = False
) -> list[Perk]:
    """The perks as a shopper who has them (or not), or as the staff may read them. Tags are the staff's alone."""
    return [
        perk_of(perk, words, currency, entitled=entitled or staff)
        for perk in perks
        if staff or not isinstance(perk, CustomerTag)
    ]


def perk_of(perk: PerkDefinition, words: Words, currency: str, *, entitled: bool) -> Perk:
    """One perk in words; money in `currency` where it has an amount in that."""
    match perk:
        case PercentCode() | FreeShippingCode():
            return _code(perk, words, currency)
        case EarlyAccess():
            return _early_access(perk, words)
        case Content():
            return _made(
                perk, perk.title, _text(words, "perk.content.more"),
                url=perk.url if entitled else None, text=(perk.text or None) if entitled else None,
            )  # fmt: skip
        case BirthdayPoints(points=points):
            title = _text(words, "perk.birthday_points", points=points_text(points, words.language))
            return _made(perk, title, _text(words, "perk.birthday_points.more"), points=Points(points))
        case EarnMultiplier(factor=factor):
            title = _text(words, "perk.earn_multiplier", factor=factor_text(factor, words.language))
            return _made(perk, title, _text(words, "perk.earn_multiplier.more"), factor=factor)
        case CustomerTag(tag=tag):
            title = _text(words, "perk.customer_tag", tag=tag)
            return _made(perk, title, _text(words, "perk.customer_tag.more"), tag=tag)


def _made(perk: PerkDefinition, title: str, description: str, **given: Any) -> Perk:
    return Perk(handle=perk.handle, kind=PerkKind[perk.kind.upper()], title=title, description=description, **given)


def _code(perk: CodePerk, words: Words, currency: str) -> Perk:
    days = days_text(perk.code_days, words.language)
    return _made(
        perk, _code_title(perk, words, currency), _text(words, f"perk.code.{perk.each}", days=days),
        percentage=perk.percentage if isinstance(perk, PercentCode) else None,
        maximum_price=_amounts(perk.maximum_price if isinstance(perk, FreeShippingCode) else None),
        code_days=perk.code_days,
        rhythm=PerkRhythm[perk.each.upper()],
    )  # fmt: skip


def _code_title(perk: CodePerk, words: Words, currency: str) -> str:
    if isinstance(perk, PercentCode):
        percentage = format_percent(perk.percentage / 100, "#,##0.##%", locale=BABEL_LOCALES[words.language])
        return _text(words, "perk.percent_code", percentage=percentage)
    maximum = (perk.maximum_price or {}).get(currency)
    if maximum is None:
        return _text(words, "perk.free_shipping_code")
    money = money_text(Decimal(maximum).scaleb(-exponent(currency)), currency, words.language)
    return _text(words, "perk.free_shipping_code.maximum", money=money)


def _early_access(perk: EarlyAccess, words: Words) -> Perk:
    from_day, day = (
        day_text(moment.astimezone(words.zone).date(), words.language) for moment in (perk.members_from, perk.opens_at)
    )
    return _made(
        perk, perk.title, _text(words, "perk.early_access.more", from_day=from_day, day=day),
        target_kind=EarlyAccessKind[perk.target_kind.upper()], target_handle=perk.target,
        members_from=perk.members_from, opens_at=perk.opens_at, url=f"/{perk.target_kind}s/{perk.target}",
    )  # fmt: skip


def _text(words: Words, key: str, **places: str) -> str:
    return TEXTS[words.language][key].format(**places)


def _amounts(amounts: Mapping[str, int] | None) -> list[Money]:
    return [money_of(minor, currency) for currency, minor in (amounts or {}).items()]
