"""A program with boards, members who take part, and what they did, in few words; and boards worked out by sorting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.enrollment import CustomerKey, enroll
from engine.game.catalog import create_game
from engine.game.counters import Counter
from engine.leaderboards.definitions import Counted, LeaderboardDefinition, Ranking
from engine.leaderboards.draining import drain_boards
from engine.leaderboards.keeping import keep_boards
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.marking import mark_boards
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.reading import BoardView, read_board
from engine.ledger import MemberKey
from engine.shops import ShopReference
from engine.tiers.activities import Activity, Step, store_activities

ON_BOTH = pytest.mark.parametrize("redis", ["server", "cluster"], indirect=True)
"""For tests of boards: once on one server, once on a cluster of three nodes."""

NEW_YORK = ZoneInfo("America/New_York")
OPENED = datetime(2026, 1, 1, 5, tzinfo=UTC)

_JOIN = text("""
    INSERT INTO board_participants (program_id, definition_id, member_id, display_name)
    SELECT :program_id, :definition_id, id, 'Member ' || id FROM unnest(CAST(:members AS bigint[])) AS given(id)
    ON CONFLICT DO NOTHING
""")


def points(source_id: str, at: datetime, *worth: int, source: str = "order", shop_id: int = 1, **more: Any) -> Activity:
    """An order worth so many points; each further number is what a later refund leaves of them."""
    steps = [
        Step(at + timedelta(days=number), spend_minor=left * 100, points=left, orders=int(left > 0))
        for number, left in enumerate(worth)
    ]
    return Activity(shop_id, source, source_id, at, "USD", tuple(steps), **more)


def board(metric: str = "points", **more: Any) -> LeaderboardDefinition:
    """A board by what a counter counts, of all time where nothing else is said."""
    counter = Counter.model_validate(more.pop("counter", {"metric": metric}))
    return LeaderboardDefinition(title="A board", score=Counted(counter=counter), **more)


class BoardWorld:
    """One program, looked at as the application's role."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine = engine
        self.program_id = shop.program_id
        self.shop_id = shop.shop_id

    async def open(self, definition: LeaderboardDefinition, handle: str = "a-board", **more: Any) -> BoardGame:
        """Make a board, in force since the beginning of 2026."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            made = {"actor": "tests", "effective_from": OPENED, **more}
            return await create_game(connection, self.program_id, "leaderboard", handle, definition, **made)

    async def members(self, count: int, first: int = 1) -> list[int]:
        """So many new members."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            keys = [CustomerKey(self.program_id, self.shop_id, number) for number in range(first, first + count)]
            found = await enroll(connection, dict.fromkeys(keys, OPENED))
        return [found[key] for key in keys]

    async def join(self, game: BoardGame, members: Iterable[int]) -> None:
        """Let members take part, without a mark."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            given = {"program_id": self.program_id, "definition_id": game.definition_id, "members": list(members)}
            await connection.execute(_JOIN, given)

    async def did(self, *done: tuple[int, Activity]) -> None:
        """Let members do something, and mark them."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            rows = [(MemberKey(self.program_id, member), one) for member, one in done]
            await store_activities(connection, rows)
            await mark_boards(connection, {key for key, _ in rows})

    async def run(self, sql: str, **given: Any) -> Any:
        """A statement of the program, as rows; `:program_id` is known."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            result = await connection.execute(text(sql), {"program_id": self.program_id, **given})
            return result.fetchall() if result.returns_rows else result.rowcount

    async def drain(self, redis: BoardRedis) -> int:
        """Drain once; how many marks were looked at."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await drain_boards(connection, redis)

    async def keep(self, redis: BoardRedis) -> int:
        """Look after the boards once; how many periods were made anew or dropped."""
        return await keep_boards(self.engine, redis, [self.program_id])

    async def marks(self) -> int:
        """How many marks wait."""
        rows = await self.run("SELECT count(*) FROM board_marks WHERE program_id = :program_id")
        return int(rows[0][0])

    async def view(self, redis: BoardRedis, game: BoardGame, **asked: Any) -> BoardView:
        """A look at a board that is there."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            view = await read_board(redis, connection, self.program_id, game, **{"top": 100, **asked})
        assert view is not None
        return view

    async def top(self, redis: BoardRedis, game: BoardGame, **asked: Any) -> list[tuple[int, int, int]] | None:
        """Member id, score and rank of everybody; None while the board is updating."""
        view = await self.view(redis, game, **asked)
        return [(row.member_id, row.score, row.rank) for row in view.top] if view.status == "LIVE" else None


Entry = tuple[int, int, datetime]
"""A member id, a score, when it was reached."""


def sorted_board(entries: Iterable[Entry], ranking: Ranking) -> list[tuple[int, int, int]]:
    """Member id, score and rank of all with a score, as anybody would do it by hand: sort, then count."""
    ordered = sorted((one for one in entries if one[1] > 0), key=lambda one: (-one[1], one[2], one[0]))
    return [(member, score, _rank(ordered, place, ranking)) for place, (member, score, _) in enumerate(ordered)]


def _rank(ordered: Sequence[Entry], place: int, ranking: Ranking) -> int:
    score = ordered[place][1]
    if ranking == "ordinal":
        return place + 1
    better = [other for _, other, _ in ordered if other > score]
    return 1 + (len(better) if ranking == "competition" else len(set(better)))
