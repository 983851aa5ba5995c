"""A dump is complete, is what its digest says, comes in parts, and keeps its address."""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph import derived
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.dumps import DUMPS, Dumps, kept_dumps, make_dumps, write_everything
from bsrgraph.errors import QueryError, StoreError
from bsrgraph.formats import by_name
from bsrgraph.iris import LAYERS, RDF_TYPE
from bsrgraph.read import all_quads, in_bulk
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change, Store
from bsrgraph.web.app import create_app

NAMES = list(DUMPS)
EX = "https://example.org/"


@pytest.fixture(params=["store", "alpine_store"])
def either(request: pytest.FixtureRequest) -> Store:
    """The shipped graph, and the alpine one."""
    found: Store = request.getfixturevalue(request.param)
    return found


def read(dumps: Dumps, name: str) -> list[ox.Quad]:
    """What a file holds, by the parser alone."""
    dump = dumps.named(name)
    assert dump is not None
    data = (dumps.folder / name).read_bytes()
    return list(ox.parse(gzip.decompress(data) if dump.packed else data, format=dump.format.rdf))


# -- the files --------------------------------------------------------------


def test_every_format_gives_back_the_same_statements(either: Store, tmp_path: Path) -> None:
    dumps, quads = make_dumps(either, DerivedFiles(tmp_path)), set(all_quads(either))
    assert [dump.name for dump in dumps.files] == NAMES
    for name in ("all.trig.gz", "all.nq.gz", "all.jsonld", "all.jsonld.gz"):
        assert set(read(dumps, name)) == quads, name
    triples = [quad.triple for quad in read(dumps, "all.nt.gz")]
    assert set(triples) == {quad.triple for quad in quads}
    assert len(set(triples)) == len(triples)


def test_the_layers_are_together_the_whole_and_each_is_of_its_class(either: Store, tmp_path: Path) -> None:
    dumps, quads = make_dumps(either, DerivedFiles(tmp_path)), set(all_quads(either))
    parts = {name: read(dumps, f"{name}.nq.gz") for name in LAYERS.values()}
    assert sum(map(len, parts.values())) == len(quads)
    assert set().union(*parts.values()) == quads
    classes = {q.subject: q.object.value for q in quads if q.predicate.value == RDF_TYPE if q.object.value in LAYERS}  # type: ignore[union-attr]
    for name, part in parts.items():
        assert {LAYERS[classes[quad.graph_name]] for quad in part} <= {name}  # type: ignore[index]
    assert parts["evidence"]


def test_a_graph_of_no_class_or_of_two_is_in_the_whole_once(tmp_path: Path) -> None:
    a, b, p = (ox.NamedNode(EX + name) for name in "abp")
    kinds = [ox.Quad(a, ox.NamedNode(RDF_TYPE), ox.NamedNode(kind), a) for kind in LAYERS]
    quads = [*kinds, ox.Quad(b, p, ox.Literal("x"), b)]
    dumps = make_dumps(in_memory(quads), DerivedFiles(tmp_path))
    assert sorted(map(str, read(dumps, "all.nq.gz"))) == sorted(map(str, quads))
    assert {f.layer: f.statements for f in dumps.files if f.layer} == {
        "evidence": 4,
        "curated": 0,
        "reference": 0,
        "contributed": 0,
    }


def test_what_is_said_of_a_file_is_true(either: Store, tmp_path: Path) -> None:
    dumps = make_dumps(either, DerivedFiles(tmp_path))
    for dump in dumps.files:
        data = (dumps.folder / dump.name).read_bytes()
        assert dump.sha256 == hashlib.sha256(data).hexdigest()
        assert dump.size == len(data)
        assert dump.statements == len(read(dumps, dump.name))
    assert kept_dumps(DerivedFiles(tmp_path), either.version) == dumps


