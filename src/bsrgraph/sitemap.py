"""Sitemaps (sitemaps.org, protocol 0.9): every page about a thing, in files of at most 50,000 addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from xml.sax.saxutils import escape

from bsrgraph.derived import DerivedFiles
from bsrgraph.iris import Space
from bsrgraph.read import in_bulk, query_text
from bsrgraph.store.port import Store

__all__ = ["Sitemap", "index", "sitemap"]

_MOST = 50_000
_OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The files of one version for a server at one URL, in order."""

    parts: tuple[Path, ...]


def sitemap(store: Store, files: DerivedFiles, space: Space, url: str, pages: Sequence[str], made: str) -> Sitemap:
    """The sitemap of the server at `url`: these `pages` (paths), then a page for each thing; written once a version."""
    key = hashlib.sha256("\0".join((url, *pages)).encode()).hexdigest()[:12]

    def write(manifest: Path) -> None:
        names = []
        for number, some in enumerate(_cut(chain(pages, _things(store, space))), 1):
            name = f"sitemap-{key}-{number}.xml"
            (manifest.parent / name).write_text("".join(_urls(some, url, made)), encoding="utf-8")
            names.append(name)
        manifest.write_text(json.dumps(names), encoding="utf-8")

    found = files.file(store.version, f"sitemap-{key}.json", write)
    return Sitemap(tuple(found.parent / name for name in json.loads(found.read_text(encoding="utf-8"))))


def index(found: Sitemap, url: str, made: str) -> str:
    """The index of a sitemap in several files."""
    entries = (_entry("sitemap", f"{url}/sitemap-{number}.xml", made) for number, _ in enumerate(found.parts, 1))
    return f'{_OPEN}<sitemapindex xmlns="{_NAMESPACE}">\n{"".join(entries)}</sitemapindex>\n'


def _things(store: Store, space: Space) -> Iterator[str]:
    _, found = in_bulk(store, query_text("addressed"))
    for (thing,) in found:
        if space.split(thing.value) and (path := space.path(thing.value)):
            yield path


def _cut(paths: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(paths)
    while some := list(islice(rest, _MOST)):
        yield some


def _urls(paths: Iterable[str], url: str, made: str) -> Iterator[str]:
    yield f'{_OPEN}<urlset xmlns="{_NAMESPACE}">\n'
    for path in paths:
        yield _entry("url", url + path, made)
    yield "</urlset>\n"


def _entry(kind: str, address: str, made: str) -> str:
    when = f"<lastmod>{made}</lastmod>" if made else ""
    return f"<{kind}><loc>{escape(address)}</loc>{when}</{kind}>\n"
