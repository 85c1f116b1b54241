"""Taking part in a board or league, by a name that the member chose; leaving takes effect at once.

Nothing else of a member is ever shown, so a name must not give away who somebody is, or lead anybody anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from typing import NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.marking import mark_boards, mark_left
from engine.leaderboards.opened import open_boards
from engine.leaderboards.periods import signature
from engine.leaderboards.writing import draw_fence, shape_of, states_of, write
from engine.ledger import MemberKey

NAME_MAXIMUM = 30


class JoiningRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A member does not take part: `code` is LEADERBOARD_NOT_FOUND, MEMBER_NOT_FOUND, NAME_INVALID or NAME_PERSONAL."""

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


class Participant(NamedTuple):
    """Somebody who takes part, and by which name."""

    member_id: int
    display_name: str


_LIVE = text("""
    SELECT 1 FROM game_definitions WHERE program_id = :program_id AND definition_id = :definition_id
    AND kind IN ('leaderboard', 'league') AND archived_at IS NULL
""")
_LOCK = text("""
    SELECT member_id, merged_into, closed_at FROM members WHERE program_id = :program_id AND member_id = :member_id
    FOR UPDATE
""")
_JOIN = text("""
    INSERT INTO board_participants AS p (program_id, definition_id, member_id, display_name)
    VALUES (:program_id, :definition_id, :member_id, :name)
    ON CONFLICT (program_id, definition_id, member_id)
        DO UPDATE SET display_name = excluded.display_name, came_from = NULL
    WHERE p.display_name <> excluded.display_name OR p.came_from IS NOT NULL
""")
_LEAVE = text("""
    DELETE FROM board_participants
    WHERE program_id = :program_id AND definition_id = :definition_id AND member_id = :member_id
""")
_TELL = text("UPDATE members SET version = version + 1 WHERE program_id = :program_id AND member_id = :member_id")
_MOVE = text("""
    INSERT INTO board_participants (program_id, definition_id, member_id, display_name, joined_at, came_from)
    SELECT program_id, definition_id, :receiver, display_name, joined_at,
        CASE WHEN came_from IS NULL THEN member_id ELSE came_from END
    FROM board_participants WHERE program_id = :program_id AND member_id = :member_id
    ON CONFLICT (program_id, definition_id, member_id) DO NOTHING
""")
_BACK = text("""
    WITH theirs AS (
        DELETE FROM board_participants
        WHERE program_id = :program_id AND member_id = :receiver AND came_from = ANY(:members)
        RETURNING definition_id, display_name, joined_at, came_from
    ), back AS (
        INSERT INTO board_participants (program_id, definition_id, member_id, display_name, joined_at, came_from)
        SELECT :program_id, definition_id, :member_id, display_name, joined_at, NULLIF(came_from, :member_id)
        FROM theirs ON CONFLICT (program_id, definition_id, member_id) DO NOTHING
    ) SELECT definition_id FROM theirs
""")
_TREE = text("""
    SELECT member_id FROM members
    WHERE program_id = :program_id AND (member_id = :member_id OR merged_into = :member_id)
""")
_GONE = text("""
    DELETE FROM board_participants WHERE program_id = :program_id AND member_id = :member_id RETURNING definition_id
""")


async def opt_in(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, display_name: str
) -> Participant:
    """Let a member take part by a name, or change the name. Raises JoiningRefused."""
    name = clean_name(display_name)
    given = {"program_id": program_id, "definition_id": definition_id}
    if (await connection.execute(_LIVE, given)).one_or_none() is None:
        raise JoiningRefused("LEADERBOARD_NOT_FOUND", "handle", "There is no such leaderboard.")
    key = await _locked(connection, program_id, member_id)
    changed = await connection.execute(_JOIN, {**given, "member_id": key.member_id, "name": name})
    if changed.rowcount:
        await connection.execute(_TELL, key._asdict())
        await mark_boards(connection, [key])
    return Participant(key.member_id, name)


async def opt_out(connection: AsyncConnection, program_id: int, member_id: int, definition_id: int) -> bool:
    """Let a member take part no more; False where they did not. Raises JoiningRefused.

    From the commit on nobody is shown their name. `leave_now` takes their place away in the same moment, where the
    drain would do it within a second.
    """
    key = await _locked(connection, program_id, member_id)
    left = await connection.execute(_LEAVE, {**key._asdict(), "definition_id": definition_id})
    if left.rowcount:
        await connection.execute(_TELL, key._asdict())
        await mark_left(connection, [(key, definition_id)])
    return bool(left.rowcount)


