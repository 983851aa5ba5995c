"""The command `site`: the whole site as files."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import pyoxigraph as ox

from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, main, settings_of, state_option, store_of
from bsrgraph.corpus import Corpus
from bsrgraph.errors import StoreError
from bsrgraph.export import Fetch, Fetched, copy_site, is_live
from bsrgraph.iris import Space
from bsrgraph.read import all_quads
from bsrgraph.settings import Settings
from bsrgraph.store.connect import connect
from bsrgraph.store.port import Change, Store

__all__: list[str] = []

_PATIENCE = 600
_NOTE = "/about-this-copy"
_ACCEPT = "text/html, */*;q=0.1"


@main.command()
@graph_option
@state_option
@click.option("--base-url", metavar="URL", help="Where the copy will be reached, for the addresses in its data.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@fails_clearly
def site(graph: str | None, state: str | None, base_url: str | None, folder: Path) -> None:
    """Write every page and its data as files into DIR, for any file server, or to be opened from the folder.

    Whole or not at all: DIR is put in place when everything is there, and must be empty, absent, or an earlier
    copy. The same data make the same bytes. What needs a server is left out, and a page says so.
    """
    from bsrgraph.web.app import create_app

    # Nobody waits for an answer here, so that none need be refused for coming late.
    patient = {"queue_wait": _PATIENCE, "query_deadline": _PATIENCE, "query_deadline_cap": _PATIENCE}
    chosen, corpus = settings_of(graph, state=state, base_url=base_url, **patient), corpus_of(graph)
    with _open(corpus, chosen) as store:
        app = create_app(chosen, store, copied=True)
        fixed = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
        seeds = [path for path in sorted(fixed) if not is_live(path)]
        seeds += [*_questions(corpus), *_addresses(store, corpus.space)]
        tell = _tell if sys.stderr.isatty() else lambda *_: None
        copied = copy_site(_asking(app.test_client().get, store, chosen.url), seeds, _NOTE, folder, tell)
    for path in copied.missing:
        click.echo(f"Pages link to {path}, which the site does not have.", err=True)
    click.echo(f"Wrote {copied.pages} pages and {copied.files - copied.pages} other files into {folder}.", err=True)


def _asking(get: Callable[..., Any], store: Store, base_url: str) -> Fetch:
    """Asks the application, as long as the store has one version."""
    version = store.version

    def fetch(path: str) -> Fetched:
        answer = get(path, headers={"Accept": _ACCEPT}, base_url=base_url)
        body = answer.get_data()
        answer.close()
        if store.version != version:
            raise StoreError("The data changed meanwhile; pages would not agree.", hint="Run the command again.")
        location = answer.headers.get("Location", "").removeprefix(base_url)
        return Fetched(answer.status_code, answer.mimetype or "", body, location)

    return fetch


@contextlib.contextmanager
def _open(corpus: Corpus, chosen: Settings) -> Iterator[Store]:
    """The store that there is; else one for the time being, which is the same whenever the data are.

    It is on disk, since what is in memory comes in another order each time.
    """
    if chosen.store or (Path(chosen.state) / "store-id").exists():
        yield store_of(corpus, chosen)
        return
    with tempfile.TemporaryDirectory(prefix="bsrgraph-") as state:
        (Path(state) / "store-id").write_text(corpus.digest[:16], encoding="ascii")
        store = connect(dataclasses.replace(chosen, state=state))
        store.apply(Change(lambda: _with_steady_names(corpus.quads()), anew=True, made=""))
        yield store
        store.close()


def _with_steady_names(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads with blank nodes named by their order; a parser names them anew each time."""
    names = dict[ox.BlankNode, ox.BlankNode]()

    def steady(node: Any) -> Any:  # noqa: ANN401 -- a term of any kind, which stays of that kind
        return names.setdefault(node, ox.BlankNode(f"b{len(names)}")) if isinstance(node, ox.BlankNode) else node

    for quad in quads:
        yield ox.Quad(steady(quad.subject), quad.predicate, steady(quad.object), quad.graph_name)


def _questions(corpus: Corpus) -> Iterator[str]:
    """Where the questions of the graph directory are answered."""
    for question in corpus.questions:
        yield "/sparql?" + urlencode({"query": question.text})


def _addresses(store: Store, space: Space) -> list[str]:
    """Where everything is that has an address of its own: things, with their IRIs' own paths, and named graphs."""
    found = set[str]()
    for quad in all_quads(store):
        for node in (quad.subject, quad.graph_name):
            iri = getattr(node, "value", "").partition("#")[0]
            if path := space.path(iri):
                found.add(path)
                if path.startswith("/doc/"):
                    found.add("/id/" + path.removeprefix("/doc/"))
    return sorted(found)


def _tell(done: int, left: int) -> None:
    if done % 25 == 0 or not left:
        click.echo(f"\r{done} done, {left} known to come ", err=True, nl=not left)
