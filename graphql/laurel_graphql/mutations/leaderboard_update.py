"""`leaderboardUpdate`: a leaderboard gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_updated
from laurel_graphql.inputs.leaderboards import LeaderboardInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.leaderboard_records import LeaderboardDefinition, leaderboard_definition_of


@strawberry.enum(description="Why a leaderboard was not changed.")
class LeaderboardUpdateErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when it was changed as often as it may be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why a leaderboard was not changed. Nothing changed.")
class LeaderboardUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeaderboardUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The leaderboard as a whole.")
class LeaderboardUpdateInput:
    leaderboard_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    leaderboard: LeaderboardInput = strawberry.field(
        description="The leaderboard as a whole; what is left out gets its default."
    )


@strawberry.type(description="What came of it.")
class LeaderboardUpdatePayload:
    leaderboard: LeaderboardDefinition | None = strawberry.field(
        description="The leaderboard as it stands now, null when refused."
    )
    user_errors: list[LeaderboardUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def leaderboard_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeaderboardUpdateInput, strawberry.argument(description="The leaderboard as a whole.")
    ],
) -> LeaderboardUpdatePayload:
    """A period is worked out by the version that is in force at its last moment; closed ones stay as they are."""
    try:
        made = await game_updated(
            info.context, "leaderboard", input.leaderboard_id, input.expected_version, input.leaderboard, input.position
        )
    except GameChangeRefused as refusal:
        errors = [
            LeaderboardUpdateUserError(field=fault.field, message=fault.message, code=LeaderboardUpdateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LeaderboardUpdatePayload(leaderboard=None, user_errors=errors)
    return LeaderboardUpdatePayload(
        leaderboard=leaderboard_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
