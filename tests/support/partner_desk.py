"""A stand-in for who holds the keys: readable secrets, signatures that hold what was signed, no network."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.store import HostRefused, NewHost, add_host
from engine.partners.key_store import add_key
from engine.partners.signing_store import Sign, add_signing_key, key_name, new_signing_key_id, signing_keys
from tests.support.settling import signed


class ReadableDesk:
    """Makes keys that are numbered."""

    def __init__(self) -> None:
        self._keys = 0

    async def make_key(
        self, connection: AsyncConnection, program_id: int, partner_id: int, label: str, *, actor: str
    ) -> tuple[str, str]:
        """The next key."""
        self._keys += 1
        key_id = f"key{self._keys}"
        await add_key(connection, program_id, partner_id, key_id=key_id, label=label, secret=b"sealed", actor=actor)
        return key_id, f"lpk_{key_id}_secret"

    async def signer(self, connection: AsyncConnection, program_id: int) -> Sign:
        """One that seals nothing."""
        return signed

    async def replace_signing_key(self, connection: AsyncConnection, program_id: int, expected: str) -> bool:
        """The next one, if it is that one's turn."""
        known = await signing_keys(connection, program_id, lock=True)
        if not known or key_name(known[0].key_id) != expected:
            return False
        key_id = await new_signing_key_id(connection)
        await add_signing_key(connection, program_id, key_id, {"kty": "OKP", "x": str(key_id)}, b"sealed", "a.b.c")
        return True

    async def add_host(
        self,
        engine: AsyncEngine,
        program_id: int,
        *,
        handle: str,
        name: str,
        base_url: str,
        key: str,
        actor: str,
        code_prefixes: Sequence[str] = (),
    ) -> int:
        """Connect without a word, except where nobody answers."""
        if "nobody" in base_url:
            raise HostRefused("UNREACHABLE", "baseUrl", "Nobody answered.")
        host = NewHost(handle, name, base_url, key, b"sealed", {}, {}, code_prefixes)
        async with tenant_transaction(engine, program_id) as connection:
            return await add_host(connection, program_id, host, actor=actor)
