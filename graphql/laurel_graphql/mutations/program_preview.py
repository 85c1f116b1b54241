"""`programPreview`: a program is tried out before it decides: on one order or event, or on months of orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated

import strawberry

from engine.database import Connection, transaction_time
from engine.previews import backtest, preview_event, preview_order, preview_stored_order
from engine.publishing import draft, versions
from engine.rewards.catalog import rewards_of
from engine.rewards.standing import shop_currency
from engine.rewards.worth import value_per_point
from engine.rules.days import months_later
from engine.rules.definitions import Definition
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.previews import PreviewEventInput, PreviewOrderInput, event_of, order_of
from laurel_graphql.types.previews import Backtest, ProgramPreview, backtest_of, preview_of

MONTHS_MAXIMUM = 24
ORDERS_MAXIMUM = 20_000
"""As many as can be tried while somebody waits; the answer says when there were more."""
_ON = ("order_id", "order", "event", "months")


@strawberry.enum(description="Why nothing was tried out.")
class ProgramPreviewErrorCode(Enum):
    INVALID = strawberry.enum_value(
        "INVALID",
        description="Returned unless exactly one thing is given to try the program on, and for months that are not 1 "
        "to 24.",
    )
    ORDER_NOT_FOUND = strawberry.enum_value(
        "ORDER_NOT_FOUND", description="Returned when the order is not known here or nobody's."
    )
    NO_SUCH_VERSION = strawberry.enum_value(
        "NO_SUCH_VERSION", description="Returned when the program never published a version of that number."
    )


@strawberry.type(description="One reason why nothing was tried out. Nothing changed.")
class ProgramPreviewUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ProgramPreviewErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What to try out on what. Nothing changes.")
class ProgramPreviewInput:
    version: int | None = strawberry.field(
        default=None, description="The number of a published version; null: the draft."
    )
    order_id: strawberry.ID | None = strawberry.field(
        default=None, description="An order of the shop, as `gid://shopify/Order/1` or as the number alone; or else:"
    )
    order: PreviewOrderInput | None = strawberry.field(
        default=None, description="A paid order that nobody placed; or else:"
    )
    event: PreviewEventInput | None = strawberry.field(default=None, description="Something that nobody did; or else:")
    months: int | None = strawberry.field(default=None, description="The shop's own orders of so many months, 1 to 24.")
    value_per_point: Decimal | None = strawberry.field(
        default=None,
        description="What a point is worth in the shop's currency, for costs; null: the most that any reward gives "
        "for one.",
    )


@strawberry.type(description="What came of trying a program out.")
class ProgramPreviewPayload:
    preview: ProgramPreview | None = strawberry.field(description="What it gives for one order or event.")
    backtest: Backtest | None = strawberry.field(description="What it would have given for the shop's own orders.")
    user_errors: list[ProgramPreviewUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def program_preview(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ProgramPreviewInput, strawberry.argument(description="What to try out on what. Nothing changes.")
    ],
) -> ProgramPreviewPayload:
    """By the same functions that decide real orders and events."""
    context = info.context
    if sum(getattr(input, name) is not None for name in _ON) != 1:
        return _refused("INVALID", "months", "Give one thing to try the program on.")
    if input.months is not None and not 1 <= input.months <= MONTHS_MAXIMUM:
        return _refused("INVALID", "months", f"Try 1 to {MONTHS_MAXIMUM} months.")
    async with context.reading() as connection:
        definition = await _definition(connection, context.program_id, input.version)
        if definition is None:
            return _refused("NO_SUCH_VERSION", "version", "There is no version of that number.")
        now = await transaction_time(connection)
        if input.months is not None:
            return await _backtest(connection, context, definition, input, now)
        if input.order_id is not None:
            number = shopify_number_of(input.order_id, "Order")
            found = await preview_stored_order(connection, context.program_id, definition, context.shop_id, number)
            if found is None:
                return _refused("ORDER_NOT_FOUND", "orderId", "There is no such order of a member.")
        elif input.order is not None:
            found = preview_order(definition, *order_of(input.order, now))
        else:
            found = preview_event(definition, *event_of(input.event or PreviewEventInput(source=""), now))
    return ProgramPreviewPayload(preview=preview_of(found, context.locale), backtest=None, user_errors=[])


async def _definition(connection: Connection, program_id: int, version: int | None) -> Definition | None:
    if version is None:
        return (await draft(connection, program_id)).definition
    published = await versions(connection, program_id)
    return next((one.definition for one in published if one.version == version), None)


async def _backtest(
    connection: Connection, context: MerchantContext, definition: Definition, asked: ProgramPreviewInput, now: datetime
) -> ProgramPreviewPayload:
    since = months_later(now, -(asked.months or 1), definition.zone)
    currency = await shop_currency(connection, context.program_id, context.shop_id)
    worth = asked.value_per_point
    if worth is None:
        worth = value_per_point(await rewards_of(connection, context.program_id), currency)
    if worth < 0:
        return _refused("INVALID", "valuePerPoint", "A point is worth 0 or more.")
    found = await backtest(
        connection, context.program_id, definition, since, now, most_orders=ORDERS_MAXIMUM, value_per_point=worth,
        currency=currency,
    )  # fmt: skip
    return ProgramPreviewPayload(preview=None, backtest=backtest_of(found), user_errors=[])


def _refused(code: str, field: str, message: str) -> ProgramPreviewPayload:
    error = ProgramPreviewUserError(field=["input", field], message=message, code=ProgramPreviewErrorCode[code])
    return ProgramPreviewPayload(preview=None, backtest=None, user_errors=[error])
