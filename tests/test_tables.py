"""Tables: what a kind's shape makes of columns, what cells mean, and what is wrong with which of them."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph import errors
from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD
from bsrgraph.settings import Settings
from bsrgraph.tables import (
    Candidate,
    Schema,
    SheetReader,
    Table,
    as_csv,
    as_xlsx,
    read_csv,
    read_rows,
    read_xlsx,
    slug,
)
from bsrgraph.tables.form import Filled, as_turtle, read_form, shown
from bsrgraph.tables.sheet import column_letters

ID = "https://w3id.org/bsrgraph/id/"
LABEL = PREFIXES["skos"] + "prefLabel"
KNOWN = {
    "sweden": [("country/swe", "Sweden", 1.0)],
    "latvia": [("country/lva", "Latvia", 1.0)],
    "swedn": [("country/swe", "Sweden", 0.9)],
    "springfield": [
        ("organisation/springfield-a", "Springfield", 1.0),
        ("organisation/springfield-b", "Springfield", 1.0),
    ],
    "stardust": [("project/stardust", "StarDust", 1.0)],
}
DESCRIBED = {ID + path for found in KNOWN.values() for path, _, _ in found}


@pytest.fixture(scope="module")
def schema(corpus: Corpus) -> Schema:
    """The kinds of the shipped graph."""
    return Schema(corpus)


def names(text: str, kinds: Sequence[str]) -> list[Candidate]:
    """Things by name, as a graph of five would know them."""
    found = KNOWN.get(text.casefold(), [])
    return [Candidate(ID + path, name, score) for path, name, score in found if path.partition("/")[0] in kinds]


Read = Callable[..., Table]


@pytest.fixture
def read(corpus: Corpus, schema: Schema) -> Read:
    """Reads a CSV table of a kind."""

    def read_(text: str, kind: str = "organisation") -> Table:
        sheet = read_csv(text.encode())
        return read_rows(sheet, schema.kinds[kind], schema, corpus.space, names, DESCRIBED.__contains__, "table.csv")

    return read_


def values(table: Table, path: str) -> list[str]:
    """The values of a property, as N-Triples write them."""
    return [str(s.quad.object) for s in table.statements if s.quad.predicate.value == path]


def told(table: Table) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and suggestion of each finding."""
    return [(f.code, f.cell, f.suggestion) for f in table.findings]


# -- fields -----------------------------------------------------------------


def test_the_fields_of_a_kind_are_those_of_its_shape_and_of_the_wider_ones(schema: Schema) -> None:
    pilot = schema.kinds["pilot"]
    names_ = [f.name for f in pilot.fields]
    assert names_[0] == "prefLabel"
    assert "involvesCountry" in names_
    assert len(names_) == len(set(names_))
    start = pilot.field("Start")
    assert start is not None
    assert start is pilot.field("bsr:startDate") is pilot.field(BSR + "startDate") is pilot.field(" STARTDATE ")
    assert set(start.datatypes) == {XSD + "date", XSD + "gYearMonth", XSD + "gYear"}


def test_a_field_offers_the_values_of_its_list(schema: Schema) -> None:
    role = schema.kinds["participation"].field("role")
    assert role is not None
    assert ox.NamedNode(ID + "role/lead-partner") in {c.term for c in role.choices}
    assert not role.several


def test_a_field_knows_the_kinds_below_a_class(schema: Schema) -> None:
    field = schema.kinds["participation"].field("participatesIn")
    assert field is not None
    assert {"project", "pilot", "programme"} <= set(field.kinds)


def test_the_kinds_of_another_directory_are_its_own(alpine: Corpus) -> None:
    kinds = Schema(alpine).kinds
    assert kinds
    assert "organisation" not in kinds
    for kind in kinds.values():
        assert kind.fields
        assert kind.label


# -- cells ------------------------------------------------------------------


