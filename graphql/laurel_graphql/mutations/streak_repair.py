"""`streakRepair`: a shopper repairs what they missed of a streak."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.streaks.acting import repair_streak
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.playing import streak_acted
from laurel_graphql.types.members import Member
from laurel_graphql.types.streaks import MemberStreak


@strawberry.enum(description="Why a streak was not repaired.")
class StreakRepairErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    STREAK_NOT_FOUND = strawberry.enum_value("STREAK_NOT_FOUND", description="Returned when there is no such streak.")
    NOTHING_TO_REPAIR = strawberry.enum_value("NOTHING_TO_REPAIR", description="Returned when nothing was missed.")
    REPAIR_TOO_LATE = strawberry.enum_value(
        "REPAIR_TOO_LATE", description="Returned when the time for a repair is over."
    )
    REPAIRS_USED = strawberry.enum_value("REPAIRS_USED", description="Returned when all repairs of the year are used.")
    TOO_OFTEN = strawberry.enum_value("TOO_OFTEN", description="Returned when it was asked for too often.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a streak was not repaired. Nothing changed.")
class StreakRepairUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: StreakRepairErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which streak.")
class StreakRepairInput:
    handle: str = strawberry.field(description="The streak's handle.")


@strawberry.type(description="What came of it.")
class StreakRepairPayload:
    streak: MemberStreak | None = strawberry.field(description="The streak as it stands now, null when refused.")
    user_errors: list[StreakRepairUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def streak_repair(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        StreakRepairInput, strawberry.argument(description="Which streak.")
    ],
) -> StreakRepairPayload:
    """It costs nothing, and can be done so often a year as the streak says."""
    try:
        streak = await streak_acted(info.context, input.handle, repair_streak)
    except GameActRefused as refusal:
        error = StreakRepairUserError(
            field=refusal.field, message=refusal.message, code=StreakRepairErrorCode[refusal.code]
        )
        return StreakRepairPayload(streak=None, user_errors=[error])
    return StreakRepairPayload(streak=streak, user_errors=[])
