"""Which calls to the shop a redemption wants, and in which order: those of one redemption never overlap."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.outside_calls import ask
from engine.rewards.redemptions import Promise

CallKind = Literal["reward-issue", "reward-withdraw", "reward-guard"]
"""Make what was promised · take back a code that nobody used · undo what turns up after its points were given back."""

SETTLE_WITHIN = timedelta(minutes=12)
"""After how long a redemption is settled one way or the other by the next attempt; promised are 15 minutes in all."""
GUARD_FOR = timedelta(days=3)
"""How long the shop is looked at for what may still turn up."""


async def ask_shop(
    connection: AsyncConnection, kind: CallKind, program_id: int, shop_id: int, redemption_id: int,
    customer_id: int | None, promise: Promise, *, delay: timedelta = timedelta(0),
) -> None:  # fmt: skip
    """Want a call about a redemption made. Store credit has no code to be found by, so a customer's go one by one.

    A guard waits for days and must not hold up anything else.
    """
    queue = f"redemption:{redemption_id}"
    if kind == "reward-guard":
        queue = f"guard:{redemption_id}"
    elif promise.kind == "store_credit":
        queue = f"store-credit:{shop_id}:{customer_id}"
    await ask(connection, program_id, shop_id, kind, redemption_id, queue=queue, delay=delay)
