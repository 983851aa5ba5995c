"""What is read is what the plain parser reads, each statement with its place, and what is refused is told where."""

from __future__ import annotations

import gzip
import json
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


def _begins(text: str, suffix: str) -> list[str]:
    """The first word of where each statement begins."""
    lines = text.split("\n")
    found = []
    for s in statements(text.encode(), by_name(suffix)):
        line, column = s.begins
        found.append(lines[line - 1][column - 1 :].split()[0])
    return found


def test_a_statement_of_turtle_begins_where_its_subject_stands():
    assert set(_begins(TURTLE + ".", "ttl")) == {"a:s"}
    text = "@prefix a: <x:> .\n<x:1> a:p 1.5 , [ a:q '.' ] . # <x:0> . \n\n<x:2> a:p ( 1 ) . [] a:p a:b.c ."
    assert _begins(text, "ttl") == ["<x:1>"] * 3 + ["<x:2>"] * 3 + ["[]"]


def test_a_statement_in_a_graph_begins_where_its_subject_stands():
    text = "<x:g> { <x:1> <x:p> 1 . <x:2> <x:p> 2 } <x:3> <x:p> 3 . GRAPH <x:h> {\n<x:4> <x:p> 4 }"
    assert _begins(text, "trig") == ["<x:1>", "<x:2>", "<x:3>", "<x:4>"]


def test_a_statement_of_n_triples_begins_with_its_line_and_one_of_rdf_xml_with_its_element():
    assert _begins("<x:1> <x:p> 'a' .".replace("'", '"') + "\n# c\n<x:2> <x:p> <x:o> .", "nt") == ["<x:1>", "<x:2>"]
    text = f"""<r:RDF xmlns:r="{ox_rdf("")}" xmlns:e="x:">
<e:T r:about="x:s" e:a="1"><e:p>
one</e:p> <e:q r:resource="x:o"/> <e:r><e:U/></e:r></e:T>
</r:RDF>
"""
    assert _begins(text, "rdf") == ["<e:T", "<e:T", "<e:p>", "<e:q", "<e:U/></e:r></e:T>", "<e:U/></e:r></e:T>"]


JSON_LD = """{
  "@context": {"e": "x:", "id": "@id", "kind": "@type", "knows": {"@id": "e:knows", "@type": "@id"}},
  "e:name": ["one",
             {"@value": "two", "@language": "en"}],
  "e:size": 3.5, "e:old": true,
  "knows": "x:other",
  "e:part": {"e:name": "inner",
             "kind": "e:Part"},
  "id": "x:s",
  "e:list": {"@list": ["first", 2]},
  "kind": ["e:Thing", "e:Other"]
}
"""


def test_a_statement_of_json_ld_is_in_the_smallest_member_or_item_that_holds_it():
    """Wherever `@id` and `@type` stand, and whatever they are called."""
    found = {}
    for s in statements(JSON_LD.encode(), by_name("jsonld")):
        value = "_:" if isinstance(s.quad.object, ox.BlankNode) else s.quad.object.value
        found.setdefault((s.quad.predicate.value.replace("#", "/").rpartition("/")[2], value), (s.line, s.begins[0]))
    assert found == {
        ("x:name", "one"): (3, 3), ("x:name", "two"): (4, 3), ("x:size", "3.5E0"): (5, 5), ("x:old", "true"): (5, 5),
        ("x:knows", "x:other"): (6, 6), ("x:part", "_:"): (7, 7), ("x:name", "inner"): (7, 7),
        ("type", "x:Part"): (8, 8), ("x:list", "_:"): (10, 10), ("first", "first"): (10, 10),
        ("first", "2"): (10, 10), ("rest", "_:"): (1, 1), ("rest", ox_rdf("nil")): (1, 1),
        ("type", "x:Thing"): (11, 11), ("type", "x:Other"): (11, 11),
    }  # fmt: skip


TEXTS = st.text('abc "\\é\n{}[],:', min_size=1, max_size=6)
NODES = st.recursive(
    st.builds(lambda t: {"@value": t, "@language": "sv"}, TEXTS) | TEXTS,
    lambda inner: st.dictionaries(
        st.sampled_from(["x:a", "x:b", "x:c", "x:d"]), inner | st.lists(inner, min_size=1, max_size=3), min_size=1
    ),
    max_leaves=12,
)


def _numbered(node, names):
    """The node with a number at each text, in any order of keys, and an `@id` or a `@type` here and there."""
    if isinstance(node, str):
        names.append(f"{node}~{len(names)}~")
        return names[-1]
    if isinstance(node, list):
        return [_numbered(n, names) for n in node]
    if "@value" in node:
        return {**node, "@value": _numbered(node["@value"], names)}
    found = {key: _numbered(inner, names) for key, inner in node.items()}
    extra = [{}, {"@id": f"x:s{len(names)}"}, {"@type": "x:T"}, {"@type": ["x:T"], "@id": f"x:s{len(names)}"}]
    return {**found, **extra[len(names) % 4]}


