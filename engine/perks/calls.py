"""Which calls to the shop the delivery of a code wants: those of one delivery never overlap."""

from __future__ import annotations

ISSUE = "perk-issue"
WITHDRAW = "perk-withdraw"
"""Make the code · take back a code that nobody used."""


def perk_queue(delivery_id: int) -> str:
    """The queue of one delivery's calls."""
    return f"perk:{delivery_id}"
