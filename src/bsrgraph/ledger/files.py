"""The files that were loaded, each as the content of one named graph."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LoadedFile", "describe_file", "file_digest"]


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file that was loaded as the named graph `graph`, with its SHA-256 and when (UTC, ISO 8601)."""

    graph: str
    path: str
    sha256: str
    at: str

    def fault(self) -> str | None:
        """What is wrong with the file now, None if it is still the one that was loaded."""
        path = Path(self.path)
        if not path.is_file():
            return f"{self.path} is missing (it was loaded as {self.graph})"
        if file_digest(path) != self.sha256:
            return f"{self.path} has changed since it was loaded as {self.graph}"
        return None


def describe_file(graph: str, path: Path) -> LoadedFile:
    """The file at `path` as it is now, to be loaded as `graph`."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return LoadedFile(graph, str(path.resolve()), file_digest(path), now)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
