"""The hosts of a program: which there are, what is known of them, and when each is called next."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.hosts.naming import NamingHost
from engine.partners.key_store import key_of

HOSTS_MAXIMUM = 50
"""The most programs elsewhere whose partner one can be at a time."""
CALL_EVERY = timedelta(seconds=30)
LEASE = timedelta(minutes=2)
"""How long one exchange with a host may take before another worker may try."""
_LONGEST_PAUSE = timedelta(hours=1)
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


class HostRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A program was not connected as host.

    `code`: HANDLE_INVALID, HANDLE_TAKEN, NAME_INVALID, TOO_MANY, ALREADY_CONNECTED, HOST_NOT_FOUND, KEY_REFUSED,
    HOST_ENDED, KEYS_CHANGED; the plugin adds ADDRESS_REFUSED, KEY_INVALID, UNREACHABLE and ANSWER_UNREADABLE.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class NewHost:
    """What is kept of a host as it is connected. `secret` is sealed, `public_keys` are JWKs by their names."""

    handle: str
    name: str
    base_url: str
    key_id: str
    secret: bytes = field(repr=False)
    public_keys: Mapping[str, Mapping[str, Any]]
    agreements: Mapping[str, Mapping[str, Any]]
    code_prefixes: Sequence[str] = ()
    signing_key: str = ""
    """The name of the one of them that signs now."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host as it stands. `agreements` are our copies, by version as text."""

    program_id: int
    host_id: int
    handle: str
    name: str
    base_url: str
    key_id: str
    secret: bytes = field(repr=False)
    public_keys: dict[str, dict[str, Any]]
    signing_key: str
    offered_keys: list[dict[str, Any]]
    agreements: dict[str, dict[str, Any]]
    code_prefixes: tuple[str, ...]
    read_until: int
    statements_until: int
    created_at: datetime
    created_by: str
    failures: int
    last_error: str | None
    last_call_at: datetime | None
    ended_at: datetime | None


_COLUMNS = """program_id, host_id, handle, name, base_url, key_id, secret, public_keys, signing_key,
    offered_keys, agreements, code_prefixes, read_until, statements_until, created_at, created_by, failures, last_error,
    last_call_at, ended_at"""
_LIST = text(f"""
    SELECT {_COLUMNS} FROM partner_hosts
    WHERE program_id = :program_id AND (:ended OR ended_at IS NULL) ORDER BY host_id LIMIT :most
""")
_ONE = text(f"SELECT {_COLUMNS} FROM partner_hosts WHERE program_id = :program_id AND host_id = :host_id")
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('hosts', :program_id))")
_INSERT = text("""
    INSERT INTO partner_hosts (program_id, host_id, handle, name, base_url, key_id, secret, public_keys, signing_key,
        agreements, code_prefixes, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :handle, :name, :base_url, :key_id, :secret,
        CAST(:public_keys AS jsonb), :signing_key, CAST(:agreements AS jsonb), CAST(:code_prefixes AS jsonb), :actor)
    RETURNING host_id
""")
_END = text("""
    UPDATE partner_hosts SET ended_at = now()
    WHERE program_id = :program_id AND host_id = :host_id AND ended_at IS NULL
""")
_NAMING = text("""
    SELECT program_id, host_id, handle, code_prefixes FROM partner_hosts
    WHERE program_id = ANY(:program_ids) AND ended_at IS NULL ORDER BY program_id, host_id
""")
# A host that answers is called as soon as there is something for it, one that failed when its pause is over.
_CLAIM = text("""
    UPDATE partner_hosts SET next_call_at = now() + :lease WHERE (program_id, host_id) IN (
        SELECT h.program_id, h.host_id FROM partner_hosts h
        WHERE h.ended_at IS NULL AND (h.next_call_at <= now() OR (h.failures = 0
            AND h.last_call_at IS NOT NULL AND h.next_call_at <= h.last_call_at + :every
            AND EXISTS (SELECT FROM host_orders o
                WHERE o.program_id = h.program_id AND o.host_id = h.host_id AND o.due)))
        ORDER BY h.next_call_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING program_id, host_id
""")
_SUCCEEDED = text("""
    UPDATE partner_hosts SET failures = 0, last_error = NULL, last_call_at = now(), next_call_at = now() + :pause
    WHERE program_id = :program_id AND host_id = :host_id
""")
_FAILED = text("""
    UPDATE partner_hosts SET failures = failures + 1, last_error = :error, last_call_at = now(),
        next_call_at = now() + LEAST(:longest, :pause * power(2, LEAST(failures, 20)))
    WHERE program_id = :program_id AND host_id = :host_id
""")
_LEARN = text("""
    UPDATE partner_hosts SET agreements = CAST(:agreements AS jsonb) || agreements
    WHERE program_id = :program_id AND host_id = :host_id
""")
_MOVE = text("""
    UPDATE partner_hosts SET base_url = :base_url, secret = :secret, next_call_at = now()
    WHERE program_id = :program_id AND host_id = :host_id
""")