def test_a_row_becomes_a_thing_with_its_facts(read: Read) -> None:
    table = read(
        "prefLabel@sv;basedIn;organisationType;homepage\nHamnstad kommun;Sweden;public body;https://example.org/\n"
    )
    assert not table.findings
    subject = ox.NamedNode(ID + "organisation/hamnstad-kommun")
    assert {s.quad.subject for s in table.statements} == {subject}
    assert values(table, RDF_TYPE) == [f"<{BSR}Organisation>"]
    assert values(table, LABEL) == ['"Hamnstad kommun"@sv']
    assert values(table, BSR + "basedIn") == [f"<{ID}country/swe>"]
    assert values(table, BSR + "organisationType") == [f"<{ID}organisation-type/public-body>"]
    assert values(table, PREFIXES["foaf"] + "homepage") == ["<https://example.org/>"]
    assert {(s.row, s.cell) for s in table.statements if s.quad.predicate.value == BSR + "basedIn"} == {(2, "B2")}


@pytest.mark.parametrize(
    "cell", ["Sweden", "SWEDEN", "country/swe", "country:swe", f"{ID}country/swe", f"<{ID}country/swe>"]
)
def test_a_thing_is_named_in_many_ways(read: Read, cell: str) -> None:
    assert values(read(f"prefLabel,basedIn\nA,{cell}\n"), BSR + "basedIn") == [f"<{ID}country/swe>"]


def test_several_values_stand_in_one_cell(read: Read) -> None:
    table = read("prefLabel,involvesCountry\nHarbour Lights,Sweden | Latvia\n", "project")
    assert values(table, BSR + "involvesCountry") == [f"<{ID}country/swe>", f"<{ID}country/lva>"]
    several = read("participant,participatesIn,role\nspringfield,StarDust,partner|lead partner\n", "participation")
    assert ("several-values", "C2", None) in told(several)


def test_an_ambiguous_name_comes_back_with_its_candidates(read: Read) -> None:
    table = read("prefLabel,subOrganizationOf\nHarbour office,Springfield\n")
    (finding,) = table.findings
    assert (finding.code, finding.row, finding.cell) == ("ambiguous", 2, "B2")
    assert finding.expected is not None
    assert f"{ID}organisation/springfield-a" in finding.expected
    assert f"{ID}organisation/springfield-b" in finding.expected


