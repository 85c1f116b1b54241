"""Staff give a badge to a member or take one from them; see `by_hand` for what that means beside what is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.definitions import BadgeDefinition, plain
from engine.game.asking import WishRefused, begin_asking, tell
from engine.game.facts import BADGE_GIVEN, BADGE_TAKEN, Game, GameFact
from engine.game.reading import MemberGame

REASON_CHARACTERS_MAXIMUM = 500


class BadgeRefused(WishRefused):
    """A badge was not given or taken: BADGE_NOT_FOUND, LEVEL_INVALID, NOT_HELD or REASON_INVALID.

    As for any wish also MEMBER_NOT_FOUND and TOO_OFTEN, which are WishRefused.
    """


async def give_badge(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, *, actor: str, level: int = 1,
    reason: str = "", now: datetime | None = None,
) -> MemberGame:  # fmt: skip
    """Give a badge up to a level from now on, by default the database's. Raises WishRefused."""
    known = await begin_asking(connection, program_id, member_id, now)
    game = _badge(known, definition_id)
    begun = [one.definition for one in game.versions if one.effective_from <= known.now]
    if game.archived_at is not None or not begun:
        raise BadgeRefused("BADGE_NOT_FOUND", "badgeId", "This badge cannot be earned now.")
    definition: BadgeDefinition = begun[-1]
    if not 1 <= level <= len(definition.levels):
        raise BadgeRefused("LEVEL_INVALID", "level", f"The badge has {len(definition.levels)} levels.")
    return await _tell(connection, known, BADGE_GIVEN, game, level, reason, actor)


async def take_badge(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, *, actor: str, level: int = 1,
    reason: str = "", now: datetime | None = None,
) -> MemberGame:  # fmt: skip
    """Take a badge down to below a level, on every occasion, until it is given again. Raises WishRefused."""
    known = await begin_asking(connection, program_id, member_id, now)
    game = _badge(known, definition_id)
    if level < 1:
        raise BadgeRefused("LEVEL_INVALID", "level", "Levels are counted from 1 on.")
    held = (one for one in known.standing.earned if one.definition_id == definition_id and one.revoked_at is None)
    if not any(one.level >= level for one in held):
        raise BadgeRefused("NOT_HELD", "badgeId", "The member does not hold this badge.")
    return await _tell(connection, known, BADGE_TAKEN, game, level, reason, actor)


def _badge(known: MemberGame, definition_id: int) -> Game[Any]:
    found = next((one for one in known.facts.of("badge") if one.definition_id == definition_id), None)
    if found is None:
        raise BadgeRefused("BADGE_NOT_FOUND", "badgeId", "There is no such badge.")
    return found


async def _tell(
    connection: AsyncConnection, known: MemberGame, kind: str, game: Game[Any], level: int, reason: str, actor: str
) -> MemberGame:
    try:
        said = plain(reason[: REASON_CHARACTERS_MAXIMUM + 1])
    except ValueError:
        raise BadgeRefused("REASON_INVALID", "reason", "A reason is a text for people.") from None
    if len(said) > REASON_CHARACTERS_MAXIMUM:
        raise BadgeRefused("REASON_INVALID", "reason", f"A reason has at most {REASON_CHARACTERS_MAXIMUM} characters.")
    fact = GameFact(kind, game.definition_id, known.now.isoformat(), known.now, {"level": level, "reason": said})
    return await tell(connection, known, [fact], actor)
