"""Keys that sign what partners are told: this program's own, and those of programs whose partner it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.hosts.keys import keys_of_host
from engine.hosts.store import Host
from engine.partners.signing_store import SigningKey, fingerprint, key_name


@strawberry.type(description="What this program signs entries and statements with, for its partners.")
class PartnerSigningKey:
    name: str = strawberry.field(description="What signatures call it.")
    fingerprint: str = strawberry.field(description="By which people compare it: 64 hexadecimal digits (RFC 7638).")
    created_at: datetime = strawberry.field(description="Since when it signs.")
    vouched: bool = strawberry.field(description="Whether the key before it vouches for it, so that partners take it.")
    is_first: bool = strawberry.field(description="Whether it replaced no other.")


@strawberry.type(description="A public key of a program whose partner this one is.")
class PartnerHostKey:
    name: str = strawberry.field(description="What signatures call it.")
    fingerprint: str = strawberry.field(description="By which people compare it: 64 hexadecimal digits (RFC 7638).")
    signs: bool = strawberry.field(description="Whether it signs now, else it only verifies what it signed before.")
    trusted: bool = strawberry.field(description="Whether it is trusted, else it waits for a person to take it.")
    since: datetime | None = strawberry.field(description="Since when it is trusted, null where it is not.")
    by: str | None = strawberry.field(description="Who took it: a person, or the name of the key that vouched for it.")


def signing_key_of(known: Sequence[SigningKey]) -> PartnerSigningKey | None:
    """The one that signs, out of all of a program's."""
    key = next((one for one in known if not one.retired), None)
    if key is None:
        return None
    return PartnerSigningKey(
        name=key_name(key.key_id),
        fingerprint=fingerprint(key.public_key),
        created_at=key.created_at,
        vouched=key.voucher is not None,
        is_first=len(known) == 1,
    )


def host_keys_of(host: Host) -> list[PartnerHostKey]:
    """A host's, in the order in which people look at them."""
    return [
        PartnerHostKey(
            name=one.name, fingerprint=one.fingerprint, signs=one.signs, trusted=one.since is not None,
            since=one.since, by=one.by,
        )
        for one in keys_of_host(host)
    ]  # fmt: skip
