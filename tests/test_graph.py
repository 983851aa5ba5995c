"""The shipped graph keeps the promises of docs/model.md: terms, evidence, countries, alignments."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from bsrgraph.corpus import Corpus
from bsrgraph.findings import Severity
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE
from bsrgraph.read import Row, rows
from bsrgraph.store.port import Store
from bsrgraph.validate import Validator

BASE = "https://w3id.org/bsrgraph/"
PAGE = "regio-bsr-stars-stardust"
PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


# Written by hand from the model, on purpose: queries from outside are written against these names.
CLASSES = words("""
Initiative Programme Project Pilot UnresolvedInitiative Organisation PublicBody ResearchOrganisation Cluster
Enterprise Country Region Fund FundingProgramme ProgrammingPeriod Strategy FinancialFigure IndicatorValue
Participation SourceDocument EvidenceGraph ReferenceGraph CuratedGraph ContributedGraph
""")
PROPERTIES = words("""
hasProject hasPilot buildsOn buildsOnDescription firstStepTowards partOfStrategy contributesToGoalsOf involvesCountry
operatesIn involvesActorType addressesTheme hasObjective expectedResult hasMethod hasFocus plannedAction fundedBy
fundedThrough resolvedTo startDate endDate organisationType basedIn participant participatesIn role from until about
amount currency figureKind fromFund throughProgramme programmingPeriod roundedTo measure value comparator fundOf
pilotOf projectOf basisOf funds notStated hedge spanSha256 kind preferredType dateSeen textSha256 characters line
withheld eligibleArea appliesIn hasGovernance flagshipOf outline exchangeRate
""")
CODES = {
    "theme": "health energy sustainable-transport digital-services",
    "role": "lead-partner partner associated-partner programme-director",
    "figure-kind": "total-investment total-budget eligible-budget fund-contribution national-contribution "
    "own-contribution unspecified",
    "measure": "countries pilots stakeholders smes-engaged duration-years co-financing-share-percent",
    "comparator": "exactly about more-than",
    "organisation-type": "public-body research-organisation cluster enterprise",
    "hedge": "asserted approximate rounded intended expected quoted attributed-view planned generic not-stated",
}
GRAPH_CLASSES = {BSR + f"{layer}Graph" for layer in ("Evidence", "Reference", "Curated", "Contributed")}
TERM_CLASSES = {
    PREFIXES["owl"] + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
MAPPINGS = {PREFIXES["skos"] + f"{how}Match" for how in ("exact", "close", "broad", "narrow", "related")}


def ask(store: Store, pattern: str) -> list[Row]:
    """The solutions of `pattern`, each once."""
    return rows(store, f"{PROLOGUE}SELECT DISTINCT * WHERE {{ {pattern} }}")


def values(found: list[Row], name: str) -> set[str]:
    return {row[name].value for row in found if name in row}


def test_the_shapes_find_nothing_but_the_contradiction_that_the_source_itself_holds(corpus: Corpus) -> None:
    """Zero Violations; Warnings and Infos are exactly these."""
    found = Validator(corpus).whole()
    told = [(f.severity, (f.rule or f.code).rpartition("#")[2], f.focus) for f in found.findings]
    assert told == [(Severity.WARNING, "ProgrammeOrProject", f"{BASE}id/programme/bsr-stars")]


def test_every_named_graph_has_exactly_one_class_and_no_triple_is_outside(store: Store) -> None:
    graphs = values(ask(store, "GRAPH ?g { ?s ?p ?o }"), "g")
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for row in ask(store, "?g a ?class"):
        classes[row["g"].value] |= {row["class"].value} & GRAPH_CLASSES
    assert {g: len(classes[g]) for g in graphs} == dict.fromkeys(graphs, 1)
    counts = rows(store, "SELECT (COUNT(*) AS ?all) WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert int(counts[0]["all"].value) > 9000


def test_the_page_has_a_graph_with_span_and_full_digest_for_each_of_its_66_statements(store: Store) -> None:
    single = [f"f{n:02}" for n in range(1, 51) if n not in (13, 20, 33)]
    parts = [f"f13{c}" for c in "abcdefghij"] + [f"f20{c}" for c in "abcd"] + [f"f33{c}" for c in "abcde"]
    found = ask(
        store,
        f"?g a bsr:EvidenceGraph ; prov:wasDerivedFrom <{BASE}id/source/{PAGE}-en> ; bsr:hedge ?hedge ;"
        " bsr:spanSha256 ?digest ; oa:hasSelector [ oa:start ?start ; oa:end ?end ; bsr:line ?line ]",
    )
    assert values(found, "g") == {f"{BASE}evidence/{PAGE}/{name}" for name in single + parts}
    assert len(values(found, "g")) == 66
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in values(found, "digest"))
    assert all(0 <= int(row["start"].value) < int(row["end"].value) <= 2580 for row in found)
    places = {row["g"].value: (row["start"].value, row["end"].value, row["line"].value) for row in found}
    assert places[f"{BASE}evidence/{PAGE}/f13h"] == ("563", "569", "8")


def test_each_of_the_47_public_facts_has_a_graph_with_url_and_date_seen(store: Store) -> None:
    found = ask(
        store,
        "?g a bsr:EvidenceGraph ; prov:wasDerivedFrom ?source ; bsr:hedge ?hedge ."
        " ?source schema:url ?url ; bsr:dateSeen ?seen"
        f' FILTER(!STRSTARTS(STR(?g), "{BASE}evidence/{PAGE}/"))',
    )
    names = Counter(iri.rpartition("/")[2] for iri in values(found, "g"))
    assert names == {f"x{n:02}": 1 for n in range(1, 48)}
    assert all(row["g"].value.split("/")[-2] == row["source"].value.rpartition("/")[2] for row in found)
    assert all(url.startswith("http") for url in values(found, "url"))


def test_every_evidence_graph_states_something(store: Store) -> None:
    typed = values(ask(store, "?g a bsr:EvidenceGraph"), "g")
    filled = values(ask(store, "GRAPH ?g { ?s ?p ?o }"), "g")
    assert len(typed) == 66 + 47
    assert typed <= filled


def test_without_the_curated_graphs_nothing_is_resolved_preferred_or_derived(store: Store) -> None:
    """Dropping the conclusions of editors gives back what the sources say."""
    curated = values(ask(store, "?g a bsr:CuratedGraph ; prov:wasAttributedTo ?who ; prov:wasDerivedFrom ?from"), "g")
    concluded = ask(store, "GRAPH ?g { { ?s bsr:resolvedTo ?o } UNION { ?s bsr:preferredType ?o } }")
    assert values(concluded, "g") == curated - {f"{BASE}evidence/curated/co-financing-share-bsr-stars"}
    assert len(curated) == 3


@pytest.mark.parametrize("name", [*CLASSES, *PROPERTIES])
def test_the_model_s_name_is_a_term_of_the_ontology(store: Store, name: str) -> None:
    classes = values(ask(store, f"bsr:{name} a ?class ; rdfs:isDefinedBy <{BASE}ontology>"), "class")
    assert classes & TERM_CLASSES
    assert (name in CLASSES) == (PREFIXES["owl"] + "Class" in classes)


@pytest.mark.parametrize("code_list", sorted(CODES))
def test_the_model_s_codes_are_concepts_of_their_list(store: Store, code_list: str) -> None:
    found = values(ask(store, f"?code a skos:Concept ; skos:inScheme <{BASE}id/scheme/{code_list}>"), "code")
    assert {f"{BASE}id/{code_list}/{slug}" for slug in CODES[code_list].split()} <= found


def terms(store: Store) -> set[str]:
    """Every term under the namespace that the ontology types."""
    found = ask(store, f'?term a ?class FILTER(STRSTARTS(STR(?term), "{BSR}"))')
    return {row["term"].value for row in found if row["class"].value in TERM_CLASSES}


def test_no_term_in_use_is_missing_from_the_ontology(store: Store) -> None:
    used = values(ask(store, "?s ?p ?o"), "p") | values(ask(store, "?s a ?class"), "class")
    assert {iri for iri in used if iri.startswith(BSR)} <= terms(store)


def test_every_term_is_labelled_defined_and_exemplified_in_english(store: Store) -> None:
    told = ask(
        store,
        '?term rdfs:label ?label ; skos:definition ?definition ; skos:example ?example FILTER(LANG(?label) = "en"'
        ' && LANG(?definition) = "en")',
    )
    assert terms(store) <= values(told, "term")
    for row in told:
        assert re.fullmatch(r"[A-Z].+\.", row["definition"].value, re.DOTALL), row["definition"].value


def test_every_example_of_a_term_is_turtle_that_uses_the_term(store: Store, context: dict[str, object]) -> None:
    prefixes = {k: v for k, v in context.items() if isinstance(v, str) and v.endswith(("/", "#"))}
    prologue = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes.items())
    for row in ask(store, "?term rdfs:isDefinedBy ?ontology ; skos:example ?example"):
        text = prologue + row["example"].value
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE + "id/"))
        used = {q.predicate.value for q in quads} | {
            q.object.value for q in quads if isinstance(q.object, ox.NamedNode)
        }
        if row["term"].value in terms(store):
            assert row["term"].value in used, text


@pytest.fixture(scope="module")
def context(graph_dir: Path) -> dict[str, object]:
    """The JSON-LD context's definitions."""
    found = json.loads((graph_dir / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    assert isinstance(found, dict)
    return found


def expand(context: dict[str, object], **said: object) -> list[ox.Quad]:
    """The triples of a small document with the context inline; JSON-LD goes through the store's own parser."""
    document = {"@context": context, "id": "bsrid:project/example", **said}
    return list(ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD))


def test_the_context_maps_every_class_and_property_to_itself(store: Store, context: dict[str, object]) -> None:
    classes = values(ask(store, f'?c a owl:Class FILTER(STRSTARTS(STR(?c), "{BSR}"))'), "c")
    for term in terms(store):
        name = term.removeprefix(BSR)
        if term in classes:
            (quad,) = expand(context, type=name)
            assert (quad.predicate.value, quad.object) == (RDF_TYPE, ox.NamedNode(term))
        else:
            definition = context[name]
            languages = isinstance(definition, dict) and definition.get("@container") == "@language"
            (quad,) = expand(context, **{name: {"en": "x"} if languages else "https://example.org/x"})
            assert quad.predicate.value == term


def test_links_of_the_context_become_iris_and_values_their_datatype(context: dict[str, object]) -> None:
    quads = expand(
        context,
        type="Project",
        prefLabel={"sv": "Exempel", "en": "Example"},
        involvesCountry="bsrid:country/swe",
        hasObjective={"en": "Try it"},
        preferredType="Programme",
        notStated="startDate",
        amount="5000000.00",
        line=8,
    )
    said = defaultdict(set)
    for quad in quads:
        said[quad.predicate.value].add(quad.object)
    assert said == {
        RDF_TYPE: {ox.NamedNode(BSR + "Project")},
        PREFIXES["skos"] + "prefLabel": {ox.Literal("Exempel", language="sv"), ox.Literal("Example", language="en")},
        BSR + "involvesCountry": {ox.NamedNode(BASE + "id/country/swe")},
        BSR + "hasObjective": {ox.Literal("Try it", language="en")},
        BSR + "preferredType": {ox.NamedNode(BSR + "Programme")},
        BSR + "notStated": {ox.NamedNode(BSR + "startDate")},
        BSR + "amount": {ox.Literal("5000000.00", datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))},
        BSR + "line": {ox.Literal(8)},
    }


