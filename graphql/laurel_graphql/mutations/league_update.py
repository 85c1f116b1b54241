"""`leagueUpdate`: a league gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_updated
from laurel_graphql.inputs.leaderboards import LeagueInput
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.leaderboard_records import LeagueDefinition, league_definition_of


@strawberry.enum(description="Why a league was not changed.")
class LeagueUpdateErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when it was changed as often as it may be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why a league was not changed. Nothing changed.")
class LeagueUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeagueUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The league as a whole.")
class LeagueUpdateInput:
    league_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    league: LeagueInput = strawberry.field(description="The league as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class LeagueUpdatePayload:
    league: LeagueDefinition | None = strawberry.field(description="The league as it stands now, null when refused.")
    user_errors: list[LeagueUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def league_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeagueUpdateInput, strawberry.argument(description="The league as a whole.")
    ],
) -> LeagueUpdatePayload:
    """The running week is played to its end as it was formed."""
    try:
        made = await game_updated(
            info.context, "league", input.league_id, input.expected_version, input.league, input.position
        )
    except GameChangeRefused as refusal:
        errors = [
            LeagueUpdateUserError(field=fault.field, message=fault.message, code=LeagueUpdateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LeagueUpdatePayload(league=None, user_errors=errors)
    return LeagueUpdatePayload(
        league=league_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
