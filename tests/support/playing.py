"""Games for tests on a real database: something is published, marks are drained, and what members hold is read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.game.catalog import create_game
from engine.game.facts import Game, GameKind
from engine.game.following import follow_marked, nobody_told
from engine.game.reading import MemberGame, game_of_member
from engine.game.sweeping import sweep
from engine.members import member_of_customer
from engine.program import BEGINNING_OF_TIME
from engine.rules.bounds import Frozen
from engine.shops import ShopReference


class Playing:
    """One shop's game."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop = engine, shop

    async def publish(
        self, kind: GameKind, handle: str, definition: Frozen, effective_from: datetime = BEGINNING_OF_TIME, *,
        swept: bool = True,
    ) -> Game[Frozen]:  # fmt: skip
        """Something new to play for, by default for all that ever was, and with everybody looked at."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            made = await create_game(
                connection, self.shop.program_id, kind, handle, definition, actor="tests", effective_from=effective_from
            )
            while swept and await sweep(connection, nobody_told):
                pass
        return made

    async def follow(self) -> int:
        """Drain every mark; returns how many members were worked out."""
        done = 0
        while True:
            async with tenant_transaction(self.engine, self.shop.program_id) as connection:
                taken = await follow_marked(connection)
            if not taken:
                return done
            done += taken

    async def member(self, customer: int = 1) -> int:
        """The id of a customer's member."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            found = await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, customer)
            return found.member_id

    async def game(self, customer: int = 1) -> MemberGame:
        """A customer's game as it is read."""
        member_id = await self.member(customer)
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await game_of_member(connection, self.shop.program_id, member_id)

    async def held(self, customer: int = 1) -> list[str]:
        """What a customer holds by the rows that are kept: handle, level and occasion."""
        member_id = await self.member(customer)
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            rows = await connection.execute(
                text(
                    "SELECT handle || '/' || level || '/' || occasion FROM achievements WHERE member_id = :member_id "
                    "AND revoked_at IS NULL ORDER BY earned_at, handle, level, occasion"
                ),
                {"member_id": member_id},
            )
            return list(rows.scalars())
