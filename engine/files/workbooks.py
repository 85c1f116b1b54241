"""XLSX files as rows of text. Formulas are neither evaluated nor believed; a crafted file is refused before it is read.

A workbook is a zip of XML, so a small file can ask for any amount of memory. Before openpyxl sees it, the size of its
parts and the number of their elements are counted as a stream.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO
from xml.parsers import expat

from engine.files.columns import COLUMNS_MAXIMUM, FileRefused, Record

PARTS_MAXIMUM = 500
UNPACKED_MAXIMUM_BYTES = 64 * 1024 * 1024
ELEMENTS_MAXIMUM = 4_000_000
CHILDREN_MAXIMUM = 1_000
"""How many cells a row may hold, or anything else of anything; only the lists of rows and of texts are longer."""
_DEPTH_OF_LISTS = 2
_DEPTH_MAXIMUM = 32
_CHUNK_BYTES = 64 * 1024
_XML_BEGINNINGS = (b"<", b"\0<", b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
"""Whatever it is called, a part that openpyxl could read as XML begins with one of these."""
_ROWS_OF_A_SHEET = 1_048_576
_EXACT_NUMBER = 10**15
"""From here on a number that a spreadsheet stored may have lost its last digits."""

# What it cannot show of a workbook (themes, pictures) is nothing that a file of rows needs.
warnings.filterwarnings("ignore", module="openpyxl")


def read_workbook(file: IO[bytes]) -> Iterator[Record]:
    """The rows of a workbook's first sheet. Raises FileRefused, also in the middle."""
    _examine(file)
    try:
        yield from _read(file)
    except FileRefused:
        raise
    except Exception as error:
        # openpyxl meets a broken file with whatever its parts raise; the file is at fault, and nothing was changed.
        raise FileRefused("BROKEN", "the workbook cannot be read; save it again with a spreadsheet program") from error


def _read(file: IO[bytes]) -> Iterator[Record]:
    from openpyxl import load_workbook  # large, and seldom wanted
    from openpyxl.utils import get_column_letter

    workbook = load_workbook(file, read_only=True, keep_links=False)
    try:
        if not workbook.worksheets:
            raise FileRefused("EMPTY", "the workbook has no sheet")
        sheet = workbook.worksheets[0]
        rows = sheet.iter_rows(min_row=1, max_row=_ROWS_OF_A_SHEET, min_col=1, max_col=COLUMNS_MAXIMUM + 1)
        for number, row in enumerate(rows, 1):
            cells, problem = [], None
            for position, cell in enumerate(row, 1):
                if cell.data_type == "f":
                    problem = f"formula:{get_column_letter(position)}"
                    cells.append("")
                else:
                    cells.append(_text(cell.value))
            yield Record(number, cells, problem)
    finally:
        workbook.close()


def _text(value: object) -> str:
    """A cell as a person would type it; a date as ISO."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_NUMBER:
        return str(int(value))  # a spreadsheet has no whole numbers
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _examine(file: IO[bytes]) -> None:
    """Refuse what would not fit into memory, what names outside entities, and what is no zip."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            # What a part says of its size is believed: the zip module reads no further.
            if len(parts) > PARTS_MAXIMUM or sum(part.file_size for part in parts) > UNPACKED_MAXIMUM_BYTES:
                raise FileRefused("TOO_LARGE", "the workbook is too large when unpacked")
            counter = _Counter()
            for part in parts:
                counter.read(archive, part)
    except (zipfile.BadZipFile, expat.ExpatError, EOFError, NotImplementedError, RuntimeError, OSError):
        raise FileRefused("BROKEN", "the workbook is broken; save it again with a spreadsheet program") from None
    finally:
        file.seek(0)


class _Counter:
    """Counts the elements of all parts as they stream by."""

    def __init__(self) -> None:
        self._elements = 0
        self._children: list[int] = []

    def read(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Count one part. Raises FileRefused, and what the zip module and expat raise for a broken one."""
        self._children = [0]
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        with archive.open(part) as stream:
            chunk = stream.read(_CHUNK_BYTES)
            if not chunk.lstrip().startswith(_XML_BEGINNINGS):
                return  # a picture
            while chunk:
                parser.Parse(chunk, False)
                chunk = stream.read(_CHUNK_BYTES)
            parser.Parse(b"", True)

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._elements += 1
        self._children[-1] += 1
        depth = len(self._children) - 1
        crowded = depth > _DEPTH_OF_LISTS and self._children[-1] > CHILDREN_MAXIMUM
        if crowded or self._elements > ELEMENTS_MAXIMUM or depth > _DEPTH_MAXIMUM:
            raise FileRefused("TOO_LARGE", "the workbook holds more than a file of rows does")
        self._children.append(0)

    def _end(self, _name: str) -> None:
        self._children.pop()

    def _doctype(self, _name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
        raise FileRefused("BROKEN", "the workbook declares a document type, which no spreadsheet program does")
