"""`programRollback`: what an earlier version said is published as the next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.publishing import NoSuchVersion, lock_versions, rollback, versions
from laurel_graphql.context import MerchantInfo
from laurel_graphql.types.publications import PublishedVersion, version_of


@strawberry.enum(description="Why nothing was published.")
class ProgramRollbackErrorCode(Enum):
    NO_SUCH_VERSION = strawberry.enum_value(
        "NO_SUCH_VERSION", description="Returned when the program never published a version of that number."
    )
    VERSION_CHANGED = strawberry.enum_value(
        "VERSION_CHANGED", description="Returned when another version was published since the list was read."
    )


@strawberry.type(description="One reason why nothing was published. Nothing changed.")
class ProgramRollbackUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ProgramRollbackErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which version to go back to.")
class ProgramRollbackInput:
    version: int = strawberry.field(description="The number of the version whose definition is to decide again.")
    expected_latest: int | None = strawberry.field(
        default=None,
        description="The number of the newest version that was read: when there is a newer one, nothing is "
        "published. Null: whatever there is.",
    )


@strawberry.type(description="What came of going back.")
class ProgramRollbackPayload:
    program_version: PublishedVersion | None = strawberry.field(
        description="The new version, null when refused. Awards keep the versions they have."
    )
    user_errors: list[ProgramRollbackUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def program_rollback(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ProgramRollbackInput, strawberry.argument(description="Which version to go back to.")
    ],
) -> ProgramRollbackPayload:
    """The version decides from now on, and becomes the draft, too."""
    context = info.context
    try:
        async with context.writing() as connection:
            await lock_versions(connection, context.program_id)
            published = await versions(connection, context.program_id)
            latest = published[-1].version if published else 0
            if input.expected_latest is not None and input.expected_latest != latest:
                return _refused("VERSION_CHANGED", "expectedLatest", "Another version was published since.")
            version = await rollback(connection, context.program_id, input.version, actor=context.actor)
    except NoSuchVersion:
        return _refused("NO_SUCH_VERSION", "version", "There is no version of that number.")
    return ProgramRollbackPayload(program_version=version_of(version), user_errors=[])


def _refused(code: str, field: str, message: str) -> ProgramRollbackPayload:
    error = ProgramRollbackUserError(field=["input", field], message=message, code=ProgramRollbackErrorCode[code])
    return ProgramRollbackPayload(program_version=None, user_errors=[error])
