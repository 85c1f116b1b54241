"""Files of rows: what is read from a good one, and how a hostile one is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from engine.files.columns import CELL_MAXIMUM, FILE_MAXIMUM_BYTES, ROWS_MAXIMUM, Columns, FileRefused
from engine.files.spreadsheets import TableRow, read_table

COLUMNS = Columns(frozenset({"points"}), frozenset({"customer_id", "reason", "expires_on"}))
HEADER = "customer_id,points,reason\n"


def read(content: str | bytes, name: str = "gift.csv") -> list[TableRow]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_table(io.BytesIO(raw), name, COLUMNS))


def refused(content: str | bytes, name: str = "gift.csv") -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as refusal:
        read(content, name)
    return refusal.value.code, refusal.value.row


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A workbook of two rows of which one part is replaced or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["points"], [5]]))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in {*good.namelist(), name}:
            bad.writestr(part, content if part == name else good.read(part))
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("beginning", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_csv_file_is_read_whatever_separates_begins_and_ends_its_lines(
    delimiter: str, beginning: str, ending: str
) -> None:
    lines = ["Customer ID,Points,Reason", '7,100,"Thanks, ""Ann"""', "", " 8 ,5,感谢", ",,"]
    if delimiter != ",":
        lines = [line.replace(",", delimiter) for line in lines]

    rows = read(beginning + ending.join(lines))

    assert rows == [
        TableRow(2, {"customer_id": "7", "points": "100", "reason": f'Thanks{delimiter} "Ann"'}),
        TableRow(4, {"customer_id": "8", "points": "5", "reason": "感谢"}),
    ]


def test_a_workbook_is_read_as_a_person_would_type_it() -> None:
    rows = read(
        workbook(
            [
                ["customer_id", "points", "reason", "expires_on"],
                [7001000000001, 100.0, "=SUM(A1:A9)", date(2027, 3, 31)],
                ["7", 2.5, None, datetime(2027, 3, 31, 12, 30)],  # noqa: DTZ001  # a sheet knows no zones
                [None, None, None, None],
                [8, True, "  kind  ", "2027-01-01"],
            ]
        ),
        "gift.XLSX",
    )

    assert rows == [
        TableRow(2, problem="formula:C"),
        TableRow(3, {"customer_id": "7", "points": "2.5", "reason": "", "expires_on": "2027-03-31T12:30:00"}),
        TableRow(5, {"customer_id": "8", "points": "True", "reason": "kind", "expires_on": "2027-01-01"}),
    ]


def test_a_number_that_lost_its_last_digits_is_no_whole_number() -> None:
    assert read(workbook([["points"], [1e15], [999_999_999_999_999.0]]), "a.xlsx") == [
        TableRow(2, {"points": "1000000000000000"}),
        TableRow(3, {"points": "999999999999999"}),
    ]


def test_a_row_with_too_much_in_it_says_so_and_costs_only_itself() -> None:
    rows = read(f"points,reason\n1,{'x' * (CELL_MAXIMUM + 1)}\n2,ok,more\n3,ok,\n")

    assert rows == [
        TableRow(2, problem="too-long:reason"),
        TableRow(3, problem="too-many-cells"),
        TableRow(4, {"points": "3", "reason": "ok"}),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", ("EMPTY", None)),
        ("customer_id,reason\n", ("COLUMN_MISSING", 1)),
        ("points,expire_on\n", ("COLUMN_UNKNOWN", 1)),
        ("points,Points\n", ("COLUMN_TWICE", 1)),
        ("points" + ",reason" * 30 + "\n", ("TOO_MANY_COLUMNS", 1)),
        (HEADER + '7,1,"open\n8,2,b\n', ("OPEN_QUOTE", 2)),
        (HEADER + '7,1,"open' + "\n8,2,b" * 20_000, ("ROW_TOO_LONG", 2)),
        (HEADER + '7,1,"a"b\n', ("BAD_QUOTE", 2)),
        (HEADER + "7,1," + "x" * 1_000_000, ("ROW_TOO_LONG", 2)),
        (HEADER + "7,1,a\0b\n", ("NUL", 2)),
        ((HEADER + "7,1,").encode() + b"\xff\xfe\n", ("NOT_UTF8", None)),
        (HEADER.encode("utf-16"), ("NOT_UTF8", None)),
        (b"\xd0\xcf\x11\xe0" + bytes(100), ("OLD_EXCEL", None)),
        (workbook([["points"]]), ("ZIP", None)),
        ("points\n" + "1\n" * (ROWS_MAXIMUM + 1), ("TOO_MANY_ROWS", None)),
        (b"points\n" + b"1\n" * FILE_MAXIMUM_BYTES, ("TOO_LARGE", None)),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(
    content: str | bytes, code: tuple[str, int | None]
) -> None:
    assert refused(content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"points\n1\n", "NOT_XLSX"),
        (b"PK\x03\x04 and nothing more", "BROKEN"),
        (workbook([["points"], [1]])[:-40], "BROKEN"),
        (with_part("xl/worksheets/sheet1.xml", b"<worksheet><row>"), "BROKEN"),
        (with_part("[Content_Types].xml", b"<Types/>"), "BROKEN"),
        (with_part("xl/worksheets/sheet1.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>"), "BROKEN"),
        (with_part("xl/worksheets/sheet1.xml", bytes(70_000_000)), "TOO_LARGE"),
        (
            with_part(
                "xl/worksheets/sheet1.xml",
                b"<worksheet><sheetData><row>" + b"<c/>" * 2_000 + b"</row></sheetData></worksheet>",
            ),
            "TOO_LARGE",
        ),
        (with_part("xl/worksheets/sheet1.xml", b"<a>" * 100 + b"</a>" * 100), "TOO_LARGE"),
        (with_part("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 5_000_000 + b"</sst>"), "TOO_LARGE"),
    ],
    ids=["text", "stub", "cut", "unclosed", "no-types", "entities", "bomb", "wide-row", "deep", "many-texts"],
)
def test_a_workbook_that_is_none_or_would_fill_the_memory_is_refused(content: bytes, code: str) -> None:
    assert refused(content, "gift.xlsx")[0] == code


def test_a_row_far_down_is_neither_lost_nor_does_it_cost_more_than_it_is() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>points</t></is></c></row>'
        b'<row r="500000"><c r="A500000"><v>9</v></c></row><row r="99999999999"><c><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )

    assert read(with_part("xl/worksheets/sheet1.xml", sheet), "a.xlsx") == [TableRow(500_000, {"points": "9"})]
