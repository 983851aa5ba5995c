"""Which of the well-known prefixes a document has a use for."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES

__all__ = ["used_prefixes"]


def used_prefixes(statements: Iterable[ox.Triple | ox.Quad]) -> dict[str, str]:
    """Prefix → namespace, for the namespaces of the IRIs and datatypes in these statements."""
    spaces: set[str] = set()
    for statement in statements:
        for term in (statement.subject, statement.predicate, statement.object):
            iri = term.value if isinstance(term, ox.NamedNode) else ""
            if isinstance(term, ox.Literal) and not term.language:
                iri = term.datatype.value
            spaces.add(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1])
    return {prefix: space for prefix, space in PREFIXES.items() if space in spaces}