def test_no_link_is_asserted_in_both_directions(store: Store) -> None:
    inverses = {row["inverse"].value: row["link"].value for row in ask(store, "?inverse owl:inverseOf ?link")}
    assert set(inverses) == {BSR + name for name in ("pilotOf", "projectOf", "basisOf", "funds")}
    used = values(ask(store, "?s ?p ?o"), "p")
    assert not used & set(inverses)
    assert BSR + "hasPilot" in used


def test_nothing_in_the_ontology_retypes_a_thing(store: Store) -> None:
    """No domain, no range, no equivalence: what must hold is said by shapes."""
    forbidden = {PREFIXES["rdfs"] + "domain", PREFIXES["rdfs"] + "range"}
    forbidden |= {PREFIXES["owl"] + name for name in ("equivalentClass", "equivalentProperty", "sameAs")}
    assert not values(ask(store, "?s ?p ?o"), "p") & forbidden


COUNTRIES = {
    "dnk": ("DK", "Dānija", "Danmark"),
    "deu": ("DE", "Vācija", "Tyskland"),
    "est": ("EE", "Igaunija", "Estland"),
    "fin": ("FI", "Somija", "Finland"),
    "isl": ("IS", "Islande", "Island"),
    "lva": ("LV", "Latvija", "Lettland"),
    "ltu": ("LT", "Lietuva", "Litauen"),
    "nor": ("NO", "Norvēģija", "Norge"),
    "pol": ("PL", "Polija", "Polen"),
    "swe": ("SE", "Zviedrija", "Sverige"),
}


