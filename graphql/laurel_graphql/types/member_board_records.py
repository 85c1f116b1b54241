"""What a member has to do with boards and leagues, as the staff see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.game.holders import participations_of
from engine.leaderboards.appeals import quarantines_of_member
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.board_games import board_games
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.quarantine_records import QuarantineRecord, record_of
from laurel_graphql.types.tier_records import words_of


@strawberry.type(description="A board or league that a member takes part in.")
class MemberBoard:
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title.")
    display_name: str = strawberry.field(description="The name that they chose.")
    joined_at: datetime = strawberry.field(description="Since when they take part.")


@strawberry.type
class BoardRecordsOfMember:
    """Fields of the merchant's `Member`."""

    number: strawberry.Private[int]
    game: strawberry.Private[GameReader]

    @computed("The boards and leagues that they take part in, those that they joined last first.")
    async def boards(self, info: MerchantInfo) -> list[MemberBoard]:
        """By which names."""
        program_id = info.context.program_id
        async with info.context.reading() as connection:
            found = await participations_of(connection, program_id, self.number)
            games = await board_games(connection, program_id)
        rows = [
            MemberBoard(
                handle=games[one].handle,
                title=games[one].newest.definition.title,
                display_name=part.display_name,
                joined_at=part.joined_at,
            )
            for one, part in found.items()
        ]
        return sorted(rows, key=lambda row: row.joined_at, reverse=True)

    @computed("Their entries that look like cheating, or did, the newest first; at most 50.")
    async def quarantines(self, info: MerchantInfo) -> list[QuarantineRecord]:
        """With what was said and decided."""
        context = info.context
        async with context.reading() as connection:
            found = await quarantines_of_member(connection, context.program_id, self.number)
            games = await board_games(connection, context.program_id)
            words = await words_of(connection, context)
        return [record_of(one, games, words) for one in found]
