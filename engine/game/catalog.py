"""What a program has to play for, of all six kinds: made, edited by new versions, archived, listed.

An edit names the version that it was made from, so that of two at once the second is refused instead of winning. After
each publication of something that members play by themselves, they are looked at again page by page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.artwork import is_artwork
from engine.badges.definitions import BadgeDefinition
from engine.badges.prerequisites import in_a_circle
from engine.game.definitions import DEFINITIONS, PERSONAL, parse_definition
from engine.game.facts import Game, GameKind, GameVersion
from engine.leaderboards.sweeping import begin_sweep
from engine.publishing import lock_versions
from engine.rules.bounds import Frozen, Handle

LIVE_MAXIMUM = 100
"""The most of a kind at a time; archived ones do not count."""
_LIVE_MAXIMUM: dict[GameKind, int] = {"levels": 1, "league": 5}
EVER_MAXIMUM = 1_000
"""The most of a kind that a program ever has: archived ones go on to hold what was reached by them."""
VERSIONS_MAXIMUM = 500
JSON_CHARACTERS_MAXIMUM = 200_000
_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)


class GameRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A game was not made or changed.

    `code`: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, NOT_FOUND, ARCHIVED, VERSION_CONFLICT, INVALID.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


_READ = text("""
    SELECT g.program_id, g.definition_id, g.kind, g.handle, g.position, g.archived_at, v.version, v.effective_from,
        v.definition::text AS definition
    FROM game_definitions g JOIN game_definition_versions v
        ON v.program_id = g.program_id AND v.definition_id = g.definition_id
    WHERE g.program_id = ANY(:programs) AND (:every OR g.kind = ANY(:kinds)) AND (:archived OR g.archived_at IS NULL)
    ORDER BY g.program_id, g.position, g.definition_id, v.version
""")
_KIND = text("SELECT kind FROM game_definitions WHERE program_id = :program_id AND definition_id = :definition_id")
_INSERT = text("""
    INSERT INTO game_definitions (program_id, definition_id, kind, handle, version, position)
    VALUES (:program_id, nextval('ledger_ids'), :kind, :handle, 1, :position) RETURNING definition_id
""")
_INSERT_VERSION = text("""
    INSERT INTO game_definition_versions (program_id, definition_id, version, effective_from, definition, created_by)
    SELECT :program_id, :definition_id, :version,
        GREATEST(max(effective_from), COALESCE(CAST(:effective_from AS timestamptz), date_trunc('second', now()))),
        CAST(:definition AS jsonb), :actor
    FROM game_definition_versions WHERE program_id = :program_id AND definition_id = :definition_id
""")
_UPDATE = text("""
    UPDATE game_definitions SET version = :version, position = :position
    WHERE program_id = :program_id AND definition_id = :definition_id
""")
_ARCHIVE = text("""
    UPDATE game_definitions SET archived_at = now()
    WHERE program_id = :program_id AND definition_id = :definition_id
""")
_SWEEP = text("""
    INSERT INTO game_sweeps (program_id) VALUES (:program_id)
    ON CONFLICT (program_id) DO UPDATE SET last_member_id = 0, started_at = now()
