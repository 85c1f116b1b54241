"""`leagueOptIn`: a shopper takes part in a league by a name of their choice."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import league_joined
from laurel_graphql.types.leagues import League
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why a league was not joined.")
class LeagueOptInErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    LEAGUE_NOT_FOUND = strawberry.enum_value("LEAGUE_NOT_FOUND", description="Returned when there is no such league.")
    NAME_INVALID = strawberry.enum_value(
        "NAME_INVALID", description="Returned unless the name has 1 to 30 visible characters."
    )
    NAME_PERSONAL = strawberry.enum_value(
        "NAME_PERSONAL", description="Returned for a name with an address, a link or a number to call."
    )
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a league was not joined. Nothing changed.")
class LeagueOptInUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeagueOptInErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which league, and by which name.")
class LeagueOptInInput:
    handle: str = strawberry.field(description="The league's handle.")
    display_name: str = strawberry.field(
        description="The name that others see, 1 to 30 characters; nothing else of the member is ever shown."
    )


@strawberry.type(description="What came of it.")
class LeagueOptInPayload:
    league: League | None = strawberry.field(description="The league as it stands now, null when refused.")
    user_errors: list[LeagueOptInUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def league_opt_in(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeagueOptInInput, strawberry.argument(description="Which league, and by which name.")
    ],
) -> LeagueOptInPayload:
    """Doing it again changes the name."""
    try:
        league = await league_joined(info.context, input.handle, input.display_name)
    except GameActRefused as refusal:
        error = LeagueOptInUserError(
            field=refusal.field, message=refusal.message, code=LeagueOptInErrorCode[refusal.code]
        )
        return LeagueOptInPayload(league=None, user_errors=[error])
    return LeagueOptInPayload(league=league, user_errors=[])
