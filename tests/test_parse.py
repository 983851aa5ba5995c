"""What is read is what the plain parser reads, each statement with its place, and what is refused is told where."""

from __future__ import annotations

import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.errors import ContentError, UnknownFormat
from bsrgraph.formats import DOCUMENT_FORMATS, HTML, RESULT_FORMATS, by_name
from bsrgraph.parse import statements


def _places(text: str | bytes, suffix: str = "ttl") -> list[tuple[str, int, int]]:
    """The value of each object, and where it ends."""
    data = text.encode() if isinstance(text, str) else text
    return [
        (s.quad.object.value, s.line, s.column)
        for s in statements(data, by_name(suffix))
        if not isinstance(s.quad.object, ox.BlankNode | ox.Triple)
    ]


def _refusal(data: str | bytes, suffix: str = "ttl", base: str | None = None) -> ContentError:
    with pytest.raises(ContentError) as wrong:
        list(statements(data.encode() if isinstance(data, str) else data, by_name(suffix), base))
    return wrong.value


TURTLE = """\
@prefix a: <x:> .
# A comment that speaks of <x:s> <x:p> "a" .
a:s a:p a:o .
a:s
    a:p 1 , "två ö"@sv ;
    a:q ( 2 3 ) ,
        [ a:r true ] .
a:s a:t \"\"\"four
lines

long\"\"\"; a:u "5"^^a:v.
a:s a:w "six"
"""


def test_a_statement_of_turtle_is_where_its_object_ends():
    """Lines and columns count from 1, columns in characters and not in bytes."""
    assert _places(TURTLE + ".") == [
        ("x:o", 3, 11), ("1", 5, 9), ("två ö", 5, 22), ("2", 6, 11), ("3", 6, 13), (ox_rdf("nil"), 6, 13),
        ("true", 7, 18),
        ("four\nlines\n\nlong", 11, 7), ("5", 11, 21), ("six", 12, 13),
    ]  # fmt: skip


def ox_rdf(name: str) -> str:
    """A term of RDF's own vocabulary."""
    return "http://www.w3.org/1999/02/22-rdf-syntax-ns#" + name


def test_a_list_and_a_blank_node_are_placed_where_they_stand():
    found = list(statements(TURTLE.encode() + b".", by_name("ttl")))
    blank = [(s.line, s.column) for s in found if isinstance(s.quad.object, ox.BlankNode)]
    assert [line for line, _ in blank] == [6, 6, 7]


@pytest.mark.parametrize("suffix", ["nt", "nq", "ttl", "trig"])
def test_a_line_of_n_triples_is_where_its_object_ends(suffix):
    text = '<x:s> <x:p> "é" .\n\n# comment\n  <x:s>   <x:p>\t<x:o>.\r\n<x:s> <x:p> "a\\nb"@en .'
    assert _places(text, suffix) == [("é", 1, 15), ("x:o", 4, 21), ("a\nb", 5, 21)]


def test_a_statement_of_trig_keeps_its_graph_and_its_place():
    found = list(statements(b"<x:g> {\n  <x:s> <x:p> 1 .\n}\n<x:s> <x:p> 2 .\n", by_name("trig")))
    assert [(s.quad.graph_name, s.line, s.column) for s in found] == [
        (ox.NamedNode("x:g"), 2, 15),
        (ox.DefaultGraph(), 4, 13),
    ]


def test_a_statement_of_rdf_xml_has_the_line_of_its_property():
    text = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="{ox_rdf("")}" xmlns:e="x:">
  <rdf:Description rdf:about="x:s">
    <e:p>one word</e:p>
    <e:q rdf:resource="x:o"/>

    <e:p rdf:datatype="x:d">å</e:p>
  </rdf:Description>
