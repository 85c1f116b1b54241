"""`bulkGrantStart`: a checked file of grants is carried out."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.files.operations import BulkRefused, start_operation
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.bulk_operations import BulkOperation, operation_of


@strawberry.enum(description="Why it was not started.")
class BulkGrantStartErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when there is no such operation.")
    CANCELED = strawberry.enum_value("CANCELED", description="Returned when it was canceled before.")


@strawberry.type(description="One reason why it was not started. Nothing changed.")
class BulkGrantStartUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: BulkGrantStartErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which operation.")
class BulkGrantStartInput:
    operation_id: strawberry.ID = strawberry.field(description="The operation's global id.")


@strawberry.type(description="What came of it.")
class BulkGrantStartPayload:
    operation: BulkOperation | None = strawberry.field(description="The operation as it stands now, null when refused.")
    user_errors: list[BulkGrantStartUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def bulk_grant_start(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BulkGrantStartInput, strawberry.argument(description="Which operation.")
    ],
) -> BulkGrantStartPayload:
    """Each row has its effect once, however often it is started."""
    context = info.context
    operation_id = number_of(input.operation_id, "BulkOperation")
    try:
        async with context.writing() as connection:
            operation = await start_operation(connection, context.program_id, operation_id, actor=context.actor)
    except BulkRefused as refusal:
        error = BulkGrantStartUserError(
            field=["input", "operationId"],
            message=TEXTS[language_of(context.locale)][f"bulk.{refusal.code.lower()}"],
            code=BulkGrantStartErrorCode[refusal.code],
        )
        return BulkGrantStartPayload(operation=None, user_errors=[error])
    return BulkGrantStartPayload(operation=operation_of(operation), user_errors=[])
