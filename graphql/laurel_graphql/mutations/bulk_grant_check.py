"""`bulkGrantCheck`: a small file of grants is read, and what each row would do is noted. Nothing is given."""

from __future__ import annotations

import io
from enum import Enum
from typing import Annotated

import strawberry

from engine.files.checks import BulkRequest, check_file
from engine.files.columns import FileRefused
from engine.files.operations import BulkRefused
from engine.files.rows import customer_by_id
from laurel_graphql.context import MerchantInfo
from laurel_graphql.inputs.texts import readable
from laurel_graphql.types.bulk_operations import BulkOperation, operation_of


@strawberry.enum(description="Why a file was not read.")
class BulkGrantCheckErrorCode(Enum):
    FILE_REFUSED = strawberry.enum_value(
        "FILE_REFUSED", description="Returned when the file cannot be read at all; the message says why."
    )
    REASON_INVALID = strawberry.enum_value(
        "REASON_INVALID", description="Returned unless the reason is 1 to 200 readable characters."
    )
    NAME_INVALID = strawberry.enum_value(
        "NAME_INVALID", description="Returned unless the name is 1 to 200 readable characters."
    )
    PROGRAM_NOT_PUBLISHED = strawberry.enum_value(
        "PROGRAM_NOT_PUBLISHED", description="Returned before the program is first published."
    )


@strawberry.type(description="One reason why a file was not read. Nothing changed.")
class BulkGrantCheckUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: BulkGrantCheckErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="A file of grants as text; larger ones are handed in on the merchant's pages.")
class BulkGrantCheckInput:
    name: str = strawberry.field(description="What the file is called, such as `summer.csv`.")
    csv: str = strawberry.field(
        description="A header, then a row for each grant, with the columns `customer_id` and `points` and, "
        "if wanted, `reason` and `expires_on`."
    )
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters, kept for good with every grant, so it must not name a person."
    )
    enroll: bool = strawberry.field(
        default=False, description="Whether customers whom the program does not know become members."
    )


@strawberry.type(description="What came of reading a file.")
class BulkGrantCheckPayload:
    operation: BulkOperation | None = strawberry.field(
        description="The operation, which waits to be started; the same file is the same operation. Null when refused."
    )
    user_errors: list[BulkGrantCheckUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def bulk_grant_check(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BulkGrantCheckInput,
        strawberry.argument(description="A file of grants as text; larger ones are handed in on the merchant's pages."),
    ],
) -> BulkGrantCheckPayload:
    """A dry run: the operation says what every row would do."""
    context = info.context
    request = BulkRequest(
        program_id=context.program_id, shop_id=context.shop_id, kind="grant", name=readable(input.name),
        reason=readable(input.reason), requested_by=context.actor, enroll=input.enroll,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            file = io.BytesIO(input.csv.encode("utf-8", errors="replace"))
            operation = await check_file(connection, request, file, customer_by_id)
    except FileRefused as refusal:
        return _refused("FILE_REFUSED", "csv", str(refusal))
    except BulkRefused as refusal:
        field = {"REASON_INVALID": "reason", "NAME_INVALID": "name"}.get(refusal.code, "csv")
        return _refused(refusal.code, field, str(refusal))
    return BulkGrantCheckPayload(operation=operation_of(operation), user_errors=[])


def _refused(code: str, field: str, message: str) -> BulkGrantCheckPayload:
    error = BulkGrantCheckUserError(field=["input", field], message=message, code=BulkGrantCheckErrorCode[code])
    return BulkGrantCheckPayload(operation=None, user_errors=[error])