""")


async def games_of(
    connection: AsyncConnection, program_ids: Iterable[int], kinds: Collection[GameKind] | None = None, *,
    archived: bool = True,
) -> dict[int, tuple[Game[Any], ...]]:  # fmt: skip
    """The games of several programs with all their versions, in the merchant's order; all kinds where none are named.

    A program without any is left out.
    """
    given = {
        "programs": sorted(set(program_ids)), "every": kinds is None, "kinds": sorted(kinds or ()),
        "archived": archived,
    }  # fmt: skip
    rows: dict[tuple[int, int], list[Any]] = {}
    for row in await connection.execute(_READ, given):
        rows.setdefault((row.program_id, row.definition_id), []).append(row)
    found: dict[int, list[Game[Any]]] = {}
    for (program_id, _), versions in rows.items():
        found.setdefault(program_id, []).append(_game(versions))
    return {program_id: tuple(games) for program_id, games in found.items()}


async def game_of(connection: AsyncConnection, program_id: int, definition_id: int) -> Game[Any] | None:
    """One game with all its versions, archived or not; None where the program has no such one."""
    given = {"program_id": program_id, "definition_id": definition_id}
    kind = (await connection.execute(_KIND, given)).scalar_one_or_none()
    games = await _of_kind(connection, program_id, kind) if kind is not None else ()
    return next((game for game in games if game.definition_id == definition_id), None)


async def game_by_handle(connection: AsyncConnection, program_id: int, kind: GameKind, handle: str) -> Game[Any] | None:
    """One game by its handle, archived or not; None where the program has no such one."""
    return next((game for game in await _of_kind(connection, program_id, kind) if game.handle == handle), None)


async def create_game(
    connection: AsyncConnection, program_id: int, kind: GameKind, handle: str, definition: Frozen, *, actor: str,
    position: int | None = None, effective_from: datetime | None = None,
) -> Game[Any]:  # fmt: skip
    """Something new to play for, by default last in the list and in force from now on.

    Raises GameRefused: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, INVALID.
    """
    try:
        _HANDLE.validate_python(handle)
    except ValidationError:
        raise GameRefused("HANDLE_INVALID", "handle", "A handle is made of a-z, 0-9 and hyphens.") from None
    await lock_versions(connection, program_id)
    games = await _of_kind(connection, program_id, kind)
    live = [game for game in games if game.archived_at is None]
    most = _LIVE_MAXIMUM.get(kind, LIVE_MAXIMUM)
    if len(live) >= most or len(games) >= EVER_MAXIMUM:
        raise GameRefused("TOO_MANY", None, f"A program has at most {most} of them at a time, {EVER_MAXIMUM} ever.")
    if any(game.handle == handle for game in games):
        raise GameRefused("HANDLE_TAKEN", "handle", "Another one has this handle, or had it.")
    refuse_invalid(kind, handle, definition, games)
    place = max((game.position for game in live), default=0) + 1 if position is None else position
    given = {"program_id": program_id, "kind": kind, "handle": handle, "position": place}
    definition_id: int = (await connection.execute(_INSERT, given)).scalar_one()
    return await _publish(connection, program_id, definition_id, kind, 1, definition, actor, place, effective_from)


async def update_game(
    connection: AsyncConnection, program_id: int, definition_id: int, definition: Frozen, *, expected_version: int,
    actor: str, position: int | None = None, effective_from: datetime | None = None,
) -> Game[Any]:  # fmt: skip
    """Make the next version, by default from now on. What was finished keeps the version it was finished by.

    Raises GameRefused: NOT_FOUND, ARCHIVED, VERSION_CONFLICT, TOO_MANY (versions), INVALID.
    """
    known = await _locked(connection, program_id, definition_id, expected_version)
    if len(known.versions) >= VERSIONS_MAXIMUM:
        raise GameRefused("TOO_MANY", None, f"It was changed {VERSIONS_MAXIMUM} times: archive it and make a new one.")
    games = await _of_kind(connection, program_id, known.kind)
    refuse_invalid(known.kind, known.handle, definition, games)
    version, place = known.newest.version + 1, known.position if position is None else position
    if _rules(definition) != _rules(known.newest.definition):
        await begin_sweep(connection, program_id, definition_id)
    return await _publish(
        connection, program_id, definition_id, known.kind, version, definition, actor, place, effective_from
    )


async def archive_game(
    connection: AsyncConnection, program_id: int, definition_id: int, *, expected_version: int
) -> Game[Any]:
    """From now on nothing new is reached by it; what was reached stays. Raises GameRefused like `update_game`."""
    await _locked(connection, program_id, definition_id, expected_version)
    await connection.execute(_ARCHIVE, {"program_id": program_id, "definition_id": definition_id})
    return await _known(connection, program_id, definition_id)


async def _locked(connection: AsyncConnection, program_id: int, definition_id: int, expected_version: int) -> Game[Any]:
    await lock_versions(connection, program_id)
    known = await game_of(connection, program_id, definition_id)
    if known is None:
        raise GameRefused("NOT_FOUND", None, "The program has no such game.")
    if known.archived_at is not None:
        raise GameRefused("ARCHIVED", None, "It is archived.")
    if known.newest.version != expected_version:
        message = f"Somebody else made version {known.newest.version} of it."
        raise GameRefused("VERSION_CONFLICT", "expectedVersion", message)
    return known


async def _publish(
    connection: AsyncConnection, program_id: int, definition_id: int, kind: GameKind, version: int,
    definition: Frozen, actor: str, position: int, effective_from: datetime | None,
) -> Game[Any]:  # fmt: skip
    key = {"program_id": program_id, "definition_id": definition_id, "version": version}
    stored = {"definition": definition.model_dump_json(), "actor": actor, "effective_from": effective_from}
    await connection.execute(_INSERT_VERSION, {**key, **stored})
    await connection.execute(_UPDATE, {**key, "position": position})
    if kind in PERSONAL:
        await connection.execute(_SWEEP, {"program_id": program_id})
    return await _known(connection, program_id, definition_id)


def refuse_invalid(kind: GameKind, handle: str, definition: Frozen, games: Sequence[Game[Any]]) -> None:
    """Whether a definition can be that of a handle beside the games of its kind. Raises GameRefused INVALID."""
    if not isinstance(definition, DEFINITIONS[kind]):
        raise GameRefused("INVALID", None, f"This defines no {kind}.")
    if len(definition.model_dump_json()) > JSON_CHARACTERS_MAXIMUM:
        raise GameRefused("INVALID", None, f"A definition has at most {JSON_CHARACTERS_MAXIMUM} characters.")
    if not is_artwork(getattr(definition, "artwork", "builtin:star")):
        raise GameRefused("INVALID", "artwork", "There is no such picture.")
    if isinstance(definition, BadgeDefinition):
        live = {game.handle for game in games if game.archived_at is None} | {handle}
        missing = [name for name in definition.after if name not in live]
        if missing:
            raise GameRefused("INVALID", "after", f"There is no badge {missing[0]}.")
        if in_a_circle(games, handle, definition):
            raise GameRefused("INVALID", "after", "A badge cannot come after itself, or one that came after it.")


def _rules(definition: Frozen) -> object:
    """What looks like cheating by a definition: where it changes, everybody is looked at again."""
    return getattr(definition, "quarantine", None)


async def _of_kind(connection: AsyncConnection, program_id: int, kind: GameKind) -> tuple[Game[Any], ...]:
    return (await games_of(connection, [program_id], [kind])).get(program_id, ())


async def _known(connection: AsyncConnection, program_id: int, definition_id: int) -> Game[Any]:
    known = await game_of(connection, program_id, definition_id)
    assert known is not None, "it was written just now"
    return known


def _game(rows: Sequence[Any]) -> Game[Any]:
    one = rows[0]
    versions = (
        GameVersion(row.version, row.effective_from, parse_definition(row.kind, row.definition)) for row in rows
    )
    return Game(one.definition_id, one.kind, one.handle, tuple(versions), one.archived_at, one.position)
