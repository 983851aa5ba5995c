"""Empty tables to fill in: CSV with a header, and XLSX with notes, lists to choose from and a page of explanations."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bsrgraph.lexical import DATATYPES
from bsrgraph.tables.fields import Field, Kind

__all__ = ["as_csv", "as_xlsx", "expected", "header"]

_ID = "id"
_FILLED = 2000
"""Rows for which a list to choose from is offered."""
_EXPLAINED = ("column", "meaning", "must be given", "several, with | between them", "what goes in")


def header(kind: Kind) -> list[str]:
    """The names of the columns: `id`, and one for each field, with a language for texts."""
    return [_ID, *(f"{f.name}@en" if f.language and not f.datatypes else f.name for f in kind.fields)]


def expected(field: Field) -> str:
    """What goes into a field, in words."""
    if field.choices:
        names = [c.name for c in field.choices]
        return "one of: " + ", ".join(names[:20]) + (f", and {len(names) - 20} more" if len(names) > 20 else "")
    if field.kinds:
        kinds = [k.replace("-", " ") for k in field.kinds]
        told = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        return f"the name or the address of {'an' if told[:1] in 'aeiou' else 'a'} {told}"
    if field.link:
        return "an address that begins with https://"
    if field.datatypes:
        return "; or ".join(DATATYPES[d][0] if d in DATATYPES else d for d in field.datatypes)
    return "text; @sv at the end of the column's name says the language" if field.language else "text or an address"


def as_csv(kind: Kind) -> bytes:
    """The header as CSV, with a byte order mark so that spreadsheets read what is added as UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerow(header(kind))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(kind: Kind) -> bytes:
    """A workbook: the table to fill in, and what each of its columns is for."""
    book = Workbook()
    table = book.active
    if not isinstance(table, Worksheet):
        raise TypeError("a new workbook without a sheet")
    table.title = kind.label[:31]
    table.freeze_panes = "A2"
    lists = book.create_sheet("Lists")
    for index, (name, field) in enumerate(zip(header(kind), (None, *kind.fields), strict=True), 1):
        cell = table.cell(1, index, name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FBEED6" if field and field.required else "E3EFF3")
        told = "The address of a thing that is there already, or its last part; leave it empty for a new one."
        cell.comment = Comment(f"{field.label}. {field.description} {expected(field)}" if field else told, "bsrgraph")
        table.column_dimensions[get_column_letter(index)].width = max(14, len(name) + 4)
        if field and field.choices:
            _offer(table, lists, index, field)
    _explain(book.create_sheet("How to fill it in"), kind)
    lists.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _offer(table: Worksheet, lists: Worksheet, index: int, field: Field) -> None:
    """The names of a list, to choose from; other values may still be typed, for several with | between them."""
    column = lists.max_column + 1 if lists.cell(1, 1).value else 1
    for row, choice in enumerate(field.choices, 1):
        lists.cell(row, column, choice.name)
    letters = get_column_letter(column)
    offered = DataValidation("list", formula1=f"Lists!${letters}$1:${letters}${len(field.choices)}", allow_blank=True)
    offered.showErrorMessage = False
    here = get_column_letter(index)
    offered.add(f"{here}2:{here}{_FILLED}")
    table.add_data_validation(offered)


def _explain(sheet: Worksheet, kind: Kind) -> None:
    sheet.append([f"{kind.label}: {kind.description}"])
    sheet.append(["Each row is one thing. Write what the source says, no more; leave empty what it does not say."])
    sheet.append([])
    sheet.append(list(_EXPLAINED))
    for name, field in zip(header(kind)[1:], kind.fields, strict=True):
        sheet.append(
            [
                name,
                f"{field.label}. {field.description}",
                "yes" if field.required else "",
                "yes" if field.several else "no",
                expected(field),
            ]
        )
    for letters, width in zip("ABCDE", (24, 60, 14, 16, 60), strict=True):
        sheet.column_dimensions[letters].width = width
    for row in sheet.iter_rows(min_row=4):
        for cell in row:
            cell.alignment = Alignment(wrap_text=cell.row > 4, vertical="top")
            cell.font = Font(bold=cell.row == 4)
