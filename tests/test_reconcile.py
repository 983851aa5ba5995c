"""The reconciliation service: what the specification's schemas say, which candidates are told, and which are sure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from werkzeug.test import TestResponse

from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

SKOS = PREFIXES["skos"]


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served."""
    return create_app(Settings(graph=str(corpus.root)), store).test_client()


class Schemas:
    """The schemas of the specification, none of which is fetched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known = {p.stem: json.loads(p.read_text("utf-8")) for p in (folder / "schemas").glob("*.json")}
        resources = [Resource(contents=s, specification=DRAFT7) for s in self.known.values()]
        self.registry = Registry().with_resources([(r.contents["$id"], r) for r in resources])

    def check(self, name: str, value: object) -> None:
        """Fails where `value` is not as the schema of that name says."""
        jsonschema.Draft7Validator(self.known[name], registry=self.registry).validate(value)

    def examples(self, name: str, kind: str) -> list[tuple[str, str]]:
        """The examples of a schema that are valid, or not: file and text."""
        found = sorted((self.folder / "examples" / name / kind).glob("*.json"))
        return [(p.name, p.read_text("utf-8")) for p in found]


@pytest.fixture(scope="module")
def schemas(conformance_dir: Path) -> Schemas:
    """The schemas and examples of the specification."""
    return Schemas(conformance_dir / "reconciliation")


def body(response: TestResponse) -> dict[str, Any]:
    """An answer in JSON that any origin may read."""
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = json.loads(response.data)
    return found


def ask(web: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    """The candidates of one query."""
    found = body(web.post("/reconcile", data={"queries": json.dumps({"q0": query})}))
    result: list[dict[str, Any]] = found["q0"]["result"]
    return result


def first(web: FlaskClient, **query: Any) -> tuple[str, bool]:
    """The identifier of the first candidate without the prefix of all things, and whether it is certain."""
    found = ask(web, **query)[0]
    return found["id"].partition("/id/")[2], found["match"]


def is_problem(response: TestResponse, status: int, *words: str) -> None:
    """An error in its one shape, that says what is wrong."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    told = json.loads(response.data)
    for word in words:
        assert word in told["detail"] + told.get("hint", "")


# -- conformance ------------------------------------------------------------


def test_the_schemas_can_fail(schemas: Schemas) -> None:
    for name, kind in (("manifest", "invalid"), ("reconciliation-result-batch", "invalid")):
        for _, text in schemas.examples(name, kind):
            with pytest.raises(jsonschema.ValidationError):
                schemas.check(name, json.loads(text))


def test_the_manifest_is_valid_and_what_it_names_is_there(web: FlaskClient, schemas: Schemas, corpus: Corpus) -> None:
    manifest = body(web.get("/reconcile"))
    schemas.check("manifest", manifest)
    here = "http://127.0.0.1:8000"
    assert manifest["name"] == corpus.title
    assert {"id": "pilot", "name": "Pilot"} in manifest["defaultTypes"]
    iri = corpus.space.thing("country", "swe")
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        for identifier in (iri, "country/swe", "country%2Fswe"):
            assert web.get(template.replace("{{id}}", identifier).removeprefix(here)).status_code in (200, 303)
    for what in manifest["suggest"].values():
        assert web.get(what["service_url"].removeprefix(here) + what["service_path"]).status_code == 200
    proposed = manifest["extend"]["propose_properties"]
    assert web.get(proposed["service_url"].removeprefix(here) + proposed["service_path"]).status_code == 200
    for address in (manifest["documentation"], manifest["logo"]):
        assert web.get(address.removeprefix(here)).status_code == 200


def test_every_valid_example_of_a_batch_is_answered_validly(web: FlaskClient, schemas: Schemas) -> None:
    examples = schemas.examples("reconciliation-query-batch", "valid")
    assert len(examples) == 4
    for _, text in examples:
        schemas.check("reconciliation-query-batch", json.loads(text))
        by_post = body(web.post("/reconcile", data={"queries": text}))
        assert by_post.keys() == json.loads(text).keys()
        schemas.check("reconciliation-result-batch", by_post)
        assert body(web.get("/reconcile", query_string={"queries": text})) == by_post


def test_every_invalid_example_of_a_batch_is_refused(web: FlaskClient, schemas: Schemas) -> None:
    examples = schemas.examples("reconciliation-query-batch", "invalid")
    assert len(examples) == 3
    for _, text in examples:
        is_problem(web.post("/reconcile", data={"queries": text}), 400, "uery “")


