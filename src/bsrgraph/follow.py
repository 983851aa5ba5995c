"""Makes the store hold what the ledger says is accepted, whatever came between the two.

The ledger decides first, on disk, and the store follows: a process that ends in between leaves a decision that is not
applied yet, and whoever comes next applies it. Doing it twice does no harm.
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from bsrgraph.contributed import graphs_of, quads_of
from bsrgraph.corpus import Corpus
from bsrgraph.ledger import Key, Ledger, digest_of
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Change, Store

__all__ = ["NOTE", "follow", "follows"]

NOTE = "contributions"
"""Under this name a version of the store notes the digest of the contributions that it holds."""
_STEP = re.compile(r"contribution-([0-9a-f]{16})#accepted-(\d+)\Z")


def follows(store: Store, ledger: Ledger) -> bool:
    """Whether the store holds what is accepted and nothing else, and the ledger knows it."""
    wanted = ledger.contributions.accepted()
    return _noted(store) == digest_of(wanted) and ledger.contributions.applied() == wanted


def follow(store: Store, corpus: Corpus, ledger: Ledger) -> bool:
    """Brings the store up to the ledger, in one version; whether it had to be changed.

    To be called while `ledger.deciding()`.

    Raises:
        StoreError: the version could not be made; the store is as it was.

    """
    wanted = ledger.contributions.accepted()
    applied = ledger.contributions.applied()
    if _noted(store) == digest_of(wanted):
        if applied != wanted:
            ledger.contributions.note_applied(store.version)
        return False
    held = applied if _noted(store) == digest_of(applied) else _held(store, corpus)
    coming = ledger.contributions.of_keys(wanted - held)
    changed = sorted({identifier for identifier, _ in wanted ^ held})
    quads = [q for one, nquads in coming for q in quads_of(corpus.space, one, nquads)]
    remove = [graph for identifier in changed for graph in graphs_of(corpus.space, identifier)]
    notes = {**store.notes, NOTE: digest_of(wanted)}
    version = store.apply(Change(lambda: quads, remove=remove, notes=notes))
    ledger.contributions.note_applied(version)
    return True


def _noted(store: Store) -> str:
    return store.notes.get(NOTE, digest_of(()))


def _held(store: Store, corpus: Corpus) -> set[Key]:
    """The keys of what the store itself says that it holds; what files of the graph directory state is not counted."""
    found: set[Key] = set()
    for row in rows(store, query_text("contributed")):
        graph, step = row["graph"].value, row.get("step")
        if graph in corpus.graphs or not graph.startswith(corpus.space.contributions):
            continue
        match = _STEP.search(step.value) if isinstance(step, ox.NamedNode) else None
        found.add((match[1], int(match[2])) if match else (graph.removeprefix(corpus.space.contributions), 0))
    return found
