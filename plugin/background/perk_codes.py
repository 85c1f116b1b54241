"""Codes that tiers and plans give: each is made exactly once, and ended when it is lost before it was used.

Whatever may have been made is looked for by its code before it is made again. Where the shop cannot be reached the call
waits, for as long as the code would be good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from engine.crash import crash_point
from engine.database import tenant_transaction, transaction_time
from engine.money import Money
from engine.outside_calls import OutsideCall
from engine.perks.deliveries import Delivery, delivery_of
from engine.perks.settling import found_used, issued, not_issued, not_revoked, revoked
from engine.rewards.definitions import CombinesWith
from engine.shops import ShopReference, shop_of
from plugin.background.discount_codes import DiscountCode, Terms
from plugin.background.fulfillment_place import Made, TakenError
from plugin.background.fulfillment_trouble import trouble_of
from plugin.background.outcomes import Ended, Outcome
from plugin.background.perk_waiting import NOT_INSTALLED, later
from plugin.services import Services

log = structlog.get_logger("laurel.perks")


@dataclass(frozen=True, slots=True)
class _Work:
    """A delivery as it stood when the attempt began, and where it has to be done."""

    one: Delivery
    shop: ShopReference
    now: datetime

    @property
    def over(self) -> bool:
        """Whether the code would no longer be good."""
        return self.one.ends_at is not None and self.one.ends_at <= self.now


async def issue(services: Services, call: OutsideCall) -> Outcome:
    """Make the code, or adopt what an earlier attempt made."""
    work = await _read(services, call)
    if work is None or work.one.state != "waiting":
        return Ended()
    if work.over or work.one.customer_id is None:
        return _refused(work.one, "too late" if work.over else "the customer was erased")
    if not work.shop.installed:
        return NOT_INSTALLED
    code = DiscountCode(services, work.shop, _code(work.one))
    try:
        made = await _made(code, work.one, call)
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        if trouble.refusal is not None:
            return _refused(work.one, trouble.refusal)
        return later(call, trouble.text, unknown=not trouble.harmless)
    if made is None:
        return later(call, "taken, and not found yet", unknown=True)
    external_id = made.external_id
    return Ended(write=lambda connection: issued(connection, work.one, external_id))


async def _made(code: DiscountCode, one: Delivery, call: OutsideCall) -> Made | None:
    """What exists now; None when the shop says that the code is taken and does not show it."""
    if call.attempts > 1 or call.created_at > one.created_at:
        crash_point("perk-before-look")
        found = await code.look()
        if found is not None:
            return Made(found.external_id)
    crash_point("perk-before-call")
    try:
        made = await _make(code, one)
    except TakenError:  # nobody else can have this code: an attempt whose answer was lost made it
        found = await code.look()
        return None if found is None else Made(found.external_id)
    crash_point("perk-after-call")
    return made


async def _make(code: DiscountCode, one: Delivery) -> Made:
    terms = _terms(one)
    if one.percentage is not None:
        ratio = float(one.percentage / 100)  # a ratio, which the API takes as a number
        return await code.make_basic(terms, {"customerGets": {"items": {"all": True}, "value": {"percentage": ratio}}})
    most, bound = one.value.get("maximum_price_minor"), dict[str, Any]()
    if most is not None:
        bound["maximumShippingPrice"] = f"{Money(most, one.value['currency']).decimal():f}"
    return await code.make_shipping(terms, bound)


def _terms(one: Delivery) -> Terms:
    """Delivery goes together with a discount on goods, and the other way round."""
    assert one.ends_at is not None, "every code has an end"
    goods = one.percentage is not None
    combines = CombinesWith(order=not goods, product=not goods, shipping=goods)
    title = f"Laurel {one.grantor} {one.perk} ({one.code})"
    return Terms(title, f"gid://shopify/Customer/{one.customer_id}", one.created_at, one.ends_at, combines)


async def withdraw(services: Services, call: OutsideCall) -> Outcome:
    """Take a code back: end it, then look whether it was used; a used one stays."""
    work = await _read(services, call)
    if work is None or work.one.state != "revoking":
        return Ended()
    one = work.one
    if work.over:
        return Ended(write=lambda connection: revoked(connection, one))
    if not work.shop.installed:
        return NOT_INSTALLED
    try:
        used = await DiscountCode(services, work.shop, _code(one)).take_back()
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        refusal = trouble.refusal
        if refusal is None:
            return later(call, trouble.text, unknown=False)
        log.warning("not taken back", delivery=one.delivery_id, program=one.program_id, why=refusal)
        return Ended(done=False, error=refusal, write=lambda connection: not_revoked(connection, one, refusal))
    crash_point("perk-after-withdrawal")
    end = found_used if used else revoked
    return Ended(write=lambda connection: end(connection, one))


def _refused(one: Delivery, failure: str) -> Ended:
    log.warning("not made", delivery=one.delivery_id, program=one.program_id, why=failure)
    return Ended(done=False, error=failure, write=lambda connection: not_issued(connection, one, failure))


def _code(one: Delivery) -> str:
    assert one.code is not None, "deliveries of codes have theirs from the start"
    return one.code


async def _read(services: Services, call: OutsideCall) -> _Work | None:
    async with tenant_transaction(services.engine, call.program_id) as connection:
        now = await transaction_time(connection)
        one = await delivery_of(connection, call.program_id, call.object_id)
        shop = await shop_of(connection, call.program_id, call.shop_id)
    return None if one is None or shop is None else _Work(one, shop, now)