def test_the_same_version_gives_the_same_bytes(either: Store, tmp_path: Path) -> None:
    first, second = (make_dumps(either, DerivedFiles(tmp_path / name)) for name in ("a", "b"))
    assert first.files == second.files
    assert (first.folder / "all.nq.gz").read_bytes()[4:8] == b"\0\0\0\0"  # no time in the header (RFC 1952)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda t: ox.Literal(t, language="en-gb"), TEXTS),
    st.builds(
        lambda n: ox.Literal(str(n), datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
        st.integers(-(2**62), 2**62),
    ),
    st.builds(lambda t: ox.Literal(t, datatype=ox.NamedNode(EX + "own")), TEXTS),
)
NODES = st.sampled_from([ox.NamedNode(EX + "a"), ox.NamedNode(EX + "ü/#b"), ox.BlankNode("b0")])
QUADS = st.builds(ox.Quad, NODES, st.just(ox.NamedNode(EX + "p")), LITERALS | NODES, st.just(ox.NamedNode(EX + "g")))


@given(st.sets(QUADS, min_size=1, max_size=8))
def test_whatever_a_literal_holds_comes_back(quads: set[ox.Quad]) -> None:
    files = DerivedFiles()
    dumps = make_dumps(in_memory(quads), files)
    for name in ("all.trig.gz", "all.nq.gz", "all.jsonld"):
        assert set(read(dumps, name)) == quads, name


def test_dumps_that_cannot_be_written_are_an_error_of_the_store_and_tried_again(store: Store, tmp_path: Path) -> None:
    (tmp_path / store.version).mkdir()
    (tmp_path / store.version / "all.nq.gz.tmp").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        make_dumps(store, DerivedFiles(tmp_path))
    assert kept_dumps(DerivedFiles(tmp_path), store.version) is None
    (tmp_path / store.version / "all.nq.gz.tmp").rmdir()
    assert make_dumps(store, DerivedFiles(tmp_path)).files


@pytest.mark.parametrize("suffix", ["nq", "trig", "nt", "jsonld", "ttl", "rdf"])
def test_everything_can_be_written_in_one_go(alpine_store: Store, tmp_path: Path, suffix: str) -> None:
    form, path = by_name(suffix), tmp_path / f"all.{suffix}"
    with path.open("wb") as output:
        write_everything(alpine_store, form, output)
    found = set(ox.parse(path=path, format=form.rdf))
    quads = set(all_quads(alpine_store))
    if form.family == "dataset":
        assert found == quads
    else:
        assert len({q.triple for q in found}) == len({q.triple for q in quads})


# -- reading in bulk --------------------------------------------------------


