"""Drafts and published versions of a program. A version is inserted once and never changes; awards name it for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.program import Definition, ProgramVersion, standing_zone, version_at

_ALL_DUE = (
    text("UPDATE member_tiers SET review_at = now() WHERE program_id = :program_id"),
    text("UPDATE memberships SET review_at = now() WHERE program_id = :program_id"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The definition that the next publication takes; `revision` counts its changes, against lost updates."""

    definition: Definition
    revision: int


@dataclass(frozen=True, slots=True)
class Publication:
    """Who published a version, and when."""

    version: int
    published_at: datetime
    published_by: str


class DraftChanged(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Somebody else changed the draft since it was read; `revision` is where it is now."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"the draft was changed meanwhile and is at revision {revision}")
        self.revision = revision


class NoSuchVersion(Exception):  # noqa: N818  # named for the rule, as the field names it
    """The program never published a version of that number."""


@lru_cache(maxsize=4096)
def _parse(definition: str) -> Definition:
    return Definition.model_validate_json(definition)


async def versions(connection: AsyncConnection, program_id: int) -> list[ProgramVersion]:
    """Every published version of a program, oldest first."""
    return (await versions_of(connection, [program_id])).get(program_id, [])


async def versions_of(connection: AsyncConnection, program_ids: list[int]) -> dict[int, list[ProgramVersion]]:
    """Every published version of several programs, oldest first."""
    rows = await connection.execute(
        text(
            "SELECT program_id, version, effective_from, definition::text FROM program_versions "
            "WHERE program_id = ANY(:program_ids) ORDER BY program_id, version"
        ),
        {"program_ids": program_ids},
    )
    found: dict[int, list[ProgramVersion]] = {}
    for program_id, version, effective_from, definition in rows:
        found.setdefault(program_id, []).append(
            ProgramVersion(
                program_id=program_id, version=version, effective_from=effective_from, definition=_parse(definition)
            )
        )
    return found


async def publications(connection: AsyncConnection, program_id: int, first: int) -> list[Publication]:
    """Who published the newest versions, newest first."""
    rows = await connection.execute(
        text(
            "SELECT version, published_at, published_by FROM program_versions WHERE program_id = :program_id "
            "ORDER BY version DESC LIMIT :first"
        ),
        {"program_id": program_id, "first": first},
    )
    return [Publication(*row) for row in rows]


async def live_version(
    connection: AsyncConnection, program_id: int, at: datetime | None = None
) -> ProgramVersion | None:
    """The version that is live at a moment, by default the database's now; None before the first publication."""
    moment = at or (await connection.execute(text("SELECT now()"))).scalar_one()
    return version_at(await versions(connection, program_id), moment)


async def draft(connection: AsyncConnection, program_id: int) -> Draft:
    """The program's draft. Raises NoResultFound for a program that does not exist."""
    row = (
        await connection.execute(
            text("SELECT definition::text, revision FROM program_drafts WHERE program_id = :program_id"),
            {"program_id": program_id},
        )
    ).one()
    return Draft(_parse(row.definition), row.revision)


async def save_draft(
    connection: AsyncConnection, program_id: int, definition: Definition, *, expected_revision: int, actor: str
) -> Draft:
    """Put a definition in the draft's place, if the draft is still the one that was read.

    Raises DraftChanged when it is not: of two edits at once one wins and the other is told, none is lost unseen.
    """
    row = (
        await connection.execute(
            text(
                "UPDATE program_drafts SET definition = CAST(:definition AS jsonb), revision = revision + 1, "
                "updated_at = now(), updated_by = :actor "
                "WHERE program_id = :program_id AND revision = :expected RETURNING revision"
            ),
            {
                "program_id": program_id, "definition": definition.to_json(), "expected": expected_revision,
                "actor": actor,
            },
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise DraftChanged((await draft(connection, program_id)).revision)
    return Draft(definition, row.revision)


async def rollback(connection: AsyncConnection, program_id: int, version: int, *, actor: str) -> ProgramVersion:
    """Publish what an earlier version said as the next version, from now on; awards keep the versions they have.

    Raises NoSuchVersion.
    """
    for published in await versions(connection, program_id):
        if published.version == version:
            return await publish(connection, program_id, published.definition, effective_from=None, actor=actor)
    raise NoSuchVersion(f"there is no version {version}")


async def lock_versions(connection: AsyncConnection, program_id: int) -> None:
    """Nobody else publishes until the transaction ends. The program's row is the lock."""
    await connection.execute(
        text("SELECT program_id FROM programs WHERE program_id = :program_id FOR UPDATE"), {"program_id": program_id}
    )


async def publish(
    connection: AsyncConnection, program_id: int, definition: Definition, *, effective_from: datetime | None, actor: str
) -> ProgramVersion:
    """Publish a definition as the next version. It decides events from `effective_from` on, by default from now.

    Now is the second that runs: shops tell times in whole seconds, and an order paid right afterwards must earn by it.
    """
    await lock_versions(connection, program_id)
    before = await versions(connection, program_id)
    row = (
        await connection.execute(
            text(
                "INSERT INTO program_versions (program_id, version, definition, effective_from, published_by) "
                "SELECT :program_id, COALESCE(max(version), 0) + 1, CAST(:definition AS jsonb), "
                "COALESCE(CAST(:effective_from AS timestamptz), date_trunc('second', now())), :actor "
                "FROM program_versions WHERE program_id = :program_id RETURNING version, effective_from"
            ),
            {
                "program_id": program_id, "definition": definition.to_json(),
                "effective_from": effective_from, "actor": actor,
            },
        )
    ).one()  # fmt: skip
    await connection.execute(
        text(
            "UPDATE program_drafts SET definition = CAST(:definition AS jsonb), revision = revision + 1, "
            "updated_at = now() WHERE program_id = :program_id"
        ),
        {"program_id": program_id, "definition": definition.to_json()},
    )
    if standing_zone(before).key != definition.zone.key:  # days are others now: everybody's standing is looked at anew
        for statement in _ALL_DUE:
            await connection.execute(statement, {"program_id": program_id})
    return ProgramVersion(
        program_id=program_id, version=row.version, effective_from=row.effective_from, definition=definition
    )
