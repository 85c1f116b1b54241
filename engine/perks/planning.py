"""What has to be given to a member and what has to be taken back: a pure comparison of what they are entitled to now
with what they were given so far.

A code is given to the member, once for each shop of theirs; a tag is set on every customer of theirs. What was given
and taken back unused does not count as given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.perks.definitions import CodePerk, CustomerTag, FreeShippingCode, PercentCode, Perk
from engine.perks.entitlements import Entitlements

CODE_KINDS = frozenset({"percent_code", "free_shipping_code"})
TAG_KIND = "customer_tag"

DeliveryState = Literal["waiting", "delivered", "revoking", "revoked", "failed"]


@dataclass(frozen=True, slots=True)
class Place:
    """A customer of the member in one shop, and the currency of that shop."""

    shop_id: int
    customer_id: int
    currency: str


@dataclass(frozen=True, slots=True)
class Given:
    """What was given before, as far as it decides what is given next."""

    delivery_id: int
    shop_id: int
    customer_id: int | None
    grantor: str
    perk: str
    kind: str
    occasion: str
    state: DeliveryState
    created_at: datetime
    ends_at: datetime | None = None
    used: bool = False
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be given: a perk to a customer on an occasion. `failure` says why it cannot be."""

    place: Place
    grantor: str
    perk: Perk
    occasion: str
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be given, and which deliveries (by id) are to be taken back."""

    give: tuple[Due, ...] = ()
    revoke: tuple[int, ...] = ()


def plan(
    entitlements: Entitlements, places: Iterable[Place], given: Iterable[Given], now: datetime, zone: ZoneInfo
) -> Plan:
    """Compare what a member is entitled to with what they were given; the order of the inputs does not matter."""
    everywhere = sorted(places, key=lambda place: (place.shop_id, place.customer_id))
    before = sorted(given, key=lambda one: one.delivery_id)
    held = entitlements.at(now)
    give: list[Due] = []
    for grantor, perk in held:
        if isinstance(perk, PercentCode | FreeShippingCode):
            first = {place.shop_id: place for place in reversed(everywhere)}
            for place in (first[shop_id] for shop_id in sorted(first)):
                give += _code(entitlements, grantor, perk, place, before, now, zone)
        elif isinstance(perk, CustomerTag):
            give += [due for place in everywhere for due in _tag(grantor, perk, place, before)]
    tags = {(grantor, perk.handle, perk.tag) for grantor, perk in held if isinstance(perk, CustomerTag)}
    revoke = [one.delivery_id for one in before if _lost(one, entitlements, tags, now)]
    return Plan(tuple(give), tuple(revoke))


def _code(
    entitlements: Entitlements, grantor: str, perk: CodePerk, place: Place, before: Sequence[Given], now: datetime,
    zone: ZoneInfo,
) -> list[Due]:  # fmt: skip
    of_shop = [
        one for one in before if one.shop_id == place.shop_id and (one.grantor, one.perk) == (grantor, perk.handle)
    ]
    counted = [one for one in of_shop if one.state != "revoked"]
    if perk.each == "month":
        occasion = _month(now, zone)
        had = any(_month(one.created_at, zone) == occasion for one in counted)
    elif perk.each == "term" and (since := entitlements.began(grantor)) is not None:
        # Not by the term's own name: what comes late may move its beginning by days, and that is no new term.
        occasion = f"term {since.astimezone(zone):%Y-%m-%d}"
        had = any(one.created_at >= since for one in counted)
    else:
        occasion, had = "once", bool(counted)
    if had:
        return []
    lacking = isinstance(perk, FreeShippingCode) and perk.maximum_price and place.currency not in perk.maximum_price
    failure = f"no highest price of delivery in {place.currency}" if lacking else None
    return [Due(place, grantor, perk, _another(occasion, of_shop, place), failure)]


def _tag(grantor: str, perk: CustomerTag, place: Place, before: Sequence[Given]) -> list[Due]:
    of_customer = [
        one
        for one in before
        if (one.shop_id, one.customer_id, one.grantor, one.perk)
        == (place.shop_id, place.customer_id, grantor, perk.handle)
    ]
    if any(one.state in ("waiting", "delivered", "failed") and one.tag == perk.tag for one in of_customer):
        return []
    return [Due(place, grantor, perk, _another("set", of_customer, place))]


def _another(occasion: str, before: Iterable[Given], place: Place) -> str:
    """The occasion's name, numbered where it had its turn before."""
    taken = {one.occasion for one in before if one.customer_id == place.customer_id}
    name, number = occasion, 1
    while name in taken:
        number += 1
        name = f"{occasion} #{number}"
    return name


def _lost(one: Given, entitlements: Entitlements, tags: set[tuple[str, str, str]], now: datetime) -> bool:
    """Whether a delivery holds no longer: a tag with its perk, a code that nobody used with its tier or plan."""
    if one.kind == TAG_KIND:
        return one.state in ("waiting", "delivered", "failed") and (one.grantor, one.perk, one.tag) not in tags
    if one.kind not in CODE_KINDS or one.state not in ("waiting", "delivered") or one.used:
        return False
    over = one.ends_at is not None and one.ends_at <= now
    return not over and not entitlements.keeps(one.grantor, now)


def _month(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


def value_of(due: Due) -> dict[str, Any]:
    """What is promised by a delivery, as it is stored with it: money in minor units of the shop's currency."""
    perk = due.perk
    if isinstance(perk, PercentCode):
        return {"percentage": str(perk.percentage)}
    if isinstance(perk, FreeShippingCode) and perk.maximum_price:
        return {"currency": due.place.currency, "maximum_price_minor": perk.maximum_price.get(due.place.currency)}
    if isinstance(perk, CustomerTag):
        return {"tag": perk.tag}
    return {}
