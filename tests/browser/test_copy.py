"""The site as files, from a plain file server and from a folder: whole, linked, and in need of nothing."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bsrgraph.cli import main

from .driver import Browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The file server of the standard library, which says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def copy(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The alpine site as files."""
    folder = tmp_path_factory.mktemp("copies")
    arguments = ["site", str(folder / "site"), "--graph", str(alpine_dir), "--state", str(folder / "none")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return folder / "site"


@pytest.fixture(scope="module")
def file_server(copy: Path) -> Iterator[str]:
    """The origin of `python -m http.server` in that folder."""
    handler = functools.partial(Quiet, directory=str(copy))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def visited(browser: Browser, beginning: str) -> None:
    """From the first page to a thing, its evidence, back, and to what the copy lacks."""
    browser.driver.get(f"{beginning}/index.html")
    assert browser.js("return getComputedStyle(document.querySelector('.bar')).display") == "flex", "it has its style"
    browser.click("Hay Paths", "main a")
    browser.wait_for_path(browser.path.partition("/doc/")[0])
    assert browser.heading == "Hay Paths"
    browser.click("why", "summary")
    browser.click("the statement", "a")
    browser.wait(lambda: "/evidence/" in browser.path, "the statement")
    browser.find(".brand").click()
    browser.click("about this copy", "a")
    assert browser.heading == "About this copy"
    assert browser.axe() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_copy_is_browsed_from_a_file_server(alpine_browser: Browser, file_server: str, scripts: bool) -> None:
    alpine_browser.origin = file_server
    alpine_browser.set_up(360, scripts=scripts)
    visited(alpine_browser, file_server)
    assert {url.split("/")[2] for url in alpine_browser.requests()} == {file_server.split("/")[2]}


def test_a_copy_is_browsed_from_its_folder(alpine_browser: Browser, copy: Path) -> None:
    visited(alpine_browser, copy.as_uri())
    assert alpine_browser.requests() == []


def test_the_path_of_an_iri_leads_to_its_page_on_a_file_server(alpine_browser: Browser, file_server: str) -> None:
    alpine_browser.driver.get(f"{file_server}/id/initiative/hay-paths")
    alpine_browser.wait(lambda: alpine_browser.path == "/doc/initiative/hay-paths/index.html", "the page")
    assert alpine_browser.heading == "Hay Paths"
    alpine_browser.requests()
