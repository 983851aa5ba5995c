"""A self-check of one configuration: what a person would look at first when something is not right."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bsrgraph.children import Child, ChildDied, Deadline
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.errors import BsrgraphError
from bsrgraph.ledger import Ledger
from bsrgraph.settings import Settings
from bsrgraph.store.connect import connect

__all__ = ["Finding", "examine"]

_WALLS = {"memory", "namespace", "seccomp"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and whether it is as it should be."""

    what: str
    found: str
    sound: bool


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at the graph directory, the state directory, the store, the ledger and the child processes."""
    directory = Path(settings.graph) if settings.graph else packaged()
    try:
        count = sum(1 for _ in Corpus(directory).quads())
        yield Finding("graph directory", f"{directory}, {count:,} statements", sound=True)
    except BsrgraphError as error:
        yield Finding("graph directory", error.message, sound=False)
    state = Path(settings.state)
    if not state.exists():
        yield Finding("state directory", f"{state} is not there yet; `bsrgraph load` or `serve` makes it", sound=True)
    else:
        yield Finding("state directory", str(state.resolve()), sound=state.is_dir() and os.access(state, os.W_OK))
        if not state.is_dir():
            return
        yield from _store(settings)
        yield from _ledger(state)
    yield _child(settings)


def _store(settings: Settings) -> Iterator[Finding]:
    try:
        store = connect(settings)
        made = bool(store.notes)
        yield Finding("store", f"version {store.version}" if made else "no version yet", sound=made)
    except BsrgraphError as error:
        yield Finding("store", error.message, sound=False)


def _ledger(state: Path) -> Iterator[Finding]:
    try:
        for file in Ledger(state / "ledger.db").files():
            yield Finding("loaded file", file.fault() or f"{file.path} as {file.graph}", sound=file.fault() is None)
    except BsrgraphError as error:
        yield Finding("ledger", error.message, sound=False)


def _child(settings: Settings) -> Finding:
    """Starts one child and sees which of its walls stand on this machine."""
    child = Child("bsrgraph.store.query_child", [str(settings.worker_memory), str(settings.result_limit)])
    try:
        walls = set(json.loads(child.wait_ready(15)))
    except (ChildDied, Deadline, ValueError) as error:
        return Finding("child processes", f"cannot be started: {error}", sound=False)
    finally:
        child.close()
    missing = sorted(_WALLS - walls)
    told = f"walls: {', '.join(sorted(walls))}" + (f"; missing here: {', '.join(missing)}" if missing else "")
    # Either of the two closes the network; without both only `guard` does.
    return Finding("child processes", told, sound="memory" in walls and bool(walls & {"namespace", "seccomp"}))
