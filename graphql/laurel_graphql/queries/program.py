"""What the program says: the draft, the published versions, and the fields that conditions can ask about."""

from __future__ import annotations

import strawberry

from engine.publishing import draft, live_version, publications, versions
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.pages import First
from laurel_graphql.types.conditions import ConditionField, condition_fields
from laurel_graphql.types.publications import MerchantProgram, ProgramDraft, PublishedVersion, draft_of, version_of


@strawberry.type
class ProgramQueries:
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
            told = {one.version: one for one in await publications(connection, info.context.program_id, first)}
        return [version_of(version, told.get(version.version)) for version in reversed(published[-first:])]

    @computed("The fields that conditions can ask about.")
    def condition_fields(self) -> list[ConditionField]:
        """By name."""
        return condition_fields()
