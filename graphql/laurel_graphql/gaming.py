"""Games that the staff write: checked by the engine's own definitions, refused with a code, the field, a sentence."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from engine.game.catalog import GameRefused, archive_game, create_game, game_of, update_game
from engine.game.definitions import DEFINITIONS
from engine.game.facts import Game, GameKind
from engine.rules.bounds import Frozen
from laurel_graphql.changes import ChangeRefused
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain
from laurel_graphql.inputs.texts import readable
from laurel_graphql.texts import TEXTS, language_of

GID_KINDS: dict[GameKind, str] = {
    "badge": "Badge",
    "challenge": "Challenge",
    "streak": "Streak",
    "levels": "Levels",
    "leaderboard": "Leaderboard",
    "league": "League",
}
"""What the global ids of games of each kind are called."""
_SCORE_PARTS = frozenset({"score", "counted", "challengeScore"})


class GameChangeRefused(ChangeRefused):
    """Nothing was changed. `errors` are codes of the API, each with its place in the input and a sentence."""


def checked_game(kind: GameKind, given: Any) -> Frozen:
    """The definition of an input. Raises GameChangeRefused with every fault of it, RequestError for bad texts."""
    root = ["input", kind]
    try:
        return DEFINITIONS[kind].model_validate(plain(given))
    except OneOfError as error:
        faults = [Fault(root, str(error))]
    except ValidationError as error:
        faults = [_as_given(kind, fault) for fault in faults_of(error, root)]
    raise GameChangeRefused([("INVALID", fault) for fault in faults])


async def game_created(
    context: MerchantContext, kind: GameKind, handle: str, given: Any, position: int | None = None
) -> Game[Any]:
    """Make a game in a transaction of its own. Raises GameChangeRefused."""
    definition = checked_game(kind, given)
    try:
        async with context.writing() as connection:
            return await create_game(
                connection, context.program_id, kind, readable(handle), definition, actor=context.actor,
                position=_place(position),
            )  # fmt: skip
    except GameRefused as refusal:
        raise game_refused(kind, refusal, context.locale) from None


async def game_updated(
    context: MerchantContext, kind: GameKind, gid: str, expected_version: int, given: Any, position: int | None = None
) -> Game[Any]:
    """Make the next version in a transaction of its own. Raises GameChangeRefused."""
    number, definition = number_of(gid, GID_KINDS[kind]), checked_game(kind, given)
    try:
        async with context.writing() as connection:
            await _of_that_kind(connection, context, kind, number)
            return await update_game(
                connection, context.program_id, number, definition, expected_version=expected_version,
                actor=context.actor, position=_place(position),
            )  # fmt: skip
    except GameRefused as refusal:
        raise game_refused(kind, refusal, context.locale) from None


async def game_archived(context: MerchantContext, kind: GameKind, gid: str, expected_version: int) -> Game[Any]:
    """Archive a game in a transaction of its own. Raises GameChangeRefused."""
    number = number_of(gid, GID_KINDS[kind])
    try:
        async with context.writing() as connection:
            await _of_that_kind(connection, context, kind, number)
            return await archive_game(connection, context.program_id, number, expected_version=expected_version)
    except GameRefused as refusal:
        raise game_refused(kind, refusal, context.locale) from None


def game_text(code: str, locale: str) -> str:
    """The sentence for a code, in the caller's language."""
    return TEXTS[language_of(locale)][f"game.refused.{code.lower()}"]


async def _of_that_kind(connection: Any, context: MerchantContext, kind: GameKind, number: int) -> None:
    """The id of a badge, said to be a challenge's, is that of no challenge."""
    known = await game_of(connection, context.program_id, number)
    if known is None or known.kind != kind:
        raise GameRefused("NOT_FOUND", None, "The program has no such game.")


def _place(position: int | None) -> int | None:
    return None if position is None else min(max(position, 0), 10_000)


def game_refused(kind: GameKind, refusal: GameRefused, locale: str) -> GameChangeRefused:
    """The engine's refusal by the caller's fields and in their language."""
    path = ["input"]
    if refusal.code in ("NOT_FOUND", "ARCHIVED"):
        path.append(f"{kind}Id")
    elif refusal.field is not None:
        path += [kind, refusal.field] if refusal.code == "INVALID" else [refusal.field]
    message = refusal.message if refusal.code == "INVALID" else game_text(refusal.code, locale)
    return GameChangeRefused([(refusal.code, Fault(path, message))])


def _as_given(kind: GameKind, fault: Fault) -> Fault:
    """A fault by the caller's fields: a board's way to score is one field of the engine's and two of the caller's."""
    if kind != "leaderboard" or fault.field[2:3] != ["score"]:
        return fault
    parts = ["challenges" if part == "handles" else part for part in fault.field[2:] if part not in _SCORE_PARTS]
    return Fault([*fault.field[:2], *parts], fault.message)
