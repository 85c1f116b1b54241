"""What is kept of the standings of a page of members, read in two statements when the first of them asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from engine.member_standings import StandingRow, standing_rows
from laurel_graphql.context import MerchantContext
from laurel_graphql.types.tier_records import MemberStanding, standing_of_row


class KeptStandings:
    """The standings of these members, read at most once."""

    def __init__(self, member_ids: Sequence[int]) -> None:
        self._member_ids = member_ids
        self._rows: Mapping[int, StandingRow] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def of(self, context: MerchantContext, member_id: int) -> MemberStanding:
        """The standing of one of the members."""
        async with self._one_at_a_time:
            if self._rows is None:
                async with context.reading() as connection:
                    self._rows = await standing_rows(connection, context.program_id, self._member_ids)
        return standing_of_row(self._rows[member_id])
