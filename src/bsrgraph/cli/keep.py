"""Commands that keep the store: `load`, `rebuild`, `settings`, `doctor`, `completion`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from bsrgraph import settings
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, ledger_of, main, settings_of, state_option
from bsrgraph.doctor import examine
from bsrgraph.errors import UsageError
from bsrgraph.load import Progress, difference, everything, load_directory, load_file
from bsrgraph.store.connect import connect, in_memory

__all__: list[str] = []


@main.command()
@graph_option
@state_option
@click.option("--as", "name", metavar="IRI", help="Load FILE as this named graph, in place of what it held.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@fails_clearly
def load(graph: str | None, state: str | None, name: str | None, file: Path | None) -> None:
    """Load the graph directory into the store, or FILE as one more named graph.

    Fully loaded or not at all: until everything is on disk, the version before answers, also in a server that
    runs. A file is remembered by path and digest, so that `rebuild` reads it again. Gzip is unpacked.
    """
    chosen = settings_of(graph, state=state)
    corpus, ledger, store = corpus_of(graph), ledger_of(chosen), connect(chosen)
    if (file is None) != (name is None):
        raise UsageError("A file is loaded as a named graph: FILE --as IRI.")
    changed = load_directory(store, corpus, ledger)
    if file is not None and name is not None:
        load_file(store, corpus, ledger, file, name, _progress() if sys.stderr.isatty() else None)
        changed = True
    click.echo(f"{'Loaded' if changed else 'Nothing has changed'}: version {store.version}.", err=True)
    store.close()


def _progress() -> Progress:
    """Tells on a terminal how far a file has been read, how fast, and how long it will still take."""
    began = time.monotonic()

    def tell(name: str, done: int, total: int) -> None:
        rate = done / max(time.monotonic() - began, 0.001)
        left = (total - done) / rate if rate else 0
        share = 100 * done // max(total, 1)
        click.echo(f"\r{name}: {share} %, {rate / 1e6:.1f} MB/s, {left:.0f} s left ", err=True, nl=done >= total)

    return tell


@main.command()
@graph_option
@state_option
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 if the store is not what it should be."
)
@fails_clearly
def rebuild(graph: str | None, state: str | None, only_check: bool) -> None:
    """Make the store anew from the graph directory and the ledger, as one new version.

    With --check, compare the store with what would come of it. A file that was loaded and is missing or has
    changed is named, and nothing is done.
    """
    chosen = settings_of(graph, state=state)
    corpus, ledger, store = corpus_of(graph), ledger_of(chosen), connect(chosen)
    if not only_check:
        load_directory(store, corpus, ledger, force=True)
        click.echo(f"Rebuilt: version {store.version}.", err=True)
        return
    beyond, lacking = difference(store, in_memory(everything(corpus, ledger)))
    click.echo(f"{beyond} statements too many, {lacking} too few.")
    sys.exit(0 if beyond == lacking == 0 else 1)


@main.command("settings")
@fails_clearly
def show_settings() -> None:
    """Show every setting, its value, and where the value came from."""
    current = settings.load()
    for setting in settings.SETTINGS:
        value = getattr(current, setting.name)
        click.echo(f"{setting.name} = {value!r}  ({current.origins[setting.name]})\n    {setting.metadata['help']}")


@main.command()
@graph_option
@state_option
@fails_clearly
def doctor(graph: str | None, state: str | None) -> None:
    """Look whether everything is in order: directory, state, store, child processes and their walls."""
    sound = True
    for finding in examine(settings_of(graph, state=state)):
        sound &= finding.sound
        click.echo(f"{'ok     ' if finding.sound else 'WRONG  '} {finding.what}: {finding.found}")
    sys.exit(0 if sound else 1)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@fails_clearly
def completion(shell: str) -> None:
    """Print the completion script for SHELL; for bash: eval "$(bsrgraph completion bash)"."""
    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"There is no completion for {shell}.")
    click.echo(found(main, {}, "bsrgraph", "_BSRGRAPH_COMPLETE").source())
