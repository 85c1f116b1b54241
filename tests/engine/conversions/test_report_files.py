"""A partner's file of reports: checked first, taken row by row, and no report twice, whatever file it is in."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.conversions.file_runs import run_report_file, running_files
from engine.conversions.files import check_report_file
from engine.conversions.report_files import (
    ReportFile,
    ReportFileRefused,
    cancel_report_file,
    forget_report_files,
    refused_reports,
    report_files_of,
    start_report_file,
)
from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from engine.partners.facts import Partner
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase

pytestmark = pytest.mark.anyio


async def check(trading: Trading, partner: Partner, rows: list[str], name: str = "march.csv") -> ReportFile:
    """Hand a file in."""
    text = "\n".join(["Kind;Report ID;Order;Occurred at;Amount;Currency;Member", *rows])
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        return await check_report_file(
            connection, trading.program_id, partner.partner_id, io.BytesIO(text.encode()), name, actor="staff:1"
        )


async def test_rows_are_checked_and_then_taken_as_reports(trading: Trading) -> None:
    partner = await trading.partner(time_zone="America/New_York", report_days=300)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = (await trading.now() - timedelta(days=3)).replace(microsecond=0)
    sent = purchase(7, day, "7.00", member=claim.made_code)
    await trading.report(partner, **sent)
    local = f"{day:%Y-%m-%d}"
    file = await check(
        trading, partner,
        [
            f"refund;r-1;#1;{day.isoformat()};5.00;;",
            f"purchase;p-1;#1;{local};20.00;USD;{claim.made_code}",
            f"purchase;p-1;#1;{local};20.0;USD;{claim.made_code}",
            f"purchase;p-1;#1;{local};21.00;USD;{claim.made_code}",
            f"purchase;p-2;#2;yesterday;1.00;USD;{claim.made_code}",
            f"purchase;p-7;#7;{day.isoformat()};7.00;USD;{claim.made_code}",
            f"purchase;p-8;#8;{day.isoformat()};8.00;USD;0000-0000-0000-0001",
        ],
    )  # fmt: skip
    assert (file.state, file.rows_total, file.ready, file.repeated, file.refused) == ("checked", 7, 3, 2, 2)
    assert (await trading.member()).available == 70
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await start_report_file(connection, trading.program_id, file.file_id)
        assert await running_files(connection) == [(trading.program_id, file.file_id)]

    taken = [await run_report_file(trading.engine, trading.program_id, file.file_id, most=2) for _ in range(3)]

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        [after] = await report_files_of(connection, trading.program_id, partner.partner_id, 10)
        problems = await refused_reports(connection, trading.program_id, file.file_id)
        assert await running_files(connection) == []
        assert await forget_report_files(connection) == 0
    assert taken == [2, 1, 0]
    assert (after.state, after.applied, after.waiting, after.refused) == ("finished", 1, 1, 3)
    assert [(row.number, row.problem) for row in problems] == [
        (5, "changed-since-row:3"), (6, "report-invalid:occurred_at"), (8, "MEMBER_UNKNOWN"),
    ]  # fmt: skip
    assert (await trading.member()).available == 220
    again = await check(trading, partner, [f"purchase;p-1;#1;{local};20.00;USD;{claim.made_code}"], "other.csv")
    assert (again.ready, again.repeated) == (0, 1)
    assert await trading.breaches() == {}


async def test_a_file_that_cannot_be_read_is_refused_and_one_can_be_canceled(trading: Trading) -> None:
    partner = await trading.partner()
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(FileRefused, match="no column kind"):
            await check_report_file(
                connection, trading.program_id, partner.partner_id, io.BytesIO(b"code\nA"), "codes.csv", actor="staff:1"
            )
        await connection.rollback()
    with pytest.raises(ReportFileRefused, match="no such partner"):
        await check(trading, replace(partner, partner_id=10**9), [])
    file = await check(trading, partner, ["refund;r-1;#1;2027-01-01T00:00:00Z;5.00;;"])
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await cancel_report_file(connection, trading.program_id, file.file_id)
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(ReportFileRefused, match="hand it in again"):
            await start_report_file(connection, trading.program_id, file.file_id)
    again = await check(trading, partner, ["refund;r-1;#1;2027-01-01T00:00:00Z;5.00;;"])
    assert (again.file_id, again.state, again.ready) == (file.file_id, "checked", 1)
