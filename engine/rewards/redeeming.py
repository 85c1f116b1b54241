"""A member redeems: checked, held and written down in one transaction, under the member's lock.

What has to be done in the shop is asked for by the same transaction; the worker does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, KeyedRequest, begin, keyed_request, remember
from engine.ledger import Ledger, MemberKey
from engine.reservations import REDEMPTION, hold_points, open_ledger
from engine.rewards.calls import ask_shop
from engine.rewards.catalog import Reward, reward_of
from engine.rewards.codes import redemption_code
from engine.rewards.definitions import (
    CODE_KINDS,
    FixedCost,
    FreeProduct,
    FreeShipping,
    GiftCard,
    PercentOff,
    StoreCredit,
)
from engine.rewards.quoting import Quote, Standing
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redemptions import Promise, Redemption, redemption
from engine.rewards.standing import QuoteDesk, had_in_period, open_quotes
from engine.rewards.stock import take_unit

_KIND = "redemption"
_TRIES_MAXIMUM = 5
_HOLD_FOR_MANUAL = timedelta(days=3_650)

_SCOPE = text("""
    SELECT 'redeem ' || encode(subject_hash(redaction_key, 'redeem', :shop_id, :customer_id), 'hex'), code_key
    FROM programs WHERE program_id = :program_id
""")
_INSERT = text("""
    INSERT INTO redemptions (program_id, redemption_id, shop_id, customer_id, member_id, reward_id, reward_version,
        reservation_id, points, state, code, value, expires_at)
    VALUES (:program_id, :redemption_id, :shop_id, :customer_id, :member_id, :reward_id, :reward_version,
        :reservation_id, :points, 'pending', :code, CAST(:value AS jsonb), :expires_at)
""")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who wants what."""

    program_id: int
    shop_id: int
    customer_id: int
    reward_id: int
    points: int | None


async def redeem(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, reward_id: int, points: int | None,
    idempotency_key: str,
) -> Redemption:  # fmt: skip
    """Hold the points and want the shop to make what was promised; the redemption is pending.

    `points` None: the fixed price. A repeat of the key with equal input gives the same redemption as it stands now.
    Raises RedemptionRefused; then this transaction must be rolled back.
    """
    asked = _Asked(program_id, shop_id, customer_id, reward_id, points)
    request, code_key = await _keyed(connection, asked, idempotency_key)
    try:
        known = await begin(connection, request, _KIND)
    except IdempotencyKeyReused:
        raise RedemptionRefused("IDEMPOTENCY_KEY_REUSED") from None
    redemption_id = known if known is not None else await _redeem(connection, asked, request, code_key)
    found = await redemption(connection, program_id, redemption_id)
    assert found is not None, "the key stands for it"
    return found


async def _keyed(connection: AsyncConnection, asked: _Asked, key: str) -> tuple[KeyedRequest, bytes]:
    """The request under its key. The scope is a keyed hash of the customer: it outlives their erasure."""
    given = {"program_id": asked.program_id, "shop_id": asked.shop_id, "customer_id": asked.customer_id}
    scope, code_key = (await connection.execute(_SCOPE, given)).one()
    try:
        request = keyed_request(asked.program_id, scope, key, {"reward_id": asked.reward_id, "points": asked.points})
    except IdempotencyKeyInvalid:
        raise RedemptionRefused("INVALID_IDEMPOTENCY_KEY") from None
    return request, bytes(code_key)


async def _redeem(connection: AsyncConnection, asked: _Asked, request: KeyedRequest, code_key: bytes) -> int:
    reward = await _offered(connection, asked)
    desk = await open_quotes(connection, asked.program_id, asked.shop_id, asked.customer_id, [reward])
    _required(desk.quote(reward, asked.points), asked, reward)  # who is refused anyway need not wait for the lock
    assert desk.member_id is not None, "whoever is signed in is a member"
    key = MemberKey(asked.program_id, desk.member_id)
    ledger = await open_ledger(connection, key, asked.points or _price(reward))
    reward, quoted = await _checked(ledger, key, asked, reward, desk)
    await ledger.draw_ids(1)
    redemption_id = ledger.new_id()
    expires_at = code_end(reward, ledger.now)
    reservation_id = await hold_points(
        ledger, key, quoted.points, purpose=REDEMPTION, actor="member",
        expires_at=expires_at or ledger.now + _HOLD_FOR_MANUAL,
        detail={
            "redemption": str(redemption_id), "reward": reward.handle, "title": reward.definition.title,
        },
    )  # fmt: skip
    await ledger.write()
    crash_point("redeem-after-hold")
    promise = promise_of(reward, quoted)
    values = {
        "program_id": asked.program_id, "redemption_id": redemption_id, "shop_id": asked.shop_id,
        "customer_id": asked.customer_id, "member_id": ledger.root(key).member_id, "reward_id": reward.reward_id,
        "reward_version": reward.version, "reservation_id": reservation_id, "points": quoted.points,
        "code": redemption_code(code_key, redemption_id, promise.kind), "value": promise.model_dump_json(),
        "expires_at": expires_at,
    }  # fmt: skip
    await connection.execute(_INSERT, values)
    await remember(connection, request, _KIND, redemption_id)
    if promise.kind != "manual":
        await ask_shop(
            connection, "reward-issue", asked.program_id, asked.shop_id, redemption_id, asked.customer_id, promise
        )
    crash_point("redeem-before-commit")
    return redemption_id


