"""From what the settings say to a store, loaded with its graph directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Change, Store
from bsrgraph.store.remote import RemoteStore

__all__ = ["connect", "in_memory"]


def connect(settings: Settings) -> Store:
    """The store that the settings name: another server's endpoint, else generations under the state directory."""
    if settings.store:
        return RemoteStore(settings)
    return EmbeddedStore(Path(settings.state), settings)


def in_memory(quads: Iterable[ox.Quad]) -> Store:
    """A store of these quads that leaves nothing behind."""
    store = MemoryStore()
    store.apply(Change(lambda: quads, anew=True))
    return store
