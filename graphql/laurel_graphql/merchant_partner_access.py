"""Keys by which partners reach this program, and connections to the programs whose partner this one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from engine.database import Connection
from engine.hosts.keys import renew_keys
from engine.hosts.store import end_host, host_of
from engine.partners.key_store import key_of as stored_key
from engine.partners.key_store import revoke_key
from engine.partners.signing_store import signing_keys
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.merchant_partners import PartnerGiven, known_partner, partner_given
from laurel_graphql.partnering import in_transaction, refused, staff_mutation
from laurel_graphql.types.host_records import PartnerHost, host_record_of
from laurel_graphql.types.partner_records import PartnerKey, key_of
from laurel_graphql.types.signing_key_records import PartnerSigningKey, signing_key_of


@strawberry.type
class _KeyMade(PartnerGiven):
    key: PartnerKey | None = strawberry.field(default=None, description="The key, null when refused.")
    secret: str | None = strawberry.field(
        default=None, description="The key's whole text, for the partner. Nobody is ever shown it again."
    )


@strawberry.type
class _HostGiven:
    host: PartnerHost | None = strawberry.field(
        default=None, description="The connection as it stands now, null when refused."
    )


@strawberry.type
class _SigningKeyGiven:
    signing_key: PartnerSigningKey | None = strawberry.field(
        default=None, description="What signs from now on, null when refused."
    )


@strawberry.input(description="For whom a key is made.")
class PartnerKeyCreateInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    label: str = strawberry.field(description="What it is for, 1 to 80 characters.")


@strawberry.input(description="The key to revoke.")
class PartnerKeyRevokeInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    key_id: str = strawberry.field(description="The key's name.")


@strawberry.input(description="The program to connect with, whose partner this one is.")
class PartnerHostAddInput:
    handle: str = strawberry.field(description="What this program calls it: a–z, 0–9 and `-`, at most 64.")
    name: str = strawberry.field(description="Its name, 1 to 80 characters.")
    base_url: str = strawberry.field(description="Where its app is, from https:// on.")
    key: str = strawberry.field(description="The key that it made for this program.")
    code_prefixes: list[str] = strawberry.field(
        default_factory=list,
        description="What the codes begin with that it hands out for this program's shop, at most 50, such as "
        "`HARBOR-`: orders with such a code are reported to it.",
    )


@strawberry.input(description="The connection to end.")
class PartnerHostEndInput:
    host_id: strawberry.ID = strawberry.field(description="The connection's global id.")


@strawberry.input(description="The keys to trust.")
class PartnerHostKeysRenewInput:
    host_id: strawberry.ID = strawberry.field(description="The connection's global id.")
    fingerprints: list[str] = strawberry.field(
        description="The fingerprints of all keys that wait, as they were compared: others are not trusted by this."
    )


@strawberry.input(description="The signing key to replace.")
class PartnerSigningKeyReplaceInput:
    name: str = strawberry.field(description="The name of the key that signs now.")


@in_transaction
async def _make_key(
    connection: Connection, context: MerchantContext, given: PartnerKeyCreateInput
) -> Mapping[str, Any]:
    number = number_of(given.partner_id, "Partner")
    if context.partner_desk is None:
        raise refused("UNAVAILABLE", context)
    key_id, secret = await context.partner_desk.make_key(
        connection, context.program_id, number, readable(given.label), actor=context.actor
    )
    made = await stored_key(connection, context.program_id, key_id)
    partner = await known_partner(connection, context, number)
    assert made is not None, "it was made just now"
    return {**await partner_given(connection, context, partner), "key": key_of(made), "secret": secret}


@in_transaction
async def _revoke_key(
    connection: Connection, context: MerchantContext, given: PartnerKeyRevokeInput
) -> Mapping[str, Any]:
    partner = await known_partner(connection, context, number_of(given.partner_id, "Partner"))
    known = await stored_key(connection, context.program_id, readable(given.key_id))
    if known is None or known.partner_id != partner.partner_id:
        raise refused("KEY_NOT_FOUND", context, "keyId")
    await revoke_key(connection, context.program_id, known.key_id)
    return await partner_given(connection, context, partner)


async def _add_host(context: MerchantContext, given: PartnerHostAddInput) -> Mapping[str, Any]:
    """The other side is asked first, and no transaction waits for it."""
    if context.partner_desk is None:
        raise refused("UNAVAILABLE", context)
    number = await context.partner_desk.add_host(
        context.engine, context.program_id, handle=readable(given.handle), name=readable(given.name),
        base_url=readable(given.base_url), key=readable(given.key), actor=context.actor,
        code_prefixes=[readable(one) for one in given.code_prefixes],
    )  # fmt: skip
    async with context.reading() as connection:
        found = await host_of(connection, context.program_id, number)
    return {"host": found and host_record_of(found)}


@in_transaction
async def _end_host(connection: Connection, context: MerchantContext, given: PartnerHostEndInput) -> Mapping[str, Any]:
    number = number_of(given.host_id, "PartnerHost")
    await end_host(connection, context.program_id, number)
    found = await host_of(connection, context.program_id, number)
    return {"host": found and host_record_of(found)}


@in_transaction
async def _renew_keys(
    connection: Connection, context: MerchantContext, given: PartnerHostKeysRenewInput
) -> Mapping[str, Any]:
    number = number_of(given.host_id, "PartnerHost")
    compared = [readable(one) for one in given.fingerprints]
    renewed = await renew_keys(connection, context.program_id, number, compared, actor=context.actor)
    return {"host": host_record_of(renewed)}


@in_transaction
async def _replace_signing_key(
    connection: Connection, context: MerchantContext, given: PartnerSigningKeyReplaceInput
) -> Mapping[str, Any]:
    desk, program_id = context.partner_desk, context.program_id
    if desk is None:
        raise refused("UNAVAILABLE", context)
    if not await desk.replace_signing_key(connection, program_id, readable(given.name)):
        raise refused("KEYS_CHANGED", context, "name")
    return {"signing_key": signing_key_of(await signing_keys(connection, program_id))}


@strawberry.type
class AccessMutations:
    """Mutations of keys and connections, for the merchant's schema."""

    partner_key_create = staff_mutation(
        "partner_key_create", "Make a key for a partner, which is shown this once.", refused="no key was made",
        takes=PartnerKeyCreateInput, gives=_KeyMade, codes="PARTNER_NOT_FOUND ARCHIVED TOO_MANY INVALID UNAVAILABLE",
        does=_make_key,
    )  # fmt: skip
    partner_key_revoke = staff_mutation(
        "partner_key_revoke", "Let a key be good for nothing from now on.", refused="a key was not revoked",
        takes=PartnerKeyRevokeInput, gives=PartnerGiven, codes="PARTNER_NOT_FOUND KEY_NOT_FOUND", does=_revoke_key,
    )  # fmt: skip
    partner_host_add = staff_mutation(
        "partner_host_add", "Connect with a program elsewhere as its partner.", refused="nothing was connected",
        takes=PartnerHostAddInput, gives=_HostGiven,
        codes="HANDLE_INVALID HANDLE_TAKEN NAME_INVALID TOO_MANY ALREADY_CONNECTED ADDRESS_REFUSED KEY_INVALID "
        "KEY_REFUSED PREFIX_INVALID UNREACHABLE ANSWER_UNREADABLE UNAVAILABLE",
        does=_add_host,
    )  # fmt: skip
    partner_host_end = staff_mutation(
        "partner_host_end", "Report nothing more to a program; what was exchanged stays.",
        refused="a connection was not ended", takes=PartnerHostEndInput, gives=_HostGiven, codes="HOST_NOT_FOUND",
        does=_end_host,
    )  # fmt: skip
    partner_host_keys_renew = staff_mutation(
        "partner_host_keys_renew", "Trust a program's new keys, once a person compared their fingerprints.",
        refused="no key was taken", takes=PartnerHostKeysRenewInput, gives=_HostGiven,
        codes="HOST_NOT_FOUND HOST_ENDED KEYS_CHANGED", does=_renew_keys,
    )  # fmt: skip
    partner_signing_key_replace = staff_mutation(
        "partner_signing_key_replace", "Sign for partners with a new key, for which the one before it vouches.",
        refused="the key was not replaced", takes=PartnerSigningKeyReplaceInput, gives=_SigningKeyGiven,
        codes="KEYS_CHANGED UNAVAILABLE", does=_replace_signing_key,
    )  # fmt: skip
