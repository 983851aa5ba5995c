"""What the service says of itself to other programs is valid, complete and true."""

from __future__ import annotations

import fcntl
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH, VOID

from bsrgraph import derived
from bsrgraph.catalogue import read_dataset, schema_dataset
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.iris import BSR, LAYERS
from bsrgraph.settings import Settings
from bsrgraph.statistics import statistics
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Change, Store, Version
from bsrgraph.web.app import create_app

HERE = "https://data.example.org"
BASE = "https://w3id.org/bsrgraph/"
ALP = "https://example.org/alpine/"
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
SUFFIXES = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml"}


def with_files(client: FlaskClient) -> FlaskClient:
    """A client of a server that has written its files, for which a page hardly waits."""
    assert client.get("/dump/").status_code == 200
    return client


@pytest.fixture(scope="module")
def web(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The shipped graph, served from a store on disk, whose versions have a date."""
    store = EmbeddedStore(tmp_path_factory.mktemp("state"), Settings())
    store.apply(Change(corpus.quads, anew=True))
    return with_files(create_app(Settings(graph=str(corpus.root), base_url=HERE), store).test_client())


@pytest.fixture(scope="module")
def alpine_web(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return with_files(create_app(Settings(graph=str(alpine.root), base_url=HERE), alpine_store).test_client())


@pytest.fixture(params=["web", "alpine_web"])
def either(request: pytest.FixtureRequest) -> FlaskClient:
    """Both, one after the other."""
    found: FlaskClient = request.getfixturevalue(request.param)
    return found


def graph(client: FlaskClient, path: str, suffix: str = "ttl") -> rdflib.Graph:
    """What a path says as RDF, read by another library."""
    response = client.get(f"{path}.{suffix}")
    assert response.status_code == 200, response.text
    return rdflib.Graph().parse(data=response.data, format=SUFFIXES[suffix])


def value(found: rdflib.Graph, subject: object, predicate: object) -> Any:
    """The one value of a property."""
    (only,) = found.objects(subject, predicate)  # type: ignore[arg-type]
    return only


# -- DCAT-AP ----------------------------------------------------------------

SHAPES = rdflib.Graph().parse(Path(__file__).parent / "dcat_ap.ttl")


def judged(found: rdflib.Graph) -> tuple[list[str], list[tuple[str, str]]]:
    """What DCAT-AP finds wrong, and which recommended properties it misses, by class and property."""
    _, report, text = pyshacl.validate(found, shacl_graph=SHAPES, allow_warnings=True)
    violations = list(report.subjects(SH.resultSeverity, SH.Violation))
    missed = {
        (
            str(next(found.objects(value(report, r, SH.focusNode), RDF.type))).rpartition("#")[2],
            str(value(report, r, SH.resultPath)).replace("#", "/").rpartition("/")[2],
        )
        for r in report.subjects(SH.resultSeverity, SH.Warning)
    }
    return [text] if violations else [], sorted(missed)


def test_the_catalogue_is_valid_and_lacks_only_a_contact_that_nobody_has_stated(web: FlaskClient) -> None:
    assert judged(graph(web, "/catalog")) == ([], [("Dataset", "contactPoint")])


def test_the_alpine_catalogue_is_valid_with_what_little_it_states(alpine_web: FlaskClient) -> None:
    violations, missed = judged(graph(alpine_web, "/catalog"))
    assert violations == []
    assert {path for kind, path in missed if kind == "Dataset"} == {
        "contactPoint",
        "keyword",
        "spatial",
        "temporal",
        "theme",
    }


@pytest.mark.parametrize(
    "broken",
    [
        (DCAT.Catalog, DCTERMS.publisher),
        (DCAT.Catalog, DCTERMS.title),
        (DCAT.Dataset, DCTERMS.description),
        (DCAT.Distribution, DCAT.accessURL),
        (DCAT.DataService, DCAT.endpointURL),
        (FOAF.Agent, FOAF.name),
        (SPDX.Checksum, SPDX.checksumValue),
    ],
)
def test_the_shapes_find_what_is_missing(web: FlaskClient, broken: tuple[rdflib.URIRef, rdflib.URIRef]) -> None:
    kind, predicate = broken
    found = graph(web, "/catalog")
    thing = next(found.subjects(RDF.type, kind))
    found.remove((thing, predicate, None))
    assert judged(found)[0]


def test_the_catalogue_says_the_same_in_every_format(either: FlaskClient) -> None:
    sizes = {suffix: len(graph(either, "/catalog", suffix)) for suffix in SUFFIXES}
    assert len(set(sizes.values())) == 1, sizes
    assert either.get("/catalog", headers={"Accept": "application/ld+json"}).mimetype == "application/ld+json"
    assert either.get("/catalog").mimetype == "text/html"
    assert either.get("/catalog.pdf").status_code == 404
    assert either.get("/catalog?format=csv").status_code == 406


def test_what_the_graph_directory_states_of_itself_is_in_the_catalogue(web: FlaskClient) -> None:
    found, dataset = graph(web, "/catalog"), rdflib.URIRef(BASE)
    assert str(value(found, dataset, DCTERMS.license)) == "https://creativecommons.org/licenses/by/4.0/"
    assert str(value(found, value(found, dataset, DCTERMS.publisher), FOAF.name)) == "Editors of bsrgraph"
    assert rdflib.Literal("Interreg", lang="en") in set(found.objects(dataset, DCAT.keyword))
    places = {str(place) for place in found.objects(dataset, DCTERMS.spatial)}
    assert {f"{BASE}id/country/swe", "http://publications.europa.eu/resource/authority/country/SWE"} <= places
    period = value(found, dataset, DCTERMS.temporal)
    assert (str(value(found, period, DCAT.startDate)), str(value(found, period, DCAT.endDate))) == ("2006", "2019")
    assert not list(found.objects(dataset, DCAT.contactPoint))


def test_every_file_of_the_catalogue_is_there_with_its_size_and_digest(either: FlaskClient) -> None:
    found = graph(either, "/catalog")
    files = [d for d in found.subjects(RDF.type, DCAT.Distribution) if (d, DCAT.downloadURL, None) in found]
    assert len(files) == 9
    for file in files:
        address = str(value(found, file, DCAT.downloadURL))
        assert address.startswith(HERE)
        data = either.get(urlsplit(address).path).data
        checksum = value(found, file, SPDX.checksum)
        assert value(found, checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
        assert str(value(found, checksum, SPDX.checksumValue)) == hashlib.sha256(data).hexdigest()
        assert int(value(found, file, DCAT.byteSize)) == len(data)
        packed = str(next(found.objects(file, DCAT.compressFormat), "")).endswith("application/gzip")
        assert packed == (data[:2] == b"\x1f\x8b")


def test_the_endpoint_of_the_catalogue_is_the_one_that_the_service_description_describes(either: FlaskClient) -> None:
    found = graph(either, "/catalog")
    (endpoint,) = [s for s in found.subjects(RDF.type, DCAT.DataService) if str(s).endswith("/sparql")]
    description = urlsplit(str(value(found, endpoint, DCAT.endpointDescription))).path
    response = either.get(description, headers={"Accept": "text/turtle"})
    service = rdflib.Graph().parse(data=response.data)
    assert value(service, value(found, endpoint, DCAT.endpointURL), RDF.type) == SD.Service
    dataset = value(found, endpoint, DCAT.servesDataset)
    assert {str(o) for o in service.objects(dataset, rdflib.RDFS.seeAlso)} == {f"{HERE}/void", f"{HERE}/catalog"}


def test_a_graph_that_says_nothing_of_itself_is_not_made_up(alpine: Corpus) -> None:
    base = ox.NamedNode(ALP)
    quads = [quad for quad in alpine.quads() if quad.subject != base]
    client = create_app(Settings(graph=str(alpine.root), base_url=HERE), in_memory(quads)).test_client()
    found = graph(client, "/catalog")
    assert not list(found.objects(rdflib.URIRef(ALP), DCTERMS.publisher))
    assert not list(found.objects(rdflib.URIRef(ALP), DCTERMS.title))
    assert client.get("/catalog.html").status_code == client.get("/void.html").status_code == 200
    assert schema_dataset(read_dataset(in_memory(quads), ALP), HERE, "", "", None)["name"] == ALP


# -- VoID -------------------------------------------------------------------


def test_void_counts_what_is_there(either: FlaskClient) -> None:
    found = graph(either, "/void")
    here = either.application.extensions["bsrgraph"]
    counted, dataset = statistics(here.store, DerivedFiles()), rdflib.URIRef(here.corpus.space.base)
    assert int(value(found, dataset, VOID.triples)) == counted.triples
    assert int(value(found, dataset, VOID.distinctSubjects)) == counted.subjects
    assert int(value(found, dataset, VOID.distinctObjects)) == counted.objects
    partitions = {
        str(value(found, part, VOID["class"])): (
            int(value(found, part, VOID.entities)),
            {
                str(value(found, use, VOID.property)): int(value(found, use, VOID.triples))
                for use in found.objects(part, VOID.propertyPartition)
            },
        )
        for part in found.objects(dataset, VOID.classPartition)
    }
    assert partitions == {c.iri: (c.entities, {p.iri: p.triples for p in c.properties}) for c in counted.classes}
    properties = {
        str(value(found, part, VOID.property)): int(value(found, part, VOID.triples))
        for part in found.objects(dataset, VOID.propertyPartition)
    }
    assert properties == {p.iri: p.triples for p in counted.properties}
    assert sum(properties.values()) == counted.triples


def test_void_tells_the_layers_apart_and_where_to_get_each(either: FlaskClient) -> None:
    found = graph(either, "/void")
    for name in LAYERS.values():
        layer = rdflib.URIRef(f"{HERE}/void#{name}")
        dump = str(value(found, layer, VOID.dataDump))
        listed = json.loads(either.get("/dump/?format=json").data)["files"]
        (file,) = [f for f in listed if f["url"] == dump]
        assert int(value(found, layer, VOID.triples)) == file["statements"]


def test_void_names_examples_that_answer_and_vocabularies_in_use(either: FlaskClient) -> None:
    found = graph(either, "/void")
    base = either.application.extensions["bsrgraph"].corpus.space.base
    dataset = rdflib.URIRef(base)
    examples = [str(e) for e in found.objects(dataset, VOID.exampleResource)]
    assert len(examples) > 3
    for example in examples:
        if example.startswith(base + "id/"):
            assert either.get("/" + example.removeprefix(base)).status_code == 303
    assert rdflib.URIRef(BSR) in set(found.objects(dataset, VOID.vocabulary))
    assert str(value(found, dataset, VOID.sparqlEndpoint)) == f"{HERE}/sparql"
    assert str(value(found, dataset, VOID.uriSpace)) == base + "id/"


def test_void_counts_links_to_others_by_namespace(web: FlaskClient) -> None:
    found = graph(web, "/void")
    (linkset,) = [
        s
        for s in found.subjects(RDF.type, VOID.Linkset)
        if str(value(found, value(found, s, VOID.objectsTarget), VOID.uriSpace)) == "http://www.wikidata.org/entity/"
    ]
    assert int(value(found, linkset, VOID.triples)) == 10
    assert value(found, linkset, VOID.subjectsTarget) == rdflib.URIRef(BASE)
    assert str(value(found, linkset, VOID.linkPredicate)).endswith("exactMatch")


def test_the_well_known_address_leads_to_void(either: FlaskClient) -> None:
    response = either.get("/.well-known/void?format=nt")
    assert (response.status_code, response.headers["Location"]) == (302, f"{HERE}/void?format=nt")
    assert either.get("/void").mimetype == "text/turtle"
    assert either.get("/void", headers={"Accept": "text/html"}).mimetype == "text/html"


# -- pages and search engines -----------------------------------------------


class _Scripts(HTMLParser):
    """The JSON-LD of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes where a script of data begins."""
        self._inside = tag == "script" and dict(attrs).get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        """Reads it."""
        if self._inside:
            self.found.append(json.loads(data))
            self._inside = False


def test_search_engines_find_the_dataset_in_the_head_of_the_page(either: FlaskClient) -> None:
    (told,) = _Scripts(either.get("/catalog.html").text).found
    assert told["@type"] == "Dataset"
    assert 50 <= len(told["description"]) <= 5000  # what Google asks of a description
    assert {"name", "url", "license", "creator", "identifier", "version", "distribution"} <= told.keys()
    for file in told["distribution"]:
        response = either.head(urlsplit(file["contentUrl"]).path)
        assert response.status_code == 200
        assert file["contentSize"] == f"{response.content_length} B"


def test_search_engines_are_told_when_and_where(web: FlaskClient) -> None:
    (told,) = _Scripts(web.get("/catalog.html").text).found
    assert told["temporalCoverage"] == "2006/2019"
    assert {"@type": "Place", "@id": f"{BASE}id/country/swe", "name": "Sweden"} in told["spatialCoverage"]
    assert told["creator"][0]["name"] == "Editors of bsrgraph"
    assert told["datePublished"] == "2026-11-23" <= told["dateModified"]


def test_a_hostile_title_does_not_leave_its_script(alpine: Corpus) -> None:
    quads = list(alpine.quads())
    title = ox.NamedNode("http://purl.org/dc/terms/title")
    evil = ox.Literal("</script><script>alert(1)</script>", language="en")
    changed = [ox.Quad(q.subject, q.predicate, evil, q.graph_name) if q.predicate == title else q for q in quads]
    client = create_app(Settings(graph=str(alpine.root)), in_memory(changed)).test_client()
    page = client.get("/catalog.html").text
    assert "<script>alert" not in page
    assert _Scripts(page).found[0]["name"] == evil.value


def test_pages_for_people_name_classes_and_ways(either: FlaskClient) -> None:
    page = either.get("/void.html?lang=en").text
    for layer in LAYERS.values():
        assert f'<th scope="row">{layer}</th>' in page
    catalogue = either.get("/catalog.html").text
    assert 'href="/dump/all.nq.gz"' in catalogue
    assert f"{HERE}/sparql" in catalogue


def test_an_unchanged_description_is_a_304(either: FlaskClient) -> None:
    for path in ("/void", "/catalog.ttl", "/catalog.html"):
        first = either.get(path)
        again = either.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path


class _Unversioned(MemoryStore):
    """A store that names no versions, as another server's endpoint is one."""

    version = Version("")


def test_a_store_without_versions_is_described_without_files(alpine: Corpus) -> None:
    store = _Unversioned()
    store.apply(Change(alpine.quads, anew=True))
    client = create_app(Settings(graph=str(alpine.root), base_url=HERE), store).test_client()
    found = graph(client, "/catalog")
    assert judged(found)[0] == []
    assert not list(found.objects(None, DCAT.downloadURL))
    assert client.get("/dump/all.nq.gz").status_code == 404
    assert client.get("/catalog.html").status_code == client.get("/void").status_code == 200


def test_what_is_still_being_made_is_told_of_without_it(alpine: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "_WAIT", 0.1)
    monkeypatch.setattr(derived, "_BRIEF", 0.1)
    app = create_app(Settings(graph=str(alpine.root), base_url=HERE), in_memory(alpine.quads()))
    here = app.extensions["bsrgraph"]
    folder = here.files.root / here.store.version
    folder.mkdir(parents=True)
    client = app.test_client()
    # As another process holds them that writes the files, and counts.
    with (folder / "dumps.json.lock").open("w") as dumps, (folder / "statistics.json.lock").open("w") as counts:
        fcntl.flock(dumps, fcntl.LOCK_EX)
        fcntl.flock(counts, fcntl.LOCK_EX)
        found = graph(client, "/catalog")
        assert judged(found)[0] == []
        assert len(list(found.objects(None, DCAT.downloadURL))) == 9
        assert not list(found.objects(None, DCAT.byteSize))
        before = client.get("/catalog.html")
        assert 'href="/dump/all.nq.gz"' in before.text
        assert client.get("/about").status_code == 200
        busy = client.get("/void")
        assert (busy.status_code, int(busy.headers["Retry-After"]) > 0) == (503, True)
    monkeypatch.setattr(derived, "_WAIT", 20)
    assert client.get("/void").status_code == 200
    assert client.get("/dump/").status_code == 200
    assert len(list(graph(client, "/catalog").objects(None, DCAT.byteSize))) == 9
    assert client.get("/catalog.html").headers["ETag"] != before.headers["ETag"]
