"""The storefront's schema: what a shopper may see of themselves and of the program."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from engine.members import member_of_customer
from engine.publishing import live_version
from engine.shops import shop_facts
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
        context = info.context
        if context.customer_id is None:
            return None
        async with context.reading() as connection:
            return member_of(
                await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
            )

    @computed("The program's public facts, null before it is first published.")
    async def program(self, info: StorefrontInfo) -> Program | None:
        """The live version."""
        context = info.context
        async with context.reading() as connection:
            version = await live_version(connection, context.program_id)
            if version is None:
                return None
            shop = await shop_facts(connection, context.program_id, context.shop_id)
        return program_of(version, shop.currency, context.locale)


storefront_schema = LaurelSchema("storefront", strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS)))
