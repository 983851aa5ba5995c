"""The adapter to another server's endpoint, against a really served one: our own, over HTTP on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from bsrgraph import errors
from bsrgraph.corpus import Corpus
from bsrgraph.formats import by_name
from bsrgraph.settings import Settings
from bsrgraph.store.connect import connect, in_memory
from bsrgraph.store.port import Change, Query, Store
from bsrgraph.web.app import create_app


@pytest.fixture(scope="module")
def endpoint(alpine: Corpus, alpine_store: Store) -> Iterator[str]:
    """The URL of an endpoint that holds the alpine graph."""
    app = create_app(Settings(graph=str(alpine.root)), alpine_store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_remote_store_answers_as_the_store_behind_it(endpoint: str, alpine_store: Store) -> None:
    remote = connect(Settings(store=endpoint))
    query = Query("SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o", by_name("tsv"))
    assert remote.query(query).read() == alpine_store.query(query).read()
    graph = next(iter(alpine_store.query(Query("SELECT ?g { GRAPH ?g {} }", by_name("csv"))).read().split()[1:]))
    one = Query("SELECT * WHERE { ?s ?p ?o }", by_name("csv"), default_graphs=(graph.decode(),))
    assert len(remote.query(one).read()) > 20


def test_pages_over_a_remote_store_are_the_same_but_have_no_etag(
    endpoint: str, alpine: Corpus, alpine_store: Store
) -> None:
    settings = Settings(graph=str(alpine.root))
    near = create_app(settings, alpine_store).test_client().get("/doc/initiative/hay-paths.html")
    far = create_app(settings, connect(Settings(store=endpoint))).test_client().get("/doc/initiative/hay-paths.html")
    assert far.data == near.data
    assert "ETag" in near.headers
    assert "ETag" not in far.headers


def test_a_wrong_query_and_a_silent_endpoint_are_told_apart(endpoint: str) -> None:
    with pytest.raises(errors.QueryError, match="refuses"):
        connect(Settings(store=endpoint)).query(Query("SELECT", by_name("csv")))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        with pytest.raises(errors.QueryTimeout):
            connect(Settings(store=url)).query(Query("ASK {}", by_name("csv"), seconds=0.2))
    with pytest.raises(errors.StoreError, match="cannot be reached"):
        connect(Settings(store=url)).query(Query("ASK {}", by_name("csv")))


def test_a_remote_store_is_not_written_and_is_named_by_a_url() -> None:
    with pytest.raises(errors.StoreError, match="only read"):
        connect(Settings(store="http://127.0.0.1:1/sparql")).apply(Change(list))
    with pytest.raises(errors.SettingError):
        connect(Settings(store="ftp://127.0.0.1/sparql"))
    assert in_memory([]).stop("anything") is False
