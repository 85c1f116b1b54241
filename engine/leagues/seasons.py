"""Weeks of leagues in the database: which were formed, by what, and which are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.facts import Game, GameVersion
from engine.leagues.definitions import LeagueDefinition
from engine.rules.days import zone_of

LeagueGame = Game[LeagueDefinition]
LeagueVersion = GameVersion[LeagueDefinition]


@dataclass(frozen=True, slots=True)
class LeagueSeason:
    """A week of a league that was formed; `closed_at` is None while it runs or settles."""

    program_id: int
    definition_id: int
    period: str
    version: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    seed: bytes
    formed_at: datetime
    closed_at: datetime | None
    result_hash: bytes | None
    prizes_due_at: datetime | None
    prizes_given_at: datetime | None

    @property
    def key(self) -> dict[str, Any]:
        """How it is found."""
        return {"program_id": self.program_id, "definition_id": self.definition_id, "period": self.period}

    @property
    def days(self) -> ZoneInfo:
        """The zone of its days."""
        return zone_of(self.zone)


_SEASON = """program_id, definition_id, period, version, zone, starts_at, ends_at, seed, formed_at, closed_at,
    result_hash, prizes_due_at, prizes_given_at"""
_NAMES = _SEASON.replace(",", " ").split()
_OF_LEAGUE = "FROM league_seasons WHERE program_id = :program_id AND definition_id = :definition_id"
_NEWEST = text(f"SELECT {_SEASON} {_OF_LEAGUE} ORDER BY period DESC LIMIT 1")
_ALL = text(f"SELECT {_SEASON} {_OF_LEAGUE} ORDER BY period")
_LOCK = text(f"""SELECT {_SEASON} {_OF_LEAGUE} AND period = :period AND closed_at IS NULL FOR UPDATE""")
_CLAIM = text(f"""SELECT {_SEASON} {_OF_LEAGUE} AND period = :period AND closed_at IS NULL FOR UPDATE SKIP LOCKED""")
_PRIZES = text(f"""
    SELECT {_SEASON}, prizes_through FROM league_seasons
    WHERE prizes_due_at <= now() AND prizes_given_at IS NULL
    ORDER BY prizes_due_at, program_id, definition_id, period LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_OPEN = text("""
    INSERT INTO league_seasons (program_id, definition_id, period, version, zone, starts_at, ends_at, seed)
    VALUES (:program_id, :definition_id, :period, :version, :zone, :starts_at, :ends_at, :seed)
    ON CONFLICT DO NOTHING
""")
_KEY = text("SELECT code_key FROM programs WHERE program_id = :program_id")
_FIRST_JOINED = text("""
    SELECT min(joined_at) FROM board_participants WHERE program_id = :program_id AND definition_id = :definition_id
""")


def version_of(game: LeagueGame, version: int) -> LeagueDefinition:
    """The definition of a version."""
    return next(one.definition for one in game.versions if one.version == version)


def version_at(game: LeagueGame, moment: datetime) -> LeagueVersion:
    """The version in force at a moment, the first where none is yet."""
    return next((one for one in reversed(game.versions) if one.effective_from <= moment), game.versions[0])


async def newest_season(connection: AsyncConnection, program_id: int, definition_id: int) -> LeagueSeason | None:
    """The last week that was formed; None before the first."""
    given = {"program_id": program_id, "definition_id": definition_id}
    return _season((await connection.execute(_NEWEST, given)).one_or_none())


async def seasons_of(connection: AsyncConnection, program_id: int, definition_id: int) -> list[LeagueSeason]:
    """Every week that was formed, the oldest first."""
    given = {"program_id": program_id, "definition_id": definition_id}
    rows = (await connection.execute(_ALL, given)).fetchall()
    return [season for row in rows if (season := _season(row)) is not None]


async def lock_open_season(
    connection: AsyncConnection, program_id: int, definition_id: int, period: str, *, wait: bool = True
) -> LeagueSeason | None:
    """A week that is not closed, for whoever changes who sits where; None where it is, or another has it."""
    given = {"program_id": program_id, "definition_id": definition_id, "period": period}
    return _season((await connection.execute(_LOCK if wait else _CLAIM, given)).one_or_none())


async def lock_prizes(connection: AsyncConnection) -> tuple[LeagueSeason, int] | None:
    """A week of the named tenants whose prizes are due, and the member up to whom all were looked at."""
    row = (await connection.execute(_PRIZES)).one_or_none()
    season = _season(row)
    return (season, row.prizes_through) if season is not None and row is not None else None


async def open_season(connection: AsyncConnection, season: LeagueSeason) -> bool:
    """Write a week down; False where that was done before."""
    given = {
        **season.key, "version": season.version, "zone": season.zone, "starts_at": season.starts_at,
        "ends_at": season.ends_at, "seed": season.seed,
    }  # fmt: skip
    return bool((await connection.execute(_OPEN, given)).rowcount)


async def program_key(connection: AsyncConnection, program_id: int) -> bytes:
    """What seeds are made with."""
    return bytes((await connection.execute(_KEY, {"program_id": program_id})).scalar_one())


async def first_joined(connection: AsyncConnection, program_id: int, definition_id: int) -> datetime | None:
    """When the first of those who take part did; None while nobody does."""
    given = {"program_id": program_id, "definition_id": definition_id}
    moment: datetime | None = (await connection.execute(_FIRST_JOINED, given)).scalar_one()
    return moment


def _season(row: Any) -> LeagueSeason | None:
    if row is None:
        return None
    found = dict(zip(_NAMES, row, strict=False))
    sealed = found["result_hash"]
    return LeagueSeason(
        **{**found, "seed": bytes(found["seed"]), "result_hash": bytes(sealed) if sealed is not None else None}
    )
