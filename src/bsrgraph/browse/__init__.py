"""Tables of kinds: columns from the shapes, filters with counts, sorting, and the same table in other formats."""

from bsrgraph.browse.asked import Asked, Condition, Range, Reader
from bsrgraph.browse.choice import Choice, order
from bsrgraph.browse.flat import Flat, as_csv, as_json, as_tsv, as_xlsx
from bsrgraph.browse.kind import NOT_STATED, Cells, KindTable
from bsrgraph.browse.page import Browse, browse, default_columns
from bsrgraph.browse.question import question
from bsrgraph.browse.seen import Seen
from bsrgraph.browse.shelf import kind_table
from bsrgraph.browse.triples import triples

__all__ = [
    "NOT_STATED",
    "Asked",
    "Browse",
    "Cells",
    "Choice",
    "Condition",
    "Flat",
    "KindTable",
    "Range",
    "Reader",
    "Seen",
    "as_csv",
    "as_json",
    "as_tsv",
    "as_xlsx",
    "browse",
    "default_columns",
    "kind_table",
    "order",
    "question",
    "triples",
]
