"""What shoppers do with boards, leagues, friends and entries in quarantine, answered as these stand afterwards."""

from __future__ import annotations

from typing import Literal

from engine.database import Connection
from engine.leaderboards.appeals import AppealRefused, appeal
from engine.leaderboards.friends import FriendRefused, add_friend, friends_of, remove_friend
from engine.leaderboards.joining import JoiningRefused, leave_now, opt_in, opt_out
from laurel_graphql.context import StorefrontContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.joining import GameActRefused, acted, live_game, refused
from laurel_graphql.queries.boards import leaderboards_read, leagues_read
from laurel_graphql.texts import language_of
from laurel_graphql.types.board_games import board_games
from laurel_graphql.types.friends import Friend, friend_of
from laurel_graphql.types.leaderboards import Leaderboard
from laurel_graphql.types.leagues import League
from laurel_graphql.types.quarantines import Quarantine, quarantine_of

_FIELDS = {"NAME_INVALID": "displayName", "NAME_PERSONAL": "displayName"}
BoardKind = Literal["leaderboard", "league"]


async def leaderboard_joined(context: StorefrontContext, handle: str, display_name: str) -> Leaderboard | None:
    """Take part in a board by a name, or change the name. Raises GameActRefused."""
    await _joined(context, "leaderboard", handle, display_name)
    return next(iter(await leaderboards_read(context, handle)), None)


async def leaderboard_left(context: StorefrontContext, handle: str) -> Leaderboard | None:
    """Take part in a board no more. Raises GameActRefused."""
    await _left(context, "leaderboard", handle)
    return next(iter(await leaderboards_read(context, handle)), None)


async def league_joined(context: StorefrontContext, handle: str, display_name: str) -> League | None:
    """Take part in a league by a name, or change the name. Raises GameActRefused."""
    await _joined(context, "league", handle, display_name)
    return next(iter(await leagues_read(context, handle)), None)


async def league_left(context: StorefrontContext, handle: str) -> League | None:
    """Take part in a league no more. Raises GameActRefused."""
    await _left(context, "league", handle)
    return next(iter(await leagues_read(context, handle)), None)


async def quarantine_appealed(context: StorefrontContext, quarantine_id: str, words: str) -> Quarantine:
    """Say something about one's own entry. Raises GameActRefused, and RequestError for an id that is none."""
    number, said = number_of(quarantine_id, "Quarantine"), readable(words)
    try:
        found = await acted(
            context,
            "quarantine",
            lambda connection, member_id: appeal(connection, context.program_id, member_id, number, said),
        )
    except AppealRefused as refusal:
        field = "text" if refusal.code == "TEXT_INVALID" else "quarantineId"
        raise refused(refusal.code, "quarantine", context.locale, field) from None
    async with context.reading() as connection:
        games = await board_games(connection, context.program_id)
    return quarantine_of(found, games, language_of(context.locale))


async def friend_added(context: StorefrontContext, code: str) -> list[Friend]:
    """Make a friend by their code. Raises GameActRefused."""

    async def do(connection: Connection, member_id: int) -> list[Friend]:
        await add_friend(connection, context.program_id, member_id, readable(code))
        return [friend_of(one) for one in await friends_of(connection, context.program_id, member_id)]

    try:
        return await acted(context, "friend", do)
    except FriendRefused as refusal:
        raise refused(refusal.code, "friend", context.locale, "code") from None


async def friend_removed(context: StorefrontContext, friend_id: str) -> list[Friend]:
    """Have a friend no more. Raises GameActRefused."""

    async def do(connection: Connection, member_id: int) -> list[Friend]:
        await remove_friend(connection, context.program_id, member_id, readable(friend_id))
        return [friend_of(one) for one in await friends_of(connection, context.program_id, member_id)]

    try:
        return await acted(context, "friend", do)
    except FriendRefused as refusal:
        raise refused(refusal.code, "friend", context.locale, "friendId") from None


async def _joined(context: StorefrontContext, kind: BoardKind, handle: str, display_name: str) -> None:
    name = readable(display_name)

    async def do(connection: Connection, member_id: int) -> None:
        number = await live_game(connection, context, kind, handle, code=_not_found(kind), words="board")
        await opt_in(connection, context.program_id, member_id, number, name)

    try:
        await acted(context, "board", do)
    except JoiningRefused as refusal:
        raise _refusal(refusal, kind, context) from None


async def _left(context: StorefrontContext, kind: BoardKind, handle: str) -> None:
    async def do(connection: Connection, member_id: int) -> tuple[int, int]:
        number = await live_game(connection, context, kind, handle, code=_not_found(kind), words="board")
        await opt_out(connection, context.program_id, member_id, number)
        return member_id, number

    try:
        member_id, number = await acted(context, "board", do)
    except JoiningRefused as refusal:
        raise _refusal(refusal, kind, context) from None
    if kind == "leaderboard" and context.redis is not None:
        async with context.reading() as connection:
            await leave_now(connection, context.redis, context.program_id, member_id, number)


def _refusal(refusal: JoiningRefused, kind: BoardKind, context: StorefrontContext) -> GameActRefused:
    code = _not_found(kind) if refusal.code == "LEADERBOARD_NOT_FOUND" else refusal.code
    return refused(code, "board", context.locale, _FIELDS.get(code, "handle"))


def _not_found(kind: BoardKind) -> str:
    return f"{kind.upper()}_NOT_FOUND"
