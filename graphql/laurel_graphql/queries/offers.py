"""Offers of partners on the storefront: what there is, and what the shopper claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from engine.members import member_of_customer
from engine.offers.claims import claims_of_member
from engine.offers.reading import OfferView, offers_for
from engine.shops import shop_facts
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.offer_claims import OfferClaimConnection
from laurel_graphql.types.offer_claims import connection_of as claims_page
from laurel_graphql.types.offers import Offer, OfferConnection, OfferDesk, offer_of
from laurel_graphql.types.offers import connection_of as offers_page


@strawberry.type
class OfferQueries:
    @computed("Partners' offers, in the merchant's order; those that cannot be had too, each with the reason why.")
    async def offers(self, info: StorefrontInfo, first: First = 20, after: After = None) -> OfferConnection:
        """One page of them; also for those who are not logged in."""
        views, desk = await _offers_read(info.context)
        return offers_page(views, desk, first, after)

    @computed("One offer, null when there is none of that id.")
    async def offer(
        self,
        info: StorefrontInfo,
        id: Annotated[strawberry.ID, strawberry.argument(description="The offer's global id.")],  # noqa: A002
    ) -> Offer | None:
        """As the list has it."""
        number = number_of(id, "Offer")
        views, desk = await _offers_read(info.context)
        return next((offer_of(view, desk) for view in views if view.offer.offer_id == number), None)

    @computed("What the logged-in shopper claimed, newest first; empty when nobody is logged in.")
    async def claimed_offers(
        self, info: StorefrontInfo, first: First = 20, after: After = None
    ) -> OfferClaimConnection:
        """One page of the shopper's own claims."""
        context, before = info.context, number_after(after, "OfferClaim")
        async with context.reading() as connection:
            desk = await game_desk(connection, context)
            if context.customer_id is None:
                return claims_page([], desk, first, after)
            member = await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
            found = await claims_of_member(connection, context.program_id, member.member_id, first + 1, before)
        return claims_page(found, desk, first, after)


async def _offers_read(context: StorefrontContext) -> tuple[Sequence[OfferView], OfferDesk]:
    async with context.reading() as connection:
        views = await offers_for(connection, context.program_id, context.shop_id, context.customer_id)
        shop = await shop_facts(connection, context.program_id, context.shop_id)
        return views, OfferDesk(await game_desk(connection, context), shop.currency)
