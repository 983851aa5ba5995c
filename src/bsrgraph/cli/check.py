"""Commands that check: `validate`, `evidence check`, `questions check`, `shapes check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import click

from bsrgraph import checks, evidence, report
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, main
from bsrgraph.store.connect import in_memory
from bsrgraph.validate import Context, Contributed, Validator

__all__: list[str] = []


@main.command()
@graph_option
@click.option("--format", "name", type=click.Choice(sorted(report.WRITERS)), default="text", show_default=True)
@click.option(
    "--context",
    type=click.Choice(["graph", "none"]),
    default="graph",
    show_default=True,
    help="Check files against the graph, or alone.",
)
@click.option("--input", "suffix", default="ttl", show_default=True, help="What stdin is, for the file -.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@fails_clearly
def validate(graph: str | None, name: str, context: Context, suffix: str, files: tuple[Path, ...]) -> None:
    """Check FILES against the shapes; without FILES, the graph directory itself. The file - is stdin.

    Exit 0 if there is no new Violation, 1 if there is, 2 for a wrong call, 3 if it could not be checked.
    """
    validator = Validator(corpus_of(graph))
    contributed = [_read(p, suffix) for p in files]
    found = validator.files(contributed, context) if contributed else validator.whole()
    click.echo(report.WRITERS[name](found), nl=False)
    sys.exit(0 if found.conforms else 1)


def _read(path: Path, suffix: str) -> Contributed:
    if str(path) == "-":
        return Contributed.read(f"stdin.{suffix}", sys.stdin.buffer.read())
    return Contributed.read(str(path), path.read_bytes())


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
