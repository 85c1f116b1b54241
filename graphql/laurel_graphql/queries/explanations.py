"""Why an order earned what it earned, or nothing."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.explanations import explain_order
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import shopify_number_of
from laurel_graphql.types.explanations import OrderExplanation, explanation_of


@strawberry.type
class ExplanationQueries:
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
