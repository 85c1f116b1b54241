"""Becoming the partner of another program: its address and the key that it gave, its public keys pinned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.store import HostRefused, NewHost, add_host
from plugin.partners.addresses import checked_base_url
from plugin.partners.host_client import HostCallError, HostClient
from plugin.partners.keys import PartnerKeyBox, read_partner_key
from plugin.partners.tokens import TokenRefusedError, read_keys

PREFIXES_MAXIMUM = 50
AGREEMENTS_MAXIMUM = 500
_PREFIX = re.compile(r"[!-~]{2,16}", re.ASCII)
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)


class Connector:
    """Connects programs to hosts, over one process's client."""

    def __init__(self, encryption_key: bytes, http: httpx.AsyncClient, *, development: bool) -> None:
        self._box = PartnerKeyBox(encryption_key)
        self._http = http
        self._development = development

    async def add_host(
        self, engine: AsyncEngine, program_id: int, *, handle: str, name: str, base_url: str, key: str, actor: str,
        code_prefixes: Sequence[str] = (),
    ) -> int:  # fmt: skip
        """Connect: the host is called before anything is kept. `code_prefixes` are what codes of ours at it begin with.

        Raises HostRefused: ADDRESS_REFUSED, KEY_INVALID, KEY_REFUSED, UNREACHABLE, ANSWER_UNREADABLE, PREFIX_INVALID,
        and those of `engine.hosts.store.add_host`.
        """
        given = read_partner_key(key.strip())
        if given is None:
            raise HostRefused("KEY_INVALID", "key", "A key reads lpk_<name>_<secret>, as the other program gave it.")
        address = checked_base_url(base_url, development=self._development)
        own = [prefix.strip().upper() for prefix in code_prefixes]
        if len(own) > PREFIXES_MAXIMUM or not all(_PREFIX.fullmatch(prefix) for prefix in own):
            raise HostRefused("PREFIX_INVALID", "codePrefixes", "A beginning of codes is 2 to 16 visible characters.")
        client = HostClient(self._http, address, given)
        try:
            terms = await read_terms(client)
            keys = read_keys(await client.read("/keys"))
        except HostCallError as error:
            refused = error.status in (401, 403)
            raise HostRefused(
                "KEY_REFUSED" if refused else "UNREACHABLE", "key" if refused else "baseUrl", str(error)
            ) from None
        except TokenRefusedError as error:
            raise HostRefused("ANSWER_UNREADABLE", "baseUrl", str(error)) from None
        async with tenant_transaction(engine, program_id) as connection:
            host = NewHost(
                handle, name.strip(), address, given.key_id,
                self._box.seal_for_host(program_id, address, given), keys, terms, own,
                next(iter(keys)),  # a host lists the one that signs first
            )  # fmt: skip
            return await add_host(connection, program_id, host, actor=actor)


async def read_terms(client: HostClient) -> dict[str, dict[str, Any]]:
    """The versions of what is agreed, as the host tells them, by version as text. Raises HostCallError."""
    listed = (await client.read("/me")).get("agreements")
    if not isinstance(listed, list) or len(listed) > AGREEMENTS_MAXIMUM:
        raise HostCallError("the host did not say what is agreed")
    return {str(one["version"]): dict(one) for one in listed if _is_readable(one)}


def _is_readable(agreement: object) -> bool:
    if not isinstance(agreement, Mapping) or type(agreement.get("version")) is not int:
        return False
    rates = (agreement.get("buy_rate"), agreement.get("redeem_rate"))
    return isinstance(agreement.get("currency"), str) and all(_RATE.fullmatch(str(rate)) for rate in rates)
