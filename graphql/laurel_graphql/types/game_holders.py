"""How many members have the games of one list, counted at once when the first of them asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from engine.game.holders import Holders, holders_of, members_by_level, participants_of
from laurel_graphql.context import MerchantContext


class HolderCounts:
    """The counts of these games, read at most once."""

    def __init__(self, definition_ids: Sequence[int]) -> None:
        self._definition_ids = definition_ids
        self._holders: Mapping[int, Holders] | None = None
        self._levels: Holders | None = None
        self._participants: Mapping[int, int] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def of(self, context: MerchantContext, definition_id: int) -> Holders:
        """Who has one of the games."""
        async with self._one_at_a_time:
            if self._holders is None:
                async with context.reading() as connection:
                    self._holders = await holders_of(connection, context.program_id, self._definition_ids)
        return self._holders.get(definition_id, Holders())

    async def levels(self, context: MerchantContext) -> Holders:
        """Who is on which level of experience, or on a higher one."""
        async with self._one_at_a_time:
            if self._levels is None:
                async with context.reading() as connection:
                    self._levels = await members_by_level(connection, context.program_id)
        return self._levels

    async def participants(self, context: MerchantContext, definition_id: int) -> int:
        """How many take part in one of the boards or leagues."""
        async with self._one_at_a_time:
            if self._participants is None:
                async with context.reading() as connection:
                    self._participants = await participants_of(connection, context.program_id, self._definition_ids)
        return self._participants.get(definition_id, 0)
