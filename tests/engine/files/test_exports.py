"""What is taken out: exact rows, ends of days, formulas defused, sums that agree, and memory that does not grow."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import adjust_points
from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.files.exports import EXPORTS, ExportName, ExportTooLarge, Period, write_export
from engine.files.writing import FileFormat, row_writer, shown
from engine.ledger import MemberKey
from engine.reservations import reserve, settle
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, events, line, order, refund
from tests.support.files import members


def today() -> date:
    """Asked for when it is needed: a run of all tests may go on past midnight."""
    return datetime.now(UTC).date()


async def export(
    engine: AsyncEngine, shop: ShopReference, name: ExportName, first: date | None = None, last: date | None = None
) -> list[dict[str, str]]:
    file = io.BytesIO()
    count = await write_export(engine, shop.program_id, name, Period(first, last), "csv", file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))
    assert len(rows) == count
    return rows


async def adjust(engine: AsyncEngine, shop: ShopReference, points: int, reason: str) -> None:
    member_id = (await members(engine, shop, 1))[1].member_id
    async with tenant_transaction(engine, shop.program_id) as connection:
        await adjust_points(
            connection, shop.program_id, member_id, points=points, reason=reason, actor="staff:17",
            idempotency_key=f"{points}",
        )  # fmt: skip


async def history(engine: AsyncEngine, shop: ShopReference) -> None:
    """Earn 150, lose 20 to a refund, spend 30, give 500, take 40."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, created(1), order(10, [line("50.00")]), refund(1, 10, "20.00")))
    key = MemberKey(shop.program_id, (await members(engine, shop, 1))[1].member_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        hold = await reserve(connection, key, 35, purpose="test", actor="tests", held_for=timedelta(hours=1))
        await settle(connection, shop.program_id, hold, capture=30, actor="tests")
    await adjust(engine, shop, 500, '=HYPERLINK("http://evil.example")')
    await adjust(engine, shop, -40, "@home, kept")


async def test_members_come_with_their_customers_and_balances(engine: AsyncEngine, shop: ShopReference) -> None:
    await history(engine, shop)
    await members(engine, shop, 2)
    rows = await export(engine, shop, "members")

    assert [row["customer_id"] for row in rows] == ["1", "2"]
    assert rows[0]["shop"] == "laurel-demo.myshopify.com"
    assert (rows[0]["available"], rows[0]["lifetime"], rows[1]["available"]) == ("560", "630", "0")
    assert rows[0]["joined_at"] == PAID_AT.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (rows[0]["next_expiry_at"] > rows[0]["joined_at"], rows[1]["next_expiry_at"]) == (True, "")
    assert await export(engine, shop, "members", last=today() - timedelta(days=3)) == []


async def test_transactions_come_with_what_they_were_for_and_no_formula(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await history(engine, shop)
    rows = await export(engine, shop, "transactions")

    assert [row["points"] for row in rows if row["kind"] in ("adjust", "reserve")] == ["-35", "500", "-40"]
    adjusted = [row for row in rows if row["kind"] == "adjust"]
    assert [row["reason"] for row in adjusted] == ['\'=HYPERLINK("http://evil.example")', "'@home, kept"]
    assert [row["actor"] for row in adjusted] == ["staff:17", "staff:17"]
    assert sum(int(row["points"]) for row in rows) == 560
    assert tuple(rows[0]) == EXPORTS["transactions"].columns


async def test_balances_of_a_period_add_up(engine: AsyncEngine, shop: ShopReference) -> None:
    await history(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))
        await connection.execute(
            text("UPDATE transactions SET recorded_at = recorded_at - interval '40 days' WHERE kind <> 'adjust'")
        )
    (row,) = await export(engine, shop, "balances", today() - timedelta(days=3), today())
    (whole,) = await export(engine, shop, "balances")
    (before,) = await export(engine, shop, "balances", None, today() - timedelta(days=3))

    assert [row[name] for name in ("opening", "added", "removed", "closing")] == ["100", "500", "-40", "560"]
    assert [whole[name] for name in ("opening", "closing")] == ["0", "560"]
    assert before["closing"] == "100"
    assert len(await export(engine, shop, "transactions", today() - timedelta(days=3), today())) == 2


async def test_totals_say_what_was_moved_by_status(engine: AsyncEngine, shop: ShopReference) -> None:
    await history(engine, shop)
    rows = {row["status"]: (row["transactions"], row["points"]) for row in await export(engine, shop, "totals")}

    assert rows["earned"][1] == "630"
    assert rows["reserved"] == ("1", "35")
    assert rows["spent"] == ("1", "30")
    assert rows["returned"] == ("1", "5")
    assert rows["taken back"] == ("1", "40")
    assert set(rows) == {"earned", "reserved", "spent", "returned", "taken back"}


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
async def test_a_day_is_one_of_the_programs_zone_and_its_end_is_not_in_it(
    engine: AsyncEngine, shop: ShopReference, zone: str
) -> None:
    await adjust(engine, shop, 5, "r")
    midnight = "2026-03-01 00:00:00+00" if zone == "UTC" else "2026-02-28 11:00:00+00"
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))
        changed = "definition || jsonb_build_object('time_zone', CAST(:zone AS text))"
        await connection.execute(text(f"UPDATE program_versions SET definition = {changed}"), {"zone": zone})
        await connection.execute(
            text("UPDATE transactions SET recorded_at = CAST(:at AS timestamptz)"), {"at": midnight}
        )

    assert await export(engine, shop, "transactions", None, date(2026, 2, 28)) == []
    assert len(await export(engine, shop, "transactions", date(2026, 3, 1), date(2026, 3, 1))) == 1


