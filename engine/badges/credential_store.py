"""Earned badges as what they are outside: a credential with an address, a bit that revokes it, and a key behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.definitions import BadgeDefinition
from engine.badges.status_list import LIST_BITS

KEYS_MAXIMUM = 20
"""How many keys of one issuer verify; each replaced the one before it."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:what || ' ' || :program_id, 0))")
_READ = text("""
    SELECT a.achievement_id, a.credential_id, a.member_id, a.definition_id, a.handle, a.version, a.level,
        a.earned_at, a.salt, a.status_index, a.revoked_at, m.closed_at, v.definition::text AS stored
    FROM achievements a
    JOIN members m ON m.program_id = a.program_id AND m.member_id = a.member_id
    JOIN game_definition_versions v
        ON v.program_id = a.program_id AND v.definition_id = a.definition_id AND v.version = a.version
    WHERE a.program_id = :program_id AND a.kind = 'badge' AND a.credential_id = :credential_id
""")
_READ_REVOKED = text("""
    SELECT revoked_at FROM revoked_credentials WHERE program_id = :program_id AND credential_id = :credential_id
""")
_GIVE_INDEX = text("""
    UPDATE achievements SET status_index = :status_index
    WHERE program_id = :program_id AND achievement_id = :achievement_id AND status_index IS NULL
""")
_INDEX = text("""
    SELECT status_index FROM achievements WHERE program_id = :program_id AND achievement_id = :achievement_id
""")
_REVOKED = text("""
    SELECT a.status_index FROM achievements a
    JOIN members m ON m.program_id = a.program_id AND m.member_id = a.member_id
    WHERE a.program_id = :program_id AND a.status_index >= :first AND a.status_index < :first + :bits
        AND (a.revoked_at IS NOT NULL OR m.closed_at IS NOT NULL)
    UNION ALL
    SELECT r.status_index FROM revoked_credentials r
    WHERE r.program_id = :program_id AND r.status_index >= :first AND r.status_index < :first + :bits
""")
_INDEXES_GIVEN = text("""
    SELECT 1 + GREATEST(
        (SELECT COALESCE(max(a.status_index), -1) FROM achievements a WHERE a.program_id = :program_id),
        (SELECT COALESCE(max(r.status_index), -1) FROM revoked_credentials r WHERE r.program_id = :program_id))
""")
_LEVEL = text("""
    SELECT v.definition::text FROM game_definitions g JOIN game_definition_versions v
        ON v.program_id = g.program_id AND v.definition_id = g.definition_id AND v.version = :version
    WHERE g.program_id = :program_id AND g.definition_id = :definition_id AND g.kind = 'badge'
""")
_KEEP_REVOKED = text("""
    INSERT INTO revoked_credentials (program_id, credential_id, achievement_id, status_index, revoked_at)
    SELECT program_id, credential_id, achievement_id, status_index,
        CASE WHEN revoked_at IS NULL THEN now() ELSE revoked_at END
    FROM achievements
    WHERE program_id = :program_id AND achievement_id = ANY(:achievement_ids) AND status_index IS NOT NULL
""")
_RENEW = text("""
    UPDATE achievements SET credential_id = gen_random_uuid(), status_index = NULL,
        salt = replace(gen_random_uuid()::text, '-', '')
    WHERE program_id = :program_id AND achievement_id = ANY(:achievement_ids) AND status_index IS NOT NULL
""")
_KEYS = text("""
    SELECT key_id, public_key, private_key FROM issuer_keys
    WHERE program_id = :program_id AND retired_at IS NULL ORDER BY key_id DESC LIMIT :most
""")
_NEW_KEY_ID = text("SELECT nextval('ledger_ids')")
_ADD_KEY = text("""
    INSERT INTO issuer_keys (program_id, key_id, public_key, private_key)
    VALUES (:program_id, :key_id, CAST(:public_key AS jsonb), :private_key)
""")
_ISSUER = text("""
    SELECT COALESCE(NULLIF(name, ''), domain), domain FROM shops
    WHERE program_id = :program_id ORDER BY uninstalled_at IS NOT NULL, shop_id LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class EarnedBadge:
    """A level of a badge that a member earned, by the version of its definition that it was earned by."""

    achievement_id: int
    credential_id: UUID
    member_id: int
    definition_id: int
    handle: str
    version: int
    level: int
    earned_at: datetime
    salt: str
    status_index: int | None
    definition: BadgeDefinition


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a badge, `number` counted from 1."""

    definition_id: int
    version: int
    number: int
    definition: BadgeDefinition


@dataclass(frozen=True, slots=True)
class RevokedBadge:
    """A credential that does not hold any more."""

    revoked_at: datetime


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key of an issuer: the public half as a JWK, the private one as the plugin encrypted it."""

    key_id: int
    public_key: dict[str, Any]
    private_key: bytes


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose badges they are: what the shop is called, and where it is."""

    name: str
    domain: str


async def badge_of_credential(
    connection: AsyncConnection, program_id: int, credential_id: UUID
) -> EarnedBadge | RevokedBadge | None:
    """What a credential stands for now; None for one that was never given. Of who was erased, nothing is told."""
    key = {"program_id": program_id, "credential_id": credential_id}
    row = (await connection.execute(_READ, key)).one_or_none()
    if row is None:
        ended_at = (await connection.execute(_READ_REVOKED, key)).scalar_one_or_none()
        return RevokedBadge(ended_at) if ended_at is not None else None
    found = dict(row._mapping)
    revoked_at, closed_at = found.pop("revoked_at"), found.pop("closed_at")
    if revoked_at is not None or closed_at is not None:
        return RevokedBadge(closed_at if revoked_at is None else revoked_at)
    definition = BadgeDefinition.model_validate_json(found.pop("stored"))
    return EarnedBadge(**found, definition=definition)


async def give_status_index(connection: AsyncConnection, badge: EarnedBadge, program_id: int) -> int:
    """The number of the bit that revokes a badge; drawn when it is first shown to anybody."""
    if badge.status_index is not None:
        return badge.status_index
    key = {"program_id": program_id, "achievement_id": badge.achievement_id}
    await connection.execute(_LOCK, {"what": "status", "program_id": str(program_id)})
    given = (await connection.execute(_INDEXES_GIVEN, key)).scalar_one()
    await connection.execute(_GIVE_INDEX, {**key, "status_index": given})
    index: int = (await connection.execute(_INDEX, key)).scalar_one()
    return index


async def lists_begun(connection: AsyncConnection, program_id: int) -> int:
    """How many lists of revocations there are: those that a credential has its bit in, and the first one always."""
    given: int = (await connection.execute(_INDEXES_GIVEN, {"program_id": program_id})).scalar_one()
    return max(1, -(-given // LIST_BITS))


async def revoked_indexes(connection: AsyncConnection, program_id: int, number: int) -> list[int]:
    """Which bits of a list are set, counted from the list's beginning."""
    first = number * LIST_BITS
    rows = await connection.execute(_REVOKED, {"program_id": program_id, "first": first, "bits": LIST_BITS})
    return sorted(index - first for (index,) in rows)


async def level_of(
    connection: AsyncConnection, program_id: int, definition_id: int, version: int, number: int
) -> Level | None:
    """A level of a version of a badge, earned or not; None where there is none."""
    key = {"program_id": program_id, "definition_id": definition_id, "version": version}
    stored = (await connection.execute(_LEVEL, key)).scalar_one_or_none()
    definition = BadgeDefinition.model_validate_json(stored) if stored is not None else None
    if definition is None or number > len(definition.levels):
        return None
    return Level(definition_id, version, number, definition)


async def reissue_credentials(connection: AsyncConnection, program_id: int, achievement_ids: Sequence[int]) -> None:
    """Give badges that were revoked and are earned again a new credential: a revoked one stays so for good.

    One that nobody ever saw needs no other.
    """
    given = {"program_id": program_id, "achievement_ids": list(achievement_ids)}
    await connection.execute(_KEEP_REVOKED, given)
    await connection.execute(_RENEW, given)


async def issuer_keys(connection: AsyncConnection, program_id: int, *, lock: bool = False) -> list[IssuerKey]:
    """The keys that verify an issuer's badges, newest first; one that an operator retired is not among them.

    With `lock`, others that want to make one wait for this transaction's end.
    """
    if lock:
        await connection.execute(_LOCK, {"what": "issuer key", "program_id": str(program_id)})
    rows = await connection.execute(_KEYS, {"program_id": program_id, "most": KEYS_MAXIMUM})
    return [IssuerKey(key_id, public_key, bytes(private_key)) for key_id, public_key, private_key in rows]


async def new_key_id(connection: AsyncConnection) -> int:
    """A number for a key that is about to be made: its private half is encrypted under it."""
    key_id: int = (await connection.execute(_NEW_KEY_ID)).scalar_one()
    return key_id


async def add_issuer_key(connection: AsyncConnection, program_id: int, key: IssuerKey) -> None:
    """Keep a key; from then on it signs."""
    values = {"key_id": key.key_id, "public_key": json.dumps(key.public_key), "private_key": key.private_key}
    await connection.execute(_ADD_KEY, {"program_id": program_id, **values})


async def issuer_of(connection: AsyncConnection, program_id: int) -> Issuer | None:
    """The shop that a program's badges are from: the first one that still has the app. None for no program."""
    row = (await connection.execute(_ISSUER, {"program_id": program_id})).one_or_none()
    return Issuer(*row) if row is not None else None
