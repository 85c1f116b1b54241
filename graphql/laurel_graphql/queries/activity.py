"""What the program did, and what waits for a person."""

from __future__ import annotations

import strawberry

from engine.inbox import parked_deliveries, topic_counts
from engine.overview import overview, recent_activity
from engine.privacy_requests import privacy_requests
from engine.shortfalls import flagged_shortfalls
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.types.deliveries import ParkedEventConnection, TopicCount, connection_of, topic_counts_of
from laurel_graphql.types.overviews import Activity, Overview, activity_of, overview_of
from laurel_graphql.types.privacy import PrivacyRequest, privacy_request_of
from laurel_graphql.types.shortfalls import Shortfall, shortfall_of


@strawberry.type
class ActivityQueries:
    @computed("The program in numbers.")
    async def overview(self, info: MerchantInfo) -> Overview:
        """Sums over the ledger and the inbox."""
        async with info.context.reading() as connection:
            return overview_of(await overview(connection, info.context.program_id))

    @computed("What happened lately, newest first.")
    async def recent_activity(self, info: MerchantInfo, first: First = 20) -> list[Activity]:
        """The newest transactions of all members."""
        async with info.context.reading() as connection:
            found = await recent_activity(connection, info.context.program_id, first)
        return [activity_of(record, info.context.locale) for record in found]

    @computed("Deliveries of the shop that could not be applied and wait for a person, newest first.")
    async def parked_events(self, info: MerchantInfo, first: First = 20, after: After = None) -> ParkedEventConnection:
        """One page of the parked deliveries."""
        before = number_after(after, "ParkedEvent")
        async with info.context.reading() as connection:
            found = await parked_deliveries(connection, info.context.program_id, first + 1, before)
        return connection_of(found, first, after)

    @computed("Refunds that found too few points and were flagged for the staff, newest first.")
    async def shortfalls(self, info: MerchantInfo, first: First = 20) -> list[Shortfall]:
        """Only where the program's refund policy is FLAG; otherwise points are owed or written off."""
        async with info.context.reading() as connection:
            found = await flagged_shortfalls(connection, info.context.program_id, first)
        return [shortfall_of(record) for record in found]

    @computed("How many deliveries came of each topic, by state.")
    async def topic_counts(self, info: MerchantInfo) -> list[TopicCount]:
        """Every topic that the shop ever sent, among the deliveries still kept."""
        async with info.context.reading() as connection:
            return topic_counts_of(await topic_counts(connection, info.context.program_id))

    @computed("Requests about personal data that Shopify passed on, newest first.")
    async def privacy_requests(self, info: MerchantInfo, first: First = 20) -> list[PrivacyRequest]:
        """What is asked for, until when, and what came of it."""
        async with info.context.reading() as connection:
            found = await privacy_requests(connection, info.context.program_id, first)
        return [privacy_request_of(record) for record in found]
