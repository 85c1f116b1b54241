"""Whom a member wants to be compared with: both agreed, one by handing a code out, the other by entering it.

A code names its member to nobody but this program: it is the member's id, hidden and sealed with the program's key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FRIENDS_MAXIMUM = 200
CODE_CHARACTERS_MAXIMUM = 64
"""No longer text is looked at as a code."""

_SEAL_BYTES = 10
_ID_BYTES = 8

RefusalCode = Literal["CODE_INVALID", "FRIEND_SELF", "TOO_MANY", "FRIEND_NOT_FOUND", "MEMBER_NOT_FOUND"]


class FriendRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Nobody was made or unmade a friend; `code` says why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Friend:
    """A friend as the member sees them: `friend_key` is good for nothing but removing them.

    `display_name` is the one that they chose for a board last, None where they are on none. `member_id` never leaves.
    """

    member_id: int
    friend_key: str
    display_name: str | None
    since: datetime


_PERSON = """person AS MATERIALIZED (
        SELECT CAST(:member_id AS bigint) AS member_id
        UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :member_id
    )"""
_FRIENDS = text(f"""
    WITH {_PERSON}, known AS MATERIALIZED (
        SELECT f.friend_id, f.since FROM person p
        JOIN friendships f ON f.program_id = :program_id AND f.member_id = p.member_id
    ), roots AS MATERIALIZED (
        SELECT CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END AS friend_id,
            min(k.since) AS since
        FROM known k JOIN members m ON m.program_id = :program_id AND m.member_id = k.friend_id
        WHERE m.closed_at IS NULL GROUP BY 1
    )
    SELECT r.friend_id, r.since, (
        SELECT b.display_name FROM board_participants b
        WHERE b.program_id = :program_id AND b.member_id = r.friend_id
        ORDER BY b.joined_at DESC, b.definition_id LIMIT 1) AS display_name
    FROM roots r WHERE r.friend_id <> :member_id ORDER BY r.since, r.friend_id LIMIT :most
""")
_ROOT = text("""
    SELECT member_id, merged_into, closed_at FROM members
    WHERE program_id = :program_id AND member_id = :member_id
""")
_KEY = text("SELECT code_key FROM programs WHERE program_id = :program_id")
_LOCK = text("""
    SELECT member_id FROM members WHERE program_id = :program_id AND member_id = ANY(:members)
    AND merged_into IS NULL AND closed_at IS NULL ORDER BY member_id FOR UPDATE
""")
_ADD = text("""
    INSERT INTO friendships (program_id, member_id, friend_id)
    VALUES (:program_id, :member_id, :friend_id), (:program_id, :friend_id, :member_id) ON CONFLICT DO NOTHING
""")
# Both persons with all who were merged into them, in both directions.
_REMOVE = text("""
    WITH mine AS MATERIALIZED (
        SELECT CAST(:member_id AS bigint) AS member_id
        UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :member_id
    ), theirs AS MATERIALIZED (
        SELECT CAST(:friend_id AS bigint) AS member_id
        UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :friend_id
    ), pairs AS MATERIALIZED (
        SELECT a.member_id, b.member_id AS friend_id FROM mine a CROSS JOIN theirs b
        UNION ALL SELECT b.member_id, a.member_id FROM mine a CROSS JOIN theirs b
    )
    DELETE FROM friendships f USING pairs p
    WHERE f.program_id = :program_id AND f.member_id = p.member_id AND f.friend_id = p.friend_id
""")
_TELL = text("""
    UPDATE members SET version = version + 1 WHERE program_id = :program_id AND member_id = ANY(:members)
""")
_FORGET = text(f"""
    WITH {_PERSON}
    DELETE FROM friendships f USING person p
    WHERE f.program_id = :program_id AND (f.member_id = p.member_id OR f.friend_id = p.member_id)
