"""The scripts of others: exact versions, no registry named, brought in only when they change, licences beside them."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from bsrgraph.web.assets import read_assets

ROOT = Path(__file__).resolve().parents[1]
INPUTS = ("package.json", "package-lock.json", ".npmrc")
PACKAGE = json.loads((ROOT / "package.json").read_text("utf-8"))
LOCK = (ROOT / "package-lock.json").read_text("utf-8")
LOCKED = {k.removeprefix("node_modules/"): v for k, v in json.loads(LOCK)["packages"].items() if k}


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The build hook of this checkout."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's inputs, and an npm that reaches nothing and has nothing kept."""
    for name in INPUTS:
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "src/bsrgraph/web/static").mkdir(parents=True)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    return tmp_path


def test_every_version_is_exact_and_the_lock_has_digests_and_no_address() -> None:
    wanted = {**PACKAGE["dependencies"], **PACKAGE["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in wanted.values())
    assert {name: LOCKED[name]["version"] for name in wanted} == wanted
    assert all(entry["integrity"].startswith("sha512-") for entry in LOCKED.values())
    assert "://" not in LOCK
    assert "resolved" not in LOCK


def test_every_package_of_the_lock_is_vendored_or_for_tests_only() -> None:
    vendored = {part.partition("/")[0] for parts in PACKAGE["vendor"].values() for part in parts}
    assert vendored == {name for name, entry in LOCKED.items() if not entry.get("dev")}


def test_what_is_vendored_comes_with_its_licences_and_is_acknowledged() -> None:
    assets = read_assets()
    assert "vendor/LICENCES.txt" in assets, "this package has no scripts of others; `make scripts` places them"
    licences = assets["vendor/LICENCES.txt"].body.decode()
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name, parts in PACKAGE["vendor"].items():
        body = assets[f"vendor/{name}"].body
        for part in parts:
            package = part.partition("/")[0]
            version = LOCKED[package]["version"]
            assert f"{package}/ v{version} ".encode() in body, "the first line of each of these files says so"
            assert f"{package} {version} ({LOCKED[package]['license']})\n" in licences
            assert re.search(rf"\b{package}\b", notice)


def test_no_npm_is_asked_while_the_lock_is_the_same(hook: ModuleType, checkout: Path) -> None:
    with pytest.raises(hook.VendorError):
        hook.bring_vendor_files(checkout)
    place = checkout / "src/bsrgraph/web/static/vendor"
    shutil.copytree(Path(hook.__file__).parent / place.relative_to(checkout), place)
    assert hook.bring_vendor_files(checkout) is False


def test_where_npm_fails_that_is_said_and_nothing_is_changed(hook: ModuleType, checkout: Path) -> None:
    place = checkout / "src/bsrgraph/web/static/vendor"
    place.mkdir()
    (place / "d3.js").write_text("what was there")
    (checkout / "package.json").write_text(json.dumps(PACKAGE, indent=1))
    with pytest.raises(hook.VendorError, match=r"(?s)npm could not install .*ECONNREFUSED.*within reach"):
        hook.bring_vendor_files(checkout)
    assert [p.name for p in place.iterdir()] == ["d3.js"]
    assert (place / "d3.js").read_text() == "what was there"


def test_a_file_that_a_package_does_not_have_is_named(hook: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(hook.VendorError, match=r"npm brought no gone\.js"):
        hook._gathered(tmp_path, {"d3.js": ["d3-zoom/dist/gone.js"]})


def test_a_package_without_a_licence_is_not_passed_on(hook: ModuleType, tmp_path: Path) -> None:
    package = tmp_path / "free-for-all"
    package.mkdir()
    (package / "index.js").write_text("")
    (package / "package.json").write_text('{"name": "free-for-all", "version": "1.0.0"}')
    with pytest.raises(hook.VendorError, match="free-for-all has no licence"):
        hook._gathered(tmp_path, {"free.js": ["free-for-all/index.js"]})
