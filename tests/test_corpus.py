"""A graph directory is read whole: each file into the graph that it describes, each fault with file and line."""

from __future__ import annotations

import shutil

import pyoxigraph as ox
import pytest

from bsrgraph.corpus import Corpus, packaged
from bsrgraph.errors import GraphDirectoryError
from bsrgraph.iris import BSR, RDF_TYPE
from bsrgraph.parse import Statement

CLASSES = {BSR + name for name in ("EvidenceGraph", "ReferenceGraph", "CuratedGraph", "ContributedGraph")}
BOTH = pytest.mark.parametrize("name", ["corpus", "alpine"])


@pytest.fixture
def copy(alpine_dir, tmp_path):
    """A copy of the alpine graph directory that a test may spoil."""
    return shutil.copytree(alpine_dir, tmp_path / "alpine")


@pytest.fixture
def either(name, request):
    """One of the two graph directories."""
    return request.getfixturevalue(name)


def _statements(corpus: Corpus) -> list[Statement]:
    return [s for source in corpus.sources for s in source.statements]


@BOTH
def test_every_file_but_examples_is_read(either):
    read = {source.path for source in either.sources}
    there = {
        path
        for folder in ("ontology", "shapes", "data")
        for path in (either.root / folder).rglob("*")
        if path.suffix in (".ttl", ".trig") and "examples" not in path.parts
    }
    assert read == there
    assert all(source.statements for source in either.sources)


@BOTH
def test_no_triple_is_outside_every_named_graph(either):
    assert {type(quad.graph_name) for quad in either.quads()} == {ox.NamedNode}


@BOTH
def test_every_named_graph_has_exactly_one_class_of_graph(either):
    quads = list(either.quads())
    found: dict[object, set[str]] = {quad.graph_name: set() for quad in quads}
    for quad in quads:
        if quad.predicate.value == RDF_TYPE and quad.object.value in CLASSES:
            found.setdefault(quad.subject, set()).add(quad.object.value)
    assert {str(graph): kinds for graph, kinds in found.items() if len(kinds) != 1} == {}


@BOTH
def test_every_graph_is_under_the_prefix_of_the_directory(either):
    assert all(either.space.owns(quad.graph_name.value) for quad in either.quads())


def test_the_two_directories_share_no_prefix_and_no_kind(corpus, alpine):
    """So what holds for both is learnt from their files."""
    assert corpus.space.base == "https://w3id.org/bsrgraph/"
    assert alpine.space.base == "https://example.org/alpine/"


def test_a_directory_says_its_title_description_and_licence(corpus, alpine):
    assert corpus.title
    assert corpus.title != corpus.space.base
    assert corpus.description
    assert corpus.licence is not None
    assert alpine.title == "Alpine example"
    assert alpine.description.startswith("Invented cooperation")
    assert alpine.licence == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_without_a_title_a_directory_goes_by_its_prefix(copy):
    (copy / "data" / "reference" / "dataset.trig").unlink()
    found = Corpus(copy)
    assert (found.title, found.description, found.licence) == (found.space.base, "", None)


def test_shapes_of_many_files_are_in_the_graph_that_one_of_them_describes(alpine):
    graphs = {s.quad.graph_name.value for source in alpine.shapes for s in source.statements}
    assert graphs == {"https://example.org/alpine/shapes"}
    assert len(alpine.shapes) == 4


def test_a_turtle_file_is_in_the_graph_that_it_describes(alpine):
    graphs = {source.path.name: {s.quad.graph_name.value for s in source.statements} for source in alpine.ontology}
    assert graphs == {
        "alpine.ttl": {"https://example.org/alpine/ontology"},
        "codes.ttl": {"https://example.org/alpine/ontology/codes"},
        "reused.ttl": {"https://example.org/alpine/ontology/reused"},
    }


@BOTH
def test_statements_keep_the_place_that_they_have_in_their_file(either):
    for source in either.sources:
        lines = source.path.read_text(encoding="utf-8").split("\n")
        for statement in source.statements:
            before = lines[statement.line - 1][: statement.column]
            assert before.strip(), source.path
            if isinstance(statement.quad.object, ox.Literal) and before.endswith('"'):
                last = statement.quad.object.value.split("\n")[-1][-8:]
                assert "\\" in before or last in before, (source.path, statement.line)


def test_the_packaged_directory_is_a_graph_directory(corpus):
    """In a checkout it is the checkout itself; either way it says the same."""
    assert Corpus(packaged()).digest == corpus.digest