async def test_a_workbook_has_numbers_texts_and_no_formula(engine: AsyncEngine, shop: ShopReference) -> None:
    await history(engine, shop)
    file = io.BytesIO()
    await write_export(engine, shop.program_id, "transactions", Period(), "xlsx", file)
    sheet = load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
    header, *rows = sheet.iter_rows()
    cells = [dict(zip([cell.value for cell in header], row, strict=True)) for row in rows]
    adjusted = [row for row in cells if row["kind"].value == "adjust"]

    assert [row["points"].value for row in adjusted] == [500, -40]
    assert all(cell.data_type != "f" for row in cells for cell in row.values())
    assert adjusted[0]["reason"].value == '\'=HYPERLINK("http://evil.example")'


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
async def test_an_export_of_too_many_rows_is_refused(
    engine: AsyncEngine, shop: ShopReference, file_format: FileFormat
) -> None:
    await history(engine, shop)
    with pytest.raises(ExportTooLarge):
        await write_export(engine, shop.program_id, "transactions", Period(), file_format, io.BytesIO(), rows_maximum=2)


async def test_nothing_of_another_program_is_taken_out(engine: AsyncEngine, shop: ShopReference) -> None:
    await history(engine, shop)
    other = ShopReference(shop.program_id + 1, 1, "other.myshopify.com", True)

    assert [await export(engine, other, name) for name in EXPORTS] == [[], [], [], []]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("a=1", "a=1"), ("", ""), (None, ""), (-5, -5), (True, "yes"), (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
    ],
)  # fmt: skip
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe_and_a_number_stays_one(
    value: str | int | None, cell: str | int
) -> None:
    assert shown(value) == cell


def test_what_a_workbook_cannot_hold_is_shown_as_a_text_or_a_mark() -> None:
    file = io.BytesIO()
    writer = row_writer("xlsx", file, ["a", "b"])
    writer.write([[2**53 - 1, "bell\x07"]])
    writer.finish()

    assert [cell.value for cell in load_workbook(file).worksheets[0][2]] == ["9007199254740991", "bell\ufffd"]
