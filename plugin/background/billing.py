"""Charges of contracts: made at most once each, whatever is lost on the way and whenever we die.

That a charge is being asked for is written down before it is; from then on its outcome is found out, by the webhook or
by looking. A repeat carries the same key, which Shopify charges once. Only a known failure lets another one follow.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.asking import begin_attempt, drop_attempt, know_attempt, may_still_charge
from engine.billing.attempts import Attempt
from engine.billing.due import ask_follow
from engine.billing.settling import AttemptNews, settle_attempt
from engine.crash import crash_point
from engine.database import tenant_transaction, transaction_time
from engine.outside_calls import OutsideCall
from engine.shops import ShopReference, shop_of
from plugin.background.fulfillment_trouble import trouble_of
from plugin.background.outcomes import Ended, Later, Outcome, Write
from plugin.payloads import Unreadable
from plugin.payloads.subscription_nodes import AttemptSeen, attempt_node
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, AdminUnreachableError, Answer

NOT_INSTALLED_DELAY = timedelta(hours=1)
STOPPED_DELAY = timedelta(hours=1)
"""After how long a contract is looked at again that the shop says has stopped."""
GIVE_UP_REFUSALS_AFTER = timedelta(days=1)
QUIET = timedelta(minutes=10)
"""How long after it was asked for a charge that is not to be found may still turn up."""
_FIRST_LOOK = timedelta(seconds=10)
_LAST_LOOK = timedelta(hours=1)
_STOPPED = frozenset({"CONTRACT_PAUSED", "CONTRACT_TERMINATED", "CONTRACT_UNDER_REVIEW"})
_NOT_NOW = frozenset({"THROTTLED", "PROCESSING_FAILED", None})

log = structlog.get_logger("laurel.billing")


async def charge(services: Services, call: OutsideCall) -> Outcome:
    """Make a charge, or find out what became of it."""
    async with tenant_transaction(services.engine, call.program_id) as connection:
        now = await transaction_time(connection)
        shop = await shop_of(connection, call.program_id, call.shop_id)
        begun = await begin_attempt(connection, call.program_id, call.object_id)
        crash_point("billing-before-asked")
    if begun is None:
        return Ended()
    if shop is None or not shop.installed:
        return Later(error="the app is not installed", delay=NOT_INSTALLED_DELAY)
    attempt, is_fresh = begun
    try:
        seen = None if is_fresh else await _look(services, shop, attempt)
        if seen is None:
            if not is_fresh and not await _may_ask_again(services, attempt):
                return _not_made(attempt, now)
            crash_point("billing-before-call")
            answer = await _ask(services, shop, attempt)
            crash_point("billing-after-call")
            if answer.user_errors:
                return _refused(attempt, answer, now)
            seen = _attempt_in(answer, "subscriptionBillingAttemptCreate", attempt.contract_id)
    except Unreadable as refusal:
        log.warning("attempt could not be read", program=call.program_id, reason=str(refusal))
        return Later(error=f"unreadable: {refusal}", unknown=True, delay=_LAST_LOOK)
    except Exception as error:
        return _trouble(error)
    return _known(call, attempt, seen, now)


def _trouble(error: Exception) -> Outcome:
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    return Later(
        error=trouble.text, unknown=not trouble.harmless, delay=_LAST_LOOK if trouble.refusal is not None else None
    )


async def _look(services: Services, shop: ShopReference, attempt: Attempt) -> AttemptSeen | None:
    """The charge as the shop has it; None when it has none with this key, as far back as it shows."""
    if attempt.external_id is not None:
        answer = await services.admin.run(shop, "subscription_billing_attempt", {"id": attempt.external_id})
        node = field_of(answer, "subscriptionBillingAttempt")
        return None if node is None else attempt_node(node, attempt.contract_id)
    contract = f"gid://shopify/SubscriptionContract/{attempt.contract_id}"
    node = field_of(await services.admin.run(shop, "subscription_contract", {"id": contract}), "subscriptionContract")
    found = [] if node is None else (node.get("billingAttempts") or {}).get("nodes") or []
    return next(
        (attempt_node(one, attempt.contract_id) for one in found if one["idempotencyKey"] == attempt.idempotency_key),
        None,
    )


async def _may_ask_again(services: Services, attempt: Attempt) -> bool:
    async with tenant_transaction(services.engine, attempt.program_id) as connection:
        return await may_still_charge(connection, attempt)


async def _ask(services: Services, shop: ShopReference, attempt: Attempt) -> Answer:
    return await services.admin.run(
        shop,
        "subscription_billing_attempt_create",
        {
            "contractId": f"gid://shopify/SubscriptionContract/{attempt.contract_id}",
            "input": {"idempotencyKey": attempt.idempotency_key},
        },
    )


def field_of(answer: Answer, name: str) -> dict[str, Any] | None:
    """An object that was asked for; None when there is none. Raises AdminRefusedError when it may not be seen."""
    found: dict[str, Any] | None = answer.data.get(name)
    if found is None and answer.errors:
        codes = {str((error.get("extensions") or {}).get("code", "UNKNOWN")) for error in answer.errors}
        raise AdminRefusedError(tuple(sorted(codes)))
    return found


def _attempt_in(answer: Answer, mutation: str, contract_id: int) -> AttemptSeen:
    made = (field_of(answer, mutation) or {}).get("subscriptionBillingAttempt")
    if not isinstance(made, dict):
        raise AdminUnreachableError("an answer without the attempt", may_have_happened=True)
    return attempt_node(made, contract_id)


def _known(call: OutsideCall, attempt: Attempt, seen: AttemptSeen, now: datetime) -> Outcome:
    """The shop has it: settled, or being worked on."""
    if seen.news is not None and seen.news.outcome != "challenged":
        return Ended(write=_settled(attempt, seen.news, now))

    async def write(connection: AsyncConnection) -> None:
        await know_attempt(connection, attempt.program_id, attempt.attempt_id, seen.external_id)
        if seen.news is not None:
            await settle_attempt(connection, attempt.program_id, attempt.shop_id, seen.news, now)

    return Later(error="not settled yet", delay=_look_delay(call.attempts), write=write)


def _refused(attempt: Attempt, answer: Answer, now: datetime) -> Outcome:
    """The shop did not even try: the contract stopped, it cannot now, or it never will."""
    code = answer.user_errors[0].code
    asked_at = attempt.asked_at or now
    if code in _NOT_NOW and now < asked_at + GIVE_UP_REFUSALS_AFTER:
        return Later(error=f"refused: {code}")
    if code in _STOPPED:
        return Ended(done=False, error=f"refused: {code}", write=_dropped(attempt, now + STOPPED_DELAY))
    news = AttemptNews(attempt.contract_id, "failed", attempt.idempotency_key, error_code=code or "REFUSED")
    return Ended(done=False, error=f"refused: {code}", write=_settled(attempt, news, now))


def _not_made(attempt: Attempt, now: datetime) -> Outcome:
    """It is not to be found and must not be made any more: over, once it cannot turn up any more."""
    left = (attempt.asked_at or now) + QUIET - now
    if left > timedelta(0):
        return Later(error="not found yet", delay=min(left, timedelta(minutes=1)))
    return Ended(done=False, error="not made", write=_dropped(attempt, now))


def _settled(attempt: Attempt, news: AttemptNews, now: datetime) -> Write:
    told = replace(news, idempotency_key=attempt.idempotency_key)

    async def write(connection: AsyncConnection) -> None:
        await settle_attempt(connection, attempt.program_id, attempt.shop_id, told, now)

    return write


def _dropped(attempt: Attempt, look_at: datetime) -> Write:
    async def write(connection: AsyncConnection) -> None:
        await drop_attempt(connection, attempt.program_id, attempt.attempt_id, look_at=look_at)
        await ask_follow(connection, attempt.contract)

    return write


def _look_delay(attempts: int) -> timedelta:
    return min(_FIRST_LOOK * 2.0 ** min(attempts - 1, 10), _LAST_LOOK)
