"""The storefront's schema: what a shopper may see of themselves and of the program."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.scalars import SCALARS
from laurel_graphql.schema import LaurelSchema
from laurel_graphql.types.members import Member, member_of
from laurel_graphql.types.programs import Program, program_of


@strawberry.type(description="What a shopper may read.")
class Query:
    @computed("The logged-in shopper, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """The shopper's member. A customer of the shop who is not one yet becomes one, without a bonus."""
        record = await info.context.member()
        return None if record is None else member_of(record)

    @computed("The program's public facts, null before it is first published.")
    async def program(self, info: StorefrontInfo) -> Program | None:
        """The live version."""
        version = await info.context.program()
        return None if version is None else program_of(version, info.context.locale)


storefront_schema = LaurelSchema("storefront", strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS)))
