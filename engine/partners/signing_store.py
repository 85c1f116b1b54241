"""Signatures of events, and the keys that they are made with: made by the plugin, kept here.

The events of a partner are signed in the order of their ids, without leaving one out. Their ids are drawn under the
partner's lock, so that what is not signed yet is what comes after the newest that is. Whoever reads by position, in
its order, misses none: positions are drawn under a lock that is held until they can be seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.open_sums import add_signed

Sign = Callable[[bytes], str]
"""Makes a compact JWS of a payload. It is quick: it is called once for each event, in a transaction."""

SIGNED_AT_ONCE = 500
KEYS_MAXIMUM = 50
"""How many keys of a program verify: each replaced the one before it."""
READ_MAXIMUM = 500


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of a program: the public half as a JWK, the private one as the plugin encrypted it."""

    key_id: int
    public_key: dict[str, Any]
    private_key: bytes = field(repr=False)
    retired: bool
    voucher: str | None
    """This key's public half, signed with the one before it."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """An event as the partner gets it; the payload inside of the token is what was hashed."""

    event_id: int
    position: int
    token: str


_KEYS = text("""
    SELECT key_id, public_key, private_key, retired_at IS NOT NULL AS retired, voucher, created_at
    FROM partner_signing_keys
    WHERE program_id = :program_id ORDER BY key_id DESC LIMIT :most
""")
_LOCK_KEYS = text("SELECT pg_advisory_xact_lock(hashtextextended('partner-signing-keys ' || :program_id, 0))")
_KEY_ID = text("SELECT nextval('ledger_ids')")
_RETIRE = text("""
    UPDATE partner_signing_keys SET retired_at = now() WHERE program_id = :program_id AND retired_at IS NULL
""")
_ADD_KEY = text("""
    INSERT INTO partner_signing_keys (program_id, key_id, public_key, private_key, voucher)
    VALUES (:program_id, :key_id, CAST(:public_key AS jsonb), :private_key, :voucher)
""")
_NEWEST_SIGNED = """
    SELECT s.event_id FROM partner_event_signatures s
    WHERE s.program_id = p.program_id AND s.partner_id = p.partner_id ORDER BY s.position DESC LIMIT 1
"""
_TO_SIGN = text(f"""
    SELECT p.program_id, p.partner_id FROM partners p
    JOIN LATERAL (SELECT e.event_id FROM partner_events e WHERE e.program_id = p.program_id
        AND e.partner_id = p.partner_id ORDER BY e.event_id DESC LIMIT 1) newest ON true
    LEFT JOIN LATERAL ({_NEWEST_SIGNED}) signed ON true
    WHERE signed.event_id IS NULL OR newest.event_id > signed.event_id ORDER BY 1, 2
""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('partner-events ' || :partner_id, :program_id))")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('partner-events ' || :partner_id, :program_id))")
_SIGNED_UNTIL = text(f"""
    SELECT ({_NEWEST_SIGNED}) FROM partners p WHERE p.program_id = :program_id AND p.partner_id = :partner_id
""")
_UNSIGNED = text("""
    SELECT event_id, payload FROM partner_events
    WHERE program_id = :program_id AND partner_id = :partner_id AND event_id > :after ORDER BY event_id LIMIT :most
""")
_STORE = text("""
    INSERT INTO partner_event_signatures (program_id, event_id, partner_id, position, token)
    SELECT :program_id, signed.event_id, :partner_id, nextval('ledger_ids'), signed.token
    FROM (SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS text[])) AS given (event_id, token)
        ORDER BY event_id) signed
""")
_SINCE = text("""
    SELECT event_id, position, token FROM partner_event_signatures
    WHERE program_id = :program_id AND partner_id = :partner_id AND position > :after ORDER BY position LIMIT :first
""")


async def signing_keys(connection: AsyncConnection, program_id: int, *, lock: bool = False) -> tuple[SigningKey, ...]:
    """A program's keys, newest first; retired ones only verify. `lock`: nobody else makes one meanwhile."""
    if lock:
        await connection.execute(_LOCK_KEYS, {"program_id": program_id})
    rows = await connection.execute(_KEYS, {"program_id": program_id, "most": KEYS_MAXIMUM})
    return tuple(
        SigningKey(row.key_id, row.public_key, bytes(row.private_key), row.retired, row.voucher, row.created_at)
        for row in rows
    )


async def new_signing_key_id(connection: AsyncConnection) -> int:
    """The number of a key that is about to be made: its private half is bound to it."""
    key_id: int = (await connection.execute(_KEY_ID)).scalar_one()
    return key_id


async def add_signing_key(
    connection: AsyncConnection, program_id: int, key_id: int, public_key: dict[str, Any], private_key: bytes,
    voucher: str | None = None,
) -> None:  # fmt: skip
    """Keep a key that signs from now on; those before it are retired. The caller holds the lock of `signing_keys`."""
    await connection.execute(_RETIRE, {"program_id": program_id})
    given = {"key_id": key_id, "public_key": orjson.dumps(public_key).decode(), "private_key": private_key}
    await connection.execute(_ADD_KEY, {"program_id": program_id, **given, "voucher": voucher})


def key_name(key_id: int) -> str:
    """How tokens call a key (`kid`)."""
    return f"key-{key_id}"


def fingerprint(public_key: Mapping[str, Any]) -> str:
    """By which people compare a key, over the telephone: its thumbprint of RFC 7638 as hexadecimal digits."""
    said = {name: public_key.get(name) for name in ("crv", "kty", "x")}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def partners_to_sign(connection: AsyncConnection) -> list[tuple[int, int]]:
    """Programs and their partners with events that are not signed, of the programs that the transaction names."""
    return [(row.program_id, row.partner_id) for row in await connection.execute(_TO_SIGN)]


async def sign_events(
    connection: AsyncConnection, program_id: int, partner_id: int, sign: Sign, most: int = SIGNED_AT_ONCE, *,
    wait: bool = True,
) -> int:  # fmt: skip
    """Sign a partner's oldest events that are not signed; how many there were. Others that sign for it wait.

    Without `wait` nothing is signed of a partner for which somebody else signs: that one has it in hand. All or
    nothing: where `sign` raises, nothing of it may be committed.
    """
    given = {"program_id": program_id, "partner_id": partner_id}
    # By itself and first: a statement sees what was there when it began, not what it waited for.
    has_turn = (await connection.execute(_LOCK if wait else _TRY_LOCK, given)).scalar_one()
    if has_turn is False:
        return 0
    after = (await connection.execute(_SIGNED_UNTIL, given)).scalar_one_or_none() or 0
    rows = (await connection.execute(_UNSIGNED, {**given, "after": after, "most": most})).all()
    if rows:
        tokens = [sign(row.payload.encode()) for row in rows]
        ids = [row.event_id for row in rows]
        await connection.execute(_STORE, {**given, "ids": ids, "tokens": tokens})
        await add_signed(connection, program_id, partner_id, ids)
    return len(rows)


async def sign_everything(connection: AsyncConnection, program_id: int, partner_id: int, sign: Sign) -> int:
    """Sign all that a partner has so far, page by page; how many events there were."""
    signed = 0
    while page := await sign_events(connection, program_id, partner_id, sign):
        signed += page
    return signed


async def signed_events(
    connection: AsyncConnection, program_id: int, partner_id: int, after: int, first: int
) -> list[SignedEvent]:
    """A partner's signed events after a position, in their order; `first` up to 500."""
    given = {"program_id": program_id, "partner_id": partner_id, "after": after, "first": min(first, READ_MAXIMUM)}
    return [SignedEvent(*row) for row in await connection.execute(_SINCE, given)]