def test_there_are_exactly_the_ten_countries(store: Store) -> None:
    assert values(ask(store, "?c a bsr:Country"), "c") == {f"{BASE}id/country/{code}" for code in COUNTRIES}


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_a_country_has_its_name_in_eleven_languages_and_its_links(store: Store, code: str) -> None:
    nuts, latvian, swedish = COUNTRIES[code]
    country = f"<{BASE}id/country/{code}>"
    labels = {
        row["name"].language: row["name"].value
        for row in ask(store, f"{country} skos:prefLabel ?name")
        if isinstance(row["name"], ox.Literal)
    }
    assert sorted(labels) == ["da", "de", "en", "et", "fi", "is", "lt", "lv", "nb", "pl", "sv"]
    assert (labels["lv"], labels["sv"]) == (latvian, swedish)
    links = values(ask(store, f"{country} skos:exactMatch ?other"), "other")
    assert f"http://publications.europa.eu/resource/authority/country/{code.upper()}" in links
    assert f"http://data.europa.eu/nuts/code/{nuts}" in links
    assert any(re.fullmatch(r"http://www\.wikidata\.org/entity/Q\d+", link) for link in links)
    assert {code.upper(), nuts} <= values(ask(store, f"{country} skos:notation ?code"), "code")


def test_alignments_map_terms_by_skos_and_say_nothing_else(store: Store) -> None:
    found = ask(store, f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}ontology/alignments/"))')
    assert values(found, "g") == {f"{BASE}ontology/alignments/{n}" for n in ("eurio", "schema", "cerif", "frapo")}
    of_terms = [row for row in found if row["s"] != row["g"]]
    assert values(of_terms, "p") <= MAPPINGS
    codes = values(ask(store, "?code skos:inScheme ?list"), "code")
    assert values(of_terms, "s") <= terms(store) | codes
    assert not any(target.startswith(BSR) for target in values(of_terms, "o"))


def test_no_person_has_more_than_a_name(store: Store) -> None:
    said = values(ask(store, "?person a foaf:Person ; ?p ?o"), "p")
    assert said == {RDF_TYPE, PREFIXES["foaf"] + "name", PREFIXES["skos"] + "prefLabel"}


def test_what_is_stated_of_two_things_jointly_is_one_figure(store: Store) -> None:
    """“Over 800” SMEs belongs to BSR Stars and StarDust together, and so counts once in every sum."""
    found = ask(store, f"?i bsr:measure <{BASE}id/measure/smes-engaged> ; bsr:value 800 ; bsr:about ?thing")
    assert len(values(found, "i")) == 1
    assert values(found, "thing") == {f"{BASE}id/programme/bsr-stars", f"{BASE}id/project/stardust"}
