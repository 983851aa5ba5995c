"""Tables as contributions: the fields of a kind, templates to fill in, and rows that become statements."""

from bsrgraph.tables.cells import Candidate, Names
from bsrgraph.tables.columns import Column, columns_of
from bsrgraph.tables.fields import Choice, Field, Kind, Schema
from bsrgraph.tables.form import ABOUT, Answers, Filled, as_turtle, read_form, shown
from bsrgraph.tables.reader import SheetReader
from bsrgraph.tables.rows import Table, read_rows, slug
from bsrgraph.tables.sheet import Row, Sheet, read_csv, read_xlsx
from bsrgraph.tables.template import as_csv, as_xlsx, expected

__all__ = [
    "ABOUT",
    "Answers",
    "Candidate",
    "Choice",
    "Column",
    "Field",
    "Filled",
    "Kind",
    "Names",
    "Row",
    "Schema",
    "Sheet",
    "SheetReader",
    "Table",
    "as_csv",
    "as_turtle",
    "as_xlsx",
    "columns_of",
    "expected",
    "read_csv",
    "read_form",
    "read_rows",
    "read_xlsx",
    "shown",
    "slug",
]
