"""The merchant's schema: the program, what it did, what waits for a person, and the two changes that staff can make."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.schema.config import StrawberryConfig

from engine.explanations import explain_order
from engine.inbox import parked_deliveries, topic_counts
from engine.overview import overview, recent_activity
from engine.privacy_requests import privacy_requests
from engine.publishing import draft, live_version, versions
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import shopify_number_of
from laurel_graphql.mutations.parked_event_replay import ParkedEventReplayPayload, parked_event_replay
from laurel_graphql.mutations.program_publish import ProgramPublishPayload, program_publish
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.scalars import SCALARS
from laurel_graphql.schema import LaurelSchema
from laurel_graphql.types.deliveries import ParkedEventConnection, TopicCount, connection_of, topic_counts_of
from laurel_graphql.types.explanations import OrderExplanation, explanation_of
from laurel_graphql.types.overviews import Activity, Overview, activity_of, overview_of
from laurel_graphql.types.privacy import PrivacyRequest, privacy_request_of
from laurel_graphql.types.publications import MerchantProgram, ProgramDraft, PublishedVersion, draft_of, version_of


@strawberry.type(description="What the shop's staff may read.")
class Query:
    @computed("The program: what is live and what is being drafted.")
    async def program(self, info: MerchantInfo) -> MerchantProgram:
        """The live version and the draft."""
        async with info.context.reading() as connection:
            live = await live_version(connection, info.context.program_id)
            drafted = await draft(connection, info.context.program_id)
        return MerchantProgram(live_version=None if live is None else version_of(live), draft=draft_of(drafted))

    @computed("The definition that the next publication takes.")
    async def program_draft(self, info: MerchantInfo) -> ProgramDraft:
        """The draft alone."""
        async with info.context.reading() as connection:
            return draft_of(await draft(connection, info.context.program_id))

    @computed("The published versions, newest first.")
    async def program_versions(self, info: MerchantInfo, first: First = 20) -> list[PublishedVersion]:
        """As many of the newest versions as were asked for."""
        async with info.context.reading() as connection:
            published = await versions(connection, info.context.program_id)
        return [version_of(version) for version in reversed(published[-first:])]

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

    @computed("How many deliveries came of each topic, by state.")
    async def topic_counts(self, info: MerchantInfo) -> list[TopicCount]:
        """Every topic that the shop ever sent, among the deliveries still kept."""
        async with info.context.reading() as connection:
            return topic_counts_of(await topic_counts(connection, info.context.program_id))

    @computed("Why an order earned what it earned, or nothing. Null for an order that is not known here.")
    async def explain_order(
        self,
        info: MerchantInfo,
        order_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="The shop's order, as `gid://shopify/Order/1` or as the number alone."),
        ],
    ) -> OrderExplanation | None:
        """The order's numbers, line by line."""
        context = info.context
        number = shopify_number_of(order_id, "Order")
        async with context.reading() as connection:
            found = await explain_order(connection, context.program_id, context.shop_id, number)
        return None if found is None else explanation_of(found, context.locale)

    @computed("Requests about personal data that Shopify passed on, newest first.")
    async def privacy_requests(self, info: MerchantInfo, first: First = 20) -> list[PrivacyRequest]:
        """What is asked for, until when, and what came of it."""
        async with info.context.reading() as connection:
            found = await privacy_requests(connection, info.context.program_id, first)
        return [privacy_request_of(record) for record in found]


@strawberry.type(description="What the shop's staff may change.")
class Mutation:
    program_publish: ProgramPublishPayload = strawberry.field(
        resolver=program_publish, description="Publish the draft as the program's next version."
    )
    parked_event_replay: ParkedEventReplayPayload = strawberry.field(
        resolver=parked_event_replay, description="Try a parked delivery again, from the start."
    )


merchant_schema = LaurelSchema(
    "merchant", strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
)
