"""Search: an index of all names for each version of the data, and one scorer for everything that compares names.

Search and suggestions, the nearest names of a page that there is not, reconciliation, cells of tables and the
question whether a contributed thing exists already all ask `find()`::

    indexes = Indexes(store, corpus.space, files)
    find(indexes.current(), "Nygard", kinds=["person"], limit=3)
"""

from bsrgraph.search.build import TERM
from bsrgraph.search.find import Found, as_alike, called_so, find, known, look, near_iri, nearest
from bsrgraph.search.index import Index
from bsrgraph.search.indexes import Indexes
from bsrgraph.search.marks import marked
from bsrgraph.search.rank import Match

__all__ = [
    "TERM",
    "Found",
    "Index",
    "Indexes",
    "Match",
    "as_alike",
    "called_so",
    "find",
    "known",
    "look",
    "marked",
    "near_iri",
    "nearest",
]
