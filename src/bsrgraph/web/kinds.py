"""What kinds are called, for people: the label of the class or code list that has the kind."""

from __future__ import annotations

from dataclasses import dataclass

from bsrgraph.derived import once_a_version
from bsrgraph.pages import Label, layout
from bsrgraph.search import TERM
from bsrgraph.store.port import Store
from bsrgraph.web.respond import languages
from bsrgraph.web.state import State

__all__ = ["KindNames", "kind_names"]

_MOST = 32
"""Lists of languages for which names are kept."""


@dataclass(frozen=True, slots=True)
class KindNames:
    """Kind → the IRI of its class or code list, and its name for one reader."""

    classes: dict[str, str]
    names: dict[str, Label]

    def of(self, kind: str) -> Label:
        """What things of this kind are called; the kind itself where nothing says it."""
        return self.names.get(kind) or Label(kind.replace("-", " "))


@once_a_version
def _known(store: Store) -> tuple[dict[str, str], dict[tuple[str, ...], dict[str, Label]]]:
    kinds: dict[str, str] = {}
    for iri, kind in sorted(layout(store).kinds.items()):
        kinds.setdefault(kind, iri)
    return kinds, {}


def kind_names(here: State) -> KindNames:
    """The names of all kinds in the languages of the current request."""
    classes, known = _known(here.store)
    wanted = tuple(languages())
    names = known.get(wanted)
    if names is None:
        labels = here.labels()
        labels.look_up(classes.values())
        names = {kind: labels.of(iri) for kind, iri in classes.items()}
        names.setdefault(TERM, Label("Term of the ontology", "en"))
        if len(known) < _MOST:
            known[wanted] = names
    return KindNames(classes, names)
