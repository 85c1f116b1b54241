"""Whether an offer fits what is around it: its partner, the agreement, the pool of codes, the picture."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.artwork import artwork_id_of, is_artwork
from engine.badges.artwork_store import artwork_svg
from engine.database import transaction_time
from engine.money import MoneyError
from engine.offers.availability import points_needed
from engine.offers.definitions import OfferDefinition
from engine.offers.pools import pool_of
from engine.offers.refusals import OfferRefused
from engine.partners.agreements import agreements_of
from engine.partners.catalog import partner_of
from engine.partners.facts import Agreement, in_force
from engine.partners.kinds import micros_for


async def checked_terms(
    connection: AsyncConnection, program_id: int, partner_id: int, definition: OfferDefinition, *, live: bool
) -> Agreement:
    """The agreement that an offer is made under: in force now where it is `live`, else perhaps one that is to come.

    Raises OfferRefused: PARTNER_NOT_FOUND, PARTNER_ARCHIVED, NO_AGREEMENT, CURRENCY_MISMATCH, POOL_NOT_FOUND,
    POOL_CLOSED, ARTWORK_NOT_FOUND, ENDED, INVALID.
    """
    partner = await partner_of(connection, program_id, partner_id)
    if partner is None:
        raise OfferRefused("PARTNER_NOT_FOUND", "partnerId", "the program has no such partner")
    if partner.archived_at is not None:
        raise OfferRefused("PARTNER_ARCHIVED", "partnerId", "the partner is archived")
    now = await transaction_time(connection)
    if live and definition.ends_at is not None and definition.ends_at <= now:
        raise OfferRefused("ENDED", "endsAt", "it has ended already")
    agreements = await agreements_of(connection, program_id, partner_id)
    agreement = in_force(agreements, now) or (agreements[0] if agreements and not live else None)
    if agreement is None:
        raise OfferRefused("NO_AGREEMENT", "partnerId", "nothing is agreed with the partner yet")
    if definition.currency not in (None, agreement.definition.currency):
        raise OfferRefused("CURRENCY_MISMATCH", "currency", f"the agreement is in {agreement.definition.currency}")
    _check_money(definition, agreement)
    await _check_pool(connection, program_id, partner_id, definition)
    await _check_artwork(connection, program_id, definition.artwork)
    return agreement


def _check_money(definition: OfferDefinition, agreement: Agreement) -> None:
    try:
        micros_for("redeemed", points_needed(definition), agreement.definition)
    except MoneyError:
        raise OfferRefused("INVALID", "gives", "so many points are more than can be accounted for") from None


async def _check_pool(
    connection: AsyncConnection, program_id: int, partner_id: int, definition: OfferDefinition
) -> None:
    if definition.pool_id is None:
        return
    pool = await pool_of(connection, program_id, definition.pool_id)
    if pool is None or pool.partner_id != partner_id:
        raise OfferRefused("POOL_NOT_FOUND", "gives.source.poolId", "the partner has no such pool")
    if pool.ended:
        raise OfferRefused("POOL_CLOSED", "gives.source.poolId", "the pool is closed or has expired")


async def _check_artwork(connection: AsyncConnection, program_id: int, artwork: str | None) -> None:
    if artwork is None:
        return
    artwork_id = artwork_id_of(artwork)
    own = artwork_id is not None
    if not is_artwork(artwork) or (own and await artwork_svg(connection, program_id, artwork_id or 0) is None):
        raise OfferRefused("ARTWORK_NOT_FOUND", "artwork", "there is no such picture")
