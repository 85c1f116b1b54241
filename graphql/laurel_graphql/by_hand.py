"""Badges that the staff give or take: once for each key, with who did it and why."""

from __future__ import annotations

from typing import Protocol

import strawberry

from engine.database import Connection
from engine.game.asking import WishRefused
from engine.game.reading import MemberGame
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, begin, keyed_request, remember
from laurel_graphql.context import MerchantContext
from laurel_graphql.gaming import GameChangeRefused, game_text
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.given import Fault
from laurel_graphql.inputs.texts import readable
from laurel_graphql.types.member_records import MemberRecord, member_for

_OBJECT = "game_badge"
_FIELDS = {"MEMBER_NOT_FOUND": "memberId", "TOO_OFTEN": "memberId"}


class ByHandInput(Protocol):
    """What both mutations take."""

    badge_id: strawberry.ID
    member_id: strawberry.ID
    level: int
    reason: str
    idempotency_key: str


class ByHand(Protocol):
    """What the engine does."""

    async def __call__(
        self, connection: Connection, program_id: int, member_id: int, definition_id: int, *, actor: str, level: int,
        reason: str,
    ) -> MemberGame:  # fmt: skip
        """Give or take a badge. Raises WishRefused."""


async def badge_by_hand(context: MerchantContext, scope: str, given: ByHandInput, act: ByHand) -> MemberRecord | None:
    """Do it in a transaction of its own; said again with its key it is done already. Raises GameChangeRefused."""
    member_id, badge_id = number_of(given.member_id, "Member"), number_of(given.badge_id, "Badge")
    reason = readable(given.reason)
    try:
        asked = keyed_request(
            context.program_id, f"{scope}/{context.actor}", given.idempotency_key,
            {"member": member_id, "badge": badge_id, "level": given.level, "reason": reason},
        )  # fmt: skip
        async with context.writing() as connection:
            if await begin(connection, asked, _OBJECT) is None:
                who = (connection, context.program_id, member_id, badge_id)
                await act(*who, actor=context.actor, level=given.level, reason=reason)
                await remember(connection, asked, _OBJECT, member_id)
            return await member_for(connection, context, member_id)
    except WishRefused as refusal:
        raise _refused(refusal.code, _FIELDS.get(refusal.code, refusal.field or "badgeId"), context) from None
    except IdempotencyKeyInvalid:
        raise _refused("INVALID_IDEMPOTENCY_KEY", "idempotencyKey", context) from None
    except IdempotencyKeyReused:
        raise _refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey", context) from None


def _refused(code: str, field: str, context: MerchantContext) -> GameChangeRefused:
    return GameChangeRefused([(code, Fault(["input", field], game_text(code, context.locale)))])
