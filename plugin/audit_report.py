"""Prints what `laurel audit` found: each invariant with its count, what lags behind, and how far history is sealed."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from engine.audit import AuditReport, UnknownProgramError, run_audit

BREACH_EXIT_CODE = 1
UNREADABLE_EXIT_CODE = 2


def print_audit(url: str, program: int | None, console: Console, *, redis_url: str | None = None) -> int:
    """Audit one program, or all, and print it. Returns the exit code: 1 on any breach, 2 when it cannot be read.

    Boards that cannot be compared, since Redis is not reachable or not named, are told as such.
    """
    try:
        report = run_audit(url, program, redis_url=redis_url)
    except UnknownProgramError as error:
        console.print(str(error))
        return UNREADABLE_EXIT_CODE
    except SQLAlchemyError as error:
        # The driver's own text may repeat the address, and with it a password.
        console.print(f"The database cannot be audited ({type(error).__name__}); `laurel doctor` says more.")
        return UNREADABLE_EXIT_CODE
    if console.is_terminal:
        console.print(_table(report))
    else:
        for check in report.checks:
            verdict = "ok" if not check.breaches else f"BREACH {check.breaches}"
            console.print(
                f"{check.name}: {check.checked} checked, {verdict} - {escape(check.statement)}", soft_wrap=True
            )
    for name, count in report.lags.items():
        console.print(f"lag {name}: {count}")
    if report.boards_not_compared:
        console.print(
            f"not compared: {report.boards_not_compared} periods of leaderboards, for want of Redis (REDIS_URL)"
        )
    console.print(f"sealed: {report.sealed_transactions} transactions in {report.blocks} blocks")
    console.print(f"{len(report.checks)} invariants, {report.breaches} breaches")
    return BREACH_EXIT_CODE if report.breaches else 0


def _table(report: AuditReport) -> Table:
    table = Table("Invariant", "What must hold", "Checked", "Breaches", header_style="bold", row_styles=["", "dim"])
    for check in report.checks:
        breaches = f"[red]{check.breaches}[/]" if check.breaches else "0"
        table.add_row(check.name, escape(check.statement), str(check.checked), breaches)
    return table
