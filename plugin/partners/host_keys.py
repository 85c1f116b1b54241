"""A host's new signing key: taken where the one that signed until then vouches for it, else offered to a person.

A voucher is a token of the old key over the new one's public half. It adds little to what a thief of the old key could
do already, which is to sign events; so it is good enough to go on by. A key without one only a person can take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.keys import offer_keys, pin_keys
from engine.hosts.store import Host, host_of
from plugin.partners.host_client import HostClient
from plugin.partners.tokens import PublicKeys, TokenRefusedError, read_keys, verified_payload, voucher_payload

PINNED_MAXIMUM = 500
"""How many keys of a host are trusted: each replaced the one before it."""

log = structlog.get_logger("laurel.hosts")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a host says that its keys are: the one that signs first, and who vouches for which."""

    keys: dict[str, dict[str, Any]]
    vouchers: dict[str, str]


def read_offered(document: object) -> Offered:
    """The keys of a JWK Set with their vouchers. Raises TokenRefusedError where there is no key."""
    keys = read_keys(document)
    listed = document["keys"] if isinstance(document, dict) else []
    vouchers = {
        one["kid"]: one["voucher"]
        for one in listed
        if isinstance(one, dict) and one.get("kid") in keys and isinstance(one.get("voucher"), str)
    }
    return Offered(keys, vouchers)


def vouched_keys(pinned: PublicKeys, signing_key: str, offered: Offered) -> list[str]:
    """The keys that follow the one that signs, each vouched for by the one before it: their names, in order.

    Only the key that signs now may vouch: one that was replaced, and may lie about, cannot bring in another.
    """
    known, followers = dict(pinned), []
    while (follower := _follower(known, signing_key, offered)) is not None:
        followers.append(follower)
        known[follower], signing_key = offered.keys[follower], follower
    return followers


def _follower(known: PublicKeys, signing_key: str, offered: Offered) -> str | None:
    for name, voucher in offered.vouchers.items():
        if name in known or signing_key not in known:
            continue
        try:
            said = verified_payload(voucher, {signing_key: known[signing_key]})
        except TokenRefusedError:
            continue
        if said == voucher_payload(name, offered.keys[name], signing_key):
            return name
    return None


async def take_keys(engine: AsyncEngine, host: Host, client: HostClient) -> Host | None:
    """Ask a host for its keys and trust those that are vouched for: the host as it is known then, None without any.

    Raises HostCallError, and TokenRefusedError where the host has no key at all.
    """
    offered = read_offered(await client.read("/keys"))
    followers = vouched_keys(host.public_keys, host.signing_key, offered)[: PINNED_MAXIMUM - len(host.public_keys)]
    first = next(iter(offered.keys))
    unknown = [
        {**jwk, "kid": name, "signs": name == first}
        for name, jwk in offered.keys.items()
        if name not in host.public_keys
    ]
    async with tenant_transaction(engine, host.program_id) as connection:
        if not followers:
            await offer_keys(connection, host, unknown)
            return None
        before = host.signing_key
        for name in followers:
            await pin_keys(connection, host, {name: offered.keys[name]}, name, before)
            before = name
        log.info("host's new keys taken", host=host.host_id, program=host.program_id, keys=followers)
        return await host_of(connection, host.program_id, host.host_id)
