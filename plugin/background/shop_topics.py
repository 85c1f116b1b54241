"""What the worker does with deliveries that are about the shop itself rather than about its orders and customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from redis.exceptions import RedisError

from engine.credentials import drop_credentials, obtained_at
from engine.inbox import Delivery, parked_deliveries, replay_delivery
from engine.money import MoneyError, exponent
from engine.perks.rounds import try_refused_again
from engine.shops import set_scopes, shop_facts, uninstall_shop, update_shop
from plugin.background.compliance import COMPLIANCE_HANDLERS
from plugin.background.contracts import CONTRACT_HANDLERS
from plugin.background.customer_tags import TAG_HANDLERS
from plugin.background.handling import Handler, HandlerContext, own_shop, text_of
from plugin.payloads import Unreadable

THEME_CHANGED_SECONDS = 90 * 24 * 3600
_PARKED_AT_MOST = 100
_SCOPES_AT_MOST = 200

log = structlog.get_logger("laurel.shops")


async def app_uninstalled(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """The merchant removed the app: no more calls for this shop; its program stays for a return.

    News that is older than the installation is about an earlier one and changes nothing.
    """
    shop = await own_shop(context, delivery, payload.get("myshopify_domain"), required=False)
    await _check_external_id(context, delivery, payload.get("id"))
    if payload.get("myshopify_domain") is None and payload.get("id") is None:
        raise Unreadable("the body names no shop; a header alone does not uninstall one")
    at = min(delivery.triggered_at or delivery.received_at, delivery.received_at)
    # Tokens are given out only to an installed app: news from before the last ones is about an earlier installation.
    obtained = await obtained_at(context.connection, shop.program_id, shop.shop_id)
    is_late = obtained is not None and obtained > at
    if is_late or not await uninstall_shop(context.connection, shop, triggered_at=at):
        log.info("late uninstall ignored", shop=shop.domain, program=shop.program_id)
        return
    await drop_credentials(context.connection, shop.program_id, shop.shop_id)
    # An erasure that overtook this news waits among the parked deliveries; now it may be done.
    for parked in await parked_deliveries(context.connection, shop.program_id, _PARKED_AT_MOST, None):
        if parked.topic == "shop/redact":
            await replay_delivery(context.connection, shop.program_id, parked.delivery_id)
    log.info("shop uninstalled", shop=shop.domain, program=shop.program_id)


async def _check_external_id(context: HandlerContext, delivery: Delivery, named: object) -> None:
    facts = await shop_facts(context.connection, delivery.program_id, delivery.shop_id)
    if named is not None and facts.external_id is not None and named != facts.external_id:
        raise Unreadable("the body names another shop than the one that it came for")


async def app_scopes_update(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """The merchant granted or took back scopes."""
    shop = await own_shop(context, delivery, None, required=False)
    named = payload.get("shop_id")
    if isinstance(named, str) and named.startswith("gid://shopify/Shop/"):
        digits = named.removeprefix("gid://shopify/Shop/")
        await _check_external_id(context, delivery, int(digits) if digits.isascii() and digits.isdigit() else digits)
    scopes = payload.get("current")
    if not isinstance(scopes, list) or len(scopes) > _SCOPES_AT_MOST or not all(isinstance(one, str) for one in scopes):
        raise Unreadable("current is not a list of scopes")
    await set_scopes(context.connection, shop, scopes)
    await try_refused_again(context.connection, shop.program_id, shop.shop_id)


async def shop_update(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """The shop's name, currency or time zone may have changed."""
    shop = await own_shop(context, delivery, payload.get("myshopify_domain"), required=False)
    await _check_external_id(context, delivery, payload.get("id"))
    currency = text_of(payload, "currency")
    try:
        exponent(currency)
    except MoneyError as error:
        raise Unreadable(str(error)) from None
    zone = payload.get("iana_timezone")
    known = await shop_facts(context.connection, shop.program_id, shop.shop_id)
    await update_shop(
        context.connection,
        shop,
        name=text_of(payload, "name"),
        currency=currency,
        time_zone=zone if isinstance(zone, str) and 0 < len(zone) <= 64 else known.time_zone,
    )


async def themes_publish(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """Another theme is live, in which the app embed starts switched off: the merchant's page asks to look again."""
    shop = await own_shop(context, delivery, None, required=False)
    at = (delivery.triggered_at or delivery.received_at).isoformat()
    try:
        await context.redis.set(theme_changed_key(shop.program_id, shop.shop_id), at, ex=THEME_CHANGED_SECONDS)
    except RedisError as error:  # a hint only: the page also asks the admin whether the embed is on
        log.warning("theme change not noted", error=type(error).__name__)


def theme_changed_key(program_id: int, shop_id: int) -> str:
    """The Redis key that says when the shop last put another theme live."""
    return f"laurel:{{{program_id}}}:theme-changed:{shop_id}"


HANDLERS: dict[str, Handler] = {
    "app/uninstalled": app_uninstalled,
    "app/scopes_update": app_scopes_update,
    "shop/update": shop_update,
    "themes/publish": themes_publish,
    **TAG_HANDLERS,
    **CONTRACT_HANDLERS,
    **COMPLIANCE_HANDLERS,
}
