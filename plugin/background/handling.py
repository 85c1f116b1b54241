"""What the handlers of deliveries share: what they are given, and the check that a body speaks of its own shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.inbox import Delivery
from engine.leaderboards.keys import BoardRedis
from engine.shops import ShopReference, shop_of
from plugin.payloads import Unreadable
from plugin.settings import Settings


@dataclass(frozen=True, slots=True)
class HandlerContext:
    """What a handler works with. `connection` is in the transaction that also settles the delivery."""

    engine: AsyncEngine
    connection: AsyncConnection
    settings: Settings
    redis: BoardRedis


Handler = Callable[[HandlerContext, Delivery, Mapping[str, Any]], Awaitable[None]]
"""What is done with a delivery; it may run twice for one delivery. Raises Unreadable to park it."""


async def own_shop(context: HandlerContext, delivery: Delivery, named: object, *, required: bool) -> ShopReference:
    """The shop that a delivery was stored for, if its body names the same one.

    A signature covers the body and not the header that the shop was taken from. `named` is the domain in the body;
    where it is `required`, a body without one is refused too. Raises Unreadable.
    """
    shop = await shop_of(context.connection, delivery.program_id, delivery.shop_id)
    if shop is None:
        raise Unreadable("the shop of this delivery is not known")
    if named != shop.domain and (required or named is not None):
        raise Unreadable("the body names another shop than the one that it came for")
    return shop


def text_of(payload: Mapping[str, Any], key: str) -> str:
    """A text in a payload that must be there, at most 255 characters. Raises Unreadable."""
    value = payload.get(key)
    if not isinstance(value, str) or not value or len(value) > 255 or "\x00" in value:
        raise Unreadable(f"{key} is missing or not a text")
    return value


def identifier_of(value: object, what: str) -> int:
    """A positive whole number that fits a bigint. Raises Unreadable."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise Unreadable(f"{what} is missing or not an id")
    return value
