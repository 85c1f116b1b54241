"""The states of a redemption and the moves between them, in one table. Whatever moves one looks here first.

pending → ready → used, or → failed with all points back; unknown while nobody can say which. A code that is to be taken
back is canceling or expiring until the shop has confirmed it; when it turns out to be used, it is ready again and waits
for its order. Canceled, expired, failed and used are for good.
"""

from __future__ import annotations

from typing import Literal

RedemptionState = Literal[
    "pending", "ready", "unknown", "canceling", "expiring", "used", "canceled", "expired", "failed"
]
RedemptionStatus = Literal["PENDING", "READY", "USED", "CANCELED", "EXPIRED", "FAILED", "UNKNOWN"]

MOVES: dict[RedemptionState, frozenset[RedemptionState]] = {
    "pending": frozenset({"ready", "unknown", "failed", "used", "canceled"}),
    "unknown": frozenset({"ready", "failed", "used"}),
    "ready": frozenset({"canceling", "expiring", "used", "canceled"}),
    "canceling": frozenset({"canceled", "ready", "used"}),
    "expiring": frozenset({"expired", "ready", "used", "canceled"}),
    "used": frozenset(),
    "canceled": frozenset(),
    "expired": frozenset(),
    "failed": frozenset(),
}
"""pending → canceled: what the staff were to give, taken back by the member. ready or expiring → canceled: the order
that used the code was canceled before it was paid."""

OPEN: frozenset[RedemptionState] = frozenset(state for state, moves in MOVES.items() if moves)
"""States in which the points are held."""
COMPENSATED: frozenset[RedemptionState] = frozenset({"canceled", "expired", "failed"})
"""States in which nothing was given; a unit of the stock is back."""
WITH_CODE: frozenset[RedemptionState] = frozenset({"ready", "used"})
"""States in which the code is good at the checkout, or was until it was used: only then is it shown."""

USED_IN_SHOP = "used-in-shop"
"""Told as the failure of a code that could not be taken back: it was used, and its order is still to come."""

STATUS: dict[RedemptionState, RedemptionStatus] = {
    "pending": "PENDING",
    "canceling": "PENDING",
    "expiring": "PENDING",
    "ready": "READY",
    "unknown": "UNKNOWN",
    "used": "USED",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "failed": "FAILED",
}


class IllegalMove(ValueError):  # noqa: N818  # named for the rule, as the field names it
    """A redemption cannot go from the one state to the other."""


def check_move(state: RedemptionState, target: RedemptionState) -> None:
    """Raises IllegalMove for a move that the table does not have."""
    if target not in MOVES[state]:
        raise IllegalMove(f"a redemption that is {state} cannot become {target}")
