"""Points given or taken by hand: a posting that names who did it and why, and the balance before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.accounts import ProgramAccount
from engine.awards import MEMBER_SCOPE, AwardKey, write_awards
from engine.gifts import IDS_PER_GIFT, LAST_DAY, Gift, ProgramNotPublished, gift_terms, give, room_for
from engine.idempotency import InputValue, begin, keyed_request, remember
from engine.ledger import EffectKey, InsufficientPoints, Ledger, MemberKey, PlannedTransaction
from engine.money import POINTS_MAXIMUM
from engine.reservations import open_ledger
from engine.taking import spend

REASON_MAXIMUM = 200
ACTOR_MAXIMUM = 100
_SOURCE, _RULE, _OBJECT = "adjustment", "manual", "adjustment"

End = date | Literal["program", "never"]
"""When given points end: after a day, never, or as the program lets gifts end."""

Refusal = Literal[
    "MEMBER_NOT_FOUND", "MEMBER_CLOSED", "POINTS_INVALID", "TOO_MANY_POINTS", "INSUFFICIENT_POINTS", "REASON_INVALID",
    "ACTOR_INVALID", "EXPIRY_INVALID", "PROGRAM_NOT_PUBLISHED",
]  # fmt: skip


class AdjustmentRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An adjustment that was not made; nothing was changed. `field` is the argument that is to blame."""

    def __init__(self, code: Refusal, field: str, message: str) -> None:
        super().__init__(message)
        self.code: Refusal = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment as it stands; `points` is signed, balances are those that the member could spend."""

    transaction_id: int
    member_id: int
    points: int
    reason: str
    actor: str
    adjusted_at: datetime
    available_before: int
    available_after: int


_MEMBER = text("SELECT closed_at IS NOT NULL FROM members WHERE program_id = :program_id AND member_id = :member_id")
_ADJUSTMENT = text("""
    SELECT transaction_id, member_id, points, detail ->> 'reason', actor, recorded_at,
        (detail ->> 'available_before')::bigint, (detail ->> 'available_after')::bigint
    FROM transactions WHERE program_id = :program_id AND transaction_id = :transaction_id
""")


def checked_text(value: str, maximum: int) -> str | None:
    """A text without the space around it, or None when it is empty, too long, or not for people to read."""
    value = value.strip()
    return value if 0 < len(value) <= maximum and value.isprintable() else None


async def adjust_points(
    connection: AsyncConnection, program_id: int, member_id: int, *, points: int, reason: str, actor: str,
    idempotency_key: str, expires: End = "program",
) -> Adjustment:  # fmt: skip
    """Give (points above 0) or take (below 0) points of a member, once for each key of an actor.

    What is taken is what could be spent, earliest end first, and never more. The reason is kept for good: it must not
    name a person. Raises AdjustmentRefused, and IdempotencyKeyReused or IdempotencyKeyInvalid for the key.
    """
    because, who = _checked(points, reason, actor)
    given: dict[str, InputValue] = {
        "member": member_id, "points": points, "reason": because, "expires": str(expires)
    }  # fmt: skip
    request = keyed_request(program_id, f"adjust/{who}", idempotency_key, given)
    made = await begin(connection, request, _OBJECT)
    if made is None:
        key = MemberKey(program_id, member_id)
        await _open_to_changes(connection, key)
        if points > 0:
            made = await _give(connection, key, points, who, because, expires)
        else:
            made = await _take(connection, key, -points, who, because)
        await remember(connection, request, _OBJECT, made)
    row = (await connection.execute(_ADJUSTMENT, {"program_id": program_id, "transaction_id": made})).one()
    return Adjustment(*row)


def _checked(points: int, reason: str, actor: str) -> tuple[str, str]:
    if not 0 < abs(points) <= POINTS_MAXIMUM:
        raise AdjustmentRefused("POINTS_INVALID", "points", "Points are a whole number other than 0.")
    because = checked_text(reason, REASON_MAXIMUM)
    if because is None:
        raise AdjustmentRefused("REASON_INVALID", "reason", f"Say why, in 1 to {REASON_MAXIMUM} characters.")
    who = checked_text(actor, ACTOR_MAXIMUM)
    if who is None:
        raise AdjustmentRefused("ACTOR_INVALID", "actor", "It must be known who adjusts points.")
    return because, who


async def _open_to_changes(connection: AsyncConnection, key: MemberKey) -> None:
    closed = (await connection.execute(_MEMBER, key._asdict())).scalar_one_or_none()
    if closed is None:
        raise AdjustmentRefused("MEMBER_NOT_FOUND", "memberId", "There is no such member.")
    if closed:
        raise AdjustmentRefused("MEMBER_CLOSED", "memberId", "This member left; their points are nobody's.")


async def _give(connection: AsyncConnection, key: MemberKey, points: int, actor: str, reason: str, expires: End) -> int:
    ledger = await open_ledger(connection, key, 0)
    try:
        terms = await gift_terms(connection, key.program_id, ledger.now)
    except ProgramNotPublished:
        raise AdjustmentRefused(
            "PROGRAM_NOT_PUBLISHED", "points", "Publish the program before giving points."
        ) from None
    last_day = None if isinstance(expires, str) else expires
    if last_day is not None and (terms.is_over(last_day, ledger.now) or last_day > LAST_DAY):
        raise AdjustmentRefused("EXPIRY_INVALID", "expires", "The last day to use the points is past, or too far off.")
    if points > room_for(ledger, key):
        raise AdjustmentRefused("TOO_MANY_POINTS", "points", "No balance can be so large.")
    await ledger.draw_ids(IDS_PER_GIFT + 1)
    award_key = AwardKey(key.program_id, MEMBER_SCOPE, _SOURCE, str(ledger.new_id()), _RULE)
    gift = Gift(award_key, points, "adjust", actor, last_day, expires == "never", {"reason": reason})
    award, planned = give(ledger, terms, key, gift)
    await ledger.write()
    await write_awards(connection, [award])
    return planned.transaction_id


async def _take(connection: AsyncConnection, key: MemberKey, points: int, actor: str, reason: str) -> int:
    ledger: Ledger = await open_ledger(connection, key, points)
    owner = ledger.root(key)
    before = ledger.holdings[owner].available
    if before < points:
        shortage = InsufficientPoints(points, before)
        raise AdjustmentRefused("INSUFFICIENT_POINTS", "points", f"{shortage}.") from shortage
    await ledger.draw_ids(2)
    source_id = str(ledger.new_id())
    planned = PlannedTransaction(
        owner, ledger.new_id(), "adjust", -points, ledger.now, actor,
        detail={"reason": reason, "available_before": str(before), "available_after": str(before - points)},
        effect=EffectKey(MEMBER_SCOPE, _SOURCE, source_id, _RULE, 0),
    )  # fmt: skip
    spend(ledger, planned, points, ProgramAccount.ISSUED)
    await ledger.write()
    return planned.transaction_id
