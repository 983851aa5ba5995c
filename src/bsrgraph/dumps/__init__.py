"""Everything that a version holds, as files: written once a version, with size and digest."""

from bsrgraph.dumps.files import Dump, Dumps
from bsrgraph.dumps.make import DUMPS, kept_dumps, kept_versions, make_dumps, write_everything
from bsrgraph.dumps.maker import DumpMaker

__all__ = [
    "DUMPS",
    "Dump",
    "DumpMaker",
    "Dumps",
    "kept_dumps",
    "kept_versions",
    "make_dumps",
    "write_everything",
]
