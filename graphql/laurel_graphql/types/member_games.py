"""A member's game, the same for themselves and for the staff: badges, challenges, streaks and their level."""

from __future__ import annotations

from typing import Any

import strawberry

from laurel_graphql.context import RequestContext
from laurel_graphql.fields import computed
from laurel_graphql.types.badges import BadgeProgress, MemberBadge, badge_progress, earned_badges
from laurel_graphql.types.challenges import MemberChallenge, member_challenges
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.streaks import MemberLevel, MemberStreak, member_level, member_streak

AnyInfo = strawberry.Info[RequestContext, Any]


@strawberry.type
class GameOfMember:
    """Fields of both `Member` types. Their game is read once, and only where one of them asks."""

    number: strawberry.Private[int]
    game: strawberry.Private[GameReader]

    @computed("The badges that they have, newest first; each once, with its highest level.")
    async def badges(self, info: AnyInfo) -> list[MemberBadge]:
        """Those that were taken back are none."""
        return earned_badges(await self.game.read(info.context))

    @computed("Badges and levels of badges that can still be earned, in the merchant's order.")
    async def badge_progress(self, info: AnyInfo) -> list[BadgeProgress]:
        """How far each is. Hidden ones are left out before they are earned."""
        return badge_progress(await self.game.read(info.context))

    @computed("The challenges of this moment: those that they joined or can play first, then the others.")
    async def challenges(self, info: AnyInfo) -> list[MemberChallenge]:
        """How far each is. Hidden ones are left out before they are finished."""
        return member_challenges(await self.game.read(info.context))

    @computed("Their streaks, in the merchant's order.")
    async def streaks(self, info: AnyInfo) -> list[MemberStreak]:
        """Where each stands."""
        read = await self.game.read(info.context)
        return [member_streak(read, one) for one in read.game.standing.streaks]

    @computed("Their level of experience, null where the program has no levels.")
    async def level(self, info: AnyInfo) -> MemberLevel | None:
        """Apart from points that can be spent."""
        read = await self.game.read(info.context)
        return member_level(read.game.standing.level, read.desk.language)
