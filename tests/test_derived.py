"""What is made once a version is made once, is whole, and is made anew for the next."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from bsrgraph.derived import DerivedFiles, once_a_version
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Change, Store, Version

ONE = Version("store-1")


def test_a_value_is_made_once_a_version_and_anew_for_the_next() -> None:
    calls: list[str] = []

    @once_a_version
    def value(store: Store) -> int:
        calls.append(store.version)
        return len(calls)

    store, other = in_memory([]), in_memory([])
    assert [value(store), value(store), value(other)] == [1, 1, 2]
    node = ox.NamedNode("https://example.org/a")
    store.apply(Change(lambda: [ox.Quad(node, node, node, node)]))
    assert value(store) == 3
    assert len(calls) == 3


def test_a_file_is_made_once_by_whoever_asks_first(tmp_path: Path) -> None:
    files, made = DerivedFiles(tmp_path), []

    def slowly(path: Path) -> None:
        time.sleep(0.05)
        made.append(path)
        path.write_text("whole")

    asking = [threading.Thread(target=files.file, args=(ONE, "a.txt", slowly)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(made) == 1
    assert files.file(ONE, "a.txt", slowly).read_text() == "whole"


def test_a_file_that_could_not_be_made_is_not_there_and_is_tried_again(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path)

    def fails(path: Path) -> None:
        path.write_text("half")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        files.file(ONE, "a.txt", fails)
    assert [p.name for p in (tmp_path / ONE).iterdir() if p.suffix != ".lock"] == []
    assert files.file(ONE, "a.txt", lambda path: path.write_text("whole") and None).read_text() == "whole"


def test_files_of_old_versions_go(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path)
    for number in range(8):
        files.file(Version(f"store-{number}"), "a.txt", lambda path: path.write_text("x") and None)
    assert len(list(tmp_path.iterdir())) == 5
    assert (tmp_path / "store-7" / "a.txt").is_file()


def test_a_store_without_versions_gets_its_file_anew_each_time() -> None:
    files, made = DerivedFiles(), []
    for _ in range(2):
        files.file(Version(""), "a.txt", lambda path: made.append(path.write_text("x")))
    assert len(made) == 2
