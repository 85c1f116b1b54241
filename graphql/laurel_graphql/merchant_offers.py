"""What the staff can change about partners' offers, claims of them and pools of codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from engine.database import Connection
from engine.offers.catalog import Offer
from engine.offers.editing import archive_offer, create_offer, update_offer
from engine.offers.pools import close_pool, create_pool
from engine.offers.publishing import close_offer, publish_offer
from engine.offers.voiding import void_claim
from laurel_graphql.changes import given_of
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.offers import OfferInput, checked_offer
from laurel_graphql.inputs.texts import readable
from laurel_graphql.partnering import in_transaction, staff_mutation
from laurel_graphql.types.claim_records import ClaimRecord, claim_record_of
from laurel_graphql.types.code_pool_records import CodePoolRecord, pool_of
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.offer_records import OfferRecord, offer_of

_POSITION_MAXIMUM = 10_000


_OFFER_GIVEN = given_of("offer", OfferRecord, "The offer as it stands now, null when refused.")
_CLAIM_GIVEN = given_of("claim", ClaimRecord, "The claim as it stands now, null when refused.")
_POOL_GIVEN = given_of("code_pool", CodePoolRecord, "The pool as it stands now, null when refused.")


@strawberry.input(description="The offer to make.")
class OfferCreateInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique in the program.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    offer: OfferInput = strawberry.field(description="The offer.")


@strawberry.input(description="The offer as a whole.")
class OfferUpdateInput:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    offer: OfferInput = strawberry.field(description="The offer as a whole; what is left out gets its default.")


@strawberry.input(description="The offer to archive.")
class OfferArchiveInput:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.input(description="An offer.")
class _OfferNamed:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")


@strawberry.input(description="The offer to publish.")
class OfferPublishInput(_OfferNamed):
    """An offer."""


@strawberry.input(description="The offer to close.")
class OfferCloseInput(_OfferNamed):
    """An offer."""


@strawberry.input(description="The claim to take back.")
class OfferClaimVoidInput:
    claim_id: strawberry.ID = strawberry.field(description="The claim's global id.")
    reason: str = strawberry.field(description="Why; its member reads it. 1 to 500 characters.")
    never_shown: bool = strawberry.field(
        default=False, description="True: nobody saw its code, so that another member may have it."
    )


@strawberry.input(description="The pool to make. Codes come into it by a file.")
class CodePoolCreateInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    name: str = strawberry.field(description="Its name, 1 to 120 characters.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="From when on nothing is handed out; null: for good."
    )
    low_water: int = strawberry.field(default=0, description="Below so many codes it is said to run low.")


@strawberry.input(description="The pool to close.")
class CodePoolCloseInput:
    code_pool_id: strawberry.ID = strawberry.field(description="The pool's global id.")


async def _given(connection: Connection, context: MerchantContext, offer: Offer) -> Mapping[str, Any]:
    return {"offer": offer_of(offer, await game_desk(connection, context))}


def _place(position: int | None) -> int | None:
    return None if position is None else min(max(position, 0), _POSITION_MAXIMUM)


@in_transaction
async def _create(connection: Connection, context: MerchantContext, given: OfferCreateInput) -> Mapping[str, Any]:
    made = await create_offer(
        connection, context.program_id, number_of(given.partner_id, "Partner"), readable(given.handle),
        checked_offer(given.offer), actor=context.actor, position=_place(given.position),
    )  # fmt: skip
    return await _given(connection, context, made)


@in_transaction
async def _update(connection: Connection, context: MerchantContext, given: OfferUpdateInput) -> Mapping[str, Any]:
    made = await update_offer(
        connection, context.program_id, number_of(given.offer_id, "Offer"),
        checked_offer(given.offer), expected_version=given.expected_version, actor=context.actor,
        position=_place(given.position),
    )  # fmt: skip
    return await _given(connection, context, made)


@in_transaction
async def _archive(connection: Connection, context: MerchantContext, given: OfferArchiveInput) -> Mapping[str, Any]:
    made = await archive_offer(
        connection, context.program_id, number_of(given.offer_id, "Offer"), expected_version=given.expected_version,
        actor=context.actor,
    )  # fmt: skip
    return await _given(connection, context, made)


def _switched(switch: Any) -> Any:
    """Publish or close an offer."""

    @in_transaction
    async def does(connection: Connection, context: MerchantContext, given: _OfferNamed) -> Mapping[str, Any]:
        number = number_of(given.offer_id, "Offer")
        made = await switch(connection, context.program_id, number, actor=context.actor)
        return await _given(connection, context, made)

    return does


@in_transaction
async def _void(connection: Connection, context: MerchantContext, given: OfferClaimVoidInput) -> Mapping[str, Any]:
    made = await void_claim(
        connection, context.program_id, number_of(given.claim_id, "OfferClaim"), reason=readable(given.reason),
        actor=context.actor, never_shown=given.never_shown,
    )  # fmt: skip
    return {"claim": claim_record_of(made)}


@in_transaction
async def _make_pool(connection: Connection, context: MerchantContext, given: CodePoolCreateInput) -> Mapping[str, Any]:
    made = await create_pool(
        connection, context.program_id, number_of(given.partner_id, "Partner"), readable(given.name),
        expires_at=given.expires_at, low_water=given.low_water, actor=context.actor,
    )  # fmt: skip
    return {"code_pool": pool_of(made)}


@in_transaction
async def _close_pool(connection: Connection, context: MerchantContext, given: CodePoolCloseInput) -> Mapping[str, Any]:
    made = await close_pool(connection, context.program_id, number_of(given.code_pool_id, "CodePool"))
    return {"code_pool": pool_of(made)}


_WRITTEN = (
    "TOO_MANY INVALID PARTNER_NOT_FOUND PARTNER_ARCHIVED NO_AGREEMENT CURRENCY_MISMATCH POOL_NOT_FOUND POOL_CLOSED "
    "ARTWORK_NOT_FOUND ENDED"
)
_READ = "OFFER_NOT_FOUND ARCHIVED VERSION_CONFLICT"


@strawberry.type
class OfferMutations:
    """Mutations of offers, claims and pools, for the merchant's schema."""

    offer_create = staff_mutation(
        "offer_create", "Write an offer of a partner. It is a draft until it is published.",
        refused="no offer was made", takes=OfferCreateInput, gives=_OFFER_GIVEN,
        codes=f"HANDLE_INVALID HANDLE_TAKEN {_WRITTEN}", does=_create, root="offer",
    )  # fmt: skip
    offer_update = staff_mutation(
        "offer_update", "Make the next version of an offer. What was claimed keeps its own.",
        refused="an offer was not changed", takes=OfferUpdateInput, gives=_OFFER_GIVEN,
        codes=f"{_READ} {_WRITTEN} KIND_CHANGED BUDGET_BELOW_SPENT BUDGET_UNIT_IN_USE LIMIT_BELOW_CLAIMED",
        does=_update, root="offer",
    )  # fmt: skip
    offer_archive = staff_mutation(
        "offer_archive", "End an offer for good. Codes that were given stay good.",
        refused="an offer was not archived", takes=OfferArchiveInput, gives=_OFFER_GIVEN, codes=_READ, does=_archive,
    )  # fmt: skip
    offer_publish = staff_mutation(
        "offer_publish", "Let members claim an offer: its budget is reserved.", refused="an offer was not published",
        takes=OfferPublishInput, gives=_OFFER_GIVEN, codes=f"OFFER_NOT_FOUND ARCHIVED {_WRITTEN}",
        does=_switched(publish_offer),
    )  # fmt: skip
    offer_close = staff_mutation(
        "offer_close", "Let nobody claim an offer any more; it can be published again.",
        refused="an offer was not closed", takes=OfferCloseInput, gives=_OFFER_GIVEN,
        codes="OFFER_NOT_FOUND ARCHIVED NOT_PUBLISHED", does=_switched(close_offer),
    )  # fmt: skip
    offer_claim_void = staff_mutation(
        "offer_claim_void", "Take a claim back; points that it took are given back.",
        refused="a claim was not taken back", takes=OfferClaimVoidInput, gives=_CLAIM_GIVEN,
        codes="CLAIM_NOT_FOUND NOT_VOIDABLE REASON_INVALID", does=_void,
    )  # fmt: skip
    code_pool_create = staff_mutation(
        "code_pool_create", "Make a pool for codes of a partner.", refused="no pool was made",
        takes=CodePoolCreateInput, gives=_POOL_GIVEN, codes="PARTNER_NOT_FOUND ARCHIVED TOO_MANY INVALID",
        does=_make_pool,
    )  # fmt: skip
    code_pool_close = staff_mutation(
        "code_pool_close", "Hand out nothing more of a pool. Codes that were claimed stay good.",
        refused="a pool was not closed", takes=CodePoolCloseInput, gives=_POOL_GIVEN,
        codes="POOL_NOT_FOUND POOL_CLOSED", does=_close_pool,
    )  # fmt: skip
