"""A partner's file against a statement, from the upload to the day on which the last row is settled."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from engine.settlement.partner_file import RowsInvalid, read_partner_file
from engine.settlement.reconciliation import (
    Reconciliation,
    ReconciliationRefused,
    reconcile,
    reconciliations_of,
)
from engine.settlement.statements import Statement
from engine.settlement.suspense import SuspenseRefused, SuspenseRow, aging_of, settle_suspense, suspense_of
from engine.settlement.writing import write_statement
from tests.support.clock import DatabaseClock
from tests.support.settling import Settling

MARCH, APRIL = datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 4, 5, tzinfo=UTC)
NOW = datetime(2024, 5, 10, tzinfo=UTC)


@pytest.fixture
def clock(database_url: str) -> Iterator[DatabaseClock]:
    """It is May 10, 2024."""
    clock = DatabaseClock(database_url, NOW)
    yield clock
    clock.close()


async def match_file(settling: Settling, statement: Statement, *lines: str, name: str = "march.csv") -> Reconciliation:
    """Hand in a CSV file of the partner."""
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        return await reconcile(
            connection, settling.program_id, statement.partner_id, statement.statement_id,
            io.BytesIO("\n".join(lines).encode()), name, actor="staff:1",
        )  # fmt: skip


async def differences(settling: Settling, *, open_only: bool = True) -> list[SuspenseRow]:
    """The rows of files, without those of payments."""
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        rows = await suspense_of(connection, settling.program_id, open_only=open_only, first=500)
    return [row for row in rows if row.problem in {"only_ours", "only_theirs", "different"}]


async def march_and_april(settling: Settling) -> tuple[Statement, Statement]:
    """Two orders in March, one in April: 10.50, 21.00 and 5.25 dollars."""
    partner = await settling.partner()
    await settling.record(partner, "issued", 1_000, MARCH, reference="A-1")
    await settling.record(partner, "issued", 2_000, MARCH, reference="A-2")
    march = await settling.issue(partner)
    await settling.record(partner, "issued", 500, APRIL, reference="A-3")
    return march, await settling.issue(partner)


async def test_a_file_that_agrees_leaves_nothing_open(settling: Settling) -> None:
    march, _ = await march_and_april(settling)
    made = await match_file(settling, march, "Reference,Kind,Points,Amount,Date", "A-2,issued,2000,21.00,2024-03-05",
                            "A-1,issued,1000,10.52,2024-03-05")  # fmt: skip
    assert (made.rows_total, made.matched, made.differences, made.repeated) == (2, 2, 0, False)
    assert await differences(settling) == []


async def test_our_own_file_agrees_with_ourselves_also_as_a_workbook(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "issued", 1_333, MARCH, reference="=A-1")
    await settling.record(partner, "redeemed", 777, MARCH)
    march = await settling.issue(partner)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        for file_format in ("csv", "xlsx"):
            file = io.BytesIO()
            assert await write_statement(connection, settling.program_id, march.statement_id, file_format, file) == 2
            kept = _chosen(file, file_format)
            made = await reconcile(
                connection, settling.program_id, partner, march.statement_id, kept, f"echo.{file_format}", actor="p"
            )
            assert (made.matched, made.differences) == (2, 0)


def _chosen(file: io.BytesIO, file_format: str) -> io.BytesIO:
    """The columns that a partner's file has, of one that we wrote; rows without a reference are named by our event."""
    import csv

    from openpyxl import Workbook, load_workbook

    wanted = ["reference", "event", "kind", "points", "amount", "currency"]
    if file_format == "csv":
        rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
    else:
        sheet = load_workbook(file).worksheets[0]
        header, *cells = sheet.iter_rows(values_only=True)
        rows = [dict(zip([str(name) for name in header], row, strict=True)) for row in cells]
    chosen = [[row["reference"] or row["event"], *(row[name] for name in wanted[2:])] for row in rows]
    made = io.BytesIO()
    if file_format == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([["reference", *wanted[2:]], *chosen])
        return io.BytesIO(text.getvalue().encode())
    workbook = Workbook()
    for row in [["reference", *wanted[2:]], *chosen]:
        workbook.worksheets[0].append(row)
    workbook.save(made)
    return made


