"""How a redemption ends without an order: canceled by its member, run out, given or refused by the staff."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.members import member_of_customer
from engine.rewards.calls import CallKind, ask_shop
from engine.rewards.moving import OpenRedemption, open_redemption
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redemptions import Redemption

NOTE_MAXIMUM = 1_000

_DUE = text("""
    SELECT program_id, redemption_id FROM redemptions
    WHERE state = 'ready' AND expires_at IS NOT NULL AND expires_at <= now()
    ORDER BY program_id, member_id, redemption_id LIMIT :most
""")
_LEFT_ALONE = text("""
    SELECT r.program_id, r.redemption_id FROM redemptions r
    WHERE r.state IN ('pending', 'unknown', 'canceling', 'expiring') AND r.value ->> 'kind' <> 'manual'
    AND r.created_at < now() - interval '1 minute' AND NOT EXISTS (
        SELECT FROM outside_calls c WHERE c.program_id = r.program_id AND c.object_id = r.redemption_id
        AND c.kind IN ('reward-issue', 'reward-withdraw') AND c.state IN ('waiting', 'running'))
    ORDER BY r.program_id, r.member_id, r.redemption_id LIMIT :most
""")


async def cancel_redemption(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, redemption_id: int
) -> Redemption:
    """The member takes a redemption back; the points follow once the shop has confirmed that its code is dead.

    Twice is once. Raises RedemptionRefused: REDEMPTION_NOT_FOUND (also for somebody else's), NOT_CANCELABLE.
    """
    member = await member_of_customer(connection, program_id, shop_id, customer_id)
    opened = await open_redemption(connection, program_id, redemption_id)
    if opened is None or not _owned(opened, member.member_id):
        raise RedemptionRefused("REDEMPTION_NOT_FOUND")
    one = opened.redemption
    if one.state in ("canceling", "canceled"):
        return one
    if not one.can_cancel:
        raise RedemptionRefused("NOT_CANCELABLE", {"status": one.status})
    if one.kind == "manual":
        await opened.move("canceled", capture=0, actor="member")
    else:
        await opened.move("canceling", actor="member")
        await _ask(connection, "reward-withdraw", opened.redemption)
    await opened.ledger.write()
    return opened.redemption


def _owned(opened: OpenRedemption, member_id: int) -> bool:
    """Whether the points are this member's, also since a merge."""
    return any(key.member_id == member_id for key in opened.ledger.holdings)


async def expire_codes(connection: AsyncConnection, most: int = 100) -> int:
    """Begin to take back codes of the named tenants that nobody used in time; returns how many."""
    due = (await connection.execute(_DUE, {"most": most})).fetchall()
    begun = 0
    for program_id, redemption_id in due:
        opened = await open_redemption(connection, program_id, redemption_id)
        if opened is None or opened.redemption.state != "ready":
            continue  # it was used, or somebody else was first
        if opened.redemption.expires_at is None or opened.redemption.expires_at > opened.now:
            continue
        await opened.move("expiring", actor="program")
        await _ask(connection, "reward-withdraw", opened.redemption)
        await opened.ledger.write()
        begun += 1
    return begun


async def ask_again(connection: AsyncConnection, most: int = 100) -> int:
    """Give each open redemption of the named tenants that has lost its call a new one; returns how many."""
    left = (await connection.execute(_LEFT_ALONE, {"most": most})).fetchall()
    for program_id, redemption_id in left:
        opened = await open_redemption(connection, program_id, redemption_id)
        if opened is None:
            continue
        if opened.redemption.state in ("pending", "unknown"):
            await _ask(connection, "reward-issue", opened.redemption)
        elif opened.redemption.state in ("canceling", "expiring"):
            await _ask(connection, "reward-withdraw", opened.redemption)
    return len(left)


async def fulfill_manual(
    connection: AsyncConnection, program_id: int, redemption_id: int, *, actor: str, note: str | None = None
) -> Redemption:
    """The staff gave what was promised: the points are spent. `note` is for the member.

    Raises RedemptionRefused: REDEMPTION_NOT_FOUND, NOT_FULFILLABLE, NOTE_TOO_LONG.
    """
    opened = await _to_fulfill(connection, program_id, redemption_id, note)
    await opened.move("used", capture=opened.redemption.points, actor=actor, note=note)
    await opened.ledger.write()
    return opened.redemption


async def refuse_manual(
    connection: AsyncConnection, program_id: int, redemption_id: int, *, actor: str, note: str | None = None
) -> Redemption:
    """The staff cannot give what was promised: all points come back. Raises like `fulfill_manual`."""
    opened = await _to_fulfill(connection, program_id, redemption_id, note)
    await opened.move("failed", capture=0, actor=actor, note=note, failure="refused")
    await opened.ledger.write()
    return opened.redemption


async def _to_fulfill(
    connection: AsyncConnection, program_id: int, redemption_id: int, note: str | None
) -> OpenRedemption:
    if note is not None and len(note) > NOTE_MAXIMUM:
        raise RedemptionRefused("NOTE_TOO_LONG", {"maximum": NOTE_MAXIMUM})
    opened = await open_redemption(connection, program_id, redemption_id)
    if opened is None:
        raise RedemptionRefused("REDEMPTION_NOT_FOUND")
    if opened.redemption.kind != "manual" or opened.redemption.state != "pending":
        raise RedemptionRefused("NOT_FULFILLABLE", {"status": opened.redemption.status})
    return opened


async def _ask(connection: AsyncConnection, kind: CallKind, one: Redemption) -> None:
    await ask_shop(connection, kind, one.program_id, one.shop_id, one.redemption_id, one.customer_id, one.promise)
