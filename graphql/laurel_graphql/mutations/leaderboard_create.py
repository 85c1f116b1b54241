"""`leaderboardCreate`: members can be ranked on one more board."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.leaderboards import LeaderboardInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.leaderboard_records import LeaderboardDefinition, leaderboard_definition_of


@strawberry.enum(description="Why no leaderboard was made.")
class LeaderboardCreateErrorCode(Enum):
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


@strawberry.type(description="One reason why no leaderboard was made. Nothing changed.")
class LeaderboardCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeaderboardCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The leaderboard to make.")
class LeaderboardCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    leaderboard: LeaderboardInput = strawberry.field(
        description="The leaderboard as a whole; what is left out gets its default."
    )


@strawberry.type(description="What came of it.")
class LeaderboardCreatePayload:
    leaderboard: LeaderboardDefinition | None = strawberry.field(
        description="The leaderboard as it stands now, null when refused."
    )
    user_errors: list[LeaderboardCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def leaderboard_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeaderboardCreateInput, strawberry.argument(description="The leaderboard to make.")
    ],
) -> LeaderboardCreatePayload:
    """Nobody is on it before they choose to be."""
    try:
        made = await game_created(info.context, "leaderboard", input.handle, input.leaderboard, input.position)
    except GameChangeRefused as refusal:
        errors = [
            LeaderboardCreateUserError(field=fault.field, message=fault.message, code=LeaderboardCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LeaderboardCreatePayload(leaderboard=None, user_errors=errors)
    return LeaderboardCreatePayload(
        leaderboard=leaderboard_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
