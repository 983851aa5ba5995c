"""What every request of one application shares."""

from __future__ import annotations

from dataclasses import dataclass

import flask

from bsrgraph.corpus import Corpus
from bsrgraph.pages import Labels, Layout, layout
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.respond import languages

__all__ = ["State", "state"]


@dataclass(frozen=True, slots=True)
class State:
    """The settings in force, the graph directory and the store made from it."""

    settings: Settings
    corpus: Corpus
    store: Store

    def labels(self) -> Labels:
        """Names in the languages of the current request."""
        return Labels(self.store, self.corpus.space, languages())

    @property
    def layout(self) -> Layout:
        """How pages are laid out in the store's version."""
        return layout(self.store)


def state() -> State:
    """The state of the application that answers the current request."""
    found = flask.current_app.extensions["bsrgraph"]
    if not isinstance(found, State):
        raise TypeError("create_app() has not been called for this application")
    return found
