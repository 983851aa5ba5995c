"""Commands for contributions: `contribute`, `inbox`, `accept`, `decline`, `supersede`, `revert`, `erase`, `export`."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from bsrgraph import report as reports
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, ledger_of, main, settings_of, state_option
from bsrgraph.contribute.check import Checker, Sent
from bsrgraph.contribute.workflow import Proposed, Workflow
from bsrgraph.contributed import as_trig
from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import ContributionRefused, Unsupported
from bsrgraph.findings import Report
from bsrgraph.ledger import Actor, Contribution, ContributionState, Role, as_fields
from bsrgraph.load import load_directory
from bsrgraph.search import Indexes
from bsrgraph.store.connect import connect

__all__ = ["actor", "as_option", "workflow_of"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

as_option = click.option("--as", "name", metavar="NAME", help="Who does it (default: the user's name).")
_comment_option = click.option("--comment", "-m", default="", help="A word to readers.")


def _proposing(command: _Command) -> _Command:
    """What `contribute` and `supersede` take."""
    for option in (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)),
        click.option("--input", "suffix", default="ttl", show_default=True, help="What stdin is, for the file -."),
        click.option("--kind", default="", help="What the rows of a table are; without it, as the file's name says."),
        click.option("--accept-warnings", is_flag=True, help="Propose it in spite of its Warnings."),
        _comment_option,
        click.option("--source", default="", help="What it is taken from: an address, or words."),
        as_option,
        state_option,
        graph_option,
    ):
        command = option(command)
    return command


def actor(name: str | None) -> Actor:
    """Whoever can write to the state directory may do everything."""
    return Actor(name or getpass.getuser(), Role.ADMIN, "command line")


@contextmanager
def workflow_of(graph: str | None, state: str | None, *, following: bool = True) -> Iterator[Workflow]:
    """The workflow over the store of the state directory, brought up to date first where it is to be `following`."""
    chosen = settings_of(graph, state=state)
    if chosen.store:
        raise Unsupported(
            "A store on another server takes no contributions from here.",
            hint="Contribute to a store of its own: leave the setting store empty.",
        )
    corpus, ledger, store = corpus_of(graph), ledger_of(chosen), connect(chosen)
    if following:
        load_directory(store, corpus, ledger)
    files = DerivedFiles(Path(chosen.state) / "derived")
    checker = Checker(corpus, store, chosen, Indexes(store, corpus.space, files))
    try:
        workflow = Workflow(corpus, store, ledger, checker, files)
        if following:
            workflow.finish_erasures()
        yield workflow
    finally:
        checker.close()
        store.close()


def _line(contribution: Contribution) -> str:
    """A contribution in a line."""
    words = [contribution.id, contribution.state.value.ljust(10), contribution.proposed_at, contribution.proposer]
    words.append(f"{contribution.triples} triples")
    if contribution.warnings:
        words.append(f"{contribution.warnings} Warnings")
    if contribution.file_name:
        words.append(contribution.file_name)
    return "  ".join(words)


@main.command()
@_proposing
@fails_clearly
def contribute(file: Path, **given: Any) -> None:  # noqa: ANN401 -- the options of proposing
    """Check FILE against the graph and propose it; its id is printed.

    Nothing is stored unless it conforms; then it is on disk before the id is printed. The same triples, however
    they are written, are the same contribution: while it is proposed or accepted, its id is printed again. Nothing
    is in the graph before a reviewer accepts it. Exit 1 with the report if it does not conform.
    """
    _propose(file, **given)


@main.command()
@click.argument("identifier", metavar="ID")
@_proposing
@fails_clearly
def supersede(identifier: str, file: Path, **given: Any) -> None:  # noqa: ANN401 -- the options of proposing
    """Propose FILE in place of contribution ID.

    A proposal is replaced at once; what was accepted stays until FILE is accepted, and goes in the same version.
    """
    _propose(file, supersedes=identifier, **given)


def _propose(
    file: Path,
    *,
    graph: str | None,
    state: str | None,
    name: str | None,
    suffix: str,
    kind: str,
    **more: Any,  # noqa: ANN401 -- handed on as they are
) -> None:
    stdin = str(file) == "-"
    data = sys.stdin.buffer.read() if stdin else file.read_bytes()
    sent = Sent(data, f"stdin.{suffix}" if stdin else file.name, kind=kind)
    with workflow_of(graph, state) as workflow, _refusals():
        found: Proposed = workflow.propose(sent, actor(name), **more)
    contribution = found.contribution
    if found.new:
        click.echo(f"Proposed: {contribution.triples} triples, {contribution.warnings} Warnings.", err=True)
    else:
        click.echo(f"It is {contribution.state.value} already, by {contribution.proposer}.", err=True)
    click.echo(contribution.id)


@contextmanager
def _refusals() -> Iterator[None]:
    """Prints the report of what is refused, and exits with 1."""
    try:
        yield
    except ContributionRefused as error:
        if isinstance(error.report, Report):
            click.echo(reports.as_text(error.report), nl=False)
        click.echo(error.message, err=True)
        sys.exit(1)


@main.command()
@graph_option
@state_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "every", is_flag=True, help="List contributions in every state.")
@click.argument("identifier", metavar="[ID]", required=False)
@fails_clearly
def inbox(graph: str | None, state: str | None, form: str, every: bool, identifier: str | None) -> None:
    """List what waits for a decision, oldest first; with ID, show one contribution whole."""
    contributions = ledger_of(settings_of(graph, state=state)).contributions
    if identifier is not None:
        found = contributions.get(identifier)
        content = contributions.content(found)
        if form == "json":
            told = {**as_fields(found), "report": json.loads(content.report), "quads": content.quads}
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        for label, value in as_fields(found).items():
            if value not in (None, ""):
                click.echo(f"{label}: {value}")
        click.echo("\n" + content.quads, nl=False)
        return
    states = () if every else (ContributionState.PROPOSED,)
    listed = contributions.latest(states, limit=2**31, oldest_first=True)
    if form == "json":
        click.echo(json.dumps([as_fields(c) for c in listed], ensure_ascii=False))
        return
    for one in listed:
        click.echo(_line(one))


@main.command()
@graph_option
@state_option
@as_option
@_comment_option
@click.argument("identifier", metavar="ID")
@fails_clearly
def accept(graph: str | None, state: str | None, name: str | None, comment: str, identifier: str) -> None:
    """Accept contribution ID: everything of it becomes a new version of the graph, or nothing does.

    It is checked again, against the graph as it is now; exit 1 with the report if it no longer conforms. When the
    version is printed, decision and graph are on disk. If somebody has decided already, that is told and nothing is
    done.
    """
    with workflow_of(graph, state) as workflow, _refusals():
        found = workflow.accept(identifier, actor(name), comment)
    click.echo(f"Accepted: version {found.accepted_version}.", err=True)


@main.command()
@graph_option
@state_option
@as_option
@click.option("--comment", "-m", required=True, help="Why; its proposer reads it.")
@click.argument("identifier", metavar="ID")
@fails_clearly
def decline(graph: str | None, state: str | None, name: str | None, comment: str, identifier: str) -> None:
    """Decline contribution ID. The graph stays as it is; the same triples may be proposed again."""
    with workflow_of(graph, state) as workflow:
        workflow.decline(identifier, actor(name), comment)
    click.echo("Declined.", err=True)


@main.command()
@graph_option
@state_option
@as_option
@click.option("--reason", "-m", required=True, help="Why; everybody may read it.")
@click.argument("identifier", metavar="ID")
@fails_clearly
def revert(graph: str | None, state: str | None, name: str | None, reason: str, identifier: str) -> None:
    """Take contribution ID back: exactly its graph goes, as a new version; what others state too stays."""
    with workflow_of(graph, state) as workflow:
        found = workflow.revert(identifier, actor(name), reason)
    click.echo(f"Reverted: version {found.withdrawn_version}.", err=True)


@main.command()
@graph_option
@state_option
@as_option
@click.option("--reason", "-m", required=True, help="Why; it stays readable for everybody.")
@click.argument("identifier", metavar="ID")
@fails_clearly
def erase(graph: str | None, state: str | None, name: str | None, reason: str, identifier: str) -> None:
    """Erase what contribution ID says, for good.

    Its bytes leave the ledger, the store is made anew, and every earlier version and every file made from one is
    dropped, pinned ones too. Who erased it, when and why stays. Backups made before still hold it.
    """
    with workflow_of(graph, state) as workflow:
        workflow.erase(identifier, actor(name), reason)
    click.echo("Erased.", err=True)


@main.command()
@graph_option
@state_option
@click.argument("identifier", metavar="ID")
@fails_clearly
def export(graph: str | None, state: str | None, identifier: str) -> None:
    """Write contribution ID as TriG to stdout: its graph, and who proposed and accepted it.

    The order is stable, so that it can be kept under version control, and put into data/ of a graph directory.
    """
    ledger = ledger_of(settings_of(graph, state=state))
    found = ledger.contributions.get(identifier)
    click.echo(as_trig(corpus_of(graph).space, found, ledger.contributions.content(found).quads), nl=False)
