"""`levelsArchive`: the levels are no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_archived
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.level_records import LevelsDefinition, levels_definition_of


@strawberry.enum(description="Why the levels were not archived.")
class LevelsArchiveErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why the levels were not archived. Nothing changed.")
class LevelsArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LevelsArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which levels.")
class LevelsArchiveInput:
    levels_id: strawberry.ID = strawberry.field(description="Their global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class LevelsArchivePayload:
    levels: LevelsDefinition | None = strawberry.field(description="The levels as they stand now, null when refused.")
    user_errors: list[LevelsArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def levels_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LevelsArchiveInput, strawberry.argument(description="Which levels.")
    ],
) -> LevelsArchivePayload:
    """Nobody reaches a level any more."""
    try:
        made = await game_archived(info.context, "levels", input.levels_id, input.expected_version)
    except GameChangeRefused as refusal:
        errors = [
            LevelsArchiveUserError(field=fault.field, message=fault.message, code=LevelsArchiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LevelsArchivePayload(levels=None, user_errors=errors)
    return LevelsArchivePayload(
        levels=levels_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
