"""A member's game as people read it: folded from the facts, so it is right the instant a transaction commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.game.achievements import Achievement, read_achievements
from engine.game.facts import GameFacts
from engine.game.folding import GameStanding, fold_game
from engine.game.standing import EarnedKey
from engine.game.store import read_game_facts
from engine.ledger import MemberKey

_ROOT = text("SELECT merged_into FROM members WHERE program_id = :program_id AND member_id = :member_id")


@dataclass(frozen=True, slots=True)
class MemberGame:
    """What a member reached and how far they are. `achievements` are the rows, which follow within a second."""

    member: MemberKey
    facts: GameFacts
    standing: GameStanding
    achievements: dict[EarnedKey, Achievement]
    now: datetime


async def game_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, now: datetime | None = None
) -> MemberGame:
    """A member's game at a moment, by default the database's now; of one who was merged, that of the other."""
    moment = now or await transaction_time(connection)
    root = (await connection.execute(_ROOT, {"program_id": program_id, "member_id": member_id})).scalar_one_or_none()
    key = MemberKey(program_id, root or member_id)
    facts = (await read_game_facts(connection, [key], moment))[key]
    rows = await read_achievements(connection, [key]) if facts.games else {key: {}}
    return MemberGame(key, facts, fold_game(facts, moment), rows[key], moment)
