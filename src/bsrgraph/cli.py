"""The command line: thin commands, one function call each.

stdout is data, stderr is talk, `-` is stdin. Exit codes, for every command: 0 done, and what was checked
holds; 1 what was checked does not hold; 2 the call is wrong; 3 it could not be done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from bsrgraph import checks, errors, evidence, report, settings
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.formats import by_name
from bsrgraph.guard import check
from bsrgraph.store.connect import connect
from bsrgraph.store.port import Query, Store, Version
from bsrgraph.validate import Context, Contributed, Validator

__all__ = ["main"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_graph_option = click.option(
    "--graph", "graph", metavar="DIR", help="Graph directory (default: the one that the package carries)."
)


def _fails_clearly(command: _Command) -> _Command:
    """Turns the program's own errors into a line on stderr and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- whatever the command takes and gives
        try:
            return command(*args, **kwargs)
        except errors.BsrgraphError as error:
            place = "".join(f":{p}" for p in (getattr(error, "line", None), getattr(error, "column", None)) if p)
            click.echo(f"bsrgraph{place}: {error.message}", err=True)
            if error.hint:
                click.echo(f"  {error.hint}", err=True)
            sys.exit(2 if isinstance(error, errors.UsageError | errors.QueryError) else 3)

    return run  # type: ignore[return-value]


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 does not hold, 2 wrong call, 3 could not be done.",
)
@click.version_option(package_name="bsrgraph")
def main() -> None:
    """A knowledge graph that says where every fact comes from: serve it, query it, check it."""


def _load(graph: str | None, **flags: object) -> settings.Settings:
    return settings.load({"graph": graph, **flags})


def _corpus(graph: str | None) -> Corpus:
    chosen = _load(graph).graph
    return Corpus(Path(chosen) if chosen else packaged())


def _store(corpus: Corpus) -> Store:
    store = connect()
    store.load(corpus.quads(), Version(corpus.digest[:16]))
    return store


@main.command()
@_graph_option
@click.option("--host", help="Address to bind (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to bind (default 8000).")
@_fails_clearly
def serve(graph: str | None, host: str | None, port: int | None) -> None:
    """Serve pages and SPARQL until interrupted; requests under way are answered first."""
    from bsrgraph.web.server import run

    run(_load(graph, host=host, port=port))


@main.command()
@_graph_option
@click.option(
    "--file", "file", type=click.File("r", encoding="utf-8"), help="Read the query from a file, or - for stdin."
)
@click.option(
    "--format", "name", default="csv", show_default=True, help="json, xml, csv, tsv; ttl, nt, jsonld, rdf for triples."
)
@click.argument("text", required=False)
@_fails_clearly
def query(graph: str | None, file: Any, name: str, text: str | None) -> None:  # noqa: ANN401 -- an open file of click's
    """Answer a SPARQL query from the graph directory; nothing is written and no network is used."""
    if (file is None) == (text is None):
        raise errors.UsageError("Give the query as an argument or with --file, and not both.")
    text = text if text is not None else str(file.read())
    form, wanted = check(text), by_name(name)
    if form.gives_graph and wanted.rdf is None:
        wanted = by_name("ttl")
    for chunk in _store(_corpus(graph)).query(Query(text, wanted)).chunks:
        click.echo(chunk, nl=False)


@main.command()
@_graph_option
@click.option("-a", "--accept", help="A media type, as in the Accept header.")
@click.argument("path")
@_fails_clearly
def get(graph: str | None, accept: str | None, path: str) -> None:
    """Print what the server would answer to GET PATH, without a server; exit 1 if that is an error."""
    from bsrgraph.web.app import create_app

    client = create_app(_load(graph)).test_client()
    response = client.get(path, headers={"Accept": accept} if accept else {})
    click.echo(response.data, nl=False)
    sys.exit(0 if response.status_code < 400 else 1)


@main.command()
@_graph_option
@click.option("--format", "name", type=click.Choice(sorted(report.WRITERS)), default="text", show_default=True)
@click.option(
    "--context",
    type=click.Choice(["graph", "none"]),
    default="graph",
    show_default=True,
    help="Check files against the graph, or alone.",
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=False, path_type=Path))
@_fails_clearly
def validate(graph: str | None, name: str, context: Context, files: tuple[Path, ...]) -> None:
    """Check FILES against the shapes; without FILES, the graph directory itself.

    Exit 0 if there is no new Violation, 1 if there is, 2 for a wrong call, 3 if it could not be checked.
    """
    validator = Validator(_corpus(graph))
    contributed = [Contributed.read(str(p), p.read_bytes()) for p in files]
    found = validator.files(contributed, context) if contributed else validator.whole()
    click.echo(report.WRITERS[name](found), nl=False)
    sys.exit(0 if found.conforms else 1)


@main.group("evidence")
def evidence_group() -> None:
    """The evidence of the graph."""


@evidence_group.command("check")
@_graph_option
@click.option("--source", help="IRI of the document, where several have spans.")
@click.argument("file", type=click.File("rb"))
@_fails_clearly
def evidence_check(graph: str | None, source: str | None, file: Any) -> None:  # noqa: ANN401 -- an open file of click's
    """Hold every stated span against the text in FILE; needs neither a store nor a server."""
    found = evidence.check(evidence.spans(_corpus(graph).quads()), file.read(), source)
    for item in found:
        click.echo(f"{'ok     ' if item.matches else 'DIFFERS'} {item.span.graph} {item.reason}".rstrip())
    kept = sum(item.matches for item in found)
    click.echo(f"{kept} of {len(found)} spans match the text.")
    sys.exit(0 if kept == len(found) and found else 1)


@main.group("questions")
def questions_group() -> None:
    """The questions that the graph answers."""


@questions_group.command("check")
@_graph_option
@_fails_clearly
def questions_check(graph: str | None) -> None:
    """Ask every question of the graph directory and compare with the answer that its file states."""
    corpus = _corpus(graph)
    _tell(checks.answers(_store(corpus), corpus.questions), "questions have their stated answer")


@main.group("shapes")
def shapes_group() -> None:
    """The shapes of the graph."""


@shapes_group.command("check")
@_graph_option
@_fails_clearly
def shapes_check(graph: str | None) -> None:
    """Check that every rule has a valid example that passes and an invalid one that it finds."""
    _tell(checks.examples(_corpus(graph)), "rules have a valid and an invalid example that hold")


def _tell(outcomes: Iterable[checks.Outcome], what: str) -> None:
    kept = total = 0
    for outcome in outcomes:
        total += 1
        kept += outcome.kept
        click.echo(f"{'ok     ' if outcome.kept else 'DIFFERS'} {outcome.name}")
        for fault in outcome.faults:
            click.echo(f"        {fault}")
    click.echo(f"{kept} of {total} {what}.")
    sys.exit(0 if kept == total and total else 1)


@main.command("settings")
@_fails_clearly
def show_settings() -> None:
    """Show every setting, its value, and where the value came from."""
    current = settings.load()
    for setting in settings.SETTINGS:
        value = getattr(current, setting.name)
        click.echo(f"{setting.name} = {value!r}  ({current.origins[setting.name]})\n    {setting.metadata['help']}")
