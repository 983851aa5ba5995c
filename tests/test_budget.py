"""A page of any kind is light: at most 100 kB of HTML, and 300 kB, packed, of everything that it is shown with."""

from __future__ import annotations

import re
from collections.abc import Callable

import flask
import pytest

from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

HTML, SHOWN_WITH = 100_000, 300_000
_ELEMENT = re.compile(r"<(link|script|img|source|iframe|object|video|audio|embed)\b([^>]*)>")
_OTHERWISE = re.compile(r'rel="(?:alternate|license|canonical|describedby|describes|search|prev|next|help|author)"')


def shown_with(html: str) -> set[str]:
    """The paths of everything that a browser asks for to show a page."""
    found = set[str]()
    for tag, attributes in _ELEMENT.findall(html):
        if not (tag == "link" and _OTHERWISE.search(attributes)):
            found |= set(re.findall(r'\b(?:src|href|data)="([^"]+)"', attributes))
    return found


def test_what_a_page_is_shown_with_is_found() -> None:
    html = (
        '<link rel="stylesheet" href="/a.css"><link rel="alternate" href="/a.ttl"><script defer src="/b.js"></script>'
    )
    assert shown_with(html) == {"/a.css", "/b.js"}


@pytest.mark.parametrize("which", ["corpus", "alpine"])
def test_every_kind_of_page_keeps_the_budget(
    request: pytest.FixtureRequest, which: str, one_of_each: Callable[[flask.Flask], dict[str, str]]
) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    store: Store = request.getfixturevalue("store" if which == "corpus" else "alpine_store")
    app = create_app(Settings(graph=str(corpus.root)), store)
    client, packed = app.test_client(), {"Accept-Encoding": "gzip"}
    paths = one_of_each(app)
    assert len(paths) > 8
    for path in paths:
        page = client.get(path, headers={"Accept": "text/html"})
        assert len(page.data) <= HTML, f"{path} has {len(page.data)} bytes"
        needed = shown_with(page.text)
        assert any(name.endswith(".css") for name in needed)
        answers = {name: client.get(name, headers=packed) for name in needed}
        assert [name for name, answer in answers.items() if answer.status_code != 200] == [], path
        weight = sum(len(answer.data) for answer in answers.values())
        assert weight <= SHOWN_WITH, f"{path} is shown with {weight} bytes"
