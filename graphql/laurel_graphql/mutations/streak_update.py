"""`streakUpdate`: a streak gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_updated
from laurel_graphql.inputs.streaks import StreakInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.streak_records import StreakDefinition, streak_definition_of


@strawberry.enum(description="Why a streak was not changed.")
class StreakUpdateErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when it was changed as often as it may be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why a streak was not changed. Nothing changed.")
class StreakUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: StreakUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The streak as a whole.")
class StreakUpdateInput:
    streak_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    streak: StreakInput = strawberry.field(description="The streak as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class StreakUpdatePayload:
    streak: StreakDefinition | None = strawberry.field(description="The streak as it stands now, null when refused.")
    user_errors: list[StreakUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def streak_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        StreakUpdateInput, strawberry.argument(description="The streak as a whole.")
    ],
) -> StreakUpdatePayload:
    """Milestones that were reached stay reached."""
    try:
        made = await game_updated(
            info.context, "streak", input.streak_id, input.expected_version, input.streak, input.position
        )
    except GameChangeRefused as refusal:
        errors = [
            StreakUpdateUserError(field=fault.field, message=fault.message, code=StreakUpdateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return StreakUpdatePayload(streak=None, user_errors=errors)
    return StreakUpdatePayload(
        streak=streak_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
