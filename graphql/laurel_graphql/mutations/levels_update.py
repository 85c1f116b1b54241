"""`levelsUpdate`: the levels get their next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_updated
from laurel_graphql.inputs.streaks import LevelsInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.level_records import LevelsDefinition, levels_definition_of


@strawberry.enum(description="Why the levels were not changed.")
class LevelsUpdateErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when it was changed as often as it may be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why the levels were not changed. Nothing changed.")
class LevelsUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LevelsUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The levels as a whole.")
class LevelsUpdateInput:
    levels_id: strawberry.ID = strawberry.field(description="Their global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    levels: LevelsInput = strawberry.field(description="The levels as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class LevelsUpdatePayload:
    levels: LevelsDefinition | None = strawberry.field(description="The levels as they stand now, null when refused.")
    user_errors: list[LevelsUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def levels_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LevelsUpdateInput, strawberry.argument(description="The levels as a whole.")
    ],
) -> LevelsUpdatePayload:
    """Points for levels that were reached are not given again."""
    try:
        made = await game_updated(info.context, "levels", input.levels_id, input.expected_version, input.levels)
    except GameChangeRefused as refusal:
        errors = [
            LevelsUpdateUserError(field=fault.field, message=fault.message, code=LevelsUpdateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LevelsUpdatePayload(levels=None, user_errors=errors)
    return LevelsUpdatePayload(
        levels=levels_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
