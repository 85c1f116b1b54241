"""An export from the command line, into a file that appears only when it is complete."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import SQLAlchemyError

from engine.database import create_engine
from engine.files.exports import ExportName, Period, write_export
from engine.files.writing import FileFormat
from plugin.commands.texts import USAGE_EXIT_CODE
from plugin.commands.which_shop import ShopUnclearError, choose_shop


def run_export(
    url: str, name: ExportName, file_format: FileFormat, path: Path, days: tuple[date | None, date | None],
    shop: str | None, program: int | None, console: Console,
) -> int:  # fmt: skip
    """Write an export; returns the exit code. A file that was there before is replaced only by a complete one."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        rows = asyncio.run(_write(url, name, file_format, partial, Period(*days), shop, program, console))
        partial.replace(path)
    except ShopUnclearError as refusal:
        console.print(escape(str(refusal)), soft_wrap=True)
    except SQLAlchemyError as error:
        # The driver's own text may repeat the address, and with it a password.
        console.print(f"The database gave up ({type(error).__name__}); `laurel doctor` says more.")
    except OSError as error:
        console.print(escape(f"{path} cannot be written: {error.strerror}."), soft_wrap=True)
    except KeyboardInterrupt:
        console.print("Interrupted; nothing was written.")
    else:
        console.print(escape(f"Wrote {rows} rows to {path}"), soft_wrap=True)
        return 0
    finally:
        partial.unlink(missing_ok=True)
    return USAGE_EXIT_CODE


async def _write(
    url: str, name: ExportName, file_format: FileFormat, partial: Path, period: Period, shop: str | None,
    program: int | None, console: Console,
) -> int:  # fmt: skip
    engine = create_engine(url, pool_size=2)
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed} rows"), TimeElapsedColumn())
    try:
        chosen = await choose_shop(engine, shop, program)
        with Progress(*columns, console=console) as progress, partial.open("w+b") as file:
            bar = progress.add_task(name, total=None)
            return await write_export(
                engine, chosen.program_id, name, period, file_format, file,
                progress=lambda rows: progress.update(bar, advance=rows),
            )  # fmt: skip
    finally:
        await engine.dispose()
