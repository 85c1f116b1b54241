"""What shoppers do with challenges and streaks, answered as these stand afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from engine.database import Connection
from engine.game.asking import WishRefused
from laurel_graphql.context import StorefrontContext
from laurel_graphql.joining import acted, live_game, refused
from laurel_graphql.types.challenges import MemberChallenge, member_challenge
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.streaks import MemberStreak, member_streak

_FIELDS: dict[str | None, str] = {"from": "firstDay", "to": "lastDay"}
GameAct = Callable[[Connection, int, int, int], Awaitable[object]]
"""What the engine does for (program, member, game)."""


async def challenge_acted(context: StorefrontContext, handle: str, act: GameAct) -> MemberChallenge | None:
    """Join or leave a challenge. Raises GameActRefused."""

    async def do(connection: Connection, member_id: int) -> tuple[int, int]:
        number = await live_game(
            connection, context, "challenge", handle, code="CHALLENGE_NOT_FOUND", words="challenge"
        )
        await act(connection, context.program_id, member_id, number)
        return member_id, number

    try:
        member_id, number = await acted(context, "challenge", do)
    except WishRefused as refusal:
        raise refused(refusal.code, "challenge", context.locale, refusal.field) from None
    read = await GameReader(member_id).read(context)
    found = next((one for one in read.game.standing.challenges if one.definition_id == number), None)
    return None if found is None else member_challenge(read, found)


async def streak_acted(context: StorefrontContext, handle: str, act: GameAct) -> MemberStreak | None:
    """Repair or pause a streak. Raises GameActRefused."""

    async def do(connection: Connection, member_id: int) -> tuple[int, int]:
        number = await live_game(connection, context, "streak", handle, code="STREAK_NOT_FOUND", words="streak")
        await act(connection, context.program_id, member_id, number)
        return member_id, number

    try:
        member_id, number = await acted(context, "streak", do)
    except WishRefused as refusal:
        raise refused(refusal.code, "streak", context.locale, _FIELDS.get(refusal.field, refusal.field)) from None
    read = await GameReader(member_id).read(context)
    found = next((one for one in read.game.standing.streaks if one.definition_id == number), None)
    return None if found is None else member_streak(read, found)
