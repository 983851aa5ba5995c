"""Reads and compares results of queries, independently of the engine: none of its readers is used here.

Two tables are the same if they have the same columns, and their rows are the same bag once blank nodes are
renamed one to one. Two literals are the same if they have the same language, the same datatype and the same
value: the store writes numbers and dates in their canonical form.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import rdflib
from rdflib.compare import isomorphic

_XSD = "http://www.w3.org/2001/XMLSchema#"
_SRX = "{http://www.w3.org/2005/sparql-results#}"
_RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_WHOLE = re.compile(re.escape(_XSD) + r"\w*(?:[iI]nteger|[lL]ong|[iI]nt|[sS]hort|[bB]yte)\Z")


Term = tuple[str, ...]
"""("iri", x), ("bnode", x), ("literal", value, datatype, language), or ("text", x) as CSV has it."""
Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a SELECT, its columns in alphabetical order."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, columns: Sequence[str], rows: Sequence[dict[str, Term]]) -> Table:
        """The table with each row as a mapping from column to term."""
        ordered = tuple(sorted(columns))
        return cls(ordered, tuple(tuple(row.get(c) for c in ordered) for row in rows))


Result = Table | bool | rdflib.Graph
"""The answer to a SELECT, an ASK, a CONSTRUCT."""


def literal(lexical: str, datatype: str = "", language: str = "") -> Term:
    """A literal by its value, as exactly as value and datatype say."""
    if language:
        return ("literal", lexical, "", language.lower())
    datatype = datatype or _XSD + "string"
    return ("literal", _value(lexical, datatype), datatype, "")


def _value(lexical: str, datatype: str) -> str:
    try:
        if _WHOLE.match(datatype):
            return str(int(lexical))
        if datatype == _XSD + "decimal":
            return str(Decimal(lexical).normalize() + 0)
        if datatype in (_XSD + "double", _XSD + "float"):
            return repr(float(lexical))
        if datatype == _XSD + "boolean":
            return {"1": "true", "0": "false"}.get(lexical, lexical)
        if datatype == _XSD + "dateTime":
            return datetime.fromisoformat(lexical).isoformat()
    except (ValueError, InvalidOperation):
        pass
    return lexical


def read(data: bytes, suffix: str, base: str = "") -> Result:
    """A result in the format with this suffix: of W3C's files as well as of our answers."""
    if suffix in ("srj", "json"):
        return _json(data)
    if suffix in ("srx", "xml"):
        return _xml(data)
    if suffix == "csv":
        return _csv(data)
    if suffix == "tsv":
        return _tsv(data)
    graph = rdflib.Graph()
    graph.parse(data=data, format={"rdf": "xml", "jsonld": "json-ld"}.get(suffix, suffix), publicID=base)
    return _result_set(graph) if (None, rdflib.RDF.type, _RS.ResultSet) in graph else graph


def read_file(path: Path, base: str) -> Result:
    """The expected result in a file of the suite."""
    return read(path.read_bytes(), path.suffix.lstrip("."), base + path.name)


def _json(data: bytes) -> Table | bool:
    answer = json.loads(data)
    if "boolean" in answer:
        return bool(answer["boolean"])

    def term(b: dict[str, str]) -> Term:
        if b["type"] == "uri":
            return ("iri", b["value"])
        if b["type"] == "bnode":
            return ("bnode", b["value"])
        assert b["type"] in ("literal", "typed-literal")
        return literal(b["value"], b.get("datatype", ""), b.get("xml:lang", ""))

    rows = [{name: term(b) for name, b in row.items()} for row in answer["results"]["bindings"]]
    return Table.of(answer["head"].get("vars", []), rows)


def _xml(data: bytes) -> Table | bool:
    root = ElementTree.fromstring(data)
    said = root.find(_SRX + "boolean")
    if said is not None:
        return (said.text or "").strip() == "true"

    def term(element: ElementTree.Element) -> Term:
        text = element.text or ""
        if element.tag == _SRX + "uri":
            return ("iri", text)
        if element.tag == _SRX + "bnode":
            return ("bnode", text)
        language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
        return literal(text, element.get("datatype", ""), language)

    names = [v.attrib["name"] for v in root.iter(_SRX + "variable")]
    rows = [{b.attrib["name"]: term(b[0]) for b in row} for row in root.iter(_SRX + "result")]
    return Table.of(names, rows)