""")


def friend_code(key: bytes, member_id: int) -> str:
    """The code of a member, the same for ever: 29 letters and digits that nobody can guess or read an id from."""
    seal = hmac.digest(key, b"friend %d" % member_id, hashlib.sha256)[:_SEAL_BYTES]
    return base64.b32encode(seal + _hidden(key, seal, member_id.to_bytes(_ID_BYTES, "big"))).decode().rstrip("=")


def member_of_code(key: bytes, code: str) -> int | None:
    """Whose code it is, in whatever case and spacing it was written; None for one that this program never gave out."""
    if len(code) > CODE_CHARACTERS_MAXIMUM:
        return None
    letters = "".join(code.split()).replace("-", "").upper()
    try:
        read = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(read) != _SEAL_BYTES + _ID_BYTES:
        return None
    seal = read[:_SEAL_BYTES]
    member_id = int.from_bytes(_hidden(key, seal, read[_SEAL_BYTES:]), "big")
    return member_id if hmac.compare_digest(friend_code(key, member_id), letters) else None


async def friend_code_of(connection: AsyncConnection, program_id: int, member_id: int) -> str:
    """The code that a member hands to their friends."""
    key: bytes = (await connection.execute(_KEY, {"program_id": program_id})).scalar_one()
    return friend_code(bytes(key), member_id)


async def friends_of(connection: AsyncConnection, program_id: int, member_id: int) -> tuple[Friend, ...]:
    """A member's friends, the oldest friendship first; erased ones are left out, merged ones are who they are now."""
    given = {"program_id": program_id, "member_id": member_id, "most": FRIENDS_MAXIMUM}
    rows = (await connection.execute(_FRIENDS, given)).fetchall()
    if not rows:
        return ()
    key = bytes((await connection.execute(_KEY, {"program_id": program_id})).scalar_one())
    return tuple(
        Friend(row.friend_id, _friend_key(key, member_id, row.friend_id), row.display_name, row.since) for row in rows
    )


async def add_friend(connection: AsyncConnection, program_id: int, member_id: int, code: str) -> Friend:
    """Make a member and the owner of a code friends; for two who are already, nothing changes.

    Raises FriendRefused: CODE_INVALID, FRIEND_SELF, or TOO_MANY where one of both has as many as can be.
    """
    key: bytes = bytes((await connection.execute(_KEY, {"program_id": program_id})).scalar_one())
    named = member_of_code(key, code)
    friend_id = await _root(connection, program_id, named) if named is not None else None
    if friend_id is None:
        raise FriendRefused("CODE_INVALID")
    if friend_id == member_id:
        raise FriendRefused("FRIEND_SELF")
    pair = {"program_id": program_id, "members": sorted((member_id, friend_id))}
    locked = set((await connection.execute(_LOCK, pair)).scalars())
    if locked != {member_id, friend_id}:
        raise FriendRefused("MEMBER_NOT_FOUND" if member_id not in locked else "CODE_INVALID")
    mine = {one.member_id: one for one in await friends_of(connection, program_id, member_id)}
    if friend_id in mine:
        return mine[friend_id]
    theirs = await friends_of(connection, program_id, friend_id)
    if max(len(mine), len(theirs)) >= FRIENDS_MAXIMUM:
        raise FriendRefused("TOO_MANY")
    await connection.execute(_ADD, {"program_id": program_id, "member_id": member_id, "friend_id": friend_id})
    await connection.execute(_TELL, pair)
    added = {one.member_id: one for one in await friends_of(connection, program_id, member_id)}
    return added[friend_id]


async def remove_friend(connection: AsyncConnection, program_id: int, member_id: int, friend_key: str) -> None:
    """Let two no longer be friends, for both of them. Raises FriendRefused: FRIEND_NOT_FOUND."""
    friends = await friends_of(connection, program_id, member_id)
    found = next((one for one in friends if hmac.compare_digest(one.friend_key.encode(), friend_key.encode())), None)
    if found is None:
        raise FriendRefused("FRIEND_NOT_FOUND")
    pair = {"program_id": program_id, "members": sorted((member_id, found.member_id))}
    await connection.execute(_LOCK, pair)
    given = {"program_id": program_id, "member_id": member_id, "friend_id": found.member_id}
    await connection.execute(_REMOVE, given)
    await connection.execute(_TELL, pair)


async def forget_friends(connection: AsyncConnection, program_id: int, member_id: int) -> int:
    """Let nobody be a friend of an erased member, or of one merged into them; returns how many rows went."""
    given = {"program_id": program_id, "member_id": member_id}
    return (await connection.execute(_FORGET, given)).rowcount


async def _root(connection: AsyncConnection, program_id: int, member_id: int) -> int | None:
    """Who a member is since a merge; None for one whom there is not, or who was erased."""
    row = (await connection.execute(_ROOT, {"program_id": program_id, "member_id": member_id})).one_or_none()
    if row is not None and row.merged_into is not None:
        given = {"program_id": program_id, "member_id": row.merged_into}
        row = (await connection.execute(_ROOT, given)).one_or_none()
    return None if row is None or row.closed_at is not None else row.member_id


def _hidden(key: bytes, seal: bytes, member_id: bytes) -> bytes:
    """The bytes of an id combined with ones that only the key makes: hidden ones are shown again, and the reverse."""
    cover = hmac.digest(key, b"friend id " + seal, hashlib.sha256)
    return bytes(one ^ other for one, other in zip(member_id, cover, strict=False))


def _friend_key(key: bytes, member_id: int, friend_id: int) -> str:
    sealed = hmac.digest(key, b"friendship %d %d" % (member_id, friend_id), hashlib.sha256)
    return base64.b32encode(sealed[:_SEAL_BYTES]).decode()
