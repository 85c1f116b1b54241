"""What the merchant schema needs of this room: keys that are shown once, a signer, and connections to hosts."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.partners.key_store import add_key
from engine.partners.signing_store import Sign
from plugin.partners.connecting import Connector
from plugin.partners.keys import PartnerKeyBox, new_partner_key
from plugin.partners.signing import EventSigners


class PartnerDesk:
    """One of each for a process."""

    def __init__(self, encryption_key: bytes, hosts: httpx.AsyncClient, *, development: bool) -> None:
        self.signers = EventSigners(encryption_key)
        self._box = PartnerKeyBox(encryption_key)
        self._connector = Connector(encryption_key, hosts, development=development)

    async def make_key(
        self, connection: AsyncConnection, program_id: int, partner_id: int, label: str, *, actor: str
    ) -> tuple[str, str]:
        """A new key of a partner: its name, and the whole text, which nobody is shown again. Raises PartnerRefused."""
        key = new_partner_key()
        sealed = self._box.seal(program_id, key)
        await add_key(connection, program_id, partner_id, key_id=key.key_id, label=label, secret=sealed, actor=actor)
        return key.key_id, key.text

    async def signer(self, connection: AsyncConnection, program_id: int) -> Sign:
        """What a program's statements are signed with."""
        return await self.signers.signer(connection, program_id)

    async def replace_signing_key(self, connection: AsyncConnection, program_id: int, expected: str) -> bool:
        """Sign with a new key from now on; False where another than `expected`, by its name, signs already."""
        return await self.signers.replace(connection, program_id, expected)

    async def add_host(
        self, engine: AsyncEngine, program_id: int, *, handle: str, name: str, base_url: str, key: str, actor: str,
        code_prefixes: Sequence[str] = (),
    ) -> int:  # fmt: skip
        """Become the partner of a program elsewhere; returns the host's id. Raises HostRefused."""
        return await self._connector.add_host(
            engine,
            program_id,
            handle=handle,
            name=name,
            base_url=base_url,
            key=key,
            actor=actor,
            code_prefixes=code_prefixes,
        )