async def test_what_does_not_match_ages_until_a_later_file_or_a_person_settles_it(
    clock: DatabaseClock, settling: Settling
) -> None:
    march, _ = await march_and_april(settling)
    file = ["reference,points,amount", "A-1,1000,10.55", "A-9,10,0.11"]
    made = await match_file(settling, march, *file)
    assert (made.matched, made.differences) == (0, 3)
    rows = await differences(settling)
    assert [(row.problem, row.kind, row.reference, row.statement_number) for row in rows] == [
        ("different", "", "A-1", 1), ("only_ours", "issued", "A-2", 1), ("only_theirs", "", "A-9", 1)
    ]  # fmt: skip
    assert (rows[0].ours["micros"], rows[0].theirs["micros"]) == ("1050000000", "1055000000")

    # The same file again is the same reconciliation; 31 days later the corrected one agrees about A-1.
    assert (await match_file(settling, march, *file)).repeated
    clock.move(timedelta(days=31))
    again = await match_file(settling, march, "reference,points,amount", "A-1,1000,10.50", "A-9,10,0.11",
                             name="march-2.csv")  # fmt: skip
    assert (again.matched, again.differences) == (1, 2)
    left = await differences(settling)
    assert [(row.reference, row.opened_at, row.age_days, row.bucket) for row in left] == [
        ("A-2", NOW, 31, "31-60"), ("A-9", NOW, 31, "31-60")
    ]  # fmt: skip

    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        settled = await settle_suspense(
            connection, settling.program_id, left[1].row_id, note="A test order of theirs.", actor="staff:2"
        )
        assert (settled.resolution, settled.settled_by, settled.note) == (
            "accepted", "staff:2", "A test order of theirs."
        )  # fmt: skip
        # Beside A-2 the two statements wait for their payment.
        assert await aging_of(connection, settling.program_id) == {"0-30": 0, "31-60": 3, "61-90": 0, "90+": 0}
        for row_id, note, code in (
            (left[1].row_id, "again", "ALREADY_SETTLED"), (999, "who?", "ROW_NOT_FOUND"),
            (left[0].row_id, " ", "NOTE_INVALID"),
        ):  # fmt: skip
            with pytest.raises(SuspenseRefused) as refused:
                await settle_suspense(connection, settling.program_id, row_id, note=note, actor="staff:2")
            assert refused.value.code == code

    # What a person settled is not brought up again by another file that says the same; what is new about it is.
    await match_file(settling, march, "reference,points,amount", "A-9,10,0.11", "A-1,1000,10.50", name="march-3.csv")
    assert [row.reference for row in await differences(settling)] == ["A-2"]
    await match_file(settling, march, "reference,points,amount", "A-9,10,0.15", "A-1,1000,10.50", name="march-4.csv")
    assert [row.reference for row in await differences(settling)] == ["A-2", "A-9"]


async def test_what_one_side_books_a_month_later_settles_itself(settling: Settling) -> None:
    march, april = await march_and_april(settling)
    # They have A-3 in March already, and A-2 in April only.
    await match_file(settling, march, "reference,amount", "A-1,10.50", "A-3,5.25")
    assert [(row.problem, row.reference) for row in await differences(settling)] == [
        ("only_ours", "A-2"), ("only_theirs", "A-3")
    ]  # fmt: skip
    made = await match_file(settling, april, "reference,amount", "A-2,21.00", name="april.csv")
    assert (made.matched, made.differences) == (0, 2)
    assert await differences(settling) == []
    ended = await differences(settling, open_only=False)
    assert [(row.resolution, row.note) for row in ended] == [("matched", "april.csv (2)")] * 2


