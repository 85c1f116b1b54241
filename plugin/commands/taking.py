"""A file of grants or members, taken from the command line: checked, shown, and carried out with a progress bar.

A worker may be at the same file: each takes the batches that the other leaves.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine, tenant_transaction
from engine.files.checks import BulkRequest, check_file
from engine.files.columns import FileRefused
from engine.files.kinds import KindName
from engine.files.operations import (
    BulkOperation,
    BulkRefused,
    BulkTotals,
    bulk_operation,
    bulk_totals,
    refused_rows,
    start_operation,
)
from engine.files.rows import CustomerReader, problem_text
from engine.files.runs import run_batch
from engine.shops import ShopReference
from plugin.commands.texts import USAGE_EXIT_CODE
from plugin.commands.which_shop import ShopUnclearError, choose_shop
from plugin.file_customers import customer_reader
from plugin.payloads import EmailKeys

REFUSED_ROWS_EXIT_CODE = 1
_SHOWN = 20
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class FileOrder:
    """What the command line was told. `encryption_key` is as in the environment; "" knows no addresses."""

    kind: KindName
    path: Path
    reason: str
    actor: str
    dry_run: bool
    enroll: bool
    shop: str | None
    program: int | None
    encryption_key: str


def run_file(url: str, order: FileOrder, console: Console) -> int:
    """Take a file, or only say what it would do. Returns the exit code: 1 for refused rows, 2 when nothing was done."""
    try:
        return asyncio.run(_run(url, order, console))
    except (FileRefused, BulkRefused, ShopUnclearError) as refusal:
        console.print(escape(f"{order.path.name}: {refusal}"), soft_wrap=True)
    except SQLAlchemyError as error:
        # The driver's own text may repeat the address, and with it a password.
        console.print(f"The database gave up ({type(error).__name__}); `laurel doctor` says more.")
    except KeyboardInterrupt:
        console.print("Interrupted. What was applied stays; the same command goes on, and so does a worker.")
    return USAGE_EXIT_CODE


async def _run(url: str, order: FileOrder, console: Console) -> int:
    engine = create_engine(url, pool_size=2)
    try:
        shop = await choose_shop(engine, order.shop, order.program)
        operation = await _check(engine, shop, order, console)
        totals = await _show(engine, operation, shop, console)
        if not order.dry_run and totals.waiting:
            await _carry_out(engine, shop, operation, order.actor, console)
            totals = await _totals(engine, shop, operation)
            console.print(f"{totals.applied} rows applied: {totals.points_applied} points; {totals.refused} refused.")
        return REFUSED_ROWS_EXIT_CODE if totals.refused else 0
    finally:
        await engine.dispose()


async def _check(engine: AsyncEngine, shop: ShopReference, order: FileOrder, console: Console) -> BulkOperation:
    asked = BulkRequest(
        shop.program_id, shop.shop_id, order.kind, order.path.name, order.reason, order.actor, order.enroll
    )
    with console.status(f"Checking {escape(order.path.name)} …"), order.path.open("rb") as file:
        async with tenant_transaction(engine, shop.program_id) as connection:
            return await check_file(connection, asked, file, _reader(order.encryption_key))


def _reader(encryption_key: str) -> CustomerReader:
    try:
        key = base64.b64decode(encryption_key, validate=True)
    except binascii.Error:
        key = b""
    return customer_reader(EmailKeys(key) if key else None)


async def _totals(engine: AsyncEngine, shop: ShopReference, operation: BulkOperation) -> BulkTotals:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await bulk_totals(connection, shop.program_id, operation.operation_id)


async def _show(engine: AsyncEngine, operation: BulkOperation, shop: ShopReference, console: Console) -> BulkTotals:
    """Say what a file would do, and what is wrong with it."""
    totals = await _totals(engine, shop, operation)
    async with tenant_transaction(engine, shop.program_id) as connection:
        refused = await refused_rows(connection, shop.program_id, operation.operation_id, first=_SHOWN)
    if refused:
        table = Table("Row", "Refused because", header_style="bold")
        for row in refused:
            table.add_row(str(row.number), escape(problem_text(row.problem)))
        console.print(table)
        if totals.refused > len(refused):
            console.print(f"… and {totals.refused - len(refused)} more rows.")
    console.print(
        f"{operation.rows_total} rows: {totals.waiting} to apply with {totals.points_waiting} points, "
        f"{totals.applied} applied before, {totals.refused} refused."
    )
    if totals.members:
        console.print(f"They are about {totals.members} members, {totals.newcomers} of them new.")
    if totals.shared:
        console.print(f"{totals.shared} rows are about a member whom an earlier row is about, too.")
    return totals


async def _carry_out(
    engine: AsyncEngine, shop: ShopReference, operation: BulkOperation, actor: str, console: Console
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        started = await start_operation(connection, shop.program_id, operation.operation_id, actor=actor)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(escape(started.name), total=started.rows_total, completed=started.rows_done)
        current: BulkOperation | None = started
        while current is not None and current.state == "running":
            async with tenant_transaction(engine, shop.program_id) as connection:
                settled = await run_batch(connection, shop.program_id, operation.operation_id)
            if settled is None:
                await asyncio.sleep(_POLL_SECONDS)  # a worker is at it
            async with tenant_transaction(engine, shop.program_id) as connection:
                current = await bulk_operation(connection, shop.program_id, operation.operation_id)
            progress.update(bar, completed=current.rows_done if current else started.rows_total)
