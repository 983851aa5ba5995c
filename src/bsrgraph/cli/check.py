"""Commands that check: `validate`, `evidence check`, `questions check`, `shapes check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NoReturn

import click

from bsrgraph import checks, errors, evidence, report
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, main, settings_of, state_option, store_of
from bsrgraph.contribute.check import Checker, Context, Sent, unreadable
from bsrgraph.derived import DerivedFiles
from bsrgraph.findings import Report
from bsrgraph.search import Indexes
from bsrgraph.store.connect import in_memory
from bsrgraph.tables import Schema, as_csv, as_xlsx
from bsrgraph.validate import Validator

__all__: list[str] = []


@main.command()
@graph_option
@state_option
@click.option("--format", "name", type=click.Choice(sorted(report.WRITERS)), default="text", show_default=True)
@click.option(
    "--context",
    type=click.Choice(["graph", "none"]),
    default="graph",
    show_default=True,
    help="Check files against the graph, or alone.",
)
@click.option("--input", "suffix", default="ttl", show_default=True, help="What stdin is, for the file -.")
@click.option("--kind", default="", help="What the rows of tables are; without it, as the file's name says.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@fails_clearly
def validate(
    graph: str | None,
    state: str | None,
    name: str,
    context: Context,
    suffix: str,
    kind: str,
    files: tuple[Path, ...],
) -> None:
    """Check FILES against the shapes; without FILES, the graph directory itself. The file - is stdin.

    They are checked with the store under the state directory where there is one, else with the graph directory.
    Exit 0 if there is no new Violation, 1 if there is, 2 for a wrong call, 3 if it could not be checked.
    """
    corpus = corpus_of(graph)
    if not files:
        _write(Validator(corpus).whole(), name)
    chosen = settings_of(graph, state=state)
    store = store_of(corpus, chosen)
    checker = Checker(corpus, store, chosen, Indexes(store, corpus.space, DerivedFiles()))
    try:
        found = checker.check_files([_sent(path, suffix, kind) for path in files], context)
    except errors.ContentError as error:
        # The other formats are read by programs, which look there for what is wrong.
        if name != "text":
            click.echo(report.WRITERS[name](unreadable(error)), nl=False)
        raise
    finally:
        checker.close()
    _write(found, name)


def _write(found: Report, name: str) -> NoReturn:
    if name == "text":
        click.echo(report.as_text(found, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ), nl=False)
    else:
        click.echo(report.WRITERS[name](found), nl=False)
    sys.exit(0 if found.conforms else 1)


def _sent(path: Path, suffix: str, kind: str) -> Sent:
    if str(path) == "-":
        return Sent(sys.stdin.buffer.read(), f"stdin.{suffix}", kind=kind)
    return Sent(path.read_bytes(), str(path), kind=kind)


@main.command()
@graph_option
@click.option("--format", "name", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--output", "-o", type=click.File("wb"), default="-", help="Where to; without it, stdout.")
@click.argument("kind")
@fails_clearly
def template(graph: str | None, name: str, output: IO[bytes], kind: str) -> None:
    """Write an empty table for things of KIND, to fill in and then check or contribute.

    A workbook (xlsx) also offers the lists to choose from, and says what each column is for.
    """
    kinds = Schema(corpus_of(graph)).kinds
    if kind not in kinds:
        raise errors.UsageError(f"There is no kind “{kind}”.", hint=f"One of: {', '.join(kinds)}.")
    output.write(as_csv(kinds[kind]) if name == "csv" else as_xlsx(kinds[kind]))


@main.group("evidence")
def evidence_group() -> None:
    """The evidence of the graph."""


@evidence_group.command("check")
@graph_option
@click.option("--source", help="IRI of the document, where several have spans.")
@click.argument("file", type=click.File("rb"))
@fails_clearly
def evidence_check(graph: str | None, source: str | None, file: IO[bytes]) -> None:
    """Hold every stated span against the text in FILE; needs neither a store nor a server."""
    found = evidence.check(evidence.spans(corpus_of(graph).quads()), file.read(), source)
    for item in found:
        click.echo(f"{'ok     ' if item.matches else 'DIFFERS'} {item.span.graph} {item.reason}".rstrip())
    kept = sum(item.matches for item in found)
    click.echo(f"{kept} of {len(found)} spans match the text.")
    sys.exit(0 if kept == len(found) and found else 1)


@main.group("questions")
def questions_group() -> None:
    """The questions that the graph answers."""


@questions_group.command("check")
@graph_option
@fails_clearly
def questions_check(graph: str | None) -> None:
    """Ask every question of the graph directory and compare with the answer that its file states."""
    corpus = corpus_of(graph)
    _tell(checks.answers(in_memory(corpus.quads()), corpus.questions), "questions have their stated answer")


@main.group("shapes")
def shapes_group() -> None:
    """The shapes of the graph."""


@shapes_group.command("check")
@graph_option
@fails_clearly
def shapes_check(graph: str | None) -> None:
    """Check that every rule has a valid example that passes and an invalid one that it finds."""
    _tell(checks.examples(corpus_of(graph)), "rules have a valid and an invalid example that hold")


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
