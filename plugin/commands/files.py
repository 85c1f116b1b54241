"""`laurel grant`, `laurel import` and `laurel export`: points and members by file, and files out of Laurel."""

from __future__ import annotations

import getpass
import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from plugin.commands.texts import variable

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV (UTF-8) or XLSX file with a header.")
]
Shop = Annotated[str | None, typer.Option(help="The shop's domain, where there are several.")]
Program = Annotated[int | None, typer.Option(help="The program's number, instead of its only shop's domain.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what each row would do, and do nothing.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="Where to; laurel-WHAT.FORMAT without it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(grant)
    app.command(name="import")(import_members)
    app.command()(export)


def grant(
    file: File,
    reason: Annotated[str, typer.Option(help="Why, as members and staff will read it. It must not name a person.")],
    dry_run: DryRun = False,
    enroll: Annotated[bool, typer.Option("--enroll", help="Make members of customers whom nobody knows.")] = False,
    shop: Shop = None,
    program: Program = None,
) -> None:
    """Give points by a file with the columns customer_id or email, points, and if wished reason and expires_on.

    The same file never gives its points twice, and one that was interrupted goes on where it was. Ends with 1 when
    a row was refused.
    """
    _take("grant", file, reason, dry_run=dry_run, enroll=enroll, shop=shop, program=program)


def import_members(
    file: File,
    reason: Annotated[str, typer.Option(help="What their history says.")] = "Opening balance",
    dry_run: DryRun = False,
    shop: Shop = None,
    program: Program = None,
) -> None:
    """Import members by a file: customer_id or email, points, and if wished expires_on, joined_at and lifetime.

    An opening balance is given once to each member. Ends with 1 when a row was refused.
    """
    _take("import", file, reason, dry_run=dry_run, enroll=True, shop=shop, program=program)


def export(
    what: Annotated[Literal["members", "balances", "transactions", "totals"], typer.Argument(help="What to take out.")],
    output: Output = None,
    file_format: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="The kind of file.")] = "csv",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, included.")] = None,
    shop: Shop = None,
    program: Program = None,
) -> None:
    """Write members, balances, transactions or totals into a file, of whole days of the program."""
    url = _database_url()
    from plugin.commands.exporting import run_export

    path = output or Path(f"laurel-{what}.{file_format}")
    console = Console(highlight=False, stderr=True)
    raise typer.Exit(run_export(url, what, file_format, path, (_day(first), _day(last)), shop, program, console))


def _take(
    kind: Literal["grant", "import"], file: Path, reason: str, *, dry_run: bool, enroll: bool, shop: str | None,
    program: int | None,
) -> None:  # fmt: skip
    url = _database_url()
    from plugin.commands.taking import FileOrder, run_file

    order = FileOrder(
        kind, file, reason, f"command:{getpass.getuser()}", dry_run, enroll, shop, program,
        os.environ.get("LAUREL_ENCRYPTION_KEY", "").strip(),
    )  # fmt: skip
    raise typer.Exit(run_file(url, order, Console(highlight=False)))


def _database_url() -> str:
    return variable("DATABASE_URL", "the address of PostgreSQL")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
