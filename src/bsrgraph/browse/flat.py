"""A table as CSV, TSV, JSON and XLSX: all rows that were asked for, not one page of them.

Several values of a cell are separated by ` | `; amounts have their currencies, and the sorts of amounts that they
are, in the columns after them, in the same order. A text that a spreadsheet would run as a formula (it begins with
`=`, `+`, `-`, `@` or a control character, or with one of those in full width) has an apostrophe before it in CSV and
TSV; numbers never have, so that a column of numbers stays one. In XLSX the cells have types, and a text is a text
whatever it begins with.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bsrgraph.browse.filters import label_of
from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.browse.seen import Seen, Shown
from bsrgraph.iris import XSD

__all__ = ["Flat", "as_csv", "as_json", "as_tsv", "as_xlsx", "safe"]

_BETWEEN = " | "
_RISKY = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")
_EXACT_DIGITS = 15
"""Digits that a number in a spreadsheet or in JavaScript keeps."""
_LONGEST_CELL = 32_000
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Flat:
    """The rows to write: the places of the things in their order, and the columns."""

    table: KindTable
    seen: Seen
    places: Sequence[int]
    columns: Sequence[Cells]

    def rows(self) -> Iterator[tuple[str, str, list[list[Shown]]]]:
        """IRI, name and cells of each thing."""
        for place in self.places:
            thing = self.seen.thing(place)
            yield thing.iri, thing.label.text, [self.seen.cell(cells, place) for cells in self.columns]

    def spread(self, shown: Sequence[Sequence[Shown]]) -> Iterator[list[str]]:
        """The texts of each cell; after those of amounts, their currencies and sorts."""
        for cells, values in zip(self.columns, shown, strict=True):
            yield [s.value.text for s in values]
            yield from _beside(cells, values)

    def names(self) -> list[str]:
        """What heads the columns: their names in addresses."""
        found = ["iri", "name"]
        for cells in self.columns:
            name = cells.column.name
            found += [name, *(f"{name}.{beside.column.name}" for beside in _said_beside(cells))]
        return found

    def labels(self) -> list[str]:
        """What heads the columns for people."""
        found = ["Address", "Name"]
        for cells in self.columns:
            label = ": ".join(part for part in label_of(cells, self.seen) if part)
            found += [label, *(f"{label}: {beside.column.label.lower()}" for beside in _said_beside(cells))]
        return found


def _said_beside(cells: Cells) -> list[Cells]:
    return [*([cells.unit] if cells.unit is not None else []), *cells.notes]


def _beside(cells: Cells, values: Sequence[Shown]) -> Iterator[list[str]]:
    """The currencies of amounts, then what else is said of each."""
    if cells.unit is not None:
        yield [s.unit for s in values]
    for note in cells.notes:
        yield [" ".join(label.text for name, label in s.notes if name == note.column.name) for s in values]


def safe(text: str) -> str:
    """A text for a cell of CSV: with an apostrophe before what would be a formula, numbers as they are."""
    first = text.lstrip(" ")[:1] or text[:1]
    return f"'{text}" if first and first in _RISKY and not _NUMBER.match(text) else text


def as_csv(flat: Flat, *, mark: bool = False) -> Iterator[bytes]:
    """RFC 4180, UTF-8; with a byte order `mark`, as Excel wants it."""
    if mark:
        yield b"\xef\xbb\xbf"
    yield from _lines(flat, _csv_line)


def as_tsv(flat: Flat) -> Iterator[bytes]:
    """IANA text/tab-separated-values: tabs and ends of lines in a value are spaces."""
    yield from _lines(flat, lambda cells: "\t".join(re.sub(r"[\t\r\n]", " ", cell) for cell in cells) + "\n")


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _lines(flat: Flat, write: Any) -> Iterator[bytes]:  # noqa: ANN401
    def lines() -> Iterator[str]:
        yield write(flat.names())
        for iri, name, shown in flat.rows():
            yield write([iri, safe(name), *(safe(_BETWEEN.join(texts)) for texts in flat.spread(shown))])

    found = lines()
    while chunk := "".join(islice(found, _AT_A_TIME)):
        yield chunk.encode()


def as_json(flat: Flat, head: Mapping[str, object]) -> Iterator[bytes]:
    """One object: `head`, the columns, and a row for each thing with the values of every column by its name."""
    columns = [_described(cells, flat.seen) for cells in flat.columns]
    told = json.dumps({**head, "columns": columns}, ensure_ascii=False)
    yield f'{told[:-1]}, "rows": ['.encode()
    rows = (_row(flat, *row) for row in flat.rows())
    between = ""
    while chunk := list(islice(rows, _AT_A_TIME)):
        yield (between + ",\n".join(json.dumps(row, ensure_ascii=False) for row in chunk)).encode()
        between = ",\n"
    yield b"]}\n"


def _described(cells: Cells, seen: Seen) -> dict[str, object]:
    column = cells.column
    label, note = label_of(cells, seen)
    told: dict[str, object] = {"name": column.name, "label": label, "note": note, "type": cells.type}
    told |= {"property": column.property, "inverse": column.inverse}
    if column.part is not None:
        told["part"] = {"property": column.part.via, "class": column.part.iri}
        if column.part.code is not None:
            told["part"] |= dict(zip(("by", "code"), column.part.code, strict=True))  # type: ignore[operator]
    return {name: value for name, value in told.items() if value not in ("", False)}


def _row(flat: Flat, iri: str, name: str, shown: list[list[Shown]]) -> dict[str, object]:
    cells = zip(flat.columns, shown, strict=True)
    return {"iri": iri, "name": name, "values": {c.column.name: [_value(s) for s in values] for c, values in cells}}


def _value(shown: Shown) -> dict[str, object]:
    value = shown.value
    if value.link is not None:
        return {"iri": value.link.iri, "name": value.text}
    told: dict[str, object] = {"value": _number(value.text) if _is_number(value.datatype) else value.text}
    told |= {"language": value.language} if value.language else {}
    told |= {"currency": shown.unit} if shown.unit else {}
    return told | {name: label.text for name, label in shown.notes}


def _is_number(datatype: str) -> bool:
    return datatype in (XSD + "decimal", XSD + "integer")


def _number(text: str) -> int | float | str:
    """A number where it stays exact as one, else its digits."""
    if len(re.sub(r"\D", "", text)) > _EXACT_DIGITS:
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def as_xlsx(flat: Flat, about: Iterable[tuple[str, str]]) -> bytes:
    """A workbook with the table, its head and names kept in sight, and a sheet that says where it comes from."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[^\w -]", " ", flat.table.kind)[:31] or "table")
    writer = _Cells(sheet)
    labels = flat.labels()
    for i, label in enumerate(labels):
        sheet.column_dimensions[get_column_letter(i + 1)].width = 48 if i == 1 else min(max(14, len(label) + 2), 40)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(labels))}{len(flat.places) + 1}"
    sheet.append([writer.head(label) for label in labels])
    for iri, name, shown in flat.rows():
        cells = [writer.text(iri), writer.text(name)]
        for column, values in zip(flat.columns, shown, strict=True):
            cells.append(writer.typed(values))
            cells += [writer.text(_BETWEEN.join(texts)) for texts in _beside(column, values)]
        sheet.append(cells)
    told = book.create_sheet("About")
    told.column_dimensions["B"].width = 100
    writer = _Cells(told)
    for name, value in about:
        told.append([writer.head(name), writer.text(value)])
    out = io.BytesIO()
    book.save(out)
    return _timeless(out)


