"""Which of a host's public keys are trusted here, how one came to be, and what waits for one that is not.

A key is trusted because it was there as the two were connected, because the one that signed until then vouches for it,
or because a person here compared its fingerprint with what the host's people say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.hosts.store import Host, HostRefused, host_of
from engine.partners.signing_store import fingerprint


@dataclass(frozen=True, slots=True)
class HostKey:
    """A key of a host. `by` is who took it: an actor, or the name of the key that vouched; None where only offered."""

    name: str
    fingerprint: str
    signs: bool
    since: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Aside:
    """What came signed with a key that is not trusted, from one place of the host's order."""

    position: int
    key_name: str
    token: str


_PIN = text("""
    UPDATE partner_hosts SET public_keys = CAST(:keys AS jsonb) || public_keys, signing_key = :signing_key,
        offered_keys = '[]', next_call_at = now()
    WHERE program_id = :program_id AND host_id = :host_id
""")
_LOCK = text("SELECT 1 FROM partner_hosts WHERE program_id = :program_id AND host_id = :host_id FOR UPDATE")
_OFFER = text("""
    UPDATE partner_hosts SET offered_keys = CAST(:offered AS jsonb)
    WHERE program_id = :program_id AND host_id = :host_id AND offered_keys <> CAST(:offered AS jsonb)
""")
_PUT_ASIDE = text("""
    INSERT INTO host_events_aside (program_id, host_id, position, key_name, token)
    VALUES (:program_id, :host_id, :position, :key_name, :token) ON CONFLICT DO NOTHING
""")
_COUNT = text("SELECT count(*) FROM host_events_aside WHERE program_id = :program_id AND host_id = :host_id")


def keys_of_host(host: Host) -> list[HostKey]:
    """The trusted ones, the one that signs first, and then those that are only offered."""
    pinned = [
        HostKey(
            name, fingerprint(jwk), name == host.signing_key,
            datetime.fromisoformat(jwk["since"]) if "since" in jwk else host.created_at, jwk.get("by", host.created_by),
        )
        for name, jwk in host.public_keys.items()
    ]  # fmt: skip
    pinned.sort(key=lambda one: (one.signs, one.since), reverse=True)
    return [
        *pinned,
        *(HostKey(one["kid"], fingerprint(one), one["signs"], None, None) for one in host.offered_keys),
    ]


async def pin_keys(
    connection: AsyncConnection, host: Host, keys: Mapping[str, Mapping[str, Any]], signing_key: str, by: str
) -> None:
    """Trust these as well. One that is known stays as it is, and what it signed stays good."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    given = {name: {**{part: jwk[part] for part in ("kty", "crv", "x")}, "since": since, "by": by}
             for name, jwk in keys.items()}  # fmt: skip
    values = {"keys": json.dumps(given), "signing_key": signing_key}
    await connection.execute(_PIN, {"program_id": host.program_id, "host_id": host.host_id, **values})


async def offer_keys(connection: AsyncConnection, host: Host, offered: Sequence[Mapping[str, Any]]) -> None:
    """Keep what keys the host has besides, each a JWK with `kid` and `signs`, for a person to look at."""
    given = {
        "program_id": host.program_id,
        "host_id": host.host_id,
        "offered": json.dumps([dict(one) for one in offered]),
    }
    await connection.execute(_OFFER, given)


async def put_aside(connection: AsyncConnection, host: Host, waiting: Sequence[Aside]) -> None:
    """Keep what came as it came. It is read from the host again once its key is trusted."""
    rows = [
        {"program_id": host.program_id, "host_id": host.host_id, "position": one.position, "key_name": one.key_name,
         "token": one.token}
        for one in waiting
    ]  # fmt: skip
    await connection.execute(_PUT_ASIDE, rows)


async def count_aside(connection: AsyncConnection, program_id: int, host_id: int) -> int:
    """How many events wait for a key."""
    found: int = (await connection.execute(_COUNT, {"program_id": program_id, "host_id": host_id})).scalar_one()
    return found


async def renew_keys(
    connection: AsyncConnection, program_id: int, host_id: int, fingerprints: Collection[str], *, actor: str
) -> Host:
    """Trust all offered keys: a person compared just these.

    Raises HostRefused: HOST_NOT_FOUND, HOST_ENDED, KEYS_CHANGED.
    """
    await connection.execute(_LOCK, {"program_id": program_id, "host_id": host_id})
    host = await host_of(connection, program_id, host_id)
    if host is None:
        raise HostRefused("HOST_NOT_FOUND", "hostId", "There is no such host.")
    if host.ended_at is not None:
        raise HostRefused("HOST_ENDED", "hostId", "The connection was ended.")
    offered = {one["kid"]: one for one in host.offered_keys}
    if not offered or {fingerprint(one) for one in offered.values()} != set(fingerprints):
        raise HostRefused("KEYS_CHANGED", "fingerprints", "The host has other keys by now: compare them again.")
    signing = next((name for name, one in offered.items() if one["signs"]), host.signing_key)
    await pin_keys(connection, host, offered, signing, actor)
    renewed = await host_of(connection, program_id, host_id)
    assert renewed is not None, "it is locked"
    return renewed
