"""Which calls to the shop perks want: those of one delivery, and those of one customer's mark, never overlap."""

from __future__ import annotations

ISSUE = "perk-issue"
WITHDRAW = "perk-withdraw"
MARK_CALL = "customer-mark"
"""Make the code · take back a code that nobody used · show a customer's standing."""
PERK_CALLS = (ISSUE, WITHDRAW, MARK_CALL)


def perk_queue(delivery_id: int) -> str:
    """The queue of one delivery's calls."""
    return f"perk:{delivery_id}"


def mark_queue(mark_id: int) -> str:
    """The queue of one mark's calls."""
    return f"mark:{mark_id}"
