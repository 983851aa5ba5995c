"""Servers of their own with a state of their own, and one browser; each test begins as a first visit at 1280 px.

After every test: not one request has left the origin, and the console has nothing to complain of.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .driver import AXE, CHROMEDRIVER, CHROMIUM, Browser


@contextlib.contextmanager
def serving(graph: Path, state: Path) -> Iterator[str]:
    """A server over a graph directory, as `bsrgraph serve` makes it: its origin."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from bsrgraph.cli import main; main()", "serve"]
    command += ["--graph", str(graph), "--state", str(state / "state"), "--port", str(port)]
    log = (state / "server.log").open("wb")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("BSRGRAPH_")}
    server = subprocess.Popen(command, stderr=log, env=environ)
    origin = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{origin}/readyz", timeout=5).close()
                break
            assert server.poll() is None, (state / "server.log").read_text()
            time.sleep(0.05)
        yield origin
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.fixture(scope="session")
def site(graph_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a server over the shipped graph."""
    with serving(graph_dir, tmp_path_factory.mktemp("site")) as origin:
        yield origin


@pytest.fixture(scope="session")
def alpine_site(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a server over the alpine graph."""
    with serving(alpine_dir, tmp_path_factory.mktemp("alpine")) as origin:
        yield origin


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; without Chromium, its driver or axe-core they are skipped."""
    for path, remedy in {
        CHROMIUM: "Debian's package chromium",
        CHROMEDRIVER: "Debian's package chromium-driver",
        AXE: "`npm ci --ignore-scripts`, as `make test` does",
    }.items():
        if not path.exists():
            pytest.skip(f"{path} is not there; {remedy} brings it")
    browser = Browser.start(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium: Browser, site: str) -> Iterator[Browser]:
    """The browser on the shipped graph."""
    yield from visiting(chromium, site)


@pytest.fixture
def alpine_browser(chromium: Browser, alpine_site: str) -> Iterator[Browser]:
    """The browser on the alpine graph."""
    yield from visiting(chromium, alpine_site)


def visiting(browser: Browser, origin: str) -> Iterator[Browser]:
    """A first visit: nothing kept, nothing asked for, and after it nothing to be ashamed of."""
    browser.origin, browser.expected = origin, set()
    browser.set_up()
    browser.cdp("Network.setExtraHTTPHeaders", headers={})
    browser.cdp("Network.clearBrowserCookies")
    browser.driver.get("about:blank")
    browser.requests(), browser.complaints()
    yield browser
    strangers = [url for url in browser.requests() if not url.startswith(origin + "/")]
    assert strangers == [], "a request left the origin"
    assert browser.complaints() == []
