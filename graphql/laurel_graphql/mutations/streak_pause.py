"""`streakPause`: a shopper says when they will be absent."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from engine.streaks.acting import pause_streak
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.playing import streak_acted
from laurel_graphql.types.members import Member
from laurel_graphql.types.streaks import MemberStreak


@strawberry.enum(description="Why a streak was not paused.")
class StreakPauseErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    STREAK_NOT_FOUND = strawberry.enum_value("STREAK_NOT_FOUND", description="Returned when there is no such streak.")
    DATES_INVALID = strawberry.enum_value(
        "DATES_INVALID", description="Returned when the days are past, or the first comes after the last."
    )
    TOO_LONG = strawberry.enum_value("TOO_LONG", description="Returned when it is more absence than a year has.")
    TOO_OFTEN = strawberry.enum_value("TOO_OFTEN", description="Returned when it was asked for too often.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a streak was not paused. Nothing changed.")
class StreakPauseUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: StreakPauseErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which streak, and when.")
class StreakPauseInput:
    handle: str = strawberry.field(description="The streak's handle.")
    first_day: date = strawberry.field(description="The first day of the absence, from today on.")
    last_day: date = strawberry.field(description="Its last day.")


@strawberry.type(description="What came of it.")
class StreakPausePayload:
    streak: MemberStreak | None = strawberry.field(description="The streak as it stands now, null when refused.")
    user_errors: list[StreakPauseUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def streak_pause(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        StreakPauseInput, strawberry.argument(description="Which streak, and when.")
    ],
) -> StreakPausePayload:
    """Units that are missed then do not break it, so many a year as the streak says."""
    try:
        streak = await streak_acted(
            info.context,
            input.handle,
            lambda connection, program_id, member_id, streak_id: pause_streak(
                connection, program_id, member_id, streak_id, input.first_day, input.last_day
            ),
        )
    except GameActRefused as refusal:
        error = StreakPauseUserError(
            field=refusal.field, message=refusal.message, code=StreakPauseErrorCode[refusal.code]
        )
        return StreakPausePayload(streak=None, user_errors=[error])
    return StreakPausePayload(streak=streak, user_errors=[])
