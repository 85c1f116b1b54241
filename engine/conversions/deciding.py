"""Purchases at partners are approved, declined with a reason, or reversed by the merchant's staff.

What time approves is in `approving`, what refunds reverse in `refunding`. To say the same again changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import ACTOR_MAXIMUM, checked_text
from engine.conversions.limits import NotCovered
from engine.conversions.posting import settle, use_budget
from engine.conversions.store import Conversion, lock_conversion, read_conversion
from engine.ledger import Ledger
from engine.readable import is_readable

REASON_MAXIMUM = 500

DecisionCode = Literal[
    "CONVERSION_NOT_FOUND", "NOT_PENDING", "NOT_APPROVED", "REASON_INVALID", "ACTOR_INVALID", "BUDGET_USED_UP",
    "CAP_REACHED", "PREPAID_USED_UP", "BALANCE_TOO_LARGE", "PROGRAM_NOT_PUBLISHED",
]  # fmt: skip
_LIMITS = {
    "BUDGET_USED_UP": "The budget of the offer does not cover it.",
    "CAP_REACHED": "The agreement's cap has no room for so many points.",
    "PREPAID_USED_UP": "The partner has not paid enough beforehand.",
    "BALANCE_TOO_LARGE": "No balance can be so large.",
    "PROGRAM_NOT_PUBLISHED": "Publish the program before giving points.",
}


class DecisionRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A decision that was not made; the transaction has to be rolled back. `field` is the argument that is to blame."""

    def __init__(self, code: DecisionCode, field: str, message: str) -> None:
        super().__init__(message)
        self.code: DecisionCode = code
        self.field = field
        self.message = message


async def approve(connection: AsyncConnection, program_id: int, conversion_id: int, *, actor: str) -> Conversion:
    """Approve a pending conversion before its time: its points can be spent, the partner's books know of it.

    Raises DecisionRefused.
    """
    who = checked_actor(actor)
    ledger, one = await open_conversion(connection, program_id, conversion_id)
    if one.state == "approved":
        return one
    if one.state != "pending":
        raise DecisionRefused("NOT_PENDING", "conversionId", f"It is {one.state}.")
    _refuse_left(ledger, one)
    approved = replace(one, state="approved", approves_at=None, approved_at=ledger.now)
    try:
        return await settle(connection, approved, "approved", at=ledger.now, actor=who)
    except NotCovered as limit:
        raise refused_by(limit) from None


async def decline(
    connection: AsyncConnection, program_id: int, conversion_id: int, *, reason: str, actor: str
) -> Conversion:
    """Decline a pending conversion for a reason that the partner reads: nothing is given for it.

    Raises DecisionRefused.
    """
    who, because = checked_actor(actor), checked_reason(reason)
    ledger, one = await open_conversion(connection, program_id, conversion_id)
    if one.state == "declined":
        return one
    if one.state != "pending":
        raise DecisionRefused("NOT_PENDING", "conversionId", f"It is {one.state}; only what is pending is declined.")
    declined = replace(one, state="declined", reason=because, approves_at=None)
    return await settle(connection, declined, "declined", at=ledger.now, actor=who, reason=because)


async def reverse(
    connection: AsyncConnection, program_id: int, conversion_id: int, *, reason: str, actor: str
) -> Conversion:
    """Take back all that an approved conversion gave, as if it had been refunded. Raises DecisionRefused."""
    who, because = checked_actor(actor), checked_reason(reason)
    ledger, one = await open_conversion(connection, program_id, conversion_id)
    if one.state == "reversed":
        return one
    if one.state != "approved":
        raise DecisionRefused("NOT_APPROVED", "conversionId", f"It is {one.state}; only what is approved is reversed.")
    taken_back = replace(one, state="reversed", reason=because)
    return await settle(connection, taken_back, "reversed", at=ledger.now, actor=who, reason=because)


async def approve_declined(connection: AsyncConnection, ledger: Ledger, one: Conversion, actor: str) -> Conversion:
    """Approve a locked conversion that was declined, with budget of now; one that was refunded meanwhile is reversed.

    Raises DecisionRefused.
    """
    _refuse_left(ledger, one)
    if one.is_refunded:
        approved = replace(one, state="reversed", reason="REFUNDED")
    else:
        approved = replace(one, state="approved", reason=None, approved_at=ledger.now)
    try:
        approved = await use_budget(connection, approved, actor)
        return await settle(connection, approved, "approved", at=ledger.now, actor=actor)
    except NotCovered as limit:
        raise refused_by(limit) from None


async def open_conversion(
    connection: AsyncConnection, program_id: int, conversion_id: int
) -> tuple[Ledger, Conversion]:  # fmt: skip
    """A conversion as it stands with its member locked, then it. Raises DecisionRefused where there is none."""
    found = await read_conversion(connection, program_id, conversion_id)
    if found is None:
        raise DecisionRefused("CONVERSION_NOT_FOUND", "conversionId", "There is no such purchase.")
    ledger = await Ledger.open(connection, [found.member])
    return ledger, await lock_conversion(connection, program_id, conversion_id)


def _refuse_left(ledger: Ledger, one: Conversion) -> None:
    if ledger.holdings[ledger.root(one.member)].has_left:
        raise DecisionRefused("NOT_PENDING", "conversionId", "Its member left the program.")


def checked_actor(actor: str) -> str:
    """Who decides. Raises DecisionRefused."""
    who = checked_text(actor, ACTOR_MAXIMUM)
    if who is None:
        raise DecisionRefused("ACTOR_INVALID", "actor", "It must be known who decides.")
    return who


def checked_reason(reason: str) -> str:
    """Why. Raises DecisionRefused."""
    because = reason.strip()
    if not 0 < len(because) <= REASON_MAXIMUM or not is_readable(because):
        raise DecisionRefused("REASON_INVALID", "reason", f"Say why, in 1 to {REASON_MAXIMUM} characters.")
    return because


def refused_by(limit: NotCovered) -> DecisionRefused:
    """The refusal of a decision that a limit does not let through."""
    assert limit.code != "MEMBER_LEFT", "that was looked at before"
    return DecisionRefused(limit.code, "conversionId", _LIMITS[limit.code])
