"""The command line: thin commands, one function call each.

stdout is data, stderr is talk, `-` is stdin, progress is shown on a terminal. Exit codes, for every command:
0 done, and what was checked holds; 1 what was checked does not hold; 2 the call is wrong; 3 it could not be done.
"""

from bsrgraph.cli import access, answer, check, contribute, keep, site  # noqa: F401 -- each adds its commands to the group
from bsrgraph.cli.common import main

__all__ = ["main"]
