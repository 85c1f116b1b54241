"""A board in Redis without a database: entries written as the drain writes them, looked at as a page looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.leaderboards.asking import Entry, Look, Question, look
from engine.leaderboards.definitions import EVERYBODY, Ranking
from engine.leaderboards.keys import BoardKey, BoardRedis, Shape, id_text, reached_text
from engine.leaderboards.writing import Fence, begin, finish, write

SIGNATURE = "1/1/UTC/-/-"
START = datetime(2026, 1, 1, tzinfo=UTC)


def minute(number: int) -> datetime:
    """So many minutes into 2026."""
    return START + timedelta(minutes=number)


def entry(member_id: int, score: int, reached_at: datetime, segments: int = 1) -> str:
    """One entry as the statement of scores makes it."""
    return f"{id_text(member_id)} {score} {reached_text(reached_at)} {segments} "


@dataclass
class Shelf:
    """A period of a board; each write has a higher fence than the one before, where none is given."""

    redis: BoardRedis
    ranking: Ranking = "ordinal"
    segments: tuple[str, ...] = (EVERYBODY,)
    key: BoardKey = field(default_factory=lambda: BoardKey(7, 3, "all"))
    token: str = "token"
    fence: int = 0
    entries: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        return Shape(self.segments, self.ranking == "dense")

    async def open(self) -> None:
        """Begin the period and show it, empty."""
        assert await begin(self.redis, self.key, self.token, SIGNATURE, self.shape, wait=False)
        assert await finish(self.redis, self.key, self.token, self.next_fence())

    def next_fence(self) -> Fence:
        self.fence += 1
        return Fence(self.fence, 1_000 * self.fence)

    async def write(
        self, *entries: str, left: Iterable[int] = (), absent: Iterable[int] = (), fence: int | None = None
    ) -> bool:
        given = self.next_fence() if fence is None else Fence(fence, 1_000 * fence)
        return await write(
            self.redis, self.key, self.token, self.shape, given, "".join(entries), left=left, absent=absent
        )

    async def put(self, *scores: tuple[int, int, datetime]) -> None:
        """Give members scores; 0 takes them off."""
        placed = [entry(*one) for one in scores if one[1]]
        await self.write(*placed, left=[member for member, score, _ in scores if not score])
        self.entries |= {member: (score, reached) for member, score, reached in scores}

    async def look(self, segment: str = EVERYBODY, **asked: Any) -> Look | None:
        return await look(self.redis, self.key, segment, self.ranking, SIGNATURE, Question(**asked))

    async def seen(self, segment: str = EVERYBODY, **asked: Any) -> Look:
        """The same, where it has to be there."""
        found = await self.look(segment, **asked)
        assert found is not None
        return found

    async def all(self, segment: str = EVERYBODY) -> list[Entry]:
        """Everybody on the board, page by page."""
        found: list[Entry] = []
        while page := (await self.seen(segment, start=len(found), count=100)).places:
            found += page
        return found


async def contents(redis: BoardRedis, program_id: int) -> dict[str, Any]:
    """All that Redis holds of a program's boards but what says when and by whom it was written."""
    found: dict[str, Any] = {}
    async for key in redis.scan_iter(f"lb:{{{program_id}}}:*"):
        name = str(key, "utf-8")
        if ":ranks:" in name or ":scores:" in name:
            found[name] = await redis.zrange(name, 0, -1, withscores=True)
        elif ":holders:" in name:
            found[name] = await redis.execute_command("HGETALL", name)
    return found
