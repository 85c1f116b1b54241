"""What all games have in common as the staff see them, and how lists of them are cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry

from engine.game.facts import Game
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gaming import GID_KINDS
from laurel_graphql.gids import gid
from laurel_graphql.types.game_desk import GameDesk, game_desk
from laurel_graphql.types.game_holders import HolderCounts


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """What the games of one list are told with; how many have them is counted once for all."""

    desk: GameDesk
    counts: HolderCounts

    @property
    def language(self) -> str:
        """The language of ours that serves the caller."""
        return self.desk.language


@strawberry.type
class GameRecord:
    number: strawberry.Private[int]
    staff: strawberry.Private[StaffDesk]
    id: strawberry.ID = strawberry.field(description="Its global id.")
    handle: str = strawberry.field(description="Its handle.")
    position: int = strawberry.field(description="Its place in the list.")
    version: int = strawberry.field(description="Counts its changes. What was finished keeps the one it was done by.")
    effective_from: datetime = strawberry.field(description="From when on this version decides.")
    archived_at: datetime | None = strawberry.field(description="When it was archived, null while it is live.")
    summary: list[str] = strawberry.field(description="How it works, in sentences of the caller's language.")


@strawberry.type
class EarnedRecord(GameRecord):
    """A game that members finish."""

    @computed("How many members have it now, once each.")
    async def members(self, info: MerchantInfo) -> int:
        """Counted for all games of a list at once."""
        return (await self.staff.counts.of(info.context, self.number)).members


async def staff_desk(context: MerchantContext, games: Iterable[Game[Any]]) -> StaffDesk:
    """The desk of a list of games."""
    async with context.reading() as connection:
        desk = await game_desk(connection, context)
    return StaffDesk(desk, HolderCounts([game.definition_id for game in games]))


def record_fields(game: Game[Any], staff: StaffDesk, summary: Iterable[str]) -> dict[str, Any]:
    """The fields of a `GameRecord`."""
    return {
        "number": game.definition_id,
        "staff": staff,
        "id": strawberry.ID(gid(GID_KINDS[game.kind], game.definition_id)),
        "handle": game.handle,
        "position": game.position,
        "version": game.newest.version,
        "effective_from": game.newest.effective_from,
        "archived_at": game.archived_at,
        "summary": [sentence for sentence in summary if sentence],
    }


def page_of(games: Sequence[Game[Any]], first: int, after: int | None) -> Sequence[Game[Any]]:
    """A page of a list, from the beginning or after the game of an id; live ones come before archived ones."""
    ordered = sorted(games, key=lambda game: game.archived_at is not None)
    start = next((place + 1 for place, game in enumerate(ordered) if game.definition_id == after), 0)
    return ordered[start : start + first]
