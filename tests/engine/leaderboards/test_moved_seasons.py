"""A program that moves to another zone: all that members did is in one season of a board, whenever it closes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points
from tests.support.seasons import close, move

pytestmark = pytest.mark.anyio

BETWEEN = datetime(2026, 3, 31, 20, tzinfo=UTC)
"""The 1st of April in Auckland, the 31st of March in Los Angeles."""
MOVED = datetime(2026, 4, 2, 20, tzinfo=UTC)
"""March is over and settled in both."""
JUNE = datetime(2026, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "then", "ends_at", "month"),
    [
        ("America/Los_Angeles", "Pacific/Auckland", datetime(2026, 4, 1, 7, tzinfo=UTC), "2026-03"),
        ("Pacific/Auckland", "America/Los_Angeles", datetime(2026, 3, 31, 11, tzinfo=UTC), "2026-04"),
    ],
)
@pytest.mark.parametrize("in_time", [True, False])
async def test_given_a_program_that_moves_when_months_close_then_each_order_is_in_one_of_them(
    engine: AsyncEngine, shop: ShopReference, first: str, then: str, ends_at: datetime, month: str, in_time: bool
) -> None:
    world = BoardWorld(engine, shop)
    await move(world, first)
    game = await world.open(board(period="month"))
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.did((ada, points("1", BETWEEN, 10)))
    if in_time:
        await close(world, game, MOVED)
    await move(world, then, MOVED)
    await close(world, game, JUNE)
    seasons = await world.run("SELECT period, zone, starts_at, ends_at FROM board_seasons ORDER BY starts_at")
    assert [row.period for row in seasons[-4:]] == ["2026-02", "2026-03", "2026-04", "2026-05"]
    assert [row.zone for row in seasons[-4:]] == [first, first, then, then]
    assert seasons[-3].ends_at == ends_at
    assert [row.starts_at for row in seasons[1:]] == [row.ends_at for row in seasons[:-1]]
    assert await world.run("SELECT period, score FROM board_results") == [(month, 10)]
