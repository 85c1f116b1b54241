"""`bulkGrantCancel`: no more rows of a file of grants are applied."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.files.operations import BulkRefused, cancel_operation
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.bulk_operations import BulkOperation, operation_of


@strawberry.enum(description="Why it was not canceled.")
class BulkGrantCancelErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when there is no such operation.")


@strawberry.type(description="One reason why it was not canceled. Nothing changed.")
class BulkGrantCancelUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: BulkGrantCancelErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which operation.")
class BulkGrantCancelInput:
    operation_id: strawberry.ID = strawberry.field(description="The operation's global id.")


@strawberry.type(description="What came of it.")
class BulkGrantCancelPayload:
    operation: BulkOperation | None = strawberry.field(description="The operation as it stands now, null when refused.")
    user_errors: list[BulkGrantCancelUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def bulk_grant_cancel(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BulkGrantCancelInput, strawberry.argument(description="Which operation.")
    ],
) -> BulkGrantCancelPayload:
    """What was applied stays."""
    context = info.context
    operation_id = number_of(input.operation_id, "BulkOperation")
    try:
        async with context.writing() as connection:
            operation = await cancel_operation(connection, context.program_id, operation_id)
    except BulkRefused as refusal:
        error = BulkGrantCancelUserError(
            field=["input", "operationId"],
            message=TEXTS[language_of(context.locale)][f"bulk.{refusal.code.lower()}"],
            code=BulkGrantCancelErrorCode[refusal.code],
        )
        return BulkGrantCancelPayload(operation=None, user_errors=[error])
    return BulkGrantCancelPayload(operation=operation_of(operation), user_errors=[])
