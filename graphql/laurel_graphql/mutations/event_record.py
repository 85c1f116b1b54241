"""`eventRecord`: something that a customer did is reported, once under its id."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.member_events import EventRefused, record_event
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.event_fields import EventFieldInput, fields_of
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, language_of


@strawberry.enum(description="Why an event was not taken.")
class EventRecordErrorCode(Enum):
    INVALID_NAME = strawberry.enum_value(
        "INVALID_NAME",
        description="Returned unless the name is `review`, `manual`, or a–z, 0–9, `_`, `.` and `-`, at most 64 "
        "characters.",
    )
    INVALID_ID = strawberry.enum_value(
        "INVALID_ID", description="Returned unless the id is 1 to 200 readable characters."
    )
    INVALID_TIME = strawberry.enum_value(
        "INVALID_TIME", description="Returned for a moment ahead of now or more than two years ago."
    )
    INVALID_FIELD = strawberry.enum_value(
        "INVALID_FIELD",
        description="Returned for more than 20 fields, a name that is none, a value that is too large, or not exactly "
        "one value.",
    )
    CUSTOMER_NOT_FOUND = strawberry.enum_value(
        "CUSTOMER_NOT_FOUND", description="Returned when the program does not know the customer."
    )


@strawberry.type(description="One reason why an event was not taken. Nothing changed.")
class EventRecordUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: EventRecordErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What was done, by whom and when.")
class EventRecordInput:
    name: str = strawberry.field(
        description="What was done: `review`, `manual` for what the staff report, or the name of a custom event that "
        "rules answer to."
    )
    id: str = strawberry.field(
        description="The reporter's own id of it, 1 to 200 characters. It is the idempotency key: a repeat changes "
        "nothing."
    )
    customer_id: strawberry.ID = strawberry.field(
        description="The shop's customer, as `gid://shopify/Customer/1` or as the number alone."
    )
    occurred_at: datetime | None = strawberry.field(default=None, description="When; null means now.")
    fields: list[EventFieldInput] | None = strawberry.field(
        default=None, description="What else rules may ask about it, at most 20."
    )


@strawberry.type(description="What came of a report.")
class EventRecordPayload:
    recorded: bool = strawberry.field(description="Whether it was new; false for a repeat, and when refused.")
    points: Points | None = strawberry.field(
        description="The points that all rules together gave for it, null when refused."
    )
    user_errors: list[EventRecordUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def event_record(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        EventRecordInput, strawberry.argument(description="What was done, by whom and when.")
    ],
) -> EventRecordPayload:
    """Rules for it give their points at once."""
    context = info.context
    customer_id = shopify_number_of(input.customer_id, "Customer")
    fields = fields_of(input.fields or [])
    try:
        async with context.writing() as connection:
            recorded = await record_event(
                connection, context.program_id, context.shop_id, customer_id, name=input.name, event_id=input.id,
                occurred_at=input.occurred_at, fields=fields,
            )  # fmt: skip
    except EventRefused as refusal:
        return _refused(info, refusal.code)
    return EventRecordPayload(recorded=recorded.new, points=Points(recorded.points), user_errors=[])


_PLACES = {
    "INVALID_NAME": "name",
    "INVALID_ID": "id",
    "INVALID_TIME": "occurredAt",
    "INVALID_FIELD": "fields",
    "CUSTOMER_NOT_FOUND": "customerId",
}


def _refused(info: MerchantInfo, code: str) -> EventRecordPayload:
    error = EventRecordUserError(
        field=["input", _PLACES[code]],
        message=TEXTS[language_of(info.context.locale)][f"event.{code.lower()}"],
        code=EventRecordErrorCode[code],
    )
    return EventRecordPayload(recorded=False, points=None, user_errors=[error])
