"""`laurel rebuild`: what Redis holds, made anew from the ledger."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.database import create_engine
from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.rebuilding import rebuild_program
from plugin.commands.texts import refuse, variable

REDIS_TIMEOUT_SECONDS = 10.0

_PROGRAMS = text("SELECT DISTINCT program_id FROM shop_directory ORDER BY program_id")

rebuild = typer.Typer(help="Make what Redis holds anew from the ledger.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(rebuild, name="rebuild")


@rebuild.callback()
def _named() -> None:
    """Make what Redis holds anew from the ledger."""


@rebuild.command()
def leaderboards(
    program: Annotated[int | None, typer.Option(help="One program only; without it, all of them.")] = None,
) -> None:
    """Make the open periods of all leaderboards anew; points go on being earned meanwhile, boards say "updating"."""
    database_url = variable("DATABASE_URL", "the address of PostgreSQL, as the role that owns the schema")
    redis_url = variable("REDIS_URL", "the address of Redis or Valkey")
    try:
        made = asyncio.run(_rebuild(database_url, redis_url, program))
    except SQLAlchemyError as error:
        # The driver's own text may repeat the address, and with it a password.
        refuse(f"The database cannot be read ({type(error).__name__}); `laurel doctor` says more.")
    except RedisError as error:
        refuse(f"Redis cannot be written ({type(error).__name__}); `laurel doctor` says more.")
    typer.echo(f"{made} periods of leaderboards were made anew.")


async def _rebuild(database_url: str, redis_url: str, program: int | None) -> int:
    engine = create_engine(database_url)
    redis = connect_boards(redis_url, timeout_seconds=REDIS_TIMEOUT_SECONDS)
    try:
        async with engine.connect() as connection:
            known = (await connection.execute(_PROGRAMS)).scalars().all()
        programs = [one for one in known if program in (None, one)]
        if program is not None and not programs:
            refuse(f"There is no program {program}.")
        with _progress() as progress:
            return sum([await rebuild_program(engine, redis, one, told=_Bar(progress, one)) for one in programs])
    finally:
        await redis.aclose()
        await engine.dispose()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True, highlight=False))


class _Bar:
    """The bar of each period of a program's boards, from when it is begun."""

    def __init__(self, progress: Progress, program_id: int) -> None:
        self._progress = progress
        self._program_id = program_id
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, name: str, members: int, written: int) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(f"{self._program_id} {name}", total=members)
        self._progress.update(self._tasks[name], completed=written)
