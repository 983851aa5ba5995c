"""Bytes → quads with positions.

The one parser at the door is pyoxigraph's, never lenient, and positions come from that same parser. What strangers
send is read by a `Reader`, in a child process with limits; files of one's own may be read in this one.
"""

from bsrgraph.parse.canonical import canonical, normal, skolemised
from bsrgraph.parse.limits import Limits, require_plain, unpacked
from bsrgraph.parse.reader import Read, Reader
from bsrgraph.parse.statements import Statement, statements

__all__ = [
    "Limits",
    "Read",
    "Reader",
    "Statement",
    "canonical",
    "normal",
    "require_plain",
    "skolemised",
    "statements",
    "unpacked",
]
