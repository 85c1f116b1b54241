"""`programPublish`: the draft becomes the next version."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.database import transaction_time
from engine.publishing import draft, publish
from engine.rewards.defaults import seed_first_rewards
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.types.publications import PublishedVersion, version_of


@strawberry.enum(description="Why a publication was refused.")
class ProgramPublishErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    EFFECTIVE_FROM_PAST = strawberry.enum_value(
        "EFFECTIVE_FROM_PAST", description="Returned when `effectiveFrom` lies before now."
    )


@strawberry.type(description="One reason why a publication was refused. Nothing changed.")
class ProgramPublishUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ProgramPublishErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What to publish and from when.")
class ProgramPublishInput:
    effective_from: datetime | None = strawberry.field(
        default=None,
        description="The first moment that the version decides, by the time at which orders were paid. Not before now; "
        "null means now.",
    )
    expected_revision: int | None = strawberry.field(
        default=None,
        description="The draft's revision that was read. When the draft has changed since, nothing is published; null "
        "publishes it as it stands.",
    )


@strawberry.type(description="What came of a publication.")
class ProgramPublishPayload:
    program_version: PublishedVersion | None = strawberry.field(description="The new version, null when refused.")
    user_errors: list[ProgramPublishUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def program_publish(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ProgramPublishInput, strawberry.argument(description="What to publish and from when.")
    ],
) -> ProgramPublishPayload:
    """Publish the draft. Two at once become two versions, one after the other."""
    return await _publish(info.context, input)


async def _publish(context: MerchantContext, asked: ProgramPublishInput) -> ProgramPublishPayload:
    async with context.writing() as connection:
        found = await draft(connection, context.program_id)
        if asked.expected_revision is not None and asked.expected_revision != found.revision:
            return _refused(
                "expectedRevision", "The draft has changed since it was read.", ProgramPublishErrorCode.DRAFT_CHANGED
            )
        if asked.effective_from is not None and asked.effective_from < await transaction_time(connection):
            return _refused(
                "effectiveFrom", "A version cannot begin in the past.", ProgramPublishErrorCode.EFFECTIVE_FROM_PAST
            )
        version = await publish(
            connection,
            context.program_id,
            found.definition,
            effective_from=asked.effective_from,
            actor=context.actor,
        )
        if version.version == 1:
            await seed_first_rewards(connection, context.program_id, actor=context.actor)
    return ProgramPublishPayload(program_version=version_of(version), user_errors=[])


def _refused(name: str, message: str, code: ProgramPublishErrorCode) -> ProgramPublishPayload:
    error = ProgramPublishUserError(field=["input", name], message=message, code=code)
    return ProgramPublishPayload(program_version=None, user_errors=[error])
