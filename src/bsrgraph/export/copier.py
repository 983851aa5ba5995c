"""Copies a site: asks for every page, writes what comes, makes the links relative; all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from bsrgraph.errors import StoreError, UsageError
from bsrgraph.export.addresses import Address, address, file_name, is_followed, relative
from bsrgraph.export.links import links, with_links

__all__ = ["Copied", "Fetch", "Fetched", "copy_site"]

_MARK = ".bsrgraph-site"
_MARK_TEXT = "Made by `bsrgraph site`, which may put another copy in the place of this folder.\n"
_REFRESH = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url={link}"></head>
<body><p><a href="{link}">{title}</a></p></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the site answers at an address; `location` is where a redirect leads."""

    status: int
    media_type: str
    body: bytes
    location: str = ""


Fetch = Callable[[str], Fetched]
"""Asks the site for a path, with its query, as a browser would."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy has come to."""

    pages: int
    files: int
    missing: tuple[str, ...]
    """Addresses that pages link to and that the site does not have."""


@dataclass(slots=True)
class _Copier:
    """One copy under way: what is asked for, and which file each address has become."""

    fetch: Fetch
    root: Path
    note: Address
    tell: Callable[[int, int], None]
    names: dict[Address, str] = field(default_factory=dict)
    pages: dict[Address, str] = field(default_factory=dict)
    redirects: dict[Address, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    done: set[Address] = field(default_factory=set)

    def gather(self, seeds: Iterable[str]) -> None:
        """Asks for the seeds, whatever they are, and for everything that their pages link to."""
        todo = [found[0] for seed in seeds if (found := address(seed, "/"))]
        optional = set(todo)
        while todo:
            here = todo.pop()
            if here in self.done:
                continue
            self.done.add(here)
            answer = self.fetch(str(here))
            if answer.status >= 500:
                raise StoreError(f"The site answers {answer.status} at {here}; nothing has been copied.")
            if answer.status == 404 and here not in optional:
                self.missing.append(str(here))
            if 300 <= answer.status < 400:
                todo += self._redirect(here, answer.location)
            elif answer.status in (200, 410):
                todo += self._keep(here, answer)
            self.tell(len(self.done), len(todo))

    def _keep(self, here: Address, answer: Fetched) -> Iterator[Address]:
        is_page = answer.media_type == "text/html"
        self._write(here, answer.body, is_page=is_page)
        if is_page:
            for attribute, link in links(answer.body.decode()):
                found = address(link, str(here))
                if found and attribute in ("href", "src") and is_followed(found[0]):
                    yield found[0]

    def _write(self, here: Address, body: bytes, *, is_page: bool) -> None:
        name = file_name(here, is_page=is_page)
        if is_page:
            self.pages[here] = name
        self.names[here] = name
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def _redirect(self, here: Address, location: str) -> Iterator[Address]:
        """Notes a page that leads on, since a file cannot; it is written when it is known where it leads."""
        self.redirects[here] = location
        self.names[here] = file_name(here, is_page=True)
        found = address(location, str(here))
        if found and is_followed(found[0]):
            yield found[0]

    def make_relative(self) -> None:
        """Turns the links of every page into links between files."""
        for here, name in self.pages.items():
            path = self.root / name

            def change(attribute: str, link: str, here: Address = here, name: str = name) -> str:
                return self._link(here, name, attribute, link)

            html = with_links(path.read_text("utf-8"), change)
            path.write_text(html, "utf-8")
        for here, location in self.redirects.items():
            link = escape(self._link(here, self.names[here], "href", location))
            self._write(here, _REFRESH.format(title=escape(here.path), link=link).encode(), is_page=True)

    def _link(self, here: Address, name: str, attribute: str, link: str) -> str:
        if link.startswith("#"):
            return link
        found = address(link, str(here))
        if found is None:
            return link
        target = self.names.get(found[0]) if attribute in ("href", "src") else None
        if target is None:
            return relative(self.names[self.note], name)
        return relative(target, name) + (f"#{found[1]}" if found[1] else "")


def copy_site(
    fetch: Fetch, seeds: Iterable[str], note: str, target: Path, tell: Callable[[int, int], None] = lambda *_: None
) -> Copied:
    """Copies into the folder `target` what `fetch` answers at the seeds, and everything linked from there.

    Links to what only a running server answers lead to the page `note`, which says so. Nothing is at `target` before
    everything is; a folder that this has made before is replaced. `tell` is told how much is done and still to do.

    Raises:
        UsageError: `target` holds something that is none of ours.
        StoreError: the site fails.

    """
    _require_ours(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        half.mkdir()
        (half / _MARK).write_text(_MARK_TEXT)
        copier = _Copier(fetch, half, Address(note), tell)
        copier.gather([note, *seeds])
        copier.make_relative()
        _put_in_place(half, target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return Copied(len(copier.pages), len(copier.names), tuple(sorted(copier.missing)))


def _require_ours(target: Path) -> None:
    if target.is_dir() and ((target / _MARK).is_file() or not any(target.iterdir())):
        return
    if target.exists():
        raise UsageError(
            f"{target} is there and has something else in it.",
            hint="Name a folder that is empty, that is not there yet, or that this command has made.",
        )


def _put_in_place(half: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
    half.rename(target)
    shutil.rmtree(old, ignore_errors=True)
