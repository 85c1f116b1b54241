"""What the plugin does for partners, as it holds the keys: handed in with the request's context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.database import Connection, Database
from engine.partners.signing_store import Sign


class PartnerDesk(Protocol):
    """Makes keys of partners, signs with keys of programs, and connects with programs elsewhere."""

    async def make_key(
        self, connection: Connection, program_id: int, partner_id: int, label: str, *, actor: str
    ) -> tuple[str, str]:
        """A new key of a partner: its id and the whole text, which nobody is shown again. Raises PartnerRefused."""

    async def signer(self, connection: Connection, program_id: int) -> Sign:
        """What signs with the program's key; made with the first use."""

    async def replace_signing_key(self, connection: Connection, program_id: int, expected: str) -> bool:
        """Sign with a new key from now on; False where another than `expected`, by its name, signs already."""

    async def add_host(
        self,
        engine: Database,
        program_id: int,
        *,
        handle: str,
        name: str,
        base_url: str,
        key: str,
        actor: str,
        code_prefixes: Sequence[str] = (),
    ) -> int:
        """Connect with a program elsewhere, whose partner this one is; returns its id. Raises HostRefused."""