def _csv(data: bytes) -> Table:
    names, *rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    names = [n.lstrip("?") for n in names]

    def term(text: str) -> Term:
        if text.startswith("_:"):
            return ("bnode", text)
        return ("text", repr(float(text)) if re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text) else text)

    return Table.of(names, [{n: term(v) for n, v in zip(names, row, strict=True) if v} for row in rows])


_TSV_TERM = re.compile(
    r"""<(?P<iri>[^>]*)>|(?P<bnode>_:\S+)
    |"(?P<text>(?:[^"\\]|\\.)*)"(?:@(?P<language>[\w-]+)|\^\^<(?P<datatype>[^>]*)>)?
    |(?P<double>[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+)|(?P<decimal>[+-]?\d*\.\d+)|(?P<integer>[+-]?\d+)
    |(?P<boolean>true|false)""",
    re.VERBOSE,
)


def _tsv(data: bytes) -> Table:
    head, *lines = data.decode().split("\n")
    assert lines.pop() == "", "the last line is ended as well"
    names = [n.strip().lstrip("?") for n in head.split("\t")] if head else []

    def term(text: str) -> Term:
        found = _TSV_TERM.fullmatch(text)
        assert found is not None, text
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        (kind, value), *rest = parts.items()
        if kind in ("iri", "bnode"):
            return (kind, value)
        if kind != "text":
            return literal(value, _XSD + kind)
        said = dict(rest)
        unescaped = re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n", "r": "\r"}.get(m[1], m[1]), value)
        return literal(unescaped, said.get("datatype", ""), said.get("language", ""))

    rows = [line.split("\t") if names else [] for line in lines]
    return Table.of(names, [{n: term(v.strip()) for n, v in zip(names, row, strict=True) if v.strip()} for row in rows])


def _result_set(graph: rdflib.Graph) -> Table | bool:
    """A table in the vocabulary of W3C's older tests."""
    node = graph.value(None, rdflib.RDF.type, _RS.ResultSet)
    said = graph.value(node, _RS.boolean)
    if said is not None:
        return str(said) == "true"

    def term(value: Any) -> Term:
        if isinstance(value, rdflib.URIRef):
            return ("iri", str(value))
        if isinstance(value, rdflib.BNode):
            return ("bnode", str(value))
        return literal(str(value), str(value.datatype or ""), value.language or "")

    names = [str(v) for v in graph.objects(node, _RS.resultVariable)]
    rows = [
        {str(graph.value(b, _RS.variable)): term(graph.value(b, _RS.value)) for b in graph.objects(s, _RS.binding)}
        for s in graph.objects(node, _RS.solution)
    ]
    return Table.of(names, rows)


def same(left: Result, right: Result) -> bool:
    """Whether two results say the same."""
    if isinstance(left, rdflib.Graph) and isinstance(right, rdflib.Graph):
        return bool(isomorphic(left, right))
    if isinstance(left, Table) and isinstance(right, Table):
        return left.columns == right.columns and _same_rows(list(left.rows), list(right.rows), {}, {})
    return left is right


def _same_rows(left: list[Row], right: list[Row], there: dict[str, str], back: dict[str, str]) -> bool:
    if len(left) != len(right) or Counter(map(_shape, left)) != Counter(map(_shape, right)):
        return False
    if not left:
        return True
    row, *rest = left
    for number, other in enumerate(right):
        if _shape(row) == _shape(other) and (named := _named(row, other, there, back)):
            others = right[:number] + right[number + 1 :]
            if _same_rows(rest, others, *named):
                return True
            if named == (there, back):
                # Nothing was assumed for this pair, so another pair would meet the same end.
                return False
    return False


def _shape(row: Row) -> Row:
    """The row with every blank node the same."""
    return tuple(("bnode", "") if term and term[0] == "bnode" else term for term in row)


def _named(
    row: Row, other: Row, there: dict[str, str], back: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]] | None:
    """The names of blank nodes, there and back, with those that make two rows of one shape equal."""
    there, back = dict(there), dict(back)
    for mine, theirs in zip(row, other, strict=True):
        if not mine or not theirs or mine[0] != "bnode":
            continue
        if there.setdefault(mine[1], theirs[1]) != theirs[1] or back.setdefault(theirs[1], mine[1]) != mine[1]:
            return None
    return there, back
