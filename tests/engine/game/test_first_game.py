"""What a program has to play for when it starts."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.game.catalog import games_of
from engine.game.defaults import seed_first_game
from engine.leaderboards.opened import open_boards
from engine.shops import ShopReference


async def test_a_new_program_has_each_kind_once_and_no_past_to_close(engine: AsyncEngine, shop: ShopReference) -> None:
    for _ in range(2):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await seed_first_game(connection, shop.program_id, actor="tests", without=frozenset({"welcome"}))
    async with tenant_transaction(engine, shop.program_id) as connection:
        games = (await games_of(connection, [shop.program_id]))[shop.program_id]
        assert {game.kind for game in games} == {"badge", "challenge", "streak", "levels", "leaderboard", "league"}
        assert "welcome" not in {game.handle for game in games}
        assert not any(one.definition.gives_points for game in games for one in game.versions
                       if game.kind not in ("leaderboard", "league"))  # fmt: skip
        month = (await connection.execute(text("SELECT to_char(now(), 'YYYY-MM')"))).scalar_one()
        boards = (await open_boards(connection, [shop.program_id]))[shop.program_id]
        keys = {(one.game.handle, one.period.key) for one in boards.periods}
        # The month after this one is made ready shortly before it begins.
        assert {("points-all-time", "all"), ("points-this-month", month)} <= keys
        assert len(keys) <= 3