@pytest.mark.parametrize(
    ("kind", "header", "cell", "code", "suggestion"),
    [
        ("organisation", "basedIn", "Swedn", "unknown-thing", "Sweden"),
        ("organisation", "organisationType", "public bodi", "not-in-list", "public body"),
        ("organisation", "homepage", "www.example.org", "not-an-address", "https://www.example.org"),
        ("project", "startDate", "17.9.2010", "date-form", "2010-09-17"),
        ("project", "startDate", "9/2010", "date-form", "2010-09"),
        ("project", "startDate", "03/04/2010", "date-form", None),
        ("project", "startDate", "2010-02-30", "no-such-day", None),
        ("project", "startDate", "soon", "date-form", None),
        ("figure", "amount", "1 000 000,50 €", "number-form", "1000000.50"),
        ("figure", "amount", "1.000.000,50", "number-form", "1000000.50"),
        ("figure", "amount", "1,000,000.50", "number-form", "1000000.50"),
        ("figure", "amount", "1.9E7", "number-form", "19000000"),
        ("figure", "amount", "much", "number-form", None),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_with_what_to_write_instead(
    read: Read, kind: str, header: str, cell: str, code: str, suggestion: str | None
) -> None:
    table = read(f'id,{header}\nharbour,"{cell}"\n', kind)
    (finding,) = [f for f in table.findings if f.cell == "B2"]
    assert (finding.code, finding.suggestion, finding.value, finding.line) == (code, suggestion, cell, 2)
    assert cell in finding.message
    if suggestion:
        assert not read(f'id,{header}\nharbour,"{suggestion}"\n', kind).findings


def test_the_last_part_of_an_address_will_do_where_the_shape_gives_the_rest(read: Read) -> None:
    table = read("id,currency\nharbour,eur\n", "figure")
    assert values(table, BSR + "currency") == ["<http://publications.europa.eu/resource/authority/currency/EUR>"]


def test_a_text_may_say_its_own_language(read: Read) -> None:
    table = read("prefLabel,altLabel@de\nA,Hafenamt|Hamnkontor@sv\n")
    assert values(table, PREFIXES["skos"] + "altLabel") == ['"Hafenamt"@de', '"Hamnkontor"@sv']
    assert values(table, LABEL) == ['"A"@und']


# -- columns and rows -------------------------------------------------------


def test_an_unknown_column_is_told_with_the_nearest(read: Read) -> None:
    table = read("prefLabel,basdIn\nA,Sweden\n")
    assert told(table) == [("unknown-column", "B1", "basedIn")]
    assert values(table, LABEL) == ['"A"@und']


def test_a_column_can_make_what_is_not_there_once_for_all_rows(read: Read) -> None:
    table = read(
        "participant+organisation@sv,participatesIn+project,role\n"
        "Hamnstad,StarDust,partner\nHamnstad,Harbour Lights,lead partner\n",
        "participation",
    )
    assert not table.findings
    made = [s.quad.subject.value for s in table.statements if str(s.quad.object) == '"Hamnstad"@sv']
    assert made == [ID + "organisation/hamnstad"]
    assert values(table, BSR + "participatesIn") == [f"<{ID}project/stardust>", f"<{ID}project/harbour-lights>"]
    wrong = read("participant+country,participatesIn\nHamnstad,StarDust\n", "participation")
    assert told(wrong)[0][:2] == ("unknown-column", "A1")


def test_a_row_that_repeats_another_is_told_and_left_out(read: Read) -> None:
    table = read("prefLabel,basedIn\nA,Sweden\nB,Latvia\nA,Sweden\n")
    assert [(f.code, f.row) for f in table.findings] == [("duplicate-row", 4)]
    assert len(values(table, LABEL)) == 2


def test_rows_that_link_the_same_are_told(read: Read) -> None:
    table = read(
        "participant+organisation,participatesIn,role,from\n"
        "Hamnstad,StarDust,partner,2010\nHamnstad,StarDust,partner,2011\nHamnstad,StarDust,lead partner,2011\n",
        "participation",
    )
    assert [(f.code, f.row) for f in table.findings] == [("same-links", 3)]
    assert len({s.quad.subject for s in table.statements if s.quad.predicate.value == BSR + "role"}) == 3


def test_a_name_that_the_graph_has_is_told_and_gets_an_address_of_its_own(read: Read) -> None:
    table = read("prefLabel\nStarDust\n", "project")
    assert told(table) == [("exists-already", "A2", "stardust")]
    assert {s.quad.subject.value for s in table.statements} == {ID + "project/stardust-2"}


def test_two_rows_of_one_name_are_told(read: Read) -> None:
    table = read("prefLabel,basedIn\nA,Sweden\nA,Latvia\n")
    assert told(table) == [("same-name", "A3", None)]


def test_a_row_without_a_name_is_told(read: Read) -> None:
    assert told(read("prefLabel,basedIn\n,Sweden\n")) == [("missing-value", "A2", None)]


def test_an_id_adds_to_a_thing_and_is_held_to_its_kind(read: Read) -> None:
    table = read("id,basedIn\nhamnstad,Sweden\n")
    assert {s.quad.subject.value for s in table.statements} == {ID + "organisation/hamnstad"}
    assert told(read("id,basedIn\nhttps://example.org/x,Sweden\n"))[0][:2] == ("not-an-address", "A2")


def test_the_same_table_says_the_same_twice(read: Read) -> None:
    text = "participant+organisation,participatesIn+project\nA,B\nC,B\n"
    assert read(text, "participation").statements == read(text, "participation").statements


@given(st.text(max_size=30))
def test_a_slug_is_the_last_part_of_an_address(text: str) -> None:
    assert ox.NamedNode(ID + "organisation/" + slug(text)).value.isascii()
    assert slug(text)
    assert slug(slug(text)) == slug(text)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_no_cell_makes_a_table_fail(corpus: Corpus, schema: Schema, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["prefLabel", "basedIn", "homepage"], *rows])
    try:
        sheet = read_csv(out.getvalue().encode())
    except errors.ContentError:
        return
    table = read_rows(sheet, schema.kinds["organisation"], schema, corpus.space, names, DESCRIBED.__contains__, "t.csv")
    for statement in table.statements:
        assert statement.row is not None
        assert statement.cell


# -- sheets -----------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_as_programs_save_it(delimiter: str, encoding: str) -> None:
    text = delimiter.join(["prefLabel", "basedIn"]) + "\r\n" + delimiter.join(['"Å ""b"""', "Łódź"]) + "\r\n\r\n"
    sheet = read_csv(text.encode(encoding))
    assert sheet.header == ("prefLabel", "basedIn")
    assert [(r.number, r.line, r.cells) for r in sheet.rows] == [(2, 2, ('Å "b"', "Łódź"))]


def test_rows_after_a_cell_of_several_lines_have_their_own_line() -> None:
    sheet = read_csv(b'a,b\n"one\ntwo",x\nthree,y\n')
    assert [(r.number, r.line) for r in sheet.rows] == [(2, 2), (3, 4)]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a,b\nx,\xe5\n", 2, "UTF-8"),
        (b'a,b\n"x,y\n', 2, "CSV"),
        (b"\n \n", None, "empty"),
        (b"a,b\nx\x00,y\n", 2, "NUL"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(data: bytes, line: int | None, message: str) -> None:
    with pytest.raises(errors.ContentError, match=message) as caught:
        read_csv(data)
    assert caught.value.line == line


def test_the_values_of_a_workbook_are_written_as_the_graph_writes_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["name", "date", "amount", "whole", "yes"])
    sheet.append(["Å", datetime.datetime(2010, 9, 17), 6.5e6, 19_000_000, True])
    sheet.append([None, datetime.date(2011, 1, 2), 0.1, None, None])
    out = io.BytesIO()
    book.save(out)
    read = read_xlsx(out.getvalue())
    assert read.rows[0].cells == ("Å", "2010-09-17", "6500000", "19000000", "true")
    assert read.rows[1].cells == ("", "2011-01-02", "0.1")


@pytest.fixture
def reader() -> Iterator[SheetReader]:
    """A reader with its child."""
    made = SheetReader(Settings(parse_deadline=20))
    yield made
    made.close()


def test_a_child_reads_the_same(reader: SheetReader, schema: Schema) -> None:
    data = b"prefLabel;basedIn\nA;Sweden\n"
    assert reader.read(data, "csv") == read_csv(data)
    book = as_xlsx(schema.kinds["organisation"])
    assert reader.read(book, "xlsx") == read_xlsx(book)
    with pytest.raises(errors.ContentError, match="UTF-8"):
        reader.read(b"a\n\xff\n", "csv")
    with pytest.raises(errors.ContentError, match="workbook"):
        reader.read(b"PK\x03\x04 no zip", "xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(reader: SheetReader) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (80 * 2**20))
    with pytest.raises(errors.TooLarge):
        reader.read(out.getvalue(), "xlsx")


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_in_spreadsheets(index: int, letters: str) -> None:
    assert column_letters(index) == letters


# -- templates --------------------------------------------------------------


def test_every_kind_has_templates_that_are_read_back(corpus: Corpus, alpine: Corpus) -> None:
    for directory in (corpus, alpine):
        schema = Schema(directory)
        for kind in schema.kinds.values():
            for sheet in (read_csv(as_csv(kind)), read_xlsx(as_xlsx(kind))):
                assert sheet.header[0] == "id"
                table = read_rows(sheet, kind, schema, directory.space, names, DESCRIBED.__contains__, "t")
                assert table.findings == table.statements == ()


def test_a_workbook_offers_the_lists_and_says_what_columns_are_for(schema: Schema) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(schema.kinds["organisation"])))
    assert book.sheetnames == ["Organisation", "Lists", "How to fill it in"]
    offered = {str(v.formula1) for v in book.worksheets[0].data_validations.dataValidation}
    assert offered
    assert "public body" in {cell.value for row in book["Lists"].rows for cell in row}
    assert any("organisationType" in str(row[0].value) for row in book["How to fill it in"].rows)


