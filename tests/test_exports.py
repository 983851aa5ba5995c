"""Every `__all__` is true and in order."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import bsrgraph

MODULES = sorted(m.name for m in pkgutil.walk_packages(bsrgraph.__path__, "bsrgraph."))


def rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, each by name: the order that ruff keeps."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_exports_is_there_once_and_in_order(name: str) -> None:
    module = importlib.import_module(name)
    exported = list(getattr(module, "__all__", []))
    assert exported == sorted(set(exported), key=rank)
    assert [e for e in exported if e.startswith("_") or not hasattr(module, e)] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_defines_something_public_exports_something(name: str) -> None:
    module = importlib.import_module(name)
    own = [n for n, v in vars(module).items() if not n.startswith("_") and getattr(v, "__module__", "") == name]
    assert not own or module.__all__
