"""Points for what was reached in the game: given with it, taken back when it is revoked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Work
from engine.game.folding import GameStanding
from engine.game.standing import Earned
from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion
from engine.standing_points import Due, works_for

SOURCE = "game"


async def game_works(
    connection: AsyncConnection, ledger: Ledger, standings: Mapping[MemberKey, GameStanding],
    versions: Mapping[int, Sequence[ProgramVersion]],
) -> list[Work]:  # fmt: skip
    """What locked members are due for what they reached, and what they no longer are.

    `standings` are those of members of programs some version of whose games gives points.
    """
    due = {key: [_due(one) for one in standing.earned if one.revoked_at is None] for key, standing in standings.items()}
    lost = {key: {name_of(one): one.title for one in standing.earned} for key, standing in standings.items()}
    return await works_for(connection, ledger, SOURCE, due, versions, lost)


def name_of(one: Earned) -> str:
    """What the award for it is named."""
    return f"{one.kind}-{one.definition_id}-{one.level}" + (f"-{one.occasion}" if one.occasion else "")


def _due(one: Earned) -> Due:
    detail = {"event": one.kind, "title": one.title, "handle": one.handle}
    return Due(name_of(one), one.title, one.points, one.points_days, one.earned_at, detail)