async def test_one_reference_in_two_currencies_is_two_things(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "payment", 0, MARCH, micros=100_000_000, reference="A-1")
    await settling.record(partner, "payment", 0, MARCH, micros=100_000_000, reference="A-1", currency="JPY")
    march = await settling.issue(partner)
    await match_file(settling, march, "reference,amount,currency", "A-1,2.00,USD", "A-1,200,JPY", "A-1,9.00,EUR")
    assert [(row.problem, row.ours.get("currency"), row.theirs["currency"]) for row in await differences(settling)] == [
        ("only_theirs", None, "EUR"), ("different", "JPY", "JPY"), ("different", "USD", "USD")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (["reference,amount", ",1.00"], ((2, "reference-missing"),)),
        (["reference,amount", "A,", "B,1.00"], ((2, "nothing-stated"),)),
        (["reference,amount,points", "A,1.00,", "B,1.00,5"], ((3, "points-missing"),)),
        (["reference,amount", "A,1e999", "B,NaN", "C,1.000000001", "D,--1"],
         ((2, "amount-invalid"), (3, "amount-invalid"), (4, "amount-invalid"), (5, "amount-invalid"))),
        (["reference,amount", "A,1e1000000", "B,1_000", "C,١", "D,+1", "E,1e-05", "F,-7.50"],
         tuple((row, "amount-invalid") for row in (2, 3, 4, 5))),
        (["reference,points", "A,1.5", "B,99999999999999999"], ((2, "points-invalid"), (3, "points-invalid"))),
        (["reference,kind,points", "A,gift,1"], ((2, "kind-unknown"),)),
        (["reference,amount,currency", "A,1,XXQ"], ((2, "currency-unknown"),)),
        (["reference,points,date", f"A,1,{'9' * 41}"], ((2, "too-long:date"),)),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_read_are_named(lines: list[str], problems: tuple[tuple[int, str], ...]) -> None:
    with pytest.raises(RowsInvalid) as refused:
        read_partner_file(io.BytesIO("\n".join(lines).encode()), "march.csv", ("USD",))
    assert refused.value.problems == problems


def test_a_row_of_a_statement_in_two_currencies_has_to_name_one() -> None:
    for lines, problems in (("A,1,", ((2, "currency-missing"),)), ("A,1,EUR", ())):
        file = io.BytesIO(f"reference,points,currency\n{lines}".encode())
        try:
            read_partner_file(file, "march.csv", ("JPY", "USD"))
            found: tuple[tuple[int, str], ...] = ()
        except RowsInvalid as error:
            found = error.problems
        assert found == problems


async def test_nothing_is_taken_of_a_file_with_a_row_that_cannot_be_read(settling: Settling) -> None:
    march, _ = await march_and_april(settling)
    with pytest.raises(ReconciliationRefused) as refused:
        await match_file(settling, march, "reference,amount", "A-1,10.50", "A-2,many")
    assert (refused.value.code, refused.value.problems) == ("ROWS_INVALID", ((3, "amount-invalid"),))
    assert await settling.scalar("SELECT count(*) FROM reconciliations") == 0


async def test_a_file_of_something_else_is_refused_as_a_whole(settling: Settling) -> None:
    march, _ = await march_and_april(settling)
    other = await settling.partner(handle="lake")
    with pytest.raises(ReconciliationRefused) as refused:
        await match_file(settling, march, "reference,points", *(f"B-{number},1" for number in range(2_000)))
    assert refused.value.code == "TOO_DIFFERENT"
    with pytest.raises(FileRefused) as unreadable:
        await match_file(settling, march, "order,points", "A,1")
    assert unreadable.value.code == "COLUMN_MISSING"
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        for partner, name, code in ((other, "a.csv", "STATEMENT_NOT_FOUND"), (march.partner_id, "", "NAME_INVALID")):
            with pytest.raises(ReconciliationRefused) as refused:
                await reconcile(
                    connection, settling.program_id, partner, march.statement_id, io.BytesIO(b"reference\nA"), name,
                    actor="staff:1",
                )  # fmt: skip
            assert refused.value.code == code
        assert await reconciliations_of(connection, settling.program_id, march.statement_id) == []
