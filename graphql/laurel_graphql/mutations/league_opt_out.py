"""`leagueOptOut`: a shopper takes part in a league no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import league_left
from laurel_graphql.types.leagues import League
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why a league was not left.")
class LeagueOptOutErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    LEAGUE_NOT_FOUND = strawberry.enum_value("LEAGUE_NOT_FOUND", description="Returned when there is no such league.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a league was not left. Nothing changed.")
class LeagueOptOutUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeagueOptOutErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which league.")
class LeagueOptOutInput:
    handle: str = strawberry.field(description="The league's handle.")


@strawberry.type(description="What came of it.")
class LeagueOptOutPayload:
    league: League | None = strawberry.field(description="The league as it stands now, null when refused.")
    user_errors: list[LeagueOptOutUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def league_opt_out(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeagueOptOutInput, strawberry.argument(description="Which league.")
    ],
) -> LeagueOptOutPayload:
    """The entry is gone at once. Doing it again changes nothing and is no error."""
    try:
        league = await league_left(info.context, input.handle)
    except GameActRefused as refusal:
        error = LeagueOptOutUserError(
            field=refusal.field, message=refusal.message, code=LeagueOptOutErrorCode[refusal.code]
        )
        return LeagueOptOutPayload(league=None, user_errors=[error])
    return LeagueOptOutPayload(league=league, user_errors=[])