async def add_host(connection: AsyncConnection, program_id: int, host: NewHost, *, actor: str) -> int:
    """Connect a program elsewhere. Raises HostRefused."""
    if not _HANDLE.fullmatch(host.handle):
        raise HostRefused("HANDLE_INVALID", "handle", "A handle is small letters, digits and hyphens, 64 at most.")
    if not 0 < len(host.name) <= 80 or not host.name.isprintable():
        raise HostRefused("NAME_INVALID", "name", "A name is one line of at most 80 characters.")
    if await key_of(connection, program_id, host.key_id) is not None:  # its orders would earn twice
        raise HostRefused("KEY_REFUSED", "key", "This key is one of this program's own: no program is its own partner.")
    await connection.execute(_TURN, {"program_id": program_id})
    known = await hosts_of(connection, program_id, ended=True)
    if any((one.base_url, one.key_id) == (host.base_url, host.key_id) for one in known):
        raise HostRefused("ALREADY_CONNECTED", "key", "This key is in use for this host already.")
    if any(one.handle == host.handle for one in known):
        raise HostRefused("HANDLE_TAKEN", "handle", "Another host has this handle.")
    if sum(one.ended_at is None for one in known) >= HOSTS_MAXIMUM:
        raise HostRefused("TOO_MANY", None, f"A program has at most {HOSTS_MAXIMUM} hosts.")
    values = {
        "program_id": program_id, "handle": host.handle, "name": host.name, "base_url": host.base_url,
        "key_id": host.key_id, "secret": host.secret, "public_keys": json.dumps(host.public_keys),
        "signing_key": host.signing_key, "agreements": json.dumps(host.agreements),
        "code_prefixes": json.dumps(list(host.code_prefixes)),
        "actor": actor,
    }  # fmt: skip
    host_id: int = (await connection.execute(_INSERT, values)).scalar_one()
    return host_id


async def hosts_of(connection: AsyncConnection, program_id: int, *, ended: bool = False) -> list[Host]:
    """The hosts of a program in the order of their beginning, those that ended too if asked for."""
    values = {"program_id": program_id, "ended": ended, "most": 20 * HOSTS_MAXIMUM}
    return [_host(row) for row in await connection.execute(_LIST, values)]


async def host_of(connection: AsyncConnection, program_id: int, host_id: int) -> Host | None:
    """One host, None for none."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "host_id": host_id})).one_or_none()
    return _host(row) if row is not None else None


async def end_host(connection: AsyncConnection, program_id: int, host_id: int) -> None:
    """Report nothing more to a host; what was exchanged stays. Raises HostRefused (HOST_NOT_FOUND)."""
    ended = await connection.execute(_END, {"program_id": program_id, "host_id": host_id})
    if ended.rowcount == 0 and await host_of(connection, program_id, host_id) is None:
        raise HostRefused("HOST_NOT_FOUND", "id", "There is no such host.")


async def naming_hosts(connection: AsyncConnection, program_ids: Sequence[int]) -> dict[int, list[NamingHost]]:
    """The hosts that orders of these programs may name, by program."""
    found: dict[int, list[NamingHost]] = {}
    for row in await connection.execute(_NAMING, {"program_ids": list(program_ids)}):
        found.setdefault(row.program_id, []).append(NamingHost(row.host_id, row.handle, tuple(row.code_prefixes)))
    return found


async def claim_hosts(connection: AsyncConnection, most: int) -> list[tuple[int, int]]:
    """Lease the hosts that are to be called now: (program id, host id)."""
    values = {"lease": LEASE, "every": CALL_EVERY, "most": most}
    return [(row.program_id, row.host_id) for row in await connection.execute(_CLAIM, values)]


async def note_success(connection: AsyncConnection, host: Host) -> None:
    """An exchange went through; the next one follows in half a minute, or as soon as there is something to report."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    await connection.execute(_SUCCEEDED, {**key, "pause": CALL_EVERY})


async def note_failure(connection: AsyncConnection, host: Host, error: str) -> None:
    """An exchange failed; the next one follows after a pause that doubles, an hour at most."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    values = {"error": error[:500], "pause": CALL_EVERY, "longest": _LONGEST_PAUSE}
    await connection.execute(_FAILED, {**key, **values})


async def learn_terms(connection: AsyncConnection, host: Host, agreements: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep versions of the agreement that are new; one that is known stays as it was when it was first told."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    await connection.execute(_LEARN, {**key, "agreements": json.dumps(agreements)})


async def move_host(connection: AsyncConnection, host: Host, base_url: str, secret: bytes) -> None:
    """The same host at another address, with the secret sealed for that one."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    await connection.execute(_MOVE, {**key, "base_url": base_url, "secret": secret})


def _host(row: Any) -> Host:
    found = dict(row._mapping)
    found["secret"] = bytes(found["secret"])
    found["code_prefixes"] = tuple(found["code_prefixes"])
    return Host(**found)
