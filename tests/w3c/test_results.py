"""The comparer of results, which must be able to say no."""

from __future__ import annotations

import pytest

from .results import read, same


def table(*rows: str) -> bytes:
    """A table of two columns as TSV."""
    return "\n".join(["?a\t?b", *rows, ""]).encode()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (table("_:x\t_:y", "_:y\t_:x"), table("_:2\t_:1", "_:1\t_:2"), True),
        (table("_:x\t_:y", "_:y\t_:x"), table("_:1\t_:2", "_:1\t_:2"), False),
        (table("_:x\t_:x"), table("_:1\t_:2"), False),
        (table("_:x\t_:y"), table("_:1\t_:1"), False),
        (table("1\t2", "1\t2"), table("1\t2"), False),
        (table("1\t2", "3\t4"), table("3\t4", "1\t2"), True),
        (table("1.50\t"), table("1.5\t"), True),
        (table("1.5\t"), table("1.5e0\t"), False),
        (table('"a"@en\t'), table('"a"@EN\t'), True),
        (table('"a"@en\t'), table('"a"\t'), False),
        (table('"2020-01-01T00:00:00Z"\t'), table('"2020-01-01T00:00:00.000Z"\t'), False),
        (table("<urn:a>\t"), table("\t<urn:a>"), False),
    ],
)
def test_tables_are_the_same_when_their_rows_are(left: bytes, right: bytes, expected: bool) -> None:
    assert same(read(left, "tsv"), read(right, "tsv")) is expected
    assert same(read(right, "tsv"), read(left, "tsv")) is expected


def test_an_answer_of_another_form_is_another_answer() -> None:
    yes, no = b'{"boolean": true}', b'{"boolean": false}'
    assert same(read(yes, "json"), read(yes, "json"))
    assert not same(read(yes, "json"), read(no, "json"))
    assert not same(read(yes, "json"), read(table(), "tsv"))
    assert not same(read(b"<urn:a> <urn:b> 1 .", "ttl"), read(b"<urn:a> <urn:b> 2 .", "ttl"))
