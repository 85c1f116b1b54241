"""Why a transaction was posted, and why an order earned what it earned, or nothing."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.explanations import explain, explain_order
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of, shopify_number_of
from laurel_graphql.types.explanations import OrderExplanation, explanation_of
from laurel_graphql.types.transaction_explanations import TransactionExplanation, explained


@strawberry.type
class ExplanationQueries:
    @computed("Why a transaction was posted. Null for one that the program does not have.")
    async def explain(
        self,
        info: MerchantInfo,
        transaction_id: Annotated[strawberry.ID, strawberry.argument(description="The transaction's global id.")],
    ) -> TransactionExplanation | None:
        """By what was recorded with it, for good."""
        number = number_of(transaction_id, "Transaction")
        async with info.context.reading() as connection:
            found = await explain(connection, info.context.program_id, number)
        return None if found is None else explained(found, info.context.locale)

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
