"""Partners' keys at rest: opaque, encrypted by the plugin, since a key also signs what its partner reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.refusals import PartnerRefused

KEYS_MAXIMUM = 10
"""The most keys of a partner that are good at a time: enough to change them one by one."""
KEYS_EVER_MAXIMUM = 500
LABEL_MAXIMUM = 80


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key of a partner; it is good until it is revoked. `secret` is as the plugin encrypted it."""

    key_id: str
    partner_id: int
    label: str
    secret: bytes = field(repr=False)
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = "key_id, partner_id, label, secret, created_at, created_by, last_used_at, revoked_at"
_PARTNER = text("""
    SELECT archived_at FROM partners WHERE program_id = :program_id AND partner_id = :partner_id FOR UPDATE
""")
_COUNTS = text("""
    SELECT count(*) AS ever, count(*) FILTER (WHERE revoked_at IS NULL) AS good FROM partner_keys
    WHERE program_id = :program_id AND partner_id = :partner_id
""")
_ADD = text(f"""
    INSERT INTO partner_keys (program_id, key_id, partner_id, label, secret, created_by)
    VALUES (:program_id, :key_id, :partner_id, :label, :secret, :actor) RETURNING {_COLUMNS}
""")
_LIST = text("INSERT INTO partner_key_directory (key_id, program_id) VALUES (:key_id, :program_id)")
_ONE = text(f"SELECT {_COLUMNS} FROM partner_keys WHERE program_id = :program_id AND key_id = :key_id")
_ALL = text(f"""
    SELECT {_COLUMNS} FROM partner_keys WHERE program_id = :program_id AND partner_id = :partner_id
    ORDER BY created_at DESC, key_id
""")
_REVOKE = text(f"""
    UPDATE partner_keys SET revoked_at = CASE WHEN revoked_at IS NULL THEN now() ELSE revoked_at END
    WHERE program_id = :program_id AND key_id = :key_id RETURNING {_COLUMNS}
""")
_TOUCH = text("""
    UPDATE partner_keys SET last_used_at = now() WHERE program_id = :program_id AND key_id = :key_id
    AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
""")
_PROGRAM = text("SELECT program_id FROM partner_key_directory WHERE key_id = :key_id")


async def add_key(
    connection: AsyncConnection, program_id: int, partner_id: int, *, key_id: str, label: str, secret: bytes,
    actor: str,
) -> StoredKey:  # fmt: skip
    """Keep a new key of a partner; `key_id` was never used before, in any program.

    Raises PartnerRefused: PARTNER_NOT_FOUND, ARCHIVED, TOO_MANY, INVALID (the label).
    """
    shown = label.strip()
    if not 0 < len(shown) <= LABEL_MAXIMUM or not shown.isprintable():
        raise PartnerRefused("INVALID", "label", f"A label has 1 to {LABEL_MAXIMUM} characters.")
    given: dict[str, object] = {"program_id": program_id, "partner_id": partner_id}
    partner = (await connection.execute(_PARTNER, given)).one_or_none()
    if partner is None:
        raise PartnerRefused("PARTNER_NOT_FOUND", None, "The program has no such partner.")
    if partner.archived_at is not None:
        raise PartnerRefused("ARCHIVED", None, "It is archived.")
    counts = (await connection.execute(_COUNTS, given)).one()
    if counts.good >= KEYS_MAXIMUM or counts.ever >= KEYS_EVER_MAXIMUM:
        raise PartnerRefused("TOO_MANY", None, f"A partner has at most {KEYS_MAXIMUM} keys: revoke one first.")
    await connection.execute(_LIST, {"key_id": key_id, "program_id": program_id})
    row = await connection.execute(_ADD, {**given, "key_id": key_id, "label": shown, "secret": secret, "actor": actor})
    return _key(row.one())


async def program_of_key(connection: AsyncConnection, key_id: str) -> int | None:
    """Whose key it may be: asked before the tenant is known, and proof of nothing."""
    program_id: int | None = (await connection.execute(_PROGRAM, {"key_id": key_id})).scalar_one_or_none()
    return program_id


async def key_of(connection: AsyncConnection, program_id: int, key_id: str) -> StoredKey | None:
    """A key, revoked or not; None where the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "key_id": key_id})).one_or_none()
    return None if row is None else _key(row)


async def keys_of(connection: AsyncConnection, program_id: int, partner_id: int) -> tuple[StoredKey, ...]:
    """A partner's keys, newest first, revoked ones among them."""
    rows = await connection.execute(_ALL, {"program_id": program_id, "partner_id": partner_id})
    return tuple(_key(row) for row in rows)


async def revoke_key(connection: AsyncConnection, program_id: int, key_id: str) -> StoredKey:
    """From now on a key is good for nothing; a second time changes nothing. Raises PartnerRefused KEY_NOT_FOUND."""
    row = (await connection.execute(_REVOKE, {"program_id": program_id, "key_id": key_id})).one_or_none()
    if row is None:
        raise PartnerRefused("KEY_NOT_FOUND", None, "The program has no such key.")
    return _key(row)


async def touch(connection: AsyncConnection, program_id: int, key_id: str) -> None:
    """Remember that a key was used, to the minute."""
    await connection.execute(_TOUCH, {"program_id": program_id, "key_id": key_id})


def _key(row: Any) -> StoredKey:
    return StoredKey(
        row.key_id, row.partner_id, row.label, bytes(row.secret), row.created_at, row.created_by, row.last_used_at,
        row.revoked_at,
    )  # fmt: skip
