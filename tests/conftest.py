"""What all tests share: the graph directory of this checkout, the small alpine one, and where references lie.

The alpine directory has other kinds, other properties and another prefix: what holds for both is learnt from
the files. Reference texts and the W3C suites may lie beside the checkout or where the environment says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import flask
import hypothesis
import pytest
from werkzeug.exceptions import HTTPException

from bsrgraph.contribute.check import Checker
from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store

_ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("default", max_examples=50, deadline=None)
hypothesis.settings.register_profile("long", max_examples=300, deadline=None)
hypothesis.settings.load_profile("long" if os.environ.get("BSRGRAPH_LONG") == "1" else "default")


def _beside(variable: str, name: str, what: str) -> Path:
    """The directory that `variable` names, else `name` beside the checkout; skips where there is none."""
    stated = os.environ.get(variable)
    found = Path(stated) if stated else _ROOT.parent / "shared" / name
    if not found.is_dir():
        if stated:
            pytest.fail(f"{variable} names {found}, which is no directory")
        pytest.skip(f"{what} not beside this checkout; {variable} can say where")
    return found


def _loaded(corpus: Corpus) -> Store:
    return in_memory(corpus.quads())


@pytest.fixture(scope="session")
def graph_dir() -> Path:
    """The graph directory of this checkout, which is the checkout itself."""
    return _ROOT


@pytest.fixture(scope="session")
def alpine_dir() -> Path:
    """A second, tiny graph directory, of other kinds under another prefix."""
    return _ROOT / "tests" / "graphs" / "alpine"


@pytest.fixture(scope="session")
def corpus(graph_dir: Path) -> Corpus:
    """The graph directory of this checkout, read."""
    return Corpus(graph_dir)


@pytest.fixture(scope="session")
def alpine(alpine_dir: Path) -> Corpus:
    """The alpine graph directory, read."""
    return Corpus(alpine_dir)


@pytest.fixture(scope="session")
def store(corpus: Corpus) -> Store:
    """A store that holds the graph directory of this checkout; tests only ask it."""
    return _loaded(corpus)


@pytest.fixture(scope="session")
def alpine_store(alpine: Corpus) -> Store:
    """A store that holds the alpine graph directory; tests only ask it."""
    return _loaded(alpine)


@pytest.fixture(scope="session")
def alpine_children(alpine: Corpus, alpine_store: Store) -> Iterator[Callable[[Checker], Checker]]:
    """Lets a checker over the alpine graph work with children that are there already; starting them takes a second."""
    first = Checker(alpine, alpine_store, Settings())

    def share(checker: Checker) -> Checker:
        checker.__dict__.update(_reader=first._reader, _judges=first._judges)
        return checker

    yield share
    first.close()


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The reference texts that the graph was made from; they are not part of the project."""
    return _beside("BSRGRAPH_REFERENCE", "reference", "the reference texts are")


@pytest.fixture(scope="session")
def conformance_dir() -> Path:
    """The test suites of W3C; they are not part of the project."""
    return _beside("BSRGRAPH_W3C", "conformance", "the W3C suites are")


@pytest.fixture(scope="session")
def badinput_dir() -> Path:
    """Contributions that go wrong, with the answer that each should get; they are not part of the project."""
    return _beside("BSRGRAPH_BADINPUT", "badinput", "the bad inputs are")


@pytest.fixture(scope="session")
def seed(reference_dir: Path) -> bytes:
    """The text that the spans of the first source point into."""
    return (reference_dir / "seed.txt").read_bytes()


@pytest.fixture(scope="session")
def one_of_each() -> Callable[[flask.Flask], dict[str, str]]:
    """The path of one page of every kind that an application has, with the name of the route that answers."""
    return _one_of_each


def _one_of_each(app: flask.Flask) -> dict[str, str]:
    """Follows links from every page that has a fixed path, one for each route, kind of thing and parameter."""
    client, routes, found = app.test_client(), app.url_map.bind("localhost"), dict[tuple[object, ...], str]()
    fixed = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
    todo = ["/", "/search?q=a", "/sparql?query=ASK+%7B%7D", *sorted(fixed)]
    while todo:
        path = todo.pop(0)
        parts = urlsplit(path)
        try:
            endpoint, arguments = routes.match(parts.path)
        except HTTPException:
            continue
        parameter = parts.query.partition("=")[0]
        # Evidence is of a source or of a statement in it: one route, two kinds of page.
        kind = (endpoint, arguments.get("kind"), parts.path.count("/"), parameter)
        if kind in found or endpoint == "static":
            continue
        found[kind] = ""
        with client.get(path, headers={"Accept": "text/html"}) as answer:
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            found[kind] = path
            links = re.findall(r'<a\b[^>]*?\bhref="(/[^"#]*)', answer.text)
            todo += [unescape(link) for link in links]
    return {path: f"{kind[0]} {kind[2]} {kind[3]}" for kind, path in found.items() if path}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything that tests need is said to be there (`BSRGRAPH_NO_SKIPS=1`), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("BSRGRAPH_NO_SKIPS") == "1" and skipped and session.exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and BSRGRAPH_NO_SKIPS=1 allows none", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
