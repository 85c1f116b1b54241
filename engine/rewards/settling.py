"""What came of a call to the shop, written down: made, not made, not known, taken back, found used.

Each is one transaction under the member's lock. Called again, or too late, it changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rewards.calls import ask_shop
from engine.rewards.moving import OpenRedemption, open_redemption
from engine.rewards.redemptions import Redemption
from engine.rewards.states import COMPENSATED, USED_IN_SHOP

_ACTOR = "program"
_GUARD_CREDIT_AFTER = timedelta(minutes=5)
_LOOK_AGAIN_AFTER = timedelta(days=7)
_ASSUME_USED_AFTER = timedelta(days=60)


async def issued(
    connection: AsyncConnection, program_id: int, redemption_id: int, external_id: str | None
) -> Redemption:
    """The shop made what was promised. Money that was handed over is spent at once; a code waits for its order.

    What turns up after its points were given back is undone by a call of its own.
    """
    opened = await _opened(connection, program_id, redemption_id)
    one = opened.redemption
    if one.state in ("pending", "unknown"):
        if one.kind == "store_credit":
            await opened.move("used", capture=one.points, actor=_ACTOR, external_id=external_id, ready_at=opened.now)
        elif one.kind == "gift_card":
            await opened.move("ready", capture=one.points, actor=_ACTOR, external_id=external_id)
        else:
            await opened.move("ready", actor=_ACTOR, external_id=external_id)
    elif one.state in COMPENSATED:
        await guard(connection, one)
    elif one.external_id is None:
        await opened.write(external_id=external_id)
    await opened.ledger.write()
    return opened.redemption


async def not_issued(connection: AsyncConnection, program_id: int, redemption_id: int, failure: str) -> Redemption:
    """Nothing was made and nothing will be: all points go back to their lots."""
    opened = await _opened(connection, program_id, redemption_id)
    if opened.redemption.state in ("pending", "unknown"):
        await opened.move("failed", capture=0, actor=_ACTOR, failure=failure)
    await opened.ledger.write()
    return opened.redemption


async def uncertain(connection: AsyncConnection, program_id: int, redemption_id: int) -> Redemption:
    """Nobody can say whether it was made; it is looked up until that is known."""
    opened = await _opened(connection, program_id, redemption_id)
    if opened.redemption.state == "pending":
        await opened.move("unknown", actor=_ACTOR, unknown_since=opened.now)
    await opened.ledger.write()
    return opened.redemption


async def withdrawn(connection: AsyncConnection, program_id: int, redemption_id: int) -> Redemption:
    """The code is no longer good and was not used: its points come back, or are forfeit where the reward says so."""
    opened = await _opened(connection, program_id, redemption_id)
    one = opened.redemption
    if one.state == "canceling":
        await opened.move("canceled", capture=0, actor=_ACTOR)
    elif one.state == "expiring":
        forfeit = one.definition.on_expiry == "forfeit"
        await opened.move("expired", capture=one.points if forfeit else 0, actor=_ACTOR)
    await opened.ledger.write()
    return opened.redemption


async def found_used(connection: AsyncConnection, program_id: int, redemption_id: int) -> Redemption:
    """The code that was to be taken back had been used: it is ready again, and its order will capture it.

    An expired one is looked at again from time to time; when no order ever comes, all its points count as spent.
    """
    opened = await _opened(connection, program_id, redemption_id)
    one = opened.redemption
    if one.state in ("canceling", "expiring"):
        ended = one.created_at + timedelta(days=one.definition.code_days)
        if one.state == "expiring" and opened.now >= ended + _ASSUME_USED_AFTER:
            await opened.move("used", capture=one.points, actor=_ACTOR, failure=USED_IN_SHOP)
        else:
            again = opened.now + _LOOK_AGAIN_AFTER if one.state == "expiring" else one.expires_at
            await opened.move("ready", actor=_ACTOR, failure=USED_IN_SHOP, expires_at=again)
    await opened.ledger.write()
    return opened.redemption


async def not_withdrawn(connection: AsyncConnection, program_id: int, redemption_id: int) -> Redemption:
    """The shop could not be asked to take a code back. One that ran out is no longer good by itself; another stays."""
    opened = await _opened(connection, program_id, redemption_id)
    if opened.redemption.state == "canceling":
        await opened.move("ready", actor=_ACTOR)
        await opened.ledger.write()
        return opened.redemption
    return await withdrawn(connection, program_id, redemption_id)


async def guard(connection: AsyncConnection, one: Redemption) -> None:
    """Want the shop looked at for what may still turn up although its points were given back.

    Store credit is known by its amount only: first those made meanwhile for other redemptions have to be known.
    """
    delay = _GUARD_CREDIT_AFTER if one.kind == "store_credit" else timedelta(0)
    await ask_shop(
        connection, "reward-guard", one.program_id, one.shop_id, one.redemption_id, one.customer_id, one.promise,
        delay=delay,
    )  # fmt: skip


async def _opened(connection: AsyncConnection, program_id: int, redemption_id: int) -> OpenRedemption:
    opened = await open_redemption(connection, program_id, redemption_id)
    if opened is None:
        raise LookupError(f"program {program_id} has no redemption {redemption_id}")
    return opened
