"""A copy of what cannot be rebuilt: the ledger and the files that were loaded. Both ways while a server runs.

A backup is a folder: `ledger.db`, `files/` and `manifest.json`, which names the digest of each and that of the graph
directory, which is the publisher's own and not in it. It is whole or not there.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bsrgraph.contribute.workflow import Workflow
from bsrgraph.corpus import Corpus
from bsrgraph.errors import Conflict, StoreError, UsageError
from bsrgraph.ledger import Actor, ContributionState, Ledger, file_digest, now
from bsrgraph.load import make_anew
from bsrgraph.version import VERSION

__all__ = ["Manifest", "back_up", "restore", "verified"]

_LEDGER, _FILES, _MANIFEST = "ledger.db", "files", "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup: when and by which program it was made, and the SHA-256 of everything in it.

    `files` gives for each loaded graph the name of its copy; `contributions` how many there are in each state.
    """

    made: str
    software: str
    graph_directory: str
    ledger: str
    files: dict[str, str]
    contributions: dict[str, int]


def back_up(corpus: Corpus, ledger: Ledger, target: Path) -> Manifest:
    """Writes a backup to the folder `target`, and reads it again to see that it is good.

    Raises:
        UsageError: there is something at `target` already.
        StoreError: a loaded file is missing or has changed, or the copy cannot be written.

    """
    if target.exists():
        raise UsageError(f"{target} is there already.", hint="Name a folder that is to be made.")
    half_made = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        (half_made / _FILES).mkdir(parents=True)
        half_made.chmod(0o700)  # it holds what was not accepted, and where people came from
        ledger.copy_to(half_made / _LEDGER)
        copied = Ledger(half_made / _LEDGER)
        files: dict[str, str] = {}
        for file in copied.files():
            if fault := file.fault():
                raise StoreError(f"There can be no backup: {fault}.", hint="Put the file back, or load another.")
            files[file.graph] = file.sha256 + "".join(Path(file.path).suffixes)
            shutil.copyfile(file.path, half_made / _FILES / files[file.graph])
        counts = {state.value: count for state, count in copied.contributions.counts().items()}
        copied.close_for_good()
        digest = file_digest(half_made / _LEDGER)
        manifest = Manifest(now(), f"bsrgraph {VERSION}", corpus.digest, digest, files, counts)
        (half_made / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        verified(half_made)
        for path in half_made.rglob("*"):
            _sync(path)
        half_made.rename(target)
        _sync(target.parent)
    except OSError as error:
        raise StoreError(f"The backup cannot be written: {error}") from error
    finally:
        shutil.rmtree(half_made, ignore_errors=True)
    return manifest


def verified(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`, once everything in it has been read and is what it should be.

    Raises:
        UsageError: this is no backup.
        StoreError: something in it is missing or damaged.

    """
    try:
        manifest = Manifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{folder} is no backup: {error}") from error
    wanted = {_LEDGER: manifest.ledger}
    wanted |= {f"{_FILES}/{name}": name.partition(".")[0] for name in manifest.files.values()}
    for name, digest in wanted.items():
        if not (folder / name).is_file() or file_digest(folder / name) != digest:
            raise StoreError(f"The backup {folder} is damaged: {name} is missing or has changed.")
    Ledger.require_sound(folder / _LEDGER)
    return manifest


def restore(workflow: Workflow, folder: Path, by: Actor, *, force: bool) -> Manifest:
    """Makes the ledger and the store what they were when the backup was made, as a new version.

    What was erased or revoked since stays so, and everybody is logged out. Other decisions since are lost.

    Raises:
        Conflict: something has been decided since, and `force` is not set.
        StoreError: the backup is damaged, or the store cannot be made; then nothing has changed.

    """
    manifest = verified(folder)
    ledger = workflow.ledger
    with ledger.deciding():
        if not force and not ledger.is_empty:
            raise Conflict(
                "There is a ledger already, and what was decided since the backup would be lost.",
                hint="Back it up first, then say --force.",
            )
        prepared = ledger.path.with_name(f".restore.{os.getpid()}.tmp")
        try:
            shutil.copyfile(folder / _LEDGER, prepared)
            _prepare(Ledger(prepared), ledger, manifest, folder, by)
            ledger.copy_from(prepared)
        finally:
            for leftover in prepared.parent.glob(f"{prepared.name}*"):
                leftover.unlink()
        make_anew(workflow.store, workflow.corpus, ledger)
    workflow.finish_erasures()
    return manifest


def _prepare(prepared: Ledger, live: Ledger, manifest: Manifest, folder: Path, by: Actor) -> None:
    """Makes the restored ledger fit for here before anybody sees it: files in place, nothing back that was to go."""
    for file in prepared.files():
        if file.fault() is not None:
            kept = live.path.parent / _FILES / manifest.files[file.graph]
            kept.parent.mkdir(exist_ok=True)
            shutil.copyfile(folder / _FILES / manifest.files[file.graph], kept)
            _sync(kept)
            prepared.note_file(replace(file, path=str(kept.resolve())))
    for erased in live.contributions.latest((ContributionState.ERASED,), limit=2**31):
        found = prepared.contributions.find(erased.id)
        if found is not None and found.state is not ContributionState.ERASED:
            prepared.contributions.erase(erased.id, by, erased.reason or "")
    revoked = [t.id for t in live.access.tokens() if t.revoked_at]
    prepared.access.after_restoring(revoked, by, manifest.made)
    prepared.close_for_good()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
