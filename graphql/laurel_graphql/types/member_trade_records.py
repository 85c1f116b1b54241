"""What a member has to do with partners, as the staff see it."""

from __future__ import annotations

import strawberry

from engine.conversions.reading import purchases_of_member
from engine.offers.claims import claims_of_member
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.types.claim_records import ClaimRecordConnection, claims_page
from laurel_graphql.types.conversion_records import ConversionConnection
from laurel_graphql.types.conversion_records import connection_of as conversions_page


@strawberry.type
class TradeRecordsOfMember:
    """Fields of the merchant's `Member`."""

    number: strawberry.Private[int]

    @computed("What they claimed of partners' offers, newest first.")
    async def claimed_offers(self, info: MerchantInfo, first: First = 20, after: After = None) -> ClaimRecordConnection:
        """One page of their claims, without the codes."""
        context, before = info.context, number_after(after, "OfferClaim")
        async with context.reading() as connection:
            found = await claims_of_member(connection, context.program_id, self.number, first + 1, before)
        return claims_page(found, first, after)

    @computed("What they bought at partners, newest first.")
    async def partner_purchases(
        self, info: MerchantInfo, first: First = 20, after: After = None
    ) -> ConversionConnection:
        """One page of their purchases."""
        context, before = info.context, number_after(after, "Conversion")
        async with context.reading() as connection:
            found = await purchases_of_member(connection, context.program_id, self.number, first + 1, before)
        return conversions_page(found, context.locale, first, after)