def test_candidates_suggestions_and_extensions_are_valid(web: FlaskClient, schemas: Schemas) -> None:
    batch = {"a": {"query": "stardst", "type": "project"}, "b": {"query": "Norge", "limit": 3}, "c": {"query": "qqqq"}}
    found = body(web.post("/reconcile", data={"queries": json.dumps(batch)}))
    schemas.check("reconciliation-result-batch", found)
    assert found["a"]["result"]
    assert found["c"]["result"] == []
    for what, schema in {"entity": "suggest-entities-response", "property": "suggest-properties-response"}.items():
        answer = body(web.get(f"/reconcile/suggest/{what}?prefix=n"))
        schemas.check(schema, answer)
        assert answer["result"]
    types = body(web.get("/reconcile/suggest/type?prefix=pro"))
    schemas.check("suggest-types-response", types)
    assert {"project", "programme", "period"} <= {t["id"] for t in types["result"]}
    proposal = body(web.get("/reconcile/properties?type=project&limit=5"))
    schemas.check("data-extension-property-proposal", proposal)
    assert len(proposal["properties"]) == 5
    assert body(web.get("/reconcile/properties?type=nothing"))["properties"] == []
    for _, text in schemas.examples("data-extension-query", "valid"):
        schemas.check("data-extension-response", body(web.post("/reconcile", data={"extend": text})))


# -- candidates -------------------------------------------------------------


def test_only_what_is_certain_is_a_match(web: FlaskClient) -> None:
    assert first(web, query="StarDust") == ("project/stardust", True)
    assert first(web, query="stardust", type="project") == ("project/stardust", True)
    assert first(web, query="karin nygard skalman") == ("person/karin-nygard-skalman", True)
    assert first(web, query="Szwecja") == ("country/swe", True)
    assert first(web, query="stardst") == ("project/stardust", False)
    assert first(web, query="Turku University", type="organisation") == ("organisation/university-of-turku", False)


def test_a_code_is_certain_only_of_a_type(web: FlaskClient) -> None:
    assert first(web, query="SE") == ("country/swe", False)
    assert first(web, query="SE", type="country") == ("country/swe", True)


def test_the_identifier_of_a_thing_names_it(web: FlaskClient, corpus: Corpus) -> None:
    assert first(web, query="country/swe") == ("country/swe", True)
    assert first(web, query=corpus.space.thing("country", "swe")) == ("country/swe", True)


def test_types_are_kinds_or_classes_with_those_below(web: FlaskClient) -> None:
    assert first(web, query="MarChain", type="project") == ("pilot/marchain", True)
    assert first(web, query="MarChain", type=BSR + "Pilot") == ("pilot/marchain", True)
    assert ask(web, query="MarChain", type="country") == []
    assert ask(web, query="MarChain", type="no-such-type") == []
    assert first(web, query="MarChain", type=["country", "pilot"]) == ("pilot/marchain", True)
    assert ask(web, query="MarChain", type=["country", "pilot"], type_strict="all") == []
    assert first(web, query="MarChain", type=["project", "pilot"], type_strict="all") == ("pilot/marchain", True)
    assert first(web, query="MarChain", type="country", type_strict="should") == ("pilot/marchain", False)
    assert ask(web, query="MarChain", type="country", type_strict="should")[0]["score"] < 100


def test_terms_of_the_ontology_are_no_entities(web: FlaskClient) -> None:
    assert all("/ontology#" not in c["id"] for c in ask(web, query="Project", limit=50))
    assert all("/ontology#" not in r["id"] for r in body(web.get("/reconcile/suggest/entity?prefix=project"))["result"])


def test_the_limit_is_kept(web: FlaskClient) -> None:
    assert len(ask(web, query="stardust", limit=3)) == 3
    assert len(ask(web, query="stardust")) == 5
    assert len(ask(web, query="stardust", limit=0)) == 1
    assert len(ask(web, query="stardust", limit=1e9)) <= 50


@pytest.mark.parametrize(
    ("pid", "right", "wrong"),
    [
        (SKOS + "notation", "SWE", "NOR"),
        (SKOS + "prefLabel", "Ruotsi", "Norja"),
        (
            SKOS + "exactMatch",
            {"id": "http://www.wikidata.org/entity/Q34"},
            {"id": "http://www.wikidata.org/entity/Q1"},
        ),
        ("^" + BSR + "basedIn", {"id": "organisation/vinnova"}, {"id": "organisation/university-of-turku"}),
        ("^" + BSR + "basedIn", "VINNOVA", "University of Turku"),
    ],
)
def test_a_value_speaks_for_a_candidate_or_against_it(web: FlaskClient, pid: str, right: Any, wrong: Any) -> None:
    based = ask(web, query="Sweden")[0]
    if pid.startswith("^") and not values(web, "country/swe", pid):
        pytest.skip("nobody is based there in this graph")
    for_it = ask(web, query="Sweden", properties=[{"pid": pid, "v": right}])[0]
    against = ask(web, query="Sweden", properties=[{"pid": pid, "v": [wrong]}])[0]
    assert for_it["id"] == against["id"] == based["id"]
    assert (for_it["match"], against["match"]) == (True, False)
    assert against["score"] < for_it["score"] == 100
    assert {"id": pid, "value": 1.0} in for_it["features"]


def values(web: FlaskClient, identifier: str, pid: str, **settings: str) -> list[dict[str, Any]]:
    """The values of one thing by one property."""
    asked = {"ids": [identifier], "properties": [{"id": pid, "settings": settings}]}
    found = body(web.post("/reconcile", data={"extend": json.dumps(asked)}))
    cells: list[dict[str, Any]] = found["rows"][identifier][pid]
    return cells


def test_numbers_and_dates_are_compared_as_such(web: FlaskClient) -> None:
    amount, start = BSR + "amount", BSR + "startDate"
    figure = "figure/bsr-stars-total-investment"
    [cell] = values(web, figure, amount)
    assert cell == {"float": 19000000.0}
    name = ask(web, query=figure)[0]["name"]
    for text in ("19000000", 19000000, "19 000 000.00", 1.9e7):
        assert ask(web, query=name, properties=[{"pid": amount, "v": text}])[0]["features"][-1]["value"] == 1, text
    assert ask(web, query=name, properties=[{"pid": amount, "v": "19000001"}])[0]["features"][-1]["value"] == 0
    for text, likeness in {"2010": 1, "2010-09": 1, "2010-09-16": 1, "2011": 1, "2010-10": 0, "20": 0}.items():
        found = ask(web, query="StarDust", properties=[{"pid": start, "v": text}])
        assert found[0]["features"][-1]["value"] == likeness, text


def test_values_alone_find_what_has_them(web: FlaskClient, corpus: Corpus) -> None:
    for value in ("Latvia", "Lettland", {"id": corpus.space.thing("country", "lva")}):
        found = ask(web, type="organisation", properties=[{"pid": BSR + "basedIn", "v": value}])
        assert "Latvian IT Cluster" in {c["name"] for c in found}
        assert not any(c["match"] for c in found)
    notation = [{"pid": SKOS + "notation", "v": "SWE"}]
    assert ask(web, properties=notation, type="country")[0]["name"] == "Sweden"
    pilots = ask(web, properties=[{"pid": "^" + BSR + "hasPilot", "v": {"id": "project/stardust"}}])
    assert {"MarChain", "Clean Water"} <= {c["name"] for c in pilots}
    assert ask(web, properties=[{"pid": "no iri", "v": "x"}, {"pid": BSR + "none", "v": []}]) == []


def test_two_things_of_one_name_are_not_certain(alpine: Corpus) -> None:
    things = [ox.NamedNode(alpine.space.thing("valley", slug)) for slug in ("one", "two")]
    name, kind = ox.NamedNode(SKOS + "prefLabel"), ox.NamedNode(alpine.space.ontology + "Valley")
    code = ox.NamedNode(SKOS + "notation")
    added = [ox.Quad(t, name, ox.Literal("Doppeltal", language="de"), t) for t in things]
    added += [ox.Quad(t, ox.NamedNode(RDF_TYPE), kind, t) for t in things]
    added += [ox.Quad(t, code, ox.Literal(f"V{n}"), t) for n, t in enumerate(things)]
    # The name of one is the code of another.
    added.append(ox.Quad(things[0], ox.NamedNode(SKOS + "altLabel"), ox.Literal("V1", language="de"), things[0]))
    store = in_memory([*alpine.quads(), *added])
    web = create_app(Settings(graph=str(alpine.root)), store).test_client()
    found = ask(web, query="Doppeltal", type="valley")
    assert [c["match"] for c in found[:2]] == [False, False]
    assert first(web, query="Doppeltal", properties=[{"pid": code.value, "v": "V1"}]) == ("valley/two", True)
    assert not any(c["match"] for c in ask(web, query="V1"))
    assert first(web, query="V0", type="valley") == ("valley/one", True)
    assert first(web, query="Nebeltal") == ("valley/nebeltal", True)
    assert body(web.get("/reconcile"))["identifierSpace"] == alpine.space.things


# -- extension and preview --------------------------------------------------


def test_values_come_with_their_types_and_names(web: FlaskClient) -> None:
    assert {"str": "Sverige"} in values(web, "country/swe", SKOS + "prefLabel")
    assert values(web, "country/swe", SKOS + "prefLabel", language="fi") == [{"str": "Ruotsi"}]
    assert len(values(web, "country/swe", SKOS + "prefLabel", limit="2")) == 2
    assert {"str": "2010-09"} in values(web, "project/stardust", BSR + "startDate")
    assert {"date": "2010-09-16T00:00:00"} in values(web, "project/stardust", BSR + "startDate")
    pilots = values(web, "project/stardust", BSR + "hasPilot")
    assert {"MarChain"} < {cell["name"] for cell in pilots}
    assert values(web, "pilot/marchain", "^" + BSR + "hasPilot")[0]["name"] == "StarDust"
    indicator = values(web, "indicator/stardust-pilots", BSR + "value")
    assert indicator == [{"int": 5}]
    asked = {"ids": ["project/stardust"], "properties": [{"id": BSR + "hasPilot"}]}
    meta = body(web.get("/reconcile", query_string={"extend": json.dumps(asked)}))["meta"]
    assert meta == [{"id": BSR + "hasPilot", "name": "Pilots", "type": {"id": "pilot", "name": "Pilot"}}]
    assert values(web, "nonsense", SKOS + "prefLabel") == []
    assert values(web, "country/swe", "no iri") == []


def test_a_preview_may_be_framed_and_can_do_nothing(web: FlaskClient) -> None:
    response = web.get("/reconcile/preview?id=project/stardust", headers={"Accept": "text/html"})
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    for part in ("frame-ancestors *", "script-src 'none'", "form-action 'none'", "sandbox"):
        assert part in policy
    assert "X-Frame-Options" not in response.headers
    assert "<script" not in response.text
    assert 'href="/doc/project/stardust" target="_blank"' in response.text
    assert "clean technologies" in response.text
    assert "frame-ancestors 'self'" in web.get("/reconcile").headers["Content-Security-Policy"]


def test_a_flyout_escapes_what_it_tells(web: FlaskClient, schemas: Schemas) -> None:
    answer = body(web.get("/reconcile/flyout/entity?id=project/stardust"))
    assert answer == {"id": "project/stardust", "html": "<p><strong>StarDust</strong></p><p>Project</p>"}
    assert "Pilot" in body(web.get("/reconcile/flyout/type?id=pilot"))["html"]
    assert "Start" in body(web.get(f"/reconcile/flyout/property?id={BSR.replace('#', '%23')}startDate"))["html"]
    is_problem(web.get("/reconcile/flyout/entity?id=%3Cb%3E"), 404, "<b>")


def test_the_page_of_a_thing_is_at_its_view_address(web: FlaskClient) -> None:
    response = web.get("/reconcile/view?id=country/swe")
    assert response.status_code == 303
    assert response.headers["Location"].endswith("/doc/country/swe")
    is_problem(web.get("/reconcile/view?id=country/none"), 404)
    is_problem(web.get("/reconcile/preview"), 404)


def test_names_are_in_the_language_of_the_reader(web: FlaskClient) -> None:
    queries = {"queries": json.dumps({"q": {"query": "Sweden"}})}
    swedish = body(web.post("/reconcile", data=queries, headers={"Accept-Language": "sv"}))
    assert swedish["q"]["result"][0]["name"] == "Sverige"
    assert "Sweden" in swedish["q"]["result"][0]["description"]


# -- what is refused --------------------------------------------------------


@pytest.mark.parametrize(
    ("queries", "status", "word"),
    [
        ("{", 400, "not JSON"),
        ("[]", 400, "no JSON object"),
        ("7", 400, "no JSON object"),
        ('{"q": 7}', 400, "“q”"),
        ('{"q": {"query": 7}}', 400, "no text"),
        ('{"q": {"query": "a", "type": 7}}', 400, "type"),
        ('{"q": {"query": "a", "type": [7]}}', 400, "type"),
        ('{"q": {"query": "a", "type_strict": "often"}}', 400, "type_strict"),
        ('{"q": {"query": "a", "limit": "x"}}', 400, "limit"),
        ('{"q": {"query": "a", "limit": NaN}}', 400, "limit"),
        ('{"q": {"query": "a", "limit": true}}', 400, "limit"),
        ('{"q": {"query": "a", "wanted": 1}}', 400, "wanted"),
        ('{"q": {"query": "a", "properties": {}}}', 400, "array"),
        ('{"q": {"query": "a", "properties": [{"pid": "p"}]}}', 400, "pid"),
        ('{"q": {"query": "a", "properties": [{"pid": "p", "v": [[]]}]}}', 400, "v"),
        ('{"q": {"query": "a", "properties": [{"pid": "p", "v": {"name": "n"}}]}}', 400, "id"),
        ('{"q": {"query": "a", "limit": ' + "9" * 5000 + "}}", 400, "number"),
        ("[" * 200_000, 400, "nested"),
        (json.dumps({f"q{n}": {"query": "a"} for n in range(101)}), 413, "101"),
        (json.dumps({"q": {"query": "a" * 10_001}}), 413, "characters"),
    ],
)
def test_what_is_wrong_with_a_batch_is_said(web: FlaskClient, queries: str, status: int, word: str) -> None:
    is_problem(web.post("/reconcile", data={"queries": queries}), status, word)


@pytest.mark.parametrize(
    ("extend", "status", "word"),
    [
        ("{}", 400, "ids"),
        ('{"ids": ["a"]}', 400, "properties"),
        ('{"ids": [7], "properties": []}', 400, "id"),
        ('{"ids": ["a"], "properties": [{}]}', 400, "id"),
        ('{"ids": ["a"], "properties": [{"id": "p", "settings": {"limit": "many"}}]}', 400, "limit"),
        (json.dumps({"ids": [str(n) for n in range(101)], "properties": []}), 413, "100"),
    ],
)
def test_what_is_wrong_with_an_extension_is_said(web: FlaskClient, extend: str, status: int, word: str) -> None:
    is_problem(web.post("/reconcile", data={"extend": extend}), status, word)


def test_other_bodies_are_refused(web: FlaskClient) -> None:
    is_problem(web.post("/reconcile", data="{}", content_type="application/json"), 415, "x-www-form-urlencoded")
    is_problem(web.post("/reconcile", data={}), 400, "queries")
    is_problem(web.post("/reconcile", data="queries=%ff", content_type="application/x-www-form-urlencoded"), 400)
    assert web.put("/reconcile").status_code == 405
    assert web.options("/reconcile").status_code == 204


TEXT = st.text() | st.text(st.sampled_from('"*^:(){}/<>\\\0\ud800é'))


@given(TEXT, TEXT, TEXT, TEXT)
@example("a/b", "\ud800", "^", "\0")
@example("https://[", "https://[", "https://[", "https://[")
@example("http://a b", "<>", "^http://a b", "http://a b")
def test_nothing_that_is_asked_is_an_error_of_ours(web: FlaskClient, name: str, kind: str, pid: str, v: str) -> None:
    queries = [
        {"query": name},
        {"query": name, "type": [kind], "type_strict": "should", "properties": [{"pid": pid, "v": [v, {"id": v}]}]},
        {"properties": [{"pid": pid, "v": v}]},
        {"properties": [{"pid": SKOS + "prefLabel", "v": [v, {"id": v}]}]},
    ]
    batch = json.dumps({name + str(n): query for n, query in enumerate(queries)})
    assert len(body(web.post("/reconcile", data={"queries": batch}))) == 4
    extend = json.dumps({"ids": [name], "properties": [{"id": pid, "settings": {"language": kind}}]})
    assert body(web.post("/reconcile", data={"extend": extend}))["rows"]
    for path in (
        "suggest/entity",
        "suggest/type",
        "suggest/property",
        "properties",
        "preview",
        "view",
        "flyout/entity",
    ):
        parameters = {"prefix": v, "type": kind, "id": v, "cursor": kind}
        safe = {k: t.encode("utf-8", "replace").decode() for k, t in parameters.items()}
        assert web.get(f"/reconcile/{path}", query_string=safe).status_code in (200, 303, 404)
