"""What is made once a version is made once, is whole, and is made anew for the next."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from bsrgraph import derived
from bsrgraph.derived import DerivedFiles, Maker, once_a_version
from bsrgraph.errors import StoreError
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


def test_of_those_who_ask_for_a_value_at_once_one_makes_it() -> None:
    calls: list[str] = []

    @once_a_version
    def value(store: Store) -> int:
        time.sleep(0.05)
        calls.append(store.version)
        return len(calls)

    store = in_memory([])
    asking = [threading.Thread(target=value, args=(store,)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(calls) == 1


def test_what_takes_long_is_made_beside_and_found_by_who_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "_WAIT", 0.05)
    made: dict[Version, str] = {}
    go_on = threading.Event()
    store = in_memory([])

    def make() -> None:
        go_on.wait(10)
        made[store.version] = "it"

    maker = Maker(store, made.get, make)
    assert maker.current() is None
    assert maker.current() is None  # and is not begun a second time
    go_on.set()
    monkeypatch.setattr(derived, "_WAIT", 10)
    assert maker.current() == "it"


def test_what_could_not_be_made_is_told_and_tried_again() -> None:
    made: dict[Version, str] = {}
    store = in_memory([])

    def make() -> None:
        if not made:
            made[Version("other")] = ""
            raise StoreError("The disk is full.")
        made[store.version] = "it"

    maker = Maker(store, made.get, make)
    with pytest.raises(StoreError, match="disk is full"):
        maker.current()
    assert maker.current() == "it"


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
