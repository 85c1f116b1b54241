"""`streakArchive`: a streak is no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_archived
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.streak_records import StreakDefinition, streak_definition_of


@strawberry.enum(description="Why a streak was not archived.")
class StreakArchiveErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a streak was not archived. Nothing changed.")
class StreakArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: StreakArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which streak.")
class StreakArchiveInput:
    streak_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class StreakArchivePayload:
    streak: StreakDefinition | None = strawberry.field(description="The streak as it stands now, null when refused.")
    user_errors: list[StreakArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def streak_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        StreakArchiveInput, strawberry.argument(description="Which streak.")
    ],
) -> StreakArchivePayload:
    """It ends for everybody; milestones that were reached stay."""
    try:
        made = await game_archived(info.context, "streak", input.streak_id, input.expected_version)
    except GameChangeRefused as refusal:
        errors = [
            StreakArchiveUserError(field=fault.field, message=fault.message, code=StreakArchiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return StreakArchivePayload(streak=None, user_errors=errors)
    return StreakArchivePayload(
        streak=streak_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