# -- the real list ----------------------------------------------------------


def test_the_known_defects_of_a_real_list_are_told_by_row(read: Read, reference_dir: Path) -> None:
    found = json.loads((reference_dir / "real" / "interreg-2021-2027-swedish-partners.json").read_bytes())
    roles = {"LP": "lead-partner", "PP": "partner", "AP": "associated-partner"}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["participant+organisation@sv", "participatesIn+project", "role", "from", "until"])
    for row in found:
        names_ = ("organisationsnamn", "projektnamn", "organisationsroll", "startdatum", "slutdatum")
        organisation, project, role, begin, end = (row[n] or "" for n in names_)
        writer.writerow([organisation, project, roles.get(role, role), begin, end])
    table = read(out.getvalue(), "participation")
    same = [f.row for f in table.findings if f.code in ("duplicate-row", "same-links")]
    assert len(same) == 6
    days = {f.value for f in table.findings if f.code == "no-such-day"}
    assert days
    assert all(f.row for f in table.findings)
    without = {s.row for s in table.statements} - {
        s.row for s in table.statements if s.quad.predicate.value == BSR + "participant"
    }
    assert len(without) + sum(f.code == "duplicate-row" for f in table.findings) == 17


# -- forms ------------------------------------------------------------------


def filled(schema: Schema, corpus: Corpus, answers: dict[str, list[str]], stated: Sequence[ox.Triple] = ()) -> Filled:
    """What a form of an organisation says."""
    kind = schema.kinds["organisation"]
    return read_form(answers, kind, schema, corpus.space, names, DESCRIBED.__contains__, frozenset(stated))


