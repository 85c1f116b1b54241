"""`leagueCreate`: members can play one more league."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.leaderboards import LeagueInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.leaderboard_records import LeagueDefinition, league_definition_of


@strawberry.enum(description="Why no league was made.")
class LeagueCreateErrorCode(Enum):
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


@strawberry.type(description="One reason why no league was made. Nothing changed.")
class LeagueCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeagueCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The league to make.")
class LeagueCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    league: LeagueInput = strawberry.field(description="The league as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class LeagueCreatePayload:
    league: LeagueDefinition | None = strawberry.field(description="The league as it stands now, null when refused.")
    user_errors: list[LeagueCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def league_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeagueCreateInput, strawberry.argument(description="The league to make.")
    ],
) -> LeagueCreatePayload:
    """Nobody plays it before they choose to."""
    try:
        made = await game_created(info.context, "league", input.handle, input.league, input.position)
    except GameChangeRefused as refusal:
        errors = [
            LeagueCreateUserError(field=fault.field, message=fault.message, code=LeagueCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LeagueCreatePayload(league=None, user_errors=errors)
    return LeagueCreatePayload(
        league=league_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