</rdf:RDF>
"""
    assert [(value, line) for value, line, _ in _places(text, "rdf")] == [("one word", 4), ("x:o", 5), ("å", 7)]


def test_a_statement_of_json_ld_is_never_placed_before_its_value():
    text = '{\n "@id": "x:s",\n "x:p": "first",\n "x:q": {"@id": "x:o"}\n}\n'
    assert {value: line >= at for (value, line, _), at in zip(_places(text, "jsonld"), (3, 4), strict=True)} == {
        "first": True,
        "x:o": True,
    }


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "\n\n", "  ", "\t"])), min_size=1, max_size=12))
def test_a_place_can_be_found_again_in_the_text(values):
    """Up to its place, the text ends with the value that the statement has there."""
    text = "<x:s> <x:p> "
    for value, gap in values:
        text += f"{gap}{ox.Literal(value)}{gap},"
    text = text[:-1] + "."
    found = list(statements(text.encode(), by_name("ttl")))
    assert [s.quad.object.value for s in found] == [value for value, _ in values]
    lines = text.split("\n")
    for statement in found:
        assert lines[statement.line - 1][: statement.column].endswith(str(statement.quad.object))


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert _places(b"\xef\xbb\xbf<x:s> <x:p> 1 .") == [("1", 1, 13)]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'<x:s> <x:p> "a" .\n<x:s> <x:p> "\xe9t\xe9" .', 2), ('<x:s> <x:p> "a" .'.encode("utf-16"), 1),
        (b'<x:s> <x:p> "\xed\xa0\x80" .', 1), (b'\n\n<x:s> <x:p> "\xc3', 3), (b'<x:s> <x:p> "\xc0\x80" .', 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["ttl", "nt", "trig", "rdf", "jsonld"])
def test_what_is_not_utf_8_is_said_with_the_line(data, line, suffix):
    """Latin-1, UTF-16, half a character, a part of one, one in too many bytes."""
    wrong = _refusal(data, suffix)
    assert "not UTF-8" in wrong.message
    assert wrong.line == line
    assert "UTF-8" in (wrong.hint or "")


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("<x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> .", "ttl"),
        ("<< <x:s> <x:p> <x:o> >> <x:a> 1 .", "ttl"),
        ("<x:s> <x:p> <x:o> {| <x:a> 1 |} .", "ttl"),
        ("<x:s> <x:p> <x:o> ~ <x:r> .", "ttl"),
        ('<x:s> <x:p> "a"@en--ltr .', "ttl"),
        ("<x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> .", "nt"),
        ("<x:g> { <x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> . }", "trig"),
        ('<x:s> <x:p> "a"@ar--rtl <x:g> .', "nq"),
        ('{"@id": "x:s", "x:p": {"@value": "a", "@language": "ar", "@direction": "rtl"}}', "jsonld"),
    ],
)
def test_rdf_1_2_is_refused(text, suffix):
    """Triple terms, reifiers and base directions."""
    wrong = _refusal(text, suffix)
    assert "RDF 1.2" in wrong.message
    assert wrong.line == 1


@pytest.mark.parametrize(
    ("text", "suffix", "message", "place"),
    [
        ("<x:s> <x:p> 1\n<x:s> <x:p> 2 .", "ttl", "dot is expected", (2, 1)),
        ("a:s <x:p> 1 .", "ttl", "prefix a: has not been declared", (1, 1)),
        ("\n  <x:s> <x:p> foaf:o .", "ttl", "prefix foaf: has not been declared", (2, 15)),
        ("<s> <x:p> 1 .", "ttl", "No scheme", (1, 1)),
        ('<x:s> <x:p> "a .', "ttl", "", (1, 13)),
        ("<x:s> <x:p> <x y> .", "ttl", "", (1, 13)),
        ("<x:s> <x:p> .", "nt", "", (1, 13)),
        ("<html><body>404</body></html>", "ttl", "", (1, 1)),
        ("<x:s> 'p' <x:o> .", "ttl", "", (1, 7)),
    ],
)  # fmt: skip
def test_what_is_no_rdf_is_said_with_line_and_column(text, suffix, message, place):
    wrong = _refusal(text, suffix)
    assert f"This is not {by_name(suffix).label}" in wrong.message
    assert message in wrong.message
    assert "Parser error" not in wrong.message
    assert (wrong.line, wrong.column) == place
    assert "The line reads: " in (wrong.hint or "")


@pytest.mark.parametrize(
    ("text", "suffix"), [("<rdf:RDF", "rdf"), ("{", "jsonld"), ("[1", "jsonld"), ("<a/><b/>", "rdf")]
)
def test_what_has_no_line_is_refused_all_the_same(text, suffix):
    assert "This is not" in _refusal(text, suffix).message


def test_relative_iris_are_resolved_only_against_a_base_that_is_given():
    found = list(statements(b"<s> <x:p> <o> .", by_name("ttl"), base="https://example.org/a/"))
    assert str(found[0].quad.object) == "<https://example.org/a/o>"
    assert "No scheme" in _refusal("<s> <x:p> <o> .").message
    assert "This is not Turtle" in _refusal("<x:s> <x:p> 1 .", base="no base").message


@pytest.mark.parametrize("form", [HTML, *RESULT_FORMATS], ids=lambda f: f.suffix)
def test_a_format_without_triples_is_unknown_here(form):
    with pytest.raises(UnknownFormat, match=f"{form.label} holds no triples") as wrong:
        list(statements(b"", form))
    assert "Turtle" in (wrong.value.hint or "")


def test_nothing_is_in_an_empty_file():
    for suffix in ("ttl", "nt", "trig", "nq"):
        for data in (b"", b"  \n", b"# nothing\n", b"\xef\xbb\xbf"):
            assert list(statements(data, by_name(suffix))) == []


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(DOCUMENT_FORMATS))
def test_bytes_of_any_kind_are_read_or_refused(data, form):
    try:
        for statement in statements(data, form):
            assert statement.line >= 1
            assert statement.column >= 1
    except ContentError as refused:
        assert refused.message  # noqa: PT017


LONG_WORDS = """
import sys
from bsrgraph.formats import by_name
from bsrgraph.parse import statements

