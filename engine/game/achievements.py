"""What members reached, kept as rows for lists, credentials and boards of challenge scores: revoked, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.credential_store import reissue_credentials
from engine.bulk import BulkStatement
from engine.game.standing import Earned, EarnedKey
from engine.ledger import MemberKey


@dataclass(frozen=True, slots=True)
class Achievement:
    """A row: what was earned, and how it is named outside. `credential_id` is a UUID that nobody can guess."""

    achievement_id: int
    key: EarnedKey
    kind: str
    handle: str
    version: int
    earned_at: datetime
    revoked_at: datetime | None
    score: int
    credential_id: str
    salt: str
    status_index: int | None


_READ = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """SELECT a.program_id, a.member_id, a.achievement_id, a.definition_id, a.level, a.occasion, a.kind, a.handle,
        a.version, a.earned_at, a.revoked_at, a.score, a.credential_id::text, a.salt, a.status_index
    FROM given g JOIN achievements a ON a.program_id = g.program_id AND a.member_id = g.member_id""",
)
_INSERT = BulkStatement(
    {
        "program_id": "bigint", "member_id": "bigint", "definition_id": "bigint", "level": "integer",
        "occasion": "text", "kind": "text", "handle": "text", "version": "integer", "earned_at": "timestamptz",
        "revoked_at": "timestamptz", "score": "bigint",
    },
    """INSERT INTO achievements (program_id, achievement_id, member_id, definition_id, level, occasion, kind, handle,
        version, earned_at, revoked_at, score)
    SELECT program_id, nextval('ledger_ids'), member_id, definition_id, level, occasion, kind, handle, version,
        earned_at, revoked_at, score FROM given ORDER BY program_id, member_id, definition_id, level, occasion""",
)  # fmt: skip
_UPDATE = BulkStatement(
    {
        "program_id": "bigint", "achievement_id": "bigint", "handle": "text", "version": "integer",
        "earned_at": "timestamptz", "revoked_at": "timestamptz", "score": "bigint",
    },
    """UPDATE achievements a SET handle = g.handle, version = g.version, earned_at = g.earned_at,
        revoked_at = g.revoked_at, score = g.score
    FROM given g WHERE a.program_id = g.program_id AND a.achievement_id = g.achievement_id""",
)  # fmt: skip
# What one of two merged members reached is the other's from then on; what both did is the other's alone.
_MOVE = text("""
    UPDATE achievements a SET member_id = :receiver
    WHERE a.program_id = :program_id AND a.member_id = :giver AND NOT EXISTS (
        SELECT FROM achievements b WHERE b.program_id = a.program_id AND b.member_id = :receiver
        AND b.definition_id = a.definition_id AND b.level = a.level AND b.occasion = a.occasion)
""")
_REVOKE_LEFT = text("""
    UPDATE achievements SET revoked_at = now()
    WHERE program_id = :program_id AND member_id = :giver AND revoked_at IS NULL
""")


async def read_achievements(
    connection: AsyncConnection, members: Iterable[MemberKey]
) -> dict[MemberKey, dict[EarnedKey, Achievement]]:
    """The rows of these members, revoked ones too."""
    asked = sorted(set(members))
    found: dict[MemberKey, dict[EarnedKey, Achievement]] = {key: {} for key in asked}
    for row in await _READ.run(connection, asked):
        one = Achievement(row[2], EarnedKey(*row[3:6]), *row[6:])
        found[MemberKey(row[0], row[1])][one.key] = one
    return found


async def store_achievements(
    connection: AsyncConnection, earned: Mapping[MemberKey, Sequence[Earned]], now: datetime
) -> set[MemberKey]:
    """Keep what these locked members reached; returns those of whom anything is otherwise than it was kept.

    What is kept and no longer follows from anything is revoked.
    """
    kept = await read_achievements(connection, earned)
    new: list[Sequence[Any]] = []
    changed: list[Sequence[Any]] = []
    again: dict[int, list[int]] = {}
    touched: set[MemberKey] = set()
    for key, ones in earned.items():
        before = kept[key]
        inserts = [one for one in ones if one.key not in before]
        updates = [
            (one, before[one.key]) for one in ones if one.key in before and _row(one) != _stored(before[one.key])
        ]
        gone = [old for old in before.values() if old.revoked_at is None and old.key not in {one.key for one in ones}]
        new += [(*key, *one.key, one.kind, *_row(one)) for one in inserts]
        changed += [(key.program_id, old.achievement_id, *_row(one)) for one, old in updates]
        changed += [
            (key.program_id, old.achievement_id, old.handle, old.version, old.earned_at, now, old.score) for old in gone
        ]
        again.setdefault(key.program_id, []).extend(
            old.achievement_id for one, old in updates if one.revoked_at is None and old.revoked_at is not None
        )
        if inserts or updates or gone:
            touched.add(key)
    for program_id, achievement_ids in again.items():
        await reissue_credentials(connection, program_id, achievement_ids)
    await _INSERT.run(connection, new)
    await _UPDATE.run(connection, changed)
    return touched


async def move_achievements(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Let what one member reached be that of the one whom they were merged into."""
    given = {"program_id": giver.program_id, "giver": giver.member_id, "receiver": receiver.member_id}
    await connection.execute(_MOVE, given)
    await connection.execute(_REVOKE_LEFT, given)


def _row(one: Earned) -> tuple[Any, ...]:
    return one.handle, one.version, one.earned_at, one.revoked_at, one.score


def _stored(one: Achievement) -> tuple[Any, ...]:
    return one.handle, one.version, one.earned_at, one.revoked_at, one.score
