"""Bytes of a table → its rows of text: CSV in whatever dialect, or the first sheet of an XLSX workbook.

Dates and numbers of a workbook become texts as the graph writes them. Strangers' workbooks are opened in a child
process (`bsrgraph.tables.reader`): a zip file can unpack to anything.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from bsrgraph.errors import ContentError, TooLarge

__all__ = ["Row", "Sheet", "column_letters", "read_csv", "read_xlsx"]

_MOST_COLUMNS = 200
_MOST_ROWS = 100_000
_MOST_UNPACKED = 64 * 2**20
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, the header being 1, the line of the file that it begins on, and its cells."""

    number: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what its columns are called, the rows that are not empty, and what is between two values of a cell."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    between: str = "|"


def column_letters(index: int) -> str:
    """The name of a column as spreadsheets have it: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_csv(data: bytes) -> Sheet:
    """The table in a CSV file: UTF-8, or UTF-16 as some programs save it; comma, semicolon, tab or bar between cells.

    Raises:
        ContentError: it is no text in these encodings, has no header, or a cell does not end.
        TooLarge: it has too many rows or columns.

    """
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _sheet(_lines_of(reader))


def _lines_of(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise ContentError(
            f"This is no CSV: {error}.",
            line=line,
            hint="A cell with a quotation mark in it is put in quotes, and the mark doubled.",
        ) from error


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ContentError(
            "The table is not UTF-8.",
            line=data.count(b"\n", 0, error.start) + 1,
            hint="In your spreadsheet, save it as “CSV UTF-8”, or as XLSX.",
        ) from error
    if "\x00" in text:
        raise ContentError(
            "The table holds NUL characters, which are no text.", line=text[: text.index("\x00")].count("\n") + 1
        )
    return text


def read_xlsx(data: bytes) -> Sheet:
    """The table in the first sheet of a workbook.

    Raises:
        ContentError: it is no workbook, or has no header.
        TooLarge: it unpacks to too much, or has too many rows or columns.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise TooLarge(f"Unpacked, the workbook has more than {_MOST_UNPACKED:,} bytes.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            return _sheet((n, [_as_text(v) for v in row]) for n, row in enumerate(sheet.iter_rows(values_only=True), 1))
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, SyntaxError) as error:
        raise ContentError(f"This is no XLSX workbook: {error}", hint="Save it as XLSX, or as CSV UTF-8.") from error


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def _sheet(lines: Iterable[tuple[int, list[str]]]) -> Sheet:
    header: tuple[str, ...] | None = None
    rows: list[Row] = []
    for number, (line, cells) in enumerate(lines, 1):
        told = tuple(cell.strip() for cell in cells)
        while told and not told[-1]:
            told = told[:-1]
        if len(told) > _MOST_COLUMNS:
            raise TooLarge(f"The table has more than {_MOST_COLUMNS} columns.")
        if not told:
            continue
        if header is None:
            header = told
            continue
        if len(rows) >= _MOST_ROWS:
            raise TooLarge(f"The table has more than {_MOST_ROWS:,} rows.", hint="Send it in parts.")
        rows.append(Row(number, line, told))
    if header is None:
        raise ContentError("The table is empty.", hint="Its first row names the columns.")
    return Sheet(header, tuple(rows))