for length in (10, 4_000, 8_191, 8_192, 8_193, 16_383, 16_384, 16_385, 40_000, 250_000):
    for before in (0, 1, 7, 4_000, 8_180):
        for value in ("a" * length, "ö" * length, " " * length):
            text = "#" + "-" * before + '\\n<x:s> <x:p> "' + value + '", 2 .\\n<x:s> <x:p> 3 .'
            found = list(statements(text.encode(), by_name("ttl")))
            assert [s.quad.object.value for s in found] == [value, "2", "3"]
            assert [(s.line, s.column) for s in found][1:] == [(2, 13 + length + 4), (3, 13)], (length, before)
print("read")
"""


def test_words_longer_than_the_parser_s_buffer_are_read_to_their_end():
    """In a process of its own: given more than it asks for, the parser would end the process of this test."""
    done = subprocess.run([sys.executable, "-c", LONG_WORDS], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "read\n", done.stderr[-2000:]


def _plainly(data: bytes, form: ox.RdfFormat, base: str) -> list[ox.Quad] | None:
    try:
        return list(ox.parse(data, format=form, base_iri=base))
    except SyntaxError:
        return None


def _unlabelled(quads: list[ox.Quad]) -> ox.Dataset:
    """The quads with blank nodes named by their place in the data, which is the same for equal data."""
    found = ox.Dataset(quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


SUITES = {"rdf-turtle": "ttl", "rdf-n-triples": "nt", "rdf-n-quads": "nq", "rdf-trig": "trig", "rdf-xml": "rdf"}


@pytest.mark.parametrize("suite", SUITES)
def test_the_quads_are_those_of_the_plain_parse_for_every_file_of_the_w3c(suite, conformance_dir):
    """One word at a time or the file at once: the same quads, and the same files refused."""
    form = by_name(SUITES[suite])
    files = sorted(p for p in (conformance_dir / "rdf11" / suite).rglob(f"*.{form.suffix}") if p.name != "manifest.ttl")
    assert len(files) > 30
    for path in files:
        base = f"http://www.w3.org/2013/{path.name}"
        plain = _plainly(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), form.rdf, base)
        try:
            found = [s.quad for s in statements(path.read_bytes(), form, base)]
        except ContentError as refused:
            assert plain is None or "RDF 1.2" in refused.message, path  # noqa: PT017
        else:
            assert plain is not None, path
            assert _unlabelled(found) == _unlabelled(plain), path


def test_the_files_of_the_graph_are_read_as_the_plain_parser_reads_them(graph_dir):
    for path in sorted((graph_dir / "data").rglob("*.trig")):
        found = [s.quad for s in statements(path.read_bytes(), by_name("trig"))]
        assert _unlabelled(found) == _unlabelled(list(ox.parse(path=str(path)))), path
