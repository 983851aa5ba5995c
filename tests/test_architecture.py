"""The table of modules in docs/architecture.md is the truth about the imports of src/bsrgraph."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "bsrgraph"
FILES = sorted(SOURCE.rglob("*.py"))
OUTSIDERS = {"flask": "web/", "pyshacl": "validate", "waitress": "web/server", "click": "cli"}


def table() -> dict[str, int]:
    """Module, as `store/port`, → its row."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    found: dict[str, int] = {}
    for row, cell in re.findall(r"^\| (\d+) \| ([^|]+) \|", text, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", cell):
            parts = [p.split(",") for p in re.split(r"[{}]", name)]
            for choice in itertools.product(*parts):
                assert found.setdefault("".join(choice).strip("/"), int(row)) == int(row), f"{choice} is listed twice"
    return found


ROWS = table()


def module(path: Path) -> str:
    """`src/bsrgraph/web/app.py` → `web/app`; a package is called as its folder."""
    return path.relative_to(SOURCE).with_suffix("").as_posix().removesuffix("__init__").strip("/")


def entry(name: str) -> str | None:
    """The entry of the table that a module belongs to: its own, else that of its package."""
    while name and name not in ROWS:
        name = name.rpartition("/")[0]
    return name or None


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever in the file; dots as they are written."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively in line {node.lineno}"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def inner(name: str) -> str:
    """`bsrgraph.store.port.Query` → the module in it: `store/port`."""
    parts = name.split(".")[1:]
    while parts and not (SOURCE.joinpath(*parts).is_dir() or SOURCE.joinpath(*parts).with_suffix(".py").is_file()):
        parts.pop()
    return "/".join(parts)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_module_is_listed_and_imports_only_from_rows_above(path: Path) -> None:
    own = entry(module(path))
    if own is None:
        assert path.name == "__init__.py", f"{module(path)} is not in the table of docs/architecture.md"
        assert not [i for i in imports(path) if i.startswith("bsrgraph")], "a bare package imports nothing of ours"
        return
    for name in imports(path):
        if name.startswith("bsrgraph"):
            other = entry(inner(name))
            assert other is not None, f"{name} is not in the table"
            assert other == own or ROWS[other] < ROWS[own], f"{own} (row {ROWS[own]}) imports {name}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_each_outside_library_stays_in_its_place(path: Path) -> None:
    for name in imports(path):
        place = OUTSIDERS.get(name.partition(".")[0])
        assert place is None or module(path).startswith(place) or f"{module(path)}/" == place, f"imports {name}"
    opens_a_store = re.search(r"\b(?:ox|pyoxigraph)\.Store\b|import Store\b.*pyoxigraph", path.read_text("utf-8"))
    assert not opens_a_store or module(path).startswith("store/")
    assert "pyoxigraph.Store" not in imports(path)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_module_has_at_most_300_lines_and_a_function_50(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} in line {node.lineno} is too long"


def test_the_table_lists_nothing_that_is_not_there() -> None:
    modules = {module(path) for path in FILES}
    assert set(ROWS) <= modules
    assert len(ROWS) > 20