@pytest.fixture(scope="module")
def on_disk(alpine: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """The alpine graph in the default store."""
    store = EmbeddedStore(tmp_path_factory.mktemp("state"), Settings())
    store.apply(Change(alpine.quads, anew=True))
    yield store
    store.close()


def test_a_store_on_disk_is_read_in_pieces_and_completely(on_disk: EmbeddedStore, alpine_store: Store) -> None:
    def named(quads: Iterator[ox.Quad]) -> set[str]:
        return {str(q) for q in quads if "_:" not in str(q)}

    assert named(all_quads(on_disk)) == named(all_quads(alpine_store))


def test_a_reading_is_of_the_version_that_it_began_with(tmp_path: Path) -> None:
    node = ox.NamedNode(EX + "a")
    many = [ox.Quad(node, node, ox.Literal("x" * 1000 + str(i)), node) for i in range(500)]
    store = EmbeddedStore(tmp_path, Settings())
    version = store.apply(Change(lambda: many, anew=True))
    of, found = in_bulk(store, "SELECT ?o WHERE { ?s ?p ?o }")
    store.apply(Change(list, anew=True))
    assert of == version != store.version
    assert len(list(found)) == 500
    assert list(in_bulk(store, "SELECT ?o WHERE { ?s ?p ?o }")[1]) == []


def test_who_stops_reading_leaves_nothing_running(tmp_path: Path) -> None:
    node = ox.NamedNode(EX + "a")
    long = [ox.Quad(node, node, ox.Literal("x" * 9000 + str(number)), node) for number in range(500)]
    store = EmbeddedStore(tmp_path, Settings())
    store.apply(Change(lambda: long, anew=True))
    before = set(threading.enumerate())
    _, found = in_bulk(store, "SELECT ?o WHERE { ?s ?p ?o }")
    assert next(found)
    (thread,) = set(threading.enumerate()) - before
    del found
    thread.join(5)
    assert not thread.is_alive()


def test_what_is_wrong_with_a_query_is_told_before_anything_is_read(on_disk: EmbeddedStore) -> None:
    with pytest.raises(QueryError):
        in_bulk(on_disk, "SELECT ?s WHERE { ?s ?p }")


# -- over HTTP --------------------------------------------------------------


@pytest.fixture(scope="module")
def web(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return create_app(Settings(graph=str(alpine.root)), alpine_store).test_client()


@pytest.fixture(scope="module")
def told(web: FlaskClient) -> dict[str, dict[str, object]]:
    """The list of files, as a program reads it: name → what is said of it."""
    return {file["name"]: file for file in json.loads(web.get("/dump/?format=json").data)["files"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_the_list_says(web: FlaskClient, told: dict[str, dict[str, object]], name: str) -> None:
    response = web.get(f"/dump/{name}")
    assert response.status_code == 200
    digest = hashlib.sha256(response.data)
    assert told[name]["sha256"] == digest.hexdigest()
    assert told[name]["size"] == len(response.data) == response.content_length
    assert response.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert response.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert response.mimetype == ("application/gzip" if name.endswith(".gz") else "application/ld+json")
    assert "Content-Encoding" not in response.headers
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "publicdomain/zero" in response.headers["Link"]


def test_the_list_is_there_for_people(web: FlaskClient, told: dict[str, dict[str, object]]) -> None:
    page = web.get("/dump/", headers={"Accept": "text/html"}).text
    for name, file in told.items():
        assert f'href="/dump/{name}"' in page
        assert str(file["sha256"]) in page


def test_a_lasting_address_is_named_and_never_changes(web: FlaskClient, alpine_store: Store) -> None:
    now = web.get("/dump/all.nq.gz")
    lasting = web.get(now.headers["Content-Location"])
    assert lasting.data == now.data
    assert lasting.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert now.headers["Cache-Control"] == "no-cache"
    assert now.headers["X-Dataset-Version"] == alpine_store.version


def test_head_says_what_get_says_and_sends_nothing(web: FlaskClient) -> None:
    head, whole = web.head("/dump/all.nq.gz", headers={"Range": "bytes=0-9"}), web.get("/dump/all.nq.gz")
    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Accept-Ranges", "Repr-Digest"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-0", 0, 1), ("5-9", 5, 10), ("100-", 100, None), ("-7", -7, None), ("3-999999999", 3, None)],
)
def test_a_range_is_that_part(web: FlaskClient, asked: str, start: int, end: int | None) -> None:
    whole = web.get("/dump/all.nq.gz").data
    response = web.get("/dump/all.nq.gz", headers={"Range": f"bytes={asked}"})
    assert response.status_code == 206
    assert response.data == whole[start:end]
    first = start % len(whole)
    last = first + len(response.data) - 1
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert response.content_length == len(response.data)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_a_416_that_says_how_much_there_is(web: FlaskClient, asked: str) -> None:
    size = len(web.get("/dump/all.nq.gz").data)
    response = web.get("/dump/all.nq.gz", headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{size}"
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "bytes=9-3", "bytes=-", "bytes=x", "lines=1-2", "bytes=0-9;", "0-9"]
)
def test_what_is_not_one_range_is_passed_over(web: FlaskClient, asked: str) -> None:
    response = web.get("/dump/all.nq.gz", headers={"Range": asked})
    assert response.status_code == 200
    assert hashlib.sha256(response.data).hexdigest() in response.headers["ETag"]


