"""A redemption under the locks of its member and of its row, moved from state to state by the table of `states`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.ledger import Ledger, MemberKey
from engine.reservations import open_ledger, settle_hold
from engine.rewards.redemptions import Redemption, redemption
from engine.rewards.states import COMPENSATED, RedemptionState, check_move
from engine.rewards.stock import put_back_unit

_LOCK = text("""
    SELECT state FROM redemptions WHERE program_id = :program_id AND redemption_id = :redemption_id FOR UPDATE
""")
_WRITE = text("""
    UPDATE redemptions SET state = :state, reservation_id = :reservation_id, ready_at = :ready_at,
        expires_at = :expires_at, unknown_since = :unknown_since, settled_at = :settled_at, external_id = :external_id,
        used_shop_id = :used_shop_id, used_order_id = :used_order_id, applied_minor = :applied_minor,
        failure = :failure, note = :note
    WHERE program_id = :program_id AND redemption_id = :redemption_id
""")
_WRITTEN = (
    "program_id", "redemption_id", "state", "reservation_id", "ready_at", "expires_at", "unknown_since", "settled_at",
    "external_id", "used_shop_id", "used_order_id", "applied_minor", "failure", "note",
)  # fmt: skip


@dataclass(slots=True)
class OpenRedemption:
    """A redemption that only this transaction can change, and the ledger of its member."""

    ledger: Ledger
    redemption: Redemption

    @property
    def now(self) -> datetime:
        """The database's now."""
        return self.ledger.now

    async def move(self, target: RedemptionState, *, capture: int | None = None, actor: str, **changes: Any) -> None:
        """Move it, with other columns; `capture` settles the hold: so many points are spent, the rest comes back.

        Raises IllegalMove. A unit of the stock is put back where nothing was given in the end.
        """
        one = self.redemption
        check_move(one.state, target)
        if capture is not None:
            await settle_hold(
                self.ledger, one.program_id, one.reservation_id, capture_points=capture, actor=actor,
                detail=history_detail(one),
            )  # fmt: skip
            changes["captured"] = capture
        if target == "ready":
            changes.setdefault("ready_at", one.ready_at or self.now)
        if target != "unknown":
            changes.setdefault("unknown_since", None)
        if target in COMPENSATED or target == "used":
            changes.setdefault("settled_at", self.now)
        if target in COMPENSATED:
            await put_back_unit(self.ledger.connection, one.program_id, one.reward_id)
        await self.write(state=target, **changes)

    async def write(self, **changes: Any) -> None:
        """Write columns without a move. The member's version rises, so that what was kept of it no longer fits."""
        self.redemption = replace(self.redemption, **changes)
        await write_redemption(self.ledger, self.redemption)


async def open_redemption(connection: AsyncConnection, program_id: int, redemption_id: int) -> OpenRedemption | None:
    """Lock the redemption's member and then the redemption; None when the program has no such one.

    The caller writes the ledger at the end.
    """
    found = await redemption(connection, program_id, redemption_id)
    if found is None:
        return None
    ledger = await open_ledger(connection, MemberKey(program_id, found.member_id), 0)
    await connection.execute(_LOCK, {"program_id": program_id, "redemption_id": redemption_id})
    found = await redemption(connection, program_id, redemption_id)
    assert found is not None, "redemptions are never deleted"
    return OpenRedemption(ledger, found)


async def write_redemption(ledger: Ledger, one: Redemption) -> None:
    """Write a redemption's changing columns, under its member's lock."""
    ledger.holdings[ledger.root(MemberKey(one.program_id, one.member_id))].changed = True
    await ledger.connection.execute(_WRITE, {name: getattr(one, name) for name in _WRITTEN})


def history_detail(one: Redemption) -> dict[str, str]:
    """What a member's history says of an entry about a redemption; nothing personal."""
    return {"redemption": str(one.redemption_id), "reward": one.reward_handle, "title": one.definition.title}