async def _offered(connection: AsyncConnection, asked: _Asked) -> Reward:
    reward = await reward_of(connection, asked.program_id, asked.reward_id)
    if reward is None or reward.archived_at is not None:
        raise RedemptionRefused("REWARD_NOT_FOUND")
    return reward


async def _checked(
    ledger: Ledger, key: MemberKey, asked: _Asked, reward: Reward, desk: QuoteDesk
) -> tuple[Reward, Quote]:
    """Take a unit of the reward as it stands now, for a member who may have it. Raises RedemptionRefused."""
    connection = ledger.connection
    available = ledger.holdings[ledger.root(key)].available
    standing = Standing(available) if desk.standing is None else replace(desk.standing, available=available)
    for _ in range(_TRIES_MAXIMUM):  # again only when the reward was changed, or its last unit taken, just now
        had = await had_in_period(connection, asked.program_id, ledger.root(key).member_id, [reward], ledger.now)
        now = QuoteDesk(desk.currency, standing, had, ledger.now)
        quoted = _required(now.quote(reward, asked.points), asked, reward)
        if await take_unit(connection, reward):
            return reward, quoted
        reward = await _offered(connection, asked)
    raise RedemptionRefused("OUT_OF_STOCK")


def _required(quoted: Quote, asked: _Asked, reward: Reward) -> Quote:
    """The quote, if it gives exactly what was asked for: nothing is cut silently. Raises RedemptionRefused."""
    if quoted.reasons:
        raise RedemptionRefused(quoted.reasons[0].code, quoted.reasons[0].details)
    slider = not isinstance(reward.definition.cost, FixedCost)
    if slider and asked.points is None:
        raise RedemptionRefused("INVALID_POINTS", {"minimum": quoted.minimum_points, "step": quoted.step})
    if asked.points is not None and quoted.points != asked.points:
        if quoted.binding_cap == "BALANCE":
            missing = asked.points - quoted.points
            raise RedemptionRefused("NOT_ENOUGH_POINTS", {"needed": asked.points, "missing": missing})
        raise RedemptionRefused(
            "INVALID_POINTS",
            {"minimum": quoted.minimum_points, "maximum": quoted.maximum_points, "step": quoted.step},
        )
    return quoted


def _price(reward: Reward) -> int:
    cost = reward.definition.cost
    return cost.points if isinstance(cost, FixedCost) else cost.minimum_points


def code_end(reward: Reward, now: datetime) -> datetime | None:
    """The first moment at which the code is no longer good, in whole seconds; None for what has no such end."""
    if reward.definition.kind not in CODE_KINDS:
        return None
    return now.replace(microsecond=0) + timedelta(days=reward.definition.code_days)


def promise_of(reward: Reward, quoted: Quote) -> Promise:
    """What is promised, as it is stored with the redemption."""
    currency = quoted.currency
    definition, value = reward.definition, reward.definition.value
    more: dict[str, Any] = {}
    if isinstance(value, PercentOff):
        more["percentage"] = value.percentage
    elif isinstance(value, FreeProduct):
        more["variant_ids"] = value.variant_ids
    elif isinstance(value, FreeShipping):
        more["maximum_price_minor"] = (value.maximum_price or {}).get(currency)
    elif isinstance(value, StoreCredit | GiftCard):
        more["lasts_days"] = value.lasts_days
    return Promise(
        kind=definition.kind, currency=currency, amount_minor=quoted.value_minor,
        minimum_subtotal_minor=(definition.minimum_subtotal or {}).get(currency),
        combines_with=definition.combines_with, **more,
    )  # fmt: skip
