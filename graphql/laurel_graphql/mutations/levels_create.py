"""`levelsCreate`: members rise through levels by experience."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.streaks import LevelsInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.level_records import LevelsDefinition, levels_definition_of


@strawberry.enum(description="Why no levels were made.")
class LevelsCreateErrorCode(Enum):
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


@strawberry.type(description="One reason why no levels were made. Nothing changed.")
class LevelsCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LevelsCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The levels to make.")
class LevelsCreateInput:
    levels: LevelsInput = strawberry.field(description="The levels as a whole; what is left out gets its default.")
    handle: str = strawberry.field(
        default="levels", description="Their handle: a–z, 0–9 and `-`, at most 64 characters."
    )


@strawberry.type(description="What came of it.")
class LevelsCreatePayload:
    levels: LevelsDefinition | None = strawberry.field(description="The levels as they stand now, null when refused.")
    user_errors: list[LevelsCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def levels_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LevelsCreateInput, strawberry.argument(description="The levels to make.")
    ],
) -> LevelsCreatePayload:
    """A program has one set of levels at a time."""
    try:
        made = await game_created(info.context, "levels", input.handle, input.levels)
    except GameChangeRefused as refusal:
        errors = [
            LevelsCreateUserError(field=fault.field, message=fault.message, code=LevelsCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LevelsCreatePayload(levels=None, user_errors=errors)
    return LevelsCreatePayload(
        levels=levels_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
