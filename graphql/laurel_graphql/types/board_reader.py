"""One look at a leaderboard for all fields of an answer that ask about it: they are asked for in one round trip."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from engine.database import Connection
from engine.leaderboards.friends import friends_of
from engine.leaderboards.periods import BoardGame, BoardPeriod, next_period, period_of_key, started_periods
from engine.leaderboards.reading import BoardView, read_board
from engine.leaderboards.zones import Zones
from laurel_graphql.context import RequestContext
from laurel_graphql.types.game_desk import GameDesk


@dataclass(frozen=True, slots=True)
class Wish:
    """What a field asks for: places behind the first `after`, entries on both sides of the member, their friends."""

    top: int = 0
    span: int | None = None
    friends: bool = False
    after: int = 0

    def covers(self, other: Wish) -> bool:
        """Whether what another one asks for is in it. Pages around somebody have their own middle each."""
        return not self.clashes(other) and (
            self.top >= other.top and (other.span is None or self.span is not None) and self.friends >= other.friends
        )

    def clashes(self, other: Wish) -> bool:
        """Whether the two ask for different pages, which one look does not have."""
        begins_elsewhere = bool(self.top and other.top) and self.after != other.after
        return begins_elsewhere or (None not in (self.span, other.span) and self.span != other.span)

    def joined(self, other: Wish) -> Wish:
        """Both at once, where they do not clash."""
        span = self.span if other.span is None else other.span
        after = other.after if other.top else self.after
        return Wish(max(self.top, other.top), span, self.friends or other.friends, after)


@dataclass(slots=True)
class BoardReader:
    """A segment of a period of a board, as one member sees it; None where nobody is logged in."""

    game: BoardGame
    period: str | None
    segment: str
    member_id: int | None
    desk: GameDesk
    _open: Wish = field(default_factory=Wish)
    _running: asyncio.Task[BoardView] | None = None
    _views: dict[Wish, BoardView] = field(default_factory=dict)
    _friend_ids: frozenset[int] | None = None

    async def view(self, context: RequestContext, wish: Wish) -> BoardView:
        """A view that has what is wished for.

        Fields of one object are started together, so those that come first wait for the others to say what they want.
        """
        known = next((view for told, view in self._views.items() if told.covers(wish)), None)
        if known is not None:
            return known
        if self._running is None:
            self._open = wish
            self._running = asyncio.create_task(self._read(context))
        elif not self._open.clashes(wish):
            self._open = self._open.joined(wish)
        await self._running
        return await self.view(context, wish)

    async def friend_ids(self, context: RequestContext) -> frozenset[int]:
        """Whom the member wants to be compared with, without themselves; read once for all rows."""
        if self._friend_ids is not None:
            return self._friend_ids
        async with context.reading() as connection:
            return await self._friends(context, connection)

    async def _read(self, context: RequestContext) -> BoardView:
        try:
            async with context.reading() as connection:
                wish = self._open
                friends = await self._friends(context, connection) if wish.friends else frozenset()
                mine = {self.member_id} if self.member_id is not None and wish.friends else set()
                view = await read_board(
                    context.redis, connection, context.program_id, self.game, period=self.period,
                    segment=self.segment, member_id=self.member_id, top=wish.top, first=wish.after,
                    span=wish.span, friends=sorted(mine | friends), now=self.desk.now, zones=self.desk.zones,
                )  # fmt: skip
            assert view is not None, "the period and the segment were looked up before"
            self._views[wish] = view
            return view
        finally:
            self._running = None

    async def _friends(self, context: RequestContext, connection: Connection) -> frozenset[int]:
        if self._friend_ids is None:
            known = () if self.member_id is None else await friends_of(connection, context.program_id, self.member_id)
            self._friend_ids = frozenset(one.member_id for one in known)
        return self._friend_ids


def shown_period(game: BoardGame, key: str | None, segment: str, now: datetime, zones: Zones) -> BoardPeriod | None:
    """The period of a board that is asked for, by default the running one; None where it or the segment is unknown."""
    if key is not None:
        found = period_of_key(game, key, now, zones)
    else:
        found = next(started_periods(game, now, zones), None) or next_period(game, now, zones)
    return found if found is not None and segment in found.version.definition.segment_keys else None