def test_a_download_goes_on_only_with_the_same_file(web: FlaskClient, alpine: Corpus, tmp_path: Path) -> None:
    tag = web.head("/dump/all.nq.gz").headers["ETag"]
    for known, status in ((tag, 206), ('"other"', 200), (f"W/{tag}", 200), ("Wed, 01 Jan 2020 00:00:00 GMT", 200)):
        response = web.get("/dump/all.nq.gz", headers={"Range": "bytes=4-", "If-Range": known})
        assert (response.status_code, response.data[:1] == b"\x1f") == (status, status == 200), known
    store = EmbeddedStore(tmp_path, Settings())
    store.apply(Change(alpine.quads, anew=True))
    dated = create_app(Settings(graph=str(alpine.root)), store).test_client()
    date = dated.head("/dump/all.nq.gz").headers["Last-Modified"]
    response = dated.get("/dump/all.nq.gz", headers={"Range": "bytes=4-", "If-Range": date})
    assert (response.status_code, response.data[:1] == b"\x1f") == (206, False)


def test_who_has_the_file_is_told_so_even_when_asking_for_a_part(web: FlaskClient) -> None:
    tag = web.head("/dump/all.nq.gz").headers["ETag"]
    for headers in ({"If-None-Match": tag}, {"If-None-Match": tag, "Range": "bytes=0-9"}):
        response = web.get("/dump/all.nq.gz", headers=headers)
        assert (response.status_code, response.data) == (304, b"")


@given(cuts=st.lists(st.integers(1, 5000), max_size=6, unique=True))
def test_parts_make_up_the_whole(web: FlaskClient, cuts: list[int]) -> None:
    whole = web.get("/dump/evidence.nq.gz").data
    edges = [0, *sorted(c for c in cuts if c < len(whole)), len(whole)]
    spans = itertools.pairwise(edges)
    parts = [web.get("/dump/evidence.nq.gz", headers={"Range": f"bytes={a}-{b - 1}"}).data for a, b in spans]
    assert b"".join(parts) == whole


def test_what_is_no_dump_is_a_404_with_those_there_are(web: FlaskClient) -> None:
    response = web.get("/dump/everything.zip")
    assert response.status_code == 404
    assert ["all.nq.gz", "/dump/all.nq.gz"] in json.loads(response.data)["near"]
    for path in ("/dump/dumps.json", "/dump/../statistics.json", "/dump/%2e%2e/all.nq.gz", "/dump/nothing-1/all.nq.gz"):
        assert web.get(path).status_code == 404, path


def test_a_version_that_is_kept_is_served_and_one_that_is_not_is_gone(alpine: Corpus) -> None:
    node = ox.NamedNode(EX + "a")
    store = in_memory(alpine.quads())
    web = create_app(Settings(graph=str(alpine.root)), store).test_client()
    before = web.get("/dump/all.nq.gz", buffered=True)
    for number in range(7):
        store.apply(Change(lambda n=number: [ox.Quad(node, node, ox.Literal(str(n)), node)]))  # type: ignore[misc]
        after = web.head("/dump/all.nq.gz")
        assert after.headers["ETag"] != before.headers["ETag"]
        if number == 0:
            assert web.get(before.headers["Content-Location"]).data == before.data
    gone = web.get(before.headers["Content-Location"])
    assert gone.status_code == 410
    assert "not kept any more" in json.loads(gone.data)["detail"]
    assert web.get("/dump/memory-99/all.nq.gz").status_code == 404


def test_while_the_files_are_being_written_the_answer_says_when_to_come_back(
    alpine: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "_WAIT", 0.1)
    app = create_app(Settings(graph=str(alpine.root)), in_memory(alpine.quads()))
    here = app.extensions["bsrgraph"]
    folder = here.files.root / here.store.version
    folder.mkdir(parents=True)
    web = app.test_client()
    with (folder / "dumps.json.lock").open("w") as lock:  # as another process that writes them holds it
        fcntl.flock(lock, fcntl.LOCK_EX)
        response = web.get("/dump/all.nq.gz")
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert web.get("/healthz").status_code == 200
    monkeypatch.setattr(derived, "_WAIT", 20)
    assert web.head("/dump/all.nq.gz").status_code == 200