def test_a_form_says_what_a_row_of_a_table_says(schema: Schema, corpus: Corpus) -> None:
    form = filled(
        schema, corpus, {"prefLabel": ["Hamnstad | kommun@sv"], "basedIn": ["Sweden", " ", "Latvia"], "id": [""]}
    )
    assert not form.findings
    assert form.subject == ID + "organisation/hamnstad-kommun-sv"[:-3]
    assert {str(s.quad.object) for s in form.statements} == {
        f"<{BSR}Organisation>",
        '"Hamnstad | kommun"@sv',
        f"<{ID}country/swe>",
        f"<{ID}country/lva>",
    }
    quads = list(ox.parse(as_turtle(form.statements), format=ox.RdfFormat.TURTLE))
    assert {q.triple for q in quads} == {s.quad.triple for s in form.statements}


def test_what_is_wrong_in_a_form_names_its_field(schema: Schema, corpus: Corpus) -> None:
    form = filled(schema, corpus, {"prefLabel": [""], "basedIn": ["Swedn"], "homepage": ["www.example.org"]})
    assert {(f.cell, f.code, f.suggestion) for f in form.findings} >= {
        ("basedIn", "unknown-thing", "Sweden"),
        ("homepage", "not-an-address", "https://www.example.org"),
    }
    assert [f.code for f in filled(schema, corpus, {"notation": ["H"]}).findings] == ["missing-value"]


def test_a_form_about_a_thing_says_only_what_is_new(schema: Schema, corpus: Corpus) -> None:
    subject = ox.NamedNode(ID + "organisation/springfield-a")
    stated = [ox.Triple(subject, ox.NamedNode(BSR + "basedIn"), ox.NamedNode(ID + "country/swe"))]
    answers = {"id": [subject.value], "basedIn": ["Sweden"], "homepage": [""]}
    assert filled(schema, corpus, answers, stated).statements == ()
    more = filled(schema, corpus, {**answers, "homepage": ["https://example.org/"]}, stated)
    assert {str(s.quad.object) for s in more.statements} == {f"<{BSR}Organisation>", "<https://example.org/>"}


def test_what_a_form_shows_is_read_as_the_same(schema: Schema, corpus: Corpus) -> None:
    kind = schema.kinds["organisation"]
    terms: dict[str, ox.NamedNode | ox.Literal] = {
        "prefLabel": ox.Literal("Å", language="sv"),
        "organisationType": ox.NamedNode(ID + "organisation-type/public-body"),
        "basedIn": ox.NamedNode(ID + "country/swe"),
        "homepage": ox.NamedNode("https://example.org/"),
        "identifier": ox.Literal("556677-8899"),
    }
    answers = {n: [shown(t, f, corpus.space)] for n, t in terms.items() if (f := kind.field(n))}
    assert len(answers) == len(terms)
    again = {s.quad.object for s in filled(schema, corpus, answers).statements} - {ox.NamedNode(kind.iri)}
    assert again == set(terms.values())
