"""The links of a page: found, replaced, and followed from file to file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links", "links", "with_links"]

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_LINK = re.compile(r"(?P<before>\s(?:xlink:)?(?P<name>href|src|action|formaction|poster)=\")(?P<value>[^\"]*)(?=\")")
_ANCHOR = re.compile(r"\s(?:id|name)=\"([^\"]+)\"")
_REFRESH = re.compile(r"http-equiv=\"refresh\" content=\"0; url=([^\"]*)\"")


def links(html: str) -> Iterator[tuple[str, str]]:
    """(attribute, link) for every link of a page, in its order."""
    for tag in _TAG.findall(html):
        for match in _LINK.finditer(tag):
            yield match["name"], unescape(match["value"])
        for target in _REFRESH.findall(tag):
            yield "href", unescape(target)


def with_links(html: str, change: Callable[[str, str], str]) -> str:
    """The page with every link as `change(attribute, link)` gives it."""

    def changed(match: re.Match[str]) -> str:
        return match["before"] + escape(change(match["name"], unescape(match["value"])))

    return _TAG.sub(lambda tag: _LINK.sub(changed, tag[0]), html)


def broken_links(root: Path) -> list[str]:
    """Every link of a copied site that leads to no file in it, or to no place within its page."""
    anchors = dict[Path, set[str]]()
    broken = []
    for page in sorted(root.rglob("*.html")):
        for _, link in links(page.read_text("utf-8")):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            if not (target.is_file() and target.is_relative_to(root.resolve())):
                broken.append(f"{page.relative_to(root)} links to {link}, which is not there")
            elif parts.fragment and target.suffix == ".html":
                if target not in anchors:
                    anchors[target] = {unescape(a) for a in _ANCHOR.findall(target.read_text("utf-8"))}
                if unquote(parts.fragment) not in anchors[target]:
                    broken.append(f"{page.relative_to(root)} links to {link}, which has no such place")
    return broken
