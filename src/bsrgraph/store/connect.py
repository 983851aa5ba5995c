"""From what the settings say to a store."""

from __future__ import annotations

from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Store

__all__ = ["connect"]


def connect() -> Store:
    """The store to use: the embedded one."""
    return EmbeddedStore()