@given(
    st.lists(NODES.filter(lambda n: isinstance(n, dict) and "@value" not in n), min_size=1, max_size=3), st.booleans()
)
def test_a_place_in_json_ld_can_be_found_again_in_the_text(nodes, pretty):
    """Up to the place of a text, the document ends with that text, or with the object that it is the value of."""
    names = []
    document = {"@context": {"z": "x:"}, "@graph": [_numbered(node, names) for node in nodes]}
    text = json.dumps(document, ensure_ascii=False, indent=1 if pretty else None)
    lines = text.split("\n")
    seen = set()
    for s in statements(text.encode(), by_name("jsonld")):
        if isinstance(s.quad.object, ox.Literal):
            seen.add(s.quad.object.value)
            written = json.dumps(s.quad.object.value, ensure_ascii=False)
            if not lines[s.line - 1][: s.column].endswith(written):
                after = "\n".join([lines[s.line - 1][s.column - 1 :], *lines[s.line :]])
                assert written in json.dumps(json.JSONDecoder().raw_decode(after)[0], ensure_ascii=False)
    assert seen == set(names)


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
        (b'<x:s> <x:p> "a" .\n<x:s> <x:p> "\xe9t\xe9" .', 2), (b'<x:s> <x:p> "\xed\xa0\x80" .', 1),
        (b'<x:s> <x:p> "\xc0\x80" .', 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["ttl", "nt", "trig", "rdf", "jsonld"])
def test_what_is_not_utf_8_is_said_with_the_line(data, line, suffix):
    """Latin-1, half a character, one in too many bytes."""
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
        ("<x:s> <x:p> 1\n<x:s> <x:p> 2 .", "ttl", "in line 1 has no dot", (2, 1)),
        ("<x:s> <x:p> 1 <x:q> 2 .", "ttl", "something is missing", (1, 15)),
        ("a:s <x:p> 1 .", "ttl", "the prefix “a:” is used and not declared", (1, 1)),
        ("\n  <x:s> <x:p> foaf:o .", "ttl", "the prefix “foaf:” is used and not declared", (2, 15)),
        ("<s> <x:p> 1 .", "ttl", "the address <s> is relative", (1, 1)),
        ('<x:s> <x:p> "a .', "ttl", "begins here is never closed", (1, 13)),
        ("<x:s> <x:p> <x:y", "ttl", "never closed", (1, 13)),
        ("<x:s> <x:p> <x y> .", "ttl", "there is a space in the address <x y>", (1, 13)),
        ("<x:s> <x:p> .", "nt", "", (1, 13)),
        ("<x:s> 'p' <x:o> .", "ttl", "", (1, 7)),
        ("<x:s> <x:p> “a” .", "ttl", "the quotation mark “ (U+201C)", (1, 13)),
        ('<x:s> <x:p> "C:\\Users\\new" .', "ttl", "\\Users\\new is no escape", (1, 18)),
        ('<x:s> <x:p> "\\uD800" .', "ttl", "half a character", (1, 14)),
        ('<x:s> <x:p> "a"@en_GB .', "ttl", "@en_GB is no language tag", (1, 19)),
        ("<x:s> <x:p> True .", "ttl", "“True” is no value", (1, 13)),
        ("<x:s> <x:p> http://example.org/a .", "ttl", "is not in angle brackets", (1, 13)),
    ],
)  # fmt: skip
def test_what_is_no_rdf_is_said_with_line_column_and_caret(text, suffix, message, place):
    wrong = _refusal(text, suffix)
    assert f"This is not {by_name(suffix).label}" in wrong.message
    assert message in wrong.message
    assert "Parser error" not in wrong.message
    assert (wrong.line, wrong.column) == place
    shown, mark = (wrong.caret or "").split("\n")
    assert text.split("\n")[place[0] - 1].startswith(shown)
    assert mark == " " * (place[1] - 1) + "^"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("<x:s> <x:p> 1\n<x:s> <x:p> 2 .", "Write <x:s> <x:p> 1 ."),
        ("<x:s> <x:p> foaf:o .", "@prefix foaf: <http://xmlns.com/foaf/0.1/> ."),
        ("<x:s> <x:p> skso:o .", "Did you mean “skos:”?"),
        ("<x:s> <x:p> zzzzz:o .", "@prefix zzzzz: <…> ."),
        ("<x:s> <x:p> <https://example.org/clean water> .", "Write <https://example.org/clean-water>"),
        ("<x:s> <x:p> “BSR Stars”@en .", 'Write "BSR Stars"@en .'),
        ("<x:s> <x:p> http://example.org/a .", "Write <http://example.org/a>."),
        ("<x:s> <x:p> True .", "Write true."),
    ],
)  # fmt: skip
def test_the_likely_repair_is_proposed(text, hint):
    assert hint in (_refusal(text).hint or "")


def test_a_fault_far_into_a_long_line_is_shown_with_what_is_around_it():
    text = "<x:s> <x:p> " + '"å" , ' * 500 + "“a” ."
    wrong = _refusal(text)
    shown, mark = (wrong.caret or "").split("\n")
    assert len(shown) <= 100
    assert shown[len(mark) - 1] == "“"
    assert text[(wrong.column or 0) - 1] == "“"


