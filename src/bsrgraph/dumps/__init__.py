"""Everything that a version holds, as files: written once a version, with size and digest."""

from bsrgraph.dumps.files import Dump, Dumps
from bsrgraph.dumps.make import (
    DUMPS,
    coming_dumps,
    dump_maker,
    kept_dumps,
    kept_versions,
    make_dumps,
    write_everything,
)

__all__ = [
    "DUMPS",
    "Dump",
    "Dumps",
    "coming_dumps",
    "dump_maker",
    "kept_dumps",
    "kept_versions",
    "make_dumps",
    "write_everything",
]
