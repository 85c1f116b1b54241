"""A member joins a challenge, or leaves it again. Asking twice is asking once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.challenges.definitions import ChallengeDefinition
from engine.challenges.progress import ChallengeProgress
from engine.game.asking import WishRefused, begin_asking, tell
from engine.game.facts import CHALLENGE_JOINED, CHALLENGE_LEFT, GameFact
from engine.game.reading import MemberGame

MEMBER = "member"


class ChallengeRefused(WishRefused):
    """A challenge was not joined or left: CHALLENGE_NOT_FOUND, CHALLENGE_ENDED, or NOT_JOINABLE: all take part in it.

    As for any wish also MEMBER_NOT_FOUND and TOO_OFTEN, which are WishRefused.
    """


async def join_challenge(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, now: datetime | None = None
) -> MemberGame:
    """Let a member take part from now on, by default the database's. Raises WishRefused."""
    known = await begin_asking(connection, program_id, member_id, now)
    progress = _progress(known, definition_id)
    if progress.ends_at is not None and progress.ends_at <= known.now:
        raise ChallengeRefused("CHALLENGE_ENDED", "handle", "This challenge has ended.")
    return known if progress.joined_at is not None else await _tell(connection, known, CHALLENGE_JOINED, definition_id)


async def leave_challenge(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, now: datetime | None = None
) -> MemberGame:
    """Let a member take part no more; what was finished stays, what was begun is gone. Raises WishRefused."""
    known = await begin_asking(connection, program_id, member_id, now)
    joined = _progress(known, definition_id).joined_at is not None
    return await _tell(connection, known, CHALLENGE_LEFT, definition_id) if joined else known


def _progress(known: MemberGame, definition_id: int) -> ChallengeProgress:
    found = next((one for one in known.standing.challenges if one.definition_id == definition_id), None)
    if found is None or found.hidden:
        raise ChallengeRefused("CHALLENGE_NOT_FOUND", "handle", "There is no such challenge.")
    definition: ChallengeDefinition = found.definition
    if definition.join == "automatic":
        raise ChallengeRefused("NOT_JOINABLE", "handle", "Everybody takes part in this challenge.")
    return found


async def _tell(connection: AsyncConnection, known: MemberGame, kind: str, definition_id: int) -> MemberGame:
    fact = GameFact(kind, definition_id, known.now.isoformat(), known.now)
    return await tell(connection, known, [fact], MEMBER)
