"""What must not come through the door of a file, whichever command opens it: the parser's process is at stake."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bsrgraph.errors import ContentError, TooLarge
from bsrgraph.formats import by_name
from bsrgraph.ledger import Ledger
from bsrgraph.load import difference, everything, load_directory, load_file
from bsrgraph.parse import statements, unpacked
from bsrgraph.store.connect import in_memory
from bsrgraph.validate import Contributed

IRI = "http://example.org/graph"
BAD = {
    "deep.jsonld": (b'{"http://x/p": ' * 61 + b'"x"' + b"}" * 61, "nested"),
    "bomb.rdf": (b'<?xml version="1.0"?>\n<!doctype x [<!ENTITY a "b">]>\n<x/>', "DOCTYPE"),
    "triple-term.ttl": (b"<http://x/s> <http://x/p> <<( <http://x/a> <http://x/b> 1 )>> .", "RDF 1.2"),
    "direction.ttl": (b'<http://x/s> <http://x/p> "x"@en--ltr .', "RDF 1.2"),
    "long.nt": (b'<http://x/s> <http://x/p> "' + b"x" * 256_001 + b'" .', "256,000"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_ends_a_parser_or_no_format_can_carry_is_refused_when_read(name: str) -> None:
    data, why = BAD[name]
    with pytest.raises(ContentError, match=why):
        Contributed.read(name, data)


@pytest.mark.parametrize("name", [*BAD, "named.nq"])
def test_a_load_of_it_changes_nothing(name: str, tmp_path: Path, alpine) -> None:
    store, ledger = in_memory(alpine.quads()), Ledger(tmp_path / "ledger.db")
    path = tmp_path / name
    path.write_bytes(BAD.get(name, (b"<http://x/s> <http://x/p> 1 <http://x/other> .", ""))[0])
    version = store.version
    with pytest.raises(ContentError) as wrong:
        load_file(store, alpine, ledger, path, IRI, None)
    assert wrong.value.file == str(path)
    assert (store.version, ledger.files()) == (version, [])


def test_json_in_strings_is_no_nesting_and_sixty_levels_are_read() -> None:
    data = b'{"http://x/p": ' * 60 + b'"' + b"[{(" * 100 + b'"' + b"}" * 60
    assert len(list(statements(data, by_name("jsonld")))) == 60


def test_a_loaded_graph_has_its_class_is_remembered_and_is_rebuilt(tmp_path: Path, alpine) -> None:
    store, ledger = in_memory(alpine.quads()), Ledger(tmp_path / "ledger.db")
    path = tmp_path / "more.nt.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf<http://x/s> <http://x/p> _:b .\n_:b <http://x/p> "1" .'))
    seen: list[int] = []
    load_file(store, alpine, ledger, path, IRI, lambda _name, done, _total: seen.append(done))
    assert seen[-1] == path.stat().st_size
    assert [f.graph for f in ledger.files()] == [IRI]
    assert difference(store, in_memory(everything(alpine, ledger))) == (0, 0)
    assert difference(store, in_memory(alpine.quads())) == (3, 0), "two triples and the class of the graph"
    assert load_directory(store, alpine, ledger) is False, "nothing has changed since"
    path.write_bytes(b"something else")
    assert "has changed" in str(ledger.files()[0].fault())


def test_gzip_is_unpacked_whole_or_refused() -> None:
    assert unpacked(gzip.compress(b"text")) == b"text"
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(bytes(33 * 2**20)))
    with pytest.raises(ContentError, match="breaks off"):
        unpacked(gzip.compress(b"text" * 1000)[:-9])
    with pytest.raises(ContentError, match="no gzip"):
        unpacked(b"text")
    packed = gzip.compress(b'<http://x/s> <http://x/p> "1" .')
    assert len(Contributed.read("a.nt.gz", packed).statements) == 1
