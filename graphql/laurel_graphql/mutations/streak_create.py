"""`streakCreate`: members can keep one more streak."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.streaks import StreakInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.streak_records import StreakDefinition, streak_definition_of


@strawberry.enum(description="Why no streak was made.")
class StreakCreateErrorCode(Enum):
    HANDLE_TAKEN = strawberry.enum_value(
        "HANDLE_TAKEN", description="Returned when another one has the handle, or had it."
    )
    HANDLE_INVALID = strawberry.enum_value(
        "HANDLE_INVALID", description="Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters."
    )
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the program has as many as it may at a time."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why no streak was made. Nothing changed.")
class StreakCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: StreakCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The streak to make.")
class StreakCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    streak: StreakInput = strawberry.field(description="The streak as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class StreakCreatePayload:
    streak: StreakDefinition | None = strawberry.field(description="The streak as it stands now, null when refused.")
    user_errors: list[StreakCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def streak_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        StreakCreateInput, strawberry.argument(description="The streak to make.")
    ],
) -> StreakCreatePayload:
    """Units count from now on."""
    try:
        made = await game_created(info.context, "streak", input.handle, input.streak, input.position)
    except GameChangeRefused as refusal:
        errors = [
            StreakCreateUserError(field=fault.field, message=fault.message, code=StreakCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return StreakCreatePayload(streak=None, user_errors=errors)
    return StreakCreatePayload(
        streak=streak_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