async def leave_now(
    connection: AsyncConnection, redis: BoardRedis, program_id: int, member_id: int, definition_id: int
) -> None:
    """Take somebody who left off the board in Redis, after that was committed; the drain does it where this cannot."""
    boards = (await open_boards(connection, [program_id])).get(program_id)
    periods = [one for one in boards.periods if one.game.definition_id == definition_id] if boards else []
    if boards is None or not periods:
        return
    with suppress(RedisError):
        states = await states_of(redis, [boards.key(one) for one in periods])
        fence = await draw_fence(connection)
        given = {"program_id": program_id, "definition_id": definition_id, "member_id": member_id}
        if (await connection.execute(_TAKES_PART, given)).one_or_none() is not None:
            return  # they came back meanwhile
        for one, state in zip(periods, states, strict=True):
            if state.token and state.signature == signature(one):
                shape = shape_of(one.version.definition)
                await write(redis, boards.key(one), state.token, shape, fence, "", left=[member_id])


_TAKES_PART = text("""
    SELECT 1 FROM board_participants
    WHERE program_id = :program_id AND definition_id = :definition_id AND member_id = :member_id
""")


async def move_participation(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Let the one whom a member was merged into take part where they did, by their name where they had none."""
    await connection.execute(_MOVE, {**giver._asdict(), "receiver": receiver.member_id})
    await erase_participation(connection, giver)
    await mark_boards(connection, [receiver])


async def return_participation(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Let a member who was parted take part again where they did, and the other no more where it was only for them."""
    members = list((await connection.execute(_TREE, giver._asdict())).scalars())
    given = {**giver._asdict(), "receiver": receiver.member_id, "members": members}
    left = (await connection.execute(_BACK, given)).scalars().all()
    await mark_left(connection, [(receiver, definition_id) for definition_id in left])
    await mark_boards(connection, [giver])


async def erase_participation(connection: AsyncConnection, member: MemberKey) -> None:
    """Let a member take part in nothing any more, and nobody know by which names they did."""
    left = (await connection.execute(_GONE, member._asdict())).scalars().all()
    await mark_left(connection, [(member, definition_id) for definition_id in left])


async def _locked(connection: AsyncConnection, program_id: int, member_id: int) -> MemberKey:
    given = {"program_id": program_id, "member_id": member_id}
    row = (await connection.execute(_LOCK, given)).one_or_none()
    if row is None or row.merged_into is not None or row.closed_at is not None:
        raise JoiningRefused("MEMBER_NOT_FOUND", None, "There is no such member.")
    return MemberKey(program_id, member_id)


# Letters that do not show, change the direction, or are private: a name must be what it looks like.
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800")
"""Letters that look like nothing at all."""

_LINK = re.compile(r"://|\bwww\.|\S[.\u3002][^\W\d_]{2}", re.IGNORECASE)
_DIGITS_OF_A_PHONE = 7


def clean_name(display_name: str) -> str:
    """The name as it is kept: composed, without spaces at its ends. Raises JoiningRefused."""
    if len(display_name) > 10 * NAME_MAXIMUM:
        raise _invalid()
    composed = unicodedata.normalize("NFKC", display_name)
    name = " ".join(composed.split())
    if not 1 <= len(name) <= NAME_MAXIMUM or not _is_seen(composed) or _stacked(name):
        raise _invalid()
    digits = sum(unicodedata.category(one) == "Nd" for one in name)
    if "@" in name or _LINK.search(name) or digits >= _DIGITS_OF_A_PHONE:
        raise JoiningRefused("NAME_PERSONAL", "displayName", "Leave out addresses, links and phone numbers.")
    return name


def _is_seen(name: str) -> bool:
    """Whether everything in it can be seen, and anything is to be seen."""
    kinds = {unicodedata.category(one) for one in name}
    return not kinds & _HIDDEN and not _BLANK & set(name) and any(kind[0] in "LNS" for kind in kinds)


def _stacked(name: str) -> bool:
    """Whether marks are heaped onto a letter, or onto none."""
    marks = 0
    for place, one in enumerate(name):
        marks = marks + 1 if unicodedata.category(one)[0] == "M" else 0
        if marks > 2 or (marks and place == 0):
            return True
    return False


def _invalid() -> JoiningRefused:
    message = f"A name has 1 to {NAME_MAXIMUM} characters that can be seen."
    return JoiningRefused("NAME_INVALID", "displayName", message)
