"""A statement as a file: exact amounts, nothing that a spreadsheet would run, tokens in the order of the tree."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from engine.database import tenant_transaction
from engine.settlement.merkle import leaf_hash, root_of
from engine.settlement.statements import Statement
from engine.settlement.writing import COLUMNS, TOTAL_COLUMNS, StatementFormat, write_statement
from tests.support.settling import Settling

MARCH = datetime(2024, 3, 5, 12, tzinfo=UTC)


async def written(settling: Settling, statement: Statement, file_format: StatementFormat) -> bytes:
    file = io.BytesIO()
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        lines = await write_statement(connection, settling.program_id, statement.statement_id, file_format, file)
    assert lines == statement.lines
    return file.getvalue()


async def test_amounts_are_exact_numbers_and_texts_are_no_formulas(settling: Settling) -> None:
    partner = await settling.partner()
    first = await settling.record(partner, "issued", 1_333, MARCH, reference="=1+1")
    second = await settling.record(partner, "adjusted", -5, MARCH, micros=-1, corrects=first)
    statement = await settling.issue(partner)

    text = (await written(settling, statement, "csv")).decode()
    assert text.splitlines() == [
        ",".join(COLUMNS),
        f"1,1,{first},issued,'=1+1,,,1333,13.9965,USD,0.00,1,2024-03-05T12:00:00Z,no,",
        f"1,2,{second},adjusted,,,,-5,-0.00000001,USD,0.00,1,2024-03-05T12:00:00Z,no,{first}",
    ]
    sheet = load_workbook(io.BytesIO(await written(settling, statement, "xlsx"))).worksheets[0]
    amounts = [(row[4].value, row[7].value, row[8].value, row[8].data_type) for row in sheet.iter_rows(min_row=2)]
    assert amounts == [("'=1+1", 1333, 13.9965, "n"), (None, -5, -1e-08, "n")]


async def test_a_workbook_has_a_sheet_of_totals_in_numbers(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "issued", 1_333, MARCH)
    await settling.record(partner, "issued", 100, MARCH)
    await settling.record(partner, "redeemed", 10, MARCH)
    statement = await settling.issue(partner)

    book = load_workbook(io.BytesIO(await written(settling, statement, "xlsx")))

    assert book.sheetnames == ["Sheet", "totals"]
    header, *rows = book["totals"].iter_rows(values_only=True)
    assert header == TOTAL_COLUMNS
    assert rows == [
        (1, "issued", "USD", 2, 1433, 15.0465, 0, None),
        (1, "redeemed", "USD", 1, 10, -0.081, 0, None),
        (1, "due", "USD", None, None, 14.97, None, None),
        (1, "covered", "USD", None, None, 0, None, None),
        (1, "to_pay", "USD", None, None, 14.97, None, None),
        (1, "all", None, 3, None, None, None, statement.root.hex()),
    ]


async def test_tokens_come_with_the_statement_first_and_lead_to_its_root(settling: Settling) -> None:
    partner = await settling.partner()
    for points in range(1, 6):
        await settling.record(partner, "issued", points, MARCH)
    statement = await settling.issue(partner)

    rows = [json.loads(line) for line in (await written(settling, statement, "jsonl")).splitlines()]

    assert [list(row) for row in rows] == [["statement"], *[["event"]] * 5]
    payloads = [base64.urlsafe_b64decode(row["event"].split(".")[1] + "==") for row in rows[1:]]
    assert root_of(leaf_hash(payload) for payload in payloads) == statement.root
    said = json.loads(base64.urlsafe_b64decode(rows[0]["statement"].split(".")[1] + "=="))
    assert said == {
        "type": "statement", "partner": "harbor", "number": 1, "interim": False, "lines": 5,
        "cycle": {"starts_at": "2024-03-01T05:00:00.000000Z", "ends_at": "2024-04-01T04:00:00.000000Z"},
        "due": [{"currency": "USD", "micros": "15750000", "due_minor": "16", "covered_minor": "0",
                 "to_pay_minor": "16"}],
        "totals": [{"currency": "USD", "kind": "issued", "events": 5, "points": "15", "micros": "15750000",
                    "prepaid_micros": "0"}],
        "root": statement.root.hex(),
        "issued_at": statement.issued_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }  # fmt: skip


async def test_a_statement_of_another_program_is_not_there(settling: Settling) -> None:
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        with pytest.raises(LookupError):
            await write_statement(connection, settling.program_id, 999, "csv", io.BytesIO())
