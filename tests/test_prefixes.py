"""Which prefixes a document declares."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES, XSD
from bsrgraph.prefixes import used_prefixes


def test_only_prefixes_of_use_are_declared() -> None:
    thing, label = ox.NamedNode("https://example.org/a/b"), ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    named = ox.Triple(thing, label, ox.Literal("b", language="en"))
    counted = ox.Triple(thing, label, ox.Literal("2013", datatype=ox.NamedNode(XSD + "gYear")))
    assert used_prefixes([named]) == {"skos": PREFIXES["skos"]}
    assert used_prefixes([ox.Quad(*named), ox.Quad(*counted)]) == {"skos": PREFIXES["skos"], "xsd": XSD}
    assert used_prefixes([]) == {}
