"""`leagueArchive`: a league is no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_archived
from laurel_graphql.types.game_records import staff_desk
from laurel_graphql.types.leaderboard_records import LeagueDefinition, league_definition_of


@strawberry.enum(description="Why a league was not archived.")
class LeagueArchiveErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a league was not archived. Nothing changed.")
class LeagueArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeagueArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which league.")
class LeagueArchiveInput:
    league_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class LeagueArchivePayload:
    league: LeagueDefinition | None = strawberry.field(description="The league as it stands now, null when refused.")
    user_errors: list[LeagueArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def league_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeagueArchiveInput, strawberry.argument(description="Which league.")
    ],
) -> LeagueArchivePayload:
    """It is played no more; closed weeks stay."""
    try:
        made = await game_archived(info.context, "league", input.league_id, input.expected_version)
    except GameChangeRefused as refusal:
        errors = [
            LeagueArchiveUserError(field=fault.field, message=fault.message, code=LeagueArchiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return LeagueArchivePayload(league=None, user_errors=errors)
    return LeagueArchivePayload(
        league=league_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )
