"""The ontology and the shapes are documented from their own files: every term, every rule, at their namespace IRIs."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS
from werkzeug.test import TestResponse

from bsrgraph.checks import rules
from bsrgraph.corpus import Corpus
from bsrgraph.formats import DOCUMENT_FORMATS, by_name
from bsrgraph.iris import PREFIXES
from bsrgraph.pages.glossary import usage
from bsrgraph.pages.turtle import examples_of, shown
from bsrgraph.read import all_quads, rdflib_graph
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HERE = "https://data.example.org"
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}</title><!--"


class Page(HTMLParser):
    """A page as ids, links and the text of each element with an id."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        assert response.status_code == 200, response.text
        assert response.mimetype == "text/html"
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.languages: set[str] = set()
        self._open: list[tuple[str, str | None]] = []
        self.parts: dict[str, list[str]] = {}
        self.size = len(response.data)
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an id, a link, a language."""
        said = dict(attrs)
        if identity := said.get("id"):
            self.ids.append(identity)
            self.parts[identity] = []
        if tag == "a" and (href := said.get("href")):
            self.links.append(href)
        self.languages.add(said.get("lang") or "")
        if tag not in ("meta", "link", "input", "img", "br", "rect", "path"):
            self._open.append((tag, said.get("id")))

    def handle_endtag(self, tag: str) -> None:
        """Closes what is open, up to the element of that name."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Notes some text for every element that is open."""
        self.words.append(data)
        for _, identity in self._open:
            if identity:
                self.parts[identity].append(data)

    def of(self, identity: str) -> str:
        """The text of the element with this id, white space folded."""
        return " ".join("".join(self.parts[identity]).split())

    @property
    def text(self) -> str:
        """All text, white space folded."""
        return " ".join("".join(self.words).split())


class Site:
    """A graph directory, served."""

    def __init__(self, corpus: Corpus, store: Store) -> None:
        self.corpus, self.store = corpus, store
        self.client: FlaskClient = create_app(Settings(graph=str(corpus.root), base_url=HERE), store).test_client()
        quads = [s.quad for source in (*corpus.ontology, *corpus.shapes) for s in source.statements]
        self.said = rdflib_graph(quads)
        """The ontology and the shapes as an independent judge reads them."""

    def get(self, path: str, accept: str = BROWSER, **headers: str) -> TestResponse:
        """What a browser gets."""
        return self.client.get(path, headers={"Accept": accept, **headers})

    def page(self, path: str) -> Page:
        """What a browser shows."""
        return Page(self.get(path))

    @property
    def terms(self) -> list[rdflib.URIRef]:
        """Every term in the namespace of the ontology."""
        return sorted({s for s in self.said.subjects() if str(s).startswith(self.corpus.space.ontology)})

    @property
    def shapes(self) -> list[rdflib.URIRef]:
        """Everything in the namespace of the shapes."""
        return sorted({s for s in self.said.subjects() if str(s).startswith(self.corpus.space.shapes)})


@pytest.fixture(scope="module")
def bsr(corpus: Corpus, store: Store) -> Site:
    """The shipped graph."""
    return Site(corpus, store)


@pytest.fixture(scope="module")
def alp(alpine: Corpus, alpine_store: Store) -> Site:
    """The alpine graph."""
    return Site(alpine, alpine_store)


@pytest.fixture(scope="module", params=["bsr", "alp"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the two graphs."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Site)
    return found


def local(iri: str) -> str:
    """`…#Project` → `Project`."""
    return iri.rpartition("#")[2]


def english(graph: rdflib.Graph, subject: rdflib.URIRef, *predicates: rdflib.URIRef) -> str | None:
    """The English value of the first of the properties that has one, white space folded."""
    for predicate in predicates:
        for value in graph.objects(subject, predicate):
            if isinstance(value, rdflib.Literal) and value.language in (None, "en"):
                return " ".join(str(value).split())
    return None


def canonical(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """The triples with canonical names for blank nodes, so that two graphs that say the same are equal."""
    found = ox.Dataset(ox.Quad(*q.triple) for q in quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {q.triple for q in found}


# -- every term ---------------------------------------------------------------


def test_every_term_has_its_anchor_with_name_and_definition(site: Site) -> None:
    page = site.page("/ontology")
    assert len(site.terms) > 10
    for term in site.terms:
        told = page.of(local(term))
        name = english(site.said, term, RDFS.label)
        definition = english(site.said, term, SKOS.definition)
        assert name is not None
        assert definition is not None
        assert told.startswith(name)
        assert definition in told


def test_every_term_has_a_page_with_all_that_is_said_of_it(site: Site) -> None:
    for term in site.terms:
        page = site.page(f"/ontology/term/{local(term)}")
        assert str(term) in page.text
        for name in site.said.objects(term, RDFS.label):
            assert str(name) in page.text
        for predicate in (SKOS.example, SKOS.scopeNote):
            for value in site.said.objects(term, predicate):
                assert " ".join(str(value).split()) in page.text
        for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, OWL.inverseOf):
            for other in site.said.objects(term, predicate):
                path = "/ontology#" + local(other)
                assert (path if str(other).startswith(site.corpus.space.ontology) else str(other)) in page.links


def test_mappings_lead_to_the_other_vocabularies_and_say_where_they_are_stated(bsr: Site) -> None:
    project = bsr.page("/ontology/term/Project")
    assert {"http://data.europa.eu/s66#Project", "https://schema.org/ResearchProject"} <= set(project.links)
    assert "Project Mappings to EURIO" in project.text
    for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"):
        for term, other in bsr.said.subject_objects(SKOS[name]):
            if term in bsr.terms and str(other).startswith("http"):
                href = bsr.corpus.space.path(str(other)) or str(other)
                assert href in bsr.page(f"/ontology/term/{local(term)}").links


def test_terms_are_counted_as_an_independent_judge_counts_them(site: Site) -> None:
    whole = rdflib_graph(all_quads(site.store))
    used = usage(site.store)
    things = Counter(str(c) for c in whole.objects(None, RDF.type))
    statements = Counter(str(p) for p in whole.predicates())
    page = site.page("/ontology")
    for term in site.terms:
        if (term, RDF.type, OWL.Class) in site.said:
            narrower = set(site.said.transitive_subjects(RDFS.subClassOf, term))
            wider = len({t for c in narrower for t in whole.subjects(RDF.type, c)})
            count = f"{things[str(term)]} thing" + ("" if things[str(term)] == 1 else "s")
            if wider > things[str(term)]:
                count += f", {wider} with its subclasses"
        else:
            count = f"{statements[str(term)]} statement" + ("" if statements[str(term)] == 1 else "s")
        assert f"{count}: query" in page.of(local(term)).replace("\u202f", "")
    assert {t: u.things for t, u in used.items() if u.things} == dict(things)
    assert {t: u.statements for t, u in used.items() if u.statements} == dict(statements)


def test_the_query_of_a_term_finds_what_it_is_used_for(site: Site) -> None:
    used = usage(site.store)
    for term in site.terms:
        page = site.page(f"/ontology/term/{local(term)}")
        (query,) = [link for link in page.links if link.startswith("/sparql?")]
        found = json.loads(site.get(query, "application/sparql-results+json").data)["results"]["bindings"]
        count = used.get(str(term))
        expected = max(count.things, count.statements, count.wider) if count else 0
        assert len(found) == min(expected, 100), term
        if expected:
            uses = [link for link in page.links if link.startswith(("/doc/", "/evidence/", "/ontology", "/shapes"))]
            assert uses or local(term) in ("line",), term


def test_classes_stand_after_their_superclasses_with_the_code_lists_after_the_terms(bsr: Site) -> None:
    ids = bsr.page("/ontology").ids
    for names in (["Initiative", "Programme", "UnresolvedInitiative"], ["Project", "Pilot"], ["Pilot", "about"]):
        places = [ids.index(name) for name in names]
        assert places == sorted(places)
    assert {"list-theme", "list-role"} <= set(ids[ids.index("withheld") :])


def test_classes_beside_each_other_are_in_the_order_of_their_shapes(alp: Site) -> None:
    ids = alp.page("/ontology").ids
    assert [i for i in ids if i in ("Grant", "Initiative", "Valley")] == ["Initiative", "Valley", "Grant"]


def test_a_rule_of_several_shapes_is_told_with_the_one_for_most_classes(bsr: Site) -> None:
    assert "/shapes/NamedShape#Named-description" in bsr.page("/shapes").links
    assert "Named-description" in bsr.page("/shapes/NamedShape").ids
    figure = bsr.page("/shapes/FinancialFigureShape")
    assert "Named-description" not in figure.ids
    assert "/shapes/NamedShape#Named-description" in figure.links


def test_code_lists_lead_to_the_pages_of_their_codes(site: Site) -> None:
    links = set(site.page("/ontology").links)
    for scheme in site.said.subjects(RDF.type, SKOS.ConceptScheme):
        assert site.corpus.space.path(str(scheme)) in links
        for concept in site.said.subjects(SKOS.inScheme, scheme):
            assert site.corpus.space.path(str(concept)) in links


def test_the_header_says_version_licence_creators_prefix_citation_and_downloads(alp: Site) -> None:
    page = alp.page("/ontology")
    for text in (
        "https://example.org/alpine/ontology#",
        "by the prefix alp:",
        "0.1.0, https://example.org/alpine/ontology/0.1.0",
        "Editors of the alpine graph, 2026-11-23",
        "Editors of the alpine graph (2026): Vocabulary of village initiatives in the Alps, version 0.1.0.",
    ):
        assert text in page.text
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in page.links
    assert {f"/ontology.{f.suffix}" for f in DOCUMENT_FORMATS} <= set(page.links)


def test_names_are_in_the_reader_s_language_and_say_so(alp: Site) -> None:
    page = alp.page("/ontology?lang=it")
    assert page.of("Valley").startswith("Valle alp:Valley")
    assert "it" in page.languages
    assert "each is of the kind Valle" in page.of("takesPlaceIn")
    assert "Bell Valley" in alp.page("/ontology/term/elevation?lang=en").text
    assert "Glockental" in alp.page("/ontology/term/elevation?lang=de").text
    assert "Almeno" not in page.text


def test_terms_are_found_by_the_words_asked_for_without_a_script(bsr: Site) -> None:
    page = bsr.page("/ontology?q=fund+leads")
    assert {"fundOf", "fundedThrough", "eligibleArea"} <= set(page.ids)
    assert not {"Project", "amount", "list-theme"} & set(page.ids)
    assert f"of {len(bsr.terms)} terms" in page.text
    assert f"0 of {len(bsr.terms)} terms" in bsr.page("/ontology?q=zzz").text


def test_the_diagram_has_every_class_as_a_link(site: Site) -> None:
    page = site.page("/ontology")
    diagram = re.search(r"<figure.*?</figure>", site.get("/ontology").text, re.DOTALL)
    assert diagram is not None
    for term in site.said.subjects(RDF.type, OWL.Class):
        if term in site.terms:
            assert f'href="#{local(term)}"' in diagram.group()
    assert len(page.ids) == len(set(page.ids))


def test_reused_terms_are_told_apart_with_how_they_are_used(site: Site) -> None:
    page = site.page("/ontology/reused")
    own = str(site.corpus.space.base)
    foreign = {s for s, _ in site.said.subject_objects(SKOS.scopeNote) if not str(s).startswith(own)}
    assert len(foreign) > 20
    for term in foreign:
        assert str(term) in page.links
        assert " ".join(str(site.said.value(term, SKOS.scopeNote)).split()) in page.text
    assert "skos-prefLabel" in page.ids


def test_a_term_that_there_is_not_is_a_404_with_those_like_it(bsr: Site) -> None:
    response = bsr.get("/ontology/term/projekt", "application/json")
    assert response.status_code == 404
    assert ["Project", "/ontology#Project"] in json.loads(response.data)["near"]


# -- every rule ---------------------------------------------------------------


def test_every_rule_shape_and_group_has_its_anchor(site: Site) -> None:
    page = site.page("/shapes")
    assert len(site.shapes) > 20
    assert [local(s) for s in site.shapes if local(s) not in page.ids] == []
    for shape in site.shapes:
        name = english(site.said, shape, SH.name, RDFS.label)
        assert name is not None
        assert page.of(local(shape)).startswith(name)


def test_every_rule_is_told_with_message_severity_group_and_examples(site: Site) -> None:
    index = site.page("/shapes")
    pages: dict[str, Page] = {}
    for rule in map(rdflib.URIRef, rules(site.corpus)):
        ends = (f"#{local(rule)}", f"/shapes/{local(rule)}")
        (link,) = {x for x in index.links if x.startswith("/shapes/") and x.endswith(ends)}
        path = link.partition("#")[0]
        page = pages.setdefault(path, site.page(path))
        told = page.of(local(rule))
        assert english(site.said, rule, SH.message) in told, rule
        assert local(site.said.value(rule, SH.severity)) in told
        group = site.said.value(rule, SH.group)
        assert english(site.said, group, RDFS.label) in told
        assert (english(site.said, rule, SH.description) or "") in page.text
        for which, text in site.corpus.examples.get(local(rule), {}).items():
            body = re.sub(r"(?im)^\s*@?(?:prefix|base)\b.*\n?", "", text)
            assert " ".join(body.split()) in told, f"{rule} {which}"
            assert f"/shapes/examples/{local(rule)}/{which}.ttl" in page.links
    assert len(pages) > 3


def test_examples_can_be_had_as_whole_files(bsr: Site) -> None:
    for which in ("valid", "invalid"):
        response = bsr.get(f"/shapes/examples/FinancialFigure-amount/{which}.ttl", "*/*")
        assert response.mimetype == "text/turtle"
        assert response.text == bsr.corpus.examples["FinancialFigure-amount"][which]
        assert response.headers["ETag"]
    for path in ("Nothing/valid.ttl", "FinancialFigure-amount/other.ttl", "../../common.ttl", "%2e%2e/common.ttl"):
        assert bsr.get(f"/shapes/examples/{path}", "*/*").status_code == 404


def test_what_differs_between_two_examples_is_marked_and_nothing_else_is_changed() -> None:
    valid = '@prefix x: <urn:x> .\n\n# A boat.\nx:a a x:Boat ;\n  x:length 5.0 ; x:name "A;#b"@en .\n'
    invalid = valid.replace("5.0", "-5.0")
    found = examples_of({"valid": valid, "invalid": invalid})
    assert [e.name for e in found] == ["valid", "invalid"]
    for example, text in zip(found, (valid, invalid), strict=True):
        assert "".join(r.text for r in example.runs) == text.partition("\n\n")[2].rstrip("\n")
    assert [[r.text for r in e.runs if r.marked] for e in found] == [["5.0"], ["-5.0"]]
    kinds = {r.text.strip(): r.kind for r in found[0].runs}
    assert kinds["# A boat."] == "comment"
    assert kinds['"A;#b"'] == "string"
    assert [e.name for e in examples_of({"valid": valid})] == ["valid"]
    assert examples_of({}) == ()
    assert "".join(r.text for r in shown(valid)) == valid


def test_every_example_is_shown_as_it_is_written(site: Site) -> None:
    for texts in site.corpus.examples.values():
        for example in examples_of(texts):
            body = re.sub(r"(?im)^\s*@?(?:prefix|base)\b.*\n?", "", texts[example.name])
            assert "".join(r.text for r in example.runs).split() == body.split()


def test_the_rules_of_a_class_are_on_its_page_those_it_inherits_too(bsr: Site) -> None:
    links = bsr.page("/ontology/term/Pilot").links
    for anchor in ("#Pilot-pilotOf", "#Initiative-buildsOn", "#Labelled-prefLabel", "/OneLeadPartner"):
        assert [x for x in links if x.endswith(anchor)], anchor
    assert not [x for x in links if x.endswith("#FinancialFigure-amount")]


def test_the_query_of_a_rule_is_shown(bsr: Site) -> None:
    page = bsr.page("/shapes/StartBeforeEnd")
    assert "SELECT $this (bsr:endDate AS ?path) ?value WHERE" in page.text
    assert "For everything that states end date" in page.text


def test_rules_are_found_by_the_words_asked_for(bsr: Site) -> None:
    page = bsr.page("/shapes?q=decimal+number")
    assert {"FinancialFigure-amount", "FinancialFigure-exchangeRate"} <= set(page.ids)
    assert not {"Pilot-pilotOf", "StartBeforeEnd", "MoneyGroup"} & set(page.ids)


def test_a_shape_that_there_is_not_is_a_404_with_those_like_it(bsr: Site) -> None:
    response = bsr.get("/shapes/FinancialFigureShap", "application/json")
    assert response.status_code == 404
    assert ["Amount", "/shapes/FinancialFigureShape"] in json.loads(response.data)["near"]
    assert bsr.get("/shapes.docx").status_code == 404


# -- dereferencing -------------------------------------------------------------


@pytest.mark.parametrize("name", ["ontology", "shapes"])
def test_a_namespace_is_answered_in_every_format_by_suffix_and_by_accept(site: Site, name: str) -> None:
    sources = site.corpus.ontology if name == "ontology" else site.corpus.shapes
    graph = ox.NamedNode(site.corpus.space.base + name)
    stated = canonical(s.quad for x in sources for s in x.statements if s.quad.graph_name == graph)
    for form in DOCUMENT_FORMATS:
        by_suffix, by_accept = site.get(f"/{name}.{form.suffix}"), site.get(f"/{name}", form.media_type)
        assert by_suffix.mimetype == by_accept.mimetype == form.media_type
        quads = list(ox.parse(by_suffix.data, format=form.rdf))
        document = {q for q in quads if q.subject == ox.NamedNode(f"{HERE}/{name}")}
        assert document
        assert canonical(q for q in quads if q not in document) == stated, form.suffix
    assert site.get(f"/{name}?format=ttl").mimetype == "text/turtle"


def test_who_takes_anything_gets_the_page_who_prefers_rdf_gets_rdf(site: Site) -> None:
    for path in ("/ontology", "/shapes", "/ontology/0.1.0"):
        assert site.client.get(path).mimetype == "text/html"
        assert site.get(path, "*/*").mimetype == "text/html"
        assert site.get(path).mimetype == "text/html"
        assert site.get(path, "text/turtle;q=0.9,text/html;q=0.2").mimetype == "text/turtle"
        assert site.get(path, "application/rdf+xml").mimetype == "application/rdf+xml"
        assert site.get(path, "image/png").status_code == 406
        assert site.get(path, "text/turtle;q=0").status_code == 406


def test_the_answers_have_what_every_document_has(bsr: Site) -> None:
    for path in ("/ontology", "/shapes", "/ontology/term/Project", "/ontology/reused", "/ontology/alignments/eurio"):
        for suffix in ("html", "ttl"):
            response = bsr.get(f"{path}.{suffix}")
            assert response.status_code == 200
            assert {"Accept", "Accept-Language"} <= {v.strip() for v in response.headers["Vary"].split(",")}
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert f'<{path}.nt>; rel="alternate"' in response.headers["Link"]
            assert 'rel="license"' in response.headers["Link"]
            again = bsr.get(f"{path}.{suffix}", **{"If-None-Match": response.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            head = bsr.client.head(f"{path}.{suffix}")
            assert (head.status_code, head.content_type, head.data) == (200, response.content_type, b"")


def test_a_term_is_described_as_rdf(bsr: Site) -> None:
    quads = list(ox.parse(bsr.get("/ontology/term/Project.ttl").data, format=ox.RdfFormat.TURTLE))
    term = ox.NamedNode(bsr.corpus.space.ontology + "Project")
    said = {(q.predicate.value, str(q.object)) for q in quads if q.subject == term}
    assert (PREFIXES["skos"] + "closeMatch", "<http://data.europa.eu/s66#Project>") in said
    assert (PREFIXES["rdfs"] + "label", '"Project"@en') in said
    pointing = {(str(q.subject), q.predicate.value) for q in quads if q.object == term}
    assert (f"<{bsr.corpus.space.ontology}Pilot>", PREFIXES["rdfs"] + "subClassOf") in pointing
    assert not [s for s, p in pointing if p == PREFIXES["rdf"] + "type"], "what uses it may be the whole graph"


def test_every_graph_that_is_no_evidence_is_answered_at_its_iri(site: Site) -> None:
    space = site.corpus.space
    graphs = {q.graph_name.value for q in site.corpus.quads() if isinstance(q.graph_name, ox.NamedNode)}
    others = sorted(g for g in graphs if not g.startswith(space.evidence))
    assert {space.base + "ontology", space.base + "shapes", space.base + "ontology/codes"} <= set(others)
    for graph in others:
        path = space.path(graph)
        assert path is not None
        assert site.get(path).status_code == 200
        response = site.get(path, "application/n-quads")
        stated = {q for q in site.corpus.quads() if q.graph_name == ox.NamedNode(graph) and "_:" not in str(q)}
        assert stated <= set(ox.parse(response.data, format=ox.RdfFormat.N_QUADS)), graph


def test_iris_of_terms_and_graphs_are_links_on_other_pages(bsr: Site) -> None:
    page = bsr.page("/doc/project/stardust")
    assert "/ontology#Project" in page.links


# -- versions -----------------------------------------------------------------


@pytest.fixture(scope="module")
def second(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The alpine graph in its second version: the first is kept, and a term has been withdrawn since."""
    root = Path(shutil.copytree(alpine_dir, tmp_path_factory.mktemp("second") / "graph"))
    file = root / "ontology" / "alpine.ttl"
    text = file.read_text(encoding="utf-8")
    (root / "ontology" / "versions").mkdir()
    earlier = text.replace("Work that the people", "Once it was work that the people")
    earlier += '\nalp:Cheese a owl:Class ; rdfs:label "Cheese"@en ; skos:definition "What is made of milk."@en .\n'
    (root / "ontology" / "versions" / "0.1.0.ttl").write_text(earlier, encoding="utf-8")
    (root / "ontology" / "versions" / "0.0.9.ttl").write_text(earlier.replace("0.1.0", "0.0.9"), encoding="utf-8")
    file.write_text(text.replace("0.1.0", "0.10.0"), encoding="utf-8")
    corpus = Corpus(root)
    return Site(corpus, in_memory(corpus.quads()))


def test_the_current_version_is_answered_at_its_own_iri(site: Site) -> None:
    page, current = site.page("/ontology/0.1.0"), site.page("/ontology")
    assert set(page.ids) == set(current.ids)
    turtle = site.get("/ontology/0.1.0.ttl")
    assert turtle.mimetype == "text/turtle"
    iri = ox.NamedNode(site.corpus.space.base + "ontology/0.1.0")
    assert iri in {q.object for q in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)}


def test_an_earlier_version_stays_readable_and_says_that_it_is_one(second: Site) -> None:
    page = second.page("/ontology/0.1.0")
    assert "This is version 0.1.0. The current one is 0.10.0." in page.text
    assert "Once it was work" in page.of("Initiative")
    assert "What is made of milk." in page.of("Cheese")
    assert "0 things" not in page.text
    response = second.get("/ontology/0.1.0", "application/n-quads")
    quads = list(ox.parse(response.data, format=ox.RdfFormat.N_QUADS))
    assert {q.graph_name for q in quads} == {ox.NamedNode("https://example.org/alpine/ontology/0.1.0")}
    assert second.get("/ontology/0.0.9.ttl").mimetype == "text/turtle"


def test_an_earlier_version_is_no_data(second: Site) -> None:
    assert "Cheese" not in second.page("/ontology").ids
    assert not [q for q in second.corpus.quads() if "Cheese" in str(q)]
    assert second.get("/ontology/term/Cheese").status_code == 404


def test_the_current_version_leads_to_the_earlier_ones_the_latest_first(second: Site) -> None:
    links = second.page("/ontology").links
    assert links.index("/ontology/0.1.0") < links.index("/ontology/0.0.9")
    assert list(second.corpus.versions) == ["0.1.0", "0.0.9"]


def test_a_version_that_there_is_not_is_a_404_with_those_that_there_are(second: Site) -> None:
    for path in ("/ontology/7.0.0", "/ontology/7.0.0.ttl", "/ontology/nothing/at/all", "/ontology/%3Cb%3E"):
        response = second.get(path, "application/json")
        assert response.status_code == 404
        near = dict(map(tuple, json.loads(response.data)["near"]))
        assert near["version 0.10.0, the current one"] == "/ontology/0.10.0"
        assert near["version 0.0.9"] == "/ontology/0.0.9"
        assert "/ontology/codes" in near.values()


def test_every_kept_version_of_the_shipped_ontology_is_what_its_name_says(bsr: Site) -> None:
    for name in bsr.corpus.versions:
        graph = rdflib_graph(bsr.corpus.version(name))
        ontology = rdflib.URIRef(bsr.corpus.space.base + "ontology")
        assert str(graph.value(ontology, OWL.versionInfo)) == name
        assert str(graph.value(ontology, OWL.versionIRI)) == f"{ontology}/{name}"
    header = rdflib.URIRef(bsr.corpus.space.base + "ontology")
    prior = bsr.said.value(header, OWL.priorVersion)
    assert prior is None or str(prior).rpartition("/")[2] in bsr.corpus.versions


# -- the JSON-LD context -------------------------------------------------------


def test_the_context_may_be_read_from_every_origin(bsr: Site) -> None:
    response = bsr.get("/context.jsonld", "application/ld+json", Origin="https://elsewhere.example")
    assert response.mimetype == "application/ld+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.data == (bsr.corpus.root / "ontology" / "context.jsonld").read_bytes()
    again = bsr.get("/context.jsonld", "application/ld+json", **{"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    for accept in ("*/*", "application/ld+json, application/json;q=0.9", BROWSER):
        assert bsr.get("/context.jsonld", accept).mimetype == "application/ld+json"
    assert bsr.get("/context.jsonld", "application/json").mimetype == "application/json"
    assert bsr.get("/context.jsonld", "text/turtle").status_code == 406


def test_a_graph_without_a_context_says_so(alp: Site) -> None:
    assert alp.get("/context.jsonld", "*/*").status_code == 404
    assert "/context.jsonld" not in alp.page("/ontology").links


def test_what_is_written_with_the_context_is_what_the_graph_says(bsr: Site) -> None:
    """Each statement of the sources, written with the short names, is read back as the same statement."""
    context = json.loads(bsr.get("/context.jsonld", "application/ld+json").data)["@context"]
    names = {str(d["@id"] if isinstance(d, dict) else d): (n, d) for n, d in context.items() if not n.startswith("@")}
    written = 0
    for quad in (s.quad for source in bsr.corpus.data for s in source.statements):
        prefix, _, rest = next(
            ((p, i, quad.predicate.value[len(i) :]) for p, i in PREFIXES.items() if quad.predicate.value.startswith(i)),
            ("", "", ""),
        )
        if f"{prefix}:{rest}" not in names or isinstance(quad.subject, ox.BlankNode) or "_:" in str(quad.object):
            continue
        name, definition = names[f"{prefix}:{rest}"]
        document = {"@context": context, "id": quad.subject.value, name: value(quad.object, definition)}
        (read,) = ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)
        assert read.triple == quad.triple, document[name]
        written += 1
    assert written > 1500


def value(term: ox.NamedNode | ox.Literal, definition: object) -> object:
    """A value in JSON-LD, as the definition of its property in the context wants it."""
    said = definition if isinstance(definition, dict) else {}
    if isinstance(term, ox.NamedNode):
        assert said.get("@type") in ("@id", "@vocab"), f"{term} would have to be written as an object"
        return term.value
    if said.get("@container") == "@language":
        return {term.language or "@none": term.value}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    if said.get("@type") == "xsd:" + datatype.removeprefix(PREFIXES["xsd"]):
        return term.value
    return (
        {"@value": term.value, "@type": datatype} if datatype != PREFIXES["xsd"] + "string" else {"@value": term.value}
    )


# -- every page ---------------------------------------------------------------


def test_every_link_of_these_pages_leads_somewhere_and_every_page_is_small(site: Site) -> None:
    pages: dict[str, Page] = {}
    todo = ["/ontology", "/shapes"]
    while todo:
        path = todo.pop()
        if path not in pages:
            pages[path] = site.page(path)
            assert pages[path].size < 100_000, path
            assert len(pages[path].ids) == len(set(pages[path].ids)), path
            local_links = [urlsplit(link).path for link in pages[path].links if link.startswith("/")]
            todo += [x for x in local_links if re.match(r"/(?:ontology|shapes)(?:/(?!.*\.ttl)|\Z)", x) and "." not in x]
    assert len(pages) > len(site.terms) + 3
    other: dict[str, int] = {}
    for path, page in pages.items():
        for link in page.links:
            assert link.startswith(("/", "#", "http://", "https://")), link
            target, _, fragment = link.partition("#")
            if not target or target in pages:
                assert not fragment or unquote(fragment) in (pages[target] if target else page).ids, f"{path}: {link}"
            elif target.startswith("/") and target not in other and not is_twin_of_many(target):
                other[target] = site.get(target).status_code
    assert {link: status for link, status in other.items() if status != 200} == {}


def is_twin_of_many(path: str) -> bool:
    """Whether a path is a term in a format; that of the first letters is enough of them."""
    return re.match(r"/ontology/term/[b-zB-Z]\w*\.", path) is not None


def without_ours(text: str) -> str:
    """A page without the script files of its own origin, which every page has."""
    return re.sub(r'<script (?:type="module"|defer) src="/static/[\w./-]+"></script>', "", text)


def test_no_page_has_inline_styles_or_scripts(site: Site) -> None:
    for path in ("/ontology", "/shapes", "/ontology/term/" + local(site.terms[0]), "/ontology/reused"):
        text = site.get(path).text
        assert "<script" not in without_ours(text)
        assert not re.search(r'\s(?:style|on\w+)="', text)
        assert "<title>" in text
        assert len(re.findall("<h1", text)) == 1


@pytest.fixture(scope="module")
def hostile(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The alpine graph with markup in every place of its ontology and shapes where a text can stand."""
    root = Path(shutil.copytree(alpine_dir, tmp_path_factory.mktemp("hostile") / "graph"))
    text = json.dumps(NASTY)
    with (root / "ontology" / "alpine.ttl").open("a", encoding="utf-8") as file:
        file.write(f"""
alp:Größe a owl:Class ; rdfs:label {text}@en ; skos:definition {text}@en ; skos:scopeNote {text} ;
    skos:example {text} ; rdfs:subClassOf <javascript:alert(1)> ; skos:closeMatch <javascript:alert(2)> .
alp:nasty a owl:ObjectProperty ; rdfs:label {text}@en ; skos:definition {text} .
<ontology> dcterms:creator <javascript:alert(3)> ; owl:versionInfo {text} .
""")
    with (root / "shapes" / "valley.ttl").open("a", encoding="utf-8") as file:
        file.write(f"""
alpsh:ValleyShape sh:property alpsh:Valley-nasty .
alpsh:Valley-nasty a sh:PropertyShape ; sh:path alp:nasty ; sh:class alp:Größe ; sh:name {text}@en ;
    sh:message {text}@en ; sh:description {text}@en ; sh:pattern {text} ; sh:in ( {text} <javascript:alert(4)> ) .
""")
    examples = root / "shapes" / "examples" / "Valley-nasty"
    examples.mkdir()
    (examples / "valid.ttl").write_text(f"<urn:a> <urn:b> {text} . # {NASTY}", encoding="utf-8")
    corpus = Corpus(root)
    return Site(corpus, in_memory(corpus.quads()))


@pytest.mark.parametrize(
    "path",
    [
        "/ontology",
        "/ontology/term/Größe",
        "/ontology/term/nasty",
        "/shapes",
        "/shapes/ValleyShape",
        "/ontology?q=" + NASTY.replace("&", "").replace("#", ""),
        "/shapes?q=" + NASTY.replace("#", ""),
    ],
)
def test_text_in_the_ontology_stays_text(hostile: Site, path: str) -> None:
    response = hostile.get(path)
    assert response.status_code == 200
    assert "<script" not in without_ours(response.text).lower()
    assert "<img src=x" not in response.text
    assert ">49" not in response.text
    assert not [link for link in Page(response).links if link.startswith(("javascript:", "data:"))]


def test_a_term_whose_name_is_not_ascii_has_its_page(hostile: Site) -> None:
    assert "Größe" in hostile.page("/ontology").ids
    for path in ("/ontology/term/Gr%C3%B6%C3%9Fe", "/ontology/term/Größe.ttl"):
        assert hostile.get(path).status_code == 200
    assert by_name("ttl").media_type == hostile.get("/ontology/term/Größe.ttl").mimetype