def test_the_digest_is_that_of_the_files(alpine, copy):
    """Two places with the same files have the same digest, and one byte or name makes another."""
    assert Corpus(copy).digest == alpine.digest
    digests = {alpine.digest}
    valleys = copy / "data" / "reference" / "valleys.trig"
    valleys.write_bytes(valleys.read_bytes() + b"\n")
    digests.add(Corpus(copy).digest)
    valleys.rename(valleys.with_name("dales.trig"))
    digests.add(Corpus(copy).digest)
    query = copy / "data" / "queries" / "grants.rq"
    query.write_bytes(query.read_bytes() + b"# more\n")
    digests.add(Corpus(copy).digest)
    assert len(digests) == 4


def test_the_digest_is_not_changed_by_files_that_are_not_of_the_graph(alpine, copy):
    (copy / "README.md").write_text("hello", encoding="utf-8")
    (copy / ".bsrgraph").mkdir()
    assert Corpus(copy).digest == alpine.digest


@pytest.mark.parametrize("missing", ["ontology", "shapes", "data"])
def test_a_folder_that_is_missing_is_named(copy, missing):
    shutil.rmtree(copy / missing)
    with pytest.raises(GraphDirectoryError, match=f"it has no {missing}") as wrong:
        Corpus(copy)
    assert "ontology/, shapes/ and data/" in (wrong.value.hint or "")


def test_a_place_that_is_no_directory_is_no_graph_directory(tmp_path):
    with pytest.raises(GraphDirectoryError, match="no ontology and no shapes and no data"):
        Corpus(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "content", "line", "message"),
    [
        ("data/reference/valleys.trig", b"<x:g> {\n  <x:s> <x:p> 1\n  <x:s> <x:p> 2\n}", 3, "This is not TriG"),
        ("data/reference/valleys.trig", b'<x:g> {\n  <x:s> <x:p> "\xe9" }', 2, "not UTF-8"),
        ("ontology/codes.ttl", b"\n\nalp:x <x:p> 1 .", 3, "the prefix “alp:” is used and not declared"),
        ("shapes/grant.ttl", b"<x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> .", 1, "RDF 1.2"),
    ],
)
def test_a_fault_is_told_with_file_and_line(copy, file, content, line, message):
    (copy / file).write_bytes(content)
    with pytest.raises(GraphDirectoryError, match=message) as wrong:
        list(Corpus(copy).quads())
    assert wrong.value.message.startswith(f"{copy / file}:{line}: ")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("data/reference/valleys.trig", "<x:s> <x:p> 1 . <x:g> { <x:s> <x:p> 2 }"),
        ("ontology/codes.ttl", "<x:s> <x:p> 1 ."),
        ("ontology/codes.ttl", f"<x:a> a <{BSR}ReferenceGraph> . <x:b> a <{BSR}ReferenceGraph> ."),
        ("ontology/codes.ttl", f"[] a <{BSR}ReferenceGraph> ."),
    ],
)
def test_triples_outside_every_graph_are_refused_with_the_file(copy, file, content):
    """A Turtle file must describe exactly one graph, by name."""
    (copy / file).write_text(content, encoding="utf-8")
    with pytest.raises(GraphDirectoryError, match="outside every named graph") as wrong:
        list(Corpus(copy).quads())
    assert str(copy / file) in wrong.value.message
    assert "bsr:ReferenceGraph" in (wrong.value.hint or "")


@pytest.mark.parametrize("change", ["none", "two"])
def test_exactly_one_file_describes_the_graph_of_the_shapes(copy, change):
    if change == "none":
        (copy / "shapes" / "common.ttl").unlink()
    else:
        (copy / "shapes" / "more.ttl").write_text(f"<x:shapes> a <{BSR}ReferenceGraph> .", encoding="utf-8")
    with pytest.raises(GraphDirectoryError, match="exactly one file describes the graph of all shapes"):
        list(Corpus(copy).quads())


def test_a_directory_without_a_prefix_is_refused_with_the_property_that_is_missing(copy):
    ontology = copy / "ontology" / "alpine.ttl"
    text = ontology.read_text(encoding="utf-8")
    assert "vann:preferredNamespaceUri" in text
    ontology.write_text(text.replace("vann:preferredNamespaceUri", "rdfs:comment"), encoding="utf-8")
    with pytest.raises(GraphDirectoryError, match="names no canonical prefix") as wrong:
        Corpus(copy).space  # noqa: B018
    assert "vann:preferredNamespaceUri" in (wrong.value.hint or "")


def test_a_file_that_cannot_be_read_is_named(copy):
    (copy / "data" / "reference" / "valleys.trig").unlink()
    (copy / "data" / "reference" / "valleys.trig").mkdir()
    with pytest.raises(GraphDirectoryError, match=r"valleys\.trig"):
        list(Corpus(copy).quads())
