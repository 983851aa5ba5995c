"""What all commands share: the group, the options, the exit codes, and errors told in a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from bsrgraph import errors, settings
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.ledger import Ledger
from bsrgraph.load import load_directory
from bsrgraph.store.connect import connect, in_memory
from bsrgraph.store.port import Store

__all__ = ["corpus_of", "fails_clearly", "graph_option", "ledger_of", "main", "settings_of", "state_option", "store_of"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

graph_option = click.option(
    "--graph", "graph", metavar="DIR", help="Graph directory (default: the one that the package carries)."
)
state_option = click.option("--state", "state", metavar="DIR", help="State directory (default: .bsrgraph).")


def fails_clearly(command: _Command) -> _Command:
    """Turns the program's own errors into a line on stderr and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- whatever the command takes and gives
        try:
            return command(*args, **kwargs)
        except errors.BsrgraphError as error:
            where = getattr(error, "file", None) or "bsrgraph"
            place = "".join(f":{p}" for p in (getattr(error, "line", None), getattr(error, "column", None)) if p)
            click.echo(f"{where}{place}: {error.message}", err=True)
            if error.hint:
                click.echo(f"  {error.hint}", err=True)
            sys.exit(2 if isinstance(error, errors.UsageError | errors.QueryError) else 3)
        except BrokenPipeError:
            # Whoever read the output has seen enough.
            os._exit(0)
        except OSError as error:
            # The pipe was closed, the disk is full: nothing of ours to trace.
            sys.stderr.write(f"bsrgraph: {error.strerror or error}\n")
            os._exit(3)

    return run  # type: ignore[return-value]


class _WithExitCodes(click.Command):
    """A command whose help ends with the exit codes, which are the same for all."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = "Exit codes: 0 done, 1 does not hold, 2 wrong call, 3 could not be done."
        super().format_epilog(ctx, formatter)


class _Group(_WithExitCodes, click.Group):
    """A group of such commands."""

    command_class = _WithExitCodes
    group_class = type


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bsrgraph")
def main() -> None:
    """A knowledge graph that says where every fact comes from: serve it, query it, check it."""


def settings_of(graph: str | None, **flags: object) -> settings.Settings:
    """The settings in force, flags first."""
    return settings.load({"graph": graph, **flags})


def corpus_of(graph: str | None) -> Corpus:
    """The graph directory that the settings name."""
    chosen = settings_of(graph).graph
    return Corpus(Path(chosen) if chosen else packaged())


def ledger_of(chosen: settings.Settings) -> Ledger:
    """The ledger of the state directory."""
    return Ledger(Path(chosen.state) / "ledger.db")


def store_of(corpus: Corpus, chosen: settings.Settings) -> Store:
    """The settings' endpoint, else the store of the state directory, brought up to date, else one in memory."""
    if chosen.store:
        return connect(chosen)
    if not (Path(chosen.state) / "store-id").exists():
        return in_memory(corpus.quads())
    store = connect(chosen)
    load_directory(store, corpus, ledger_of(chosen))
    return store