PAGE = "<!-- saved -->\n<!DOCTYPE html>\n<html><body>404</body></html>"
UPDATE = "PREFIX a: <x:>\n# to add\nINSERT DATA { a:s a:p 1 }"


@pytest.mark.parametrize(
    ("data", "suffix", "like"),
    [
        (PAGE, "ttl", "an HTML page"), (PAGE, "rdf", "an HTML page"), ("  <html lang='en'>", "jsonld", "an HTML page"),
        (gzip.compress(b"<x:s> <x:p> 1 ."), "ttl", "gzip"), (b"PK\x03\x04\x14\0", "ttl", "ZIP"),
        (b"%PDF-1.7", "nt", "PDF"),
        ("<x:s> <x:p> 1 .".encode("utf-16"), "ttl", "UTF-16"), ("<x:s> <x:p> 1 .".encode("utf-16-le"), "nt", "UTF-16"),
        (UPDATE, "ttl", "SPARQL"), ("select * { ?s ?p ?o }", "nt", "SPARQL"), (UPDATE, "jsonld", "SPARQL"),
        ("@prefix a: <x:> .\n{ ?x a a:T } => { ?x a a:U } .", "ttl", "Notation3"),
        ("<x:g> { <x:s> <x:p> 1 }", "ttl", "TriG"), ("GRAPH <x:g> { <x:s> <x:p> 1 }", "ttl", "TriG"),
        ('{"@id": "x:s"}', "ttl", "JSON-LD"), ('[{"@id": "x:s"}]', "rdf", "JSON-LD"),
        ("<?xml version='1.0'?><rdf:RDF/>", "ttl", "RDF/XML"), ("<rdf:RDF xmlns:a='x:'/>", "jsonld", "RDF/XML"),
        ("@prefix a: <x:> .", "jsonld", "Turtle"), ("<x:s> <x:p> 1 .", "rdf", "Turtle"),
        ("name,country\nHarbour,SE\nLights,FI\n", "ttl", "a table"), ("name;year\nA;2010\n", "jsonld", "a table"),
    ],
)  # fmt: skip
def test_what_something_else_looks_like_is_said(data, suffix, like):
    wrong = _refusal(data, suffix)
    assert like in wrong.message
    assert by_name(suffix).label in wrong.message
    assert wrong.hint


@pytest.mark.parametrize(
    ("text", "suffix", "place", "hint"),
    [
        ("<rdf:RDF", "rdf", 1, ""), ("{", "jsonld", 1, ""), ("[1", "jsonld", 1, ""), ("<a/><b/>", "rdf", 1, ""),
        ('{\n "a": 1,\n}', "jsonld", 3, "Take the comma before it out."), ('{\n\n"a" 1}', "jsonld", 3, ""),
        ('{"a": “b”}', "jsonld", 1, "straight"), ("", "jsonld", 1, ""), ('{"a": 01}', "jsonld", 1, ""),
        ("<a>\n<b></a>", "rdf", 2, "the inner one first"), ("<a>\n\n&nbsp;</a>", "rdf", 3, ""),
        ("<a>\n<b:c/></a>", "rdf", 2, "Declare the prefix"), ("<a>1 < 2</a>", "rdf", 1, "&lt;"),
        ('<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<r:li/>\n</r:RDF>', "rdf", 2, ""),
    ],
)  # fmt: skip
def test_what_is_no_json_and_no_xml_is_said_with_its_line(text, suffix, place, hint):
    wrong = _refusal(text, suffix)
    assert wrong.message.startswith("This is not")
    assert wrong.line == place
    assert hint in (wrong.hint or "")


def test_a_key_that_is_there_twice_is_refused_where_it_comes_again():
    """The parser would keep one of the values and say nothing."""
    wrong = _refusal('{"@id": "x:s",\n "x:p": 1,\n "x:q": {"x:p": 2},\n "x:\\u0070": 3}', "jsonld")
    assert (wrong.line, wrong.column) == (4, 2)
    assert "“x:p”" in wrong.message


def test_relative_iris_are_resolved_only_against_a_base_that_is_given():
    found = list(statements(b"<s> <x:p> <o> .", by_name("ttl"), base="https://example.org/a/"))
    assert str(found[0].quad.object) == "<https://example.org/a/o>"
    assert "relative" in _refusal("<s> <x:p> <o> .").message
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


SUITES = {
    "rdf11/rdf-turtle": "ttl", "rdf11/rdf-n-triples": "nt", "rdf11/rdf-n-quads": "nq", "rdf11/rdf-trig": "trig",
    "rdf11/rdf-xml": "rdf", "json-ld/toRdf": "jsonld",
}  # fmt: skip


@pytest.mark.parametrize("suite", SUITES)
def test_the_quads_are_those_of_the_plain_parse_for_every_file_of_the_w3c(suite, conformance_dir):
    """One word at a time or the file at once: the same quads, and the same files refused."""
    form = by_name(SUITES[suite])
    files = sorted(p for p in (conformance_dir / suite).rglob(f"*.{form.suffix}") if p.name != "manifest.ttl")
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
