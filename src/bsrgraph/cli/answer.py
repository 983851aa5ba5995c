"""Commands that answer: `serve`, `query`, `get`, `dump`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import IO

import click

from bsrgraph import errors
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, main, settings_of, state_option, store_of
from bsrgraph.dumps import write_everything
from bsrgraph.formats import DOCUMENT_FORMATS, by_name
from bsrgraph.guard import Form, check
from bsrgraph.ledger import Ledger
from bsrgraph.outline import outline
from bsrgraph.store.port import Query

__all__: list[str] = []

_READ_FORMATS = ", ".join(f.suffix for f in DOCUMENT_FORMATS)


@main.command()
@graph_option
@state_option
@click.option("--store", metavar="URL", help="SPARQL endpoint to read from, instead of a store of its own.")
@click.option("--host", help="Address to bind (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to bind (default 8000).")
@fails_clearly
def serve(graph: str | None, state: str | None, store: str | None, host: str | None, port: int | None) -> None:
    """Serve pages and SPARQL until interrupted.

    The graph directory is loaded first if it has changed, fully or not at all. At SIGTERM or Ctrl-C the
    requests under way are answered before the server ends; a second signal ends it at once.
    """
    from bsrgraph.web.server import run

    run(settings_of(graph, state=state, store=store, host=host, port=port))


@main.command()
@graph_option
@state_option
@click.option("--file", "file", type=click.File("rb"), help="Read the query from a file, or - for stdin.")
@click.option(
    "--format", "name", default="csv", show_default=True, help="json, xml, csv, tsv; ttl, nt, jsonld, rdf for triples."
)
@click.argument("text", required=False)
@fails_clearly
def query(graph: str | None, state: str | None, file: IO[bytes] | None, name: str, text: str | None) -> None:
    """Answer a SPARQL query; no network is used.

    The store under the state directory answers where there is one, else the graph directory does, and nothing
    is written. There is no deadline; Ctrl-C ends it.
    """
    if text == "-":
        file, text = sys.stdin.buffer, None
    if (file is None) == (text is None):
        raise errors.UsageError("Give the query as an argument or with --file, and not both.")
    asked = text if text is not None else _text(file)
    form, wanted = check(asked), by_name(name)
    if form.gives_graph and wanted.rdf is None:
        wanted = by_name("ttl")
    elif not form.gives_graph and wanted.results is None:
        raise errors.UsageError(f"{wanted.label} cannot hold {'a boolean' if form is Form.ASK else 'rows'}.")
    store = store_of(corpus_of(graph), settings_of(graph, state=state))
    # An engine at work does not look at Python's own handling of Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for chunk in store.query(Query(asked, wanted, own=True, columns=outline(asked).columns)).chunks:
        click.echo(chunk, nl=False)


def _text(file: IO[bytes] | None) -> str:
    try:
        return file.read().decode("utf-8") if file is not None else ""
    except UnicodeDecodeError as error:
        raise errors.UsageError(f"The query is not UTF-8 (byte {error.start + 1}).") from error


@main.command()
@graph_option
@state_option
@click.option("-a", "--accept", help="A media type, as in the Accept header.")
@click.argument("path")
@fails_clearly
def get(graph: str | None, state: str | None, accept: str | None, path: str) -> None:
    """Print what the server would answer to GET PATH, without a server; exit 1 if that is an error."""
    from bsrgraph.web.app import create_app

    chosen = settings_of(graph, state=state)
    store = store_of(corpus_of(graph), chosen)
    kept = Path(chosen.state) / "ledger.db"
    client = create_app(chosen, store, Ledger(kept) if kept.exists() else None).test_client()
    response = client.get(path, headers={"Accept": accept} if accept else {}, base_url=chosen.url)
    click.echo(response.data, nl=False)
    sys.exit(0 if response.status_code < 400 else 1)


@main.command()
@graph_option
@state_option
@click.option("--format", "name", default="nq", show_default=True, help=f"{_READ_FORMATS}; nq and trig keep graphs.")
@fails_clearly
def dump(graph: str | None, state: str | None, name: str) -> None:
    """Write everything that the store holds to stdout."""
    wanted = by_name(name)
    if wanted.rdf is None:
        raise errors.UsageError(f"{wanted.label} holds no triples.", hint=f"There is: {_READ_FORMATS}")
    store = store_of(corpus_of(graph), settings_of(graph, state=state))
    write_everything(store, wanted, sys.stdout.buffer)
