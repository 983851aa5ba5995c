"""Which address of the site becomes which file.

A page `/doc/kind/slug` becomes `doc/kind/slug/index.html`, so that a file server answers for the same address; its
twin `/doc/kind/slug.ttl` keeps its name.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

__all__ = ["LIVE", "Address", "address", "file_name", "is_followed", "is_live", "relative"]

LIVE = (
    "/bsr", "/build", "/changes", "/contribute", "/contribution", "/contributions", "/graphs", "/healthz", "/inbox",
    "/login", "/logout", "/metrics", "/readyz", "/reconcile", "/search", "/sparql", "/suggest", "/validate",
)  # fmt: skip
"""What only a running server can answer, with everything below."""

_FOLLOWED = re.compile(r"page=\d{1,6}\Z")
_LONGEST = 120
_ODD = re.compile(r"[\x00-\x1f\x7f\\:*?\"<>|]")


@dataclass(frozen=True, slots=True)
class Address:
    """A path of the site as it stands in a URL, and its query."""

    path: str
    query: str = ""

    def __str__(self) -> str:
        """The address as a request names it."""
        return self.path + (f"?{self.query}" if self.query else "")


def address(link: str, base: str) -> tuple[Address, str] | None:
    """The address and the fragment that `link` on the page `base` leads to; None where it leaves the site."""
    try:
        parts = urlsplit(urljoin(base, link.strip()))
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return None
    # One spelling for one page: a browser sends `é` and `%C3%A9` alike.
    path = quote(unquote(parts.path), safe="/~!$&'()*+,;=:@")
    return Address(path.removesuffix(".html"), parts.query), parts.fragment


def is_live(path: str) -> bool:
    """Whether only a running server can answer there."""
    return any(path == prefix or path.startswith((f"{prefix}/", f"{prefix}.")) for prefix in LIVE)


def is_followed(found: Address) -> bool:
    """Whether a link to there is copied: one of the pages of a long list is, every combination of filters is not."""
    return not is_live(found.path) and (not found.query or _FOLLOWED.match(found.query) is not None)


def file_name(found: Address, *, is_page: bool) -> str:
    """The file for what is at an address, relative to the copy; names that no file system would take are digests."""
    folder = "/".join(_segment(s) for s in found.path.split("/") if s)
    if not is_page:
        return folder
    name = f"{_segment(found.query)}.html" if found.query else "index.html"
    return f"{folder}/{name}" if folder else name


def _segment(text: str) -> str:
    """One part of a path as a name; `text` is percent-encoded."""
    plain = unquote(text)
    if len(plain.encode()) > _LONGEST or plain in (".", "..") or "/" in plain or _ODD.search(plain):
        return hashlib.sha256(text.encode()).hexdigest()[:32]
    return plain


def relative(target: str, source: str) -> str:
    """The link from the file `source` to the file `target`, both relative to the copy."""
    there, here = target.split("/"), source.split("/")[:-1]
    shared = 0
    while shared < min(len(there) - 1, len(here)) and there[shared] == here[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + [quote(part, safe="~=") for part in there[shared:]])