def _timeless(book: io.BytesIO) -> bytes:
    """The workbook without the moment of its making, so that the same table is the same bytes."""
    out = io.BytesIO()
    with ZipFile(book) as made, ZipFile(out, "w", ZIP_DEFLATED) as kept:
        for name in made.namelist():
            body = made.read(name)
            body = _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", body) if name == "docProps/core.xml" else body
            kept.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, ZIP_DEFLATED)
    return out.getvalue()


class _Cells:
    """Cells of a sheet; styles are made once, since making one takes longer than all the rest of a cell."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 -- openpyxl has no types
        self._sheet = sheet
        self._styles: dict[str, Any] = {}

    def head(self, text: str) -> Any:  # noqa: ANN401
        """A cell of the first row or column."""
        cell = self.text(text)
        cell.font = Font(bold=True)
        return cell

    def text(self, text: str) -> Any:  # noqa: ANN401
        """A text, whatever it begins with."""
        cell = WriteOnlyCell(self._sheet, _CONTROL.sub("\ufffd", text)[:_LONGEST_CELL])
        cell.data_type = "s"
        return cell

    def typed(self, values: Sequence[Shown]) -> Any:  # noqa: ANN401
        """A number or a day as what it is; several values, and what a spreadsheet would round, as text."""
        only = values[0].value if len(values) == 1 else None
        if only is None or only.link is not None:
            return self.text(_BETWEEN.join(s.value.text for s in values))
        if _is_number(only.datatype) and not isinstance(number := _number(only.text), str):
            return self._formatted(number, "#,##0" if isinstance(number, int) else "#,##0.00")
        if only.datatype == XSD + "date" and _DATE.match(only.text) and only.text >= "1900-03-01":
            return self._formatted(date.fromisoformat(only.text), "yyyy-mm-dd")
        return self.text(only.text)

    def _formatted(self, value: object, form: str) -> Any:  # noqa: ANN401
        cell = WriteOnlyCell(self._sheet, value)
        if form not in self._styles:
            cell.number_format = form
            self._styles[form] = cell._style
        cell._style = self._styles[form]
        return cell
