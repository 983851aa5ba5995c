"""`bsrgraph site`: every page and its data as files, whole or not at all, and no link of it leads nowhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from bsrgraph.cli import main
from bsrgraph.errors import StoreError, UsageError
from bsrgraph.export import Fetched, broken_links, copy_site
from bsrgraph.export.addresses import Address, address, file_name, relative
from bsrgraph.settings import SETTINGS


def run(*arguments: str) -> Result:
    """One call of the command, without settings of the surroundings."""
    environ = {f"BSRGRAPH_{setting.name.upper()}": None for setting in SETTINGS}
    result = CliRunner().invoke(main, ["site", *arguments], env=environ)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def contents(root: Path) -> dict[str, str]:
    """Every file with the digest of its bytes."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def copy(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The alpine site as files."""
    folder = tmp_path_factory.mktemp("copies")
    result = run(str(folder / "site"), "--graph", str(alpine_dir), "--state", str(folder / "none"))
    assert result.exit_code == 0, result.output
    assert "which the site does not have" not in result.output
    assert [p.name for p in folder.iterdir()] == ["site"], "nothing is left beside it"
    return folder / "site"


def pages(**texts: str) -> dict[str, str]:
    """A tiny site: path → page."""
    return {"/" + name.replace("_", "/").strip("/"): text for name, text in texts.items()}


def copied(site: dict[str, str], target: Path, *seeds: str) -> list[str]:
    """The files that a copy of a tiny site has; what is not in the site is not found."""

    def fetch(path: str) -> Fetched:
        text = site.get(path)
        if text is None:
            return Fetched(404, "text/html", b"")
        if text.startswith("->"):
            return Fetched(303, "text/html", b"", text[2:])
        return Fetched(200, "text/html" if text.startswith("<") else "text/turtle", text.encode())

    copy_site(fetch, seeds or ("/",), "/note", target)
    return sorted(p.relative_to(target).as_posix() for p in target.rglob("[!.]*") if p.is_file())


# -- the whole --------------------------------------------------------------


def test_no_link_of_the_copy_leads_nowhere(copy: Path) -> None:
    assert broken_links(copy) == []


def test_every_thing_has_its_page_its_data_and_a_page_at_its_iri(copy: Path) -> None:
    assert "Hay Paths" in (copy / "doc/initiative/hay-paths/index.html").read_text()
    for suffix in ("ttl", "nt", "jsonld", "rdf", "trig", "nq"):
        assert (copy / f"doc/initiative/hay-paths.{suffix}").stat().st_size > 0
    assert len(ox.parse and list(ox.parse(path=copy / "doc/initiative/hay-paths.ttl"))) > 5
    assert (
        "url=../../../doc/initiative/hay-paths/index.html" in (copy / "id/initiative/hay-paths/index.html").read_text()
    ), "the IRI's own path leads on"
    assert (copy / "evidence/village-gazette/a01/index.html").exists()
    assert list((copy / "sparql").glob("*.html")), "the example questions are answered"


def test_the_copy_asks_no_server_for_anything(copy: Path) -> None:
    for page in copy.rglob("*.html"):
        text = page.read_text()
        assert not re.search(r"""\s(?:href|src|action)=["']/""", text), f"{page} has a link from the root"
        for action in re.findall(r'<form\b[^>]*\saction="([^"]*)"', text):
            assert action.endswith("about-this-copy/index.html"), page
    first = (copy / "index.html").read_text()
    assert "about-this-copy/index.html" in first
    assert 'type="search"' not in first
    assert '"sparql/index.html"' not in first


def test_the_same_data_make_the_same_bytes(copy: Path, alpine_dir: Path, tmp_path: Path) -> None:
    again = run(str(tmp_path / "again"), "--graph", str(alpine_dir), "--state", str(tmp_path / "none"))
    assert again.exit_code == 0
    assert contents(tmp_path / "again") == contents(copy)


def test_the_address_of_the_copy_is_in_its_data(alpine_dir: Path, tmp_path: Path) -> None:
    place = ("--base-url", "https://data.example.org/alpine")
    assert run(str(tmp_path / "s"), "--graph", str(alpine_dir), "--state", str(tmp_path / "n"), *place).exit_code == 0
    assert "https://data.example.org/alpine/doc/" in (tmp_path / "s/doc/initiative/hay-paths.nt").read_text()
    assert "url=../../../doc/" in (tmp_path / "s/id/initiative/hay-paths/index.html").read_text()


@pytest.mark.long
def test_no_link_of_the_shipped_site_leads_nowhere(graph_dir: Path, tmp_path: Path) -> None:
    result = run(str(tmp_path / "site"), "--graph", str(graph_dir), "--state", str(tmp_path / "none"))
    assert result.exit_code == 0
    assert "which the site does not have" not in result.output
    assert broken_links(tmp_path / "site") == []


# -- all or nothing ---------------------------------------------------------


def test_a_folder_with_something_else_in_it_is_left_alone(alpine_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(str(tmp_path), "--graph", str(alpine_dir))
    assert result.exit_code == 2
    assert "something else in it" in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_copy_is_replaced_whole(tmp_path: Path) -> None:
    assert copied({"/": "<p>", "/old": "<p>", "/note": "<p>"}, tmp_path / "s", "/", "/old") == [
        "index.html",
        "note/index.html",
        "old/index.html",
    ]
    assert copied({"/": "<p>", "/note": "<p>"}, tmp_path / "s") == ["index.html", "note/index.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_site_that_fails_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    copied({"/": "<p>first", "/note": "<p>"}, tmp_path / "s")

    def failing(path: str) -> Fetched:
        return Fetched(200 if path == "/note" else 503, "text/html", b"<p>second")

    with pytest.raises(StoreError, match="503 at /;"):
        copy_site(failing, ["/"], "/note", tmp_path / "s")
    assert (tmp_path / "s/index.html").read_text() == "<p>first"
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("mine")
    with pytest.raises(UsageError):
        copied({"/": "<p>", "/note": "<p>"}, tmp_path / "s")


# -- links ------------------------------------------------------------------


def test_links_lead_from_file_to_file_and_what_needs_a_server_to_the_note(tmp_path: Path) -> None:
    site = {
        "/note": "<p>",
        "/": '<a href="/doc/a/b#c">1</a> <a href="/search?q=x">2</a> <a href="https://example.org/?a&amp;b">3</a>'
        ' <a href="/nowhere">4</a> <a href="#here">5</a> <form id="here" action="/doc/a/b"></form>',
        "/doc/a/b": '<p id="c"><a href="/doc/a/b.ttl">data</a> <a href="?page=2">more</a> <a href="?sort=x">s</a>',
        "/doc/a/b.ttl": "<a> <b> <c> .".replace("<", "", 1),
        "/doc/a/b?page=2": '<a href="/doc/a/b">first</a> <a href="/">home</a>',
        "/id/a/b": "->/doc/a/b",
    }
    target = tmp_path / "s"
    assert copied(site, target, "/", "/id/a/b") == [
        "doc/a/b.ttl",
        "doc/a/b/index.html",
        "doc/a/b/page=2.html",
        "id/a/b/index.html",
        "index.html",
        "note/index.html",
    ]
    assert (target / "index.html").read_text() == (
        '<a href="doc/a/b/index.html#c">1</a> <a href="note/index.html">2</a>'
        ' <a href="https://example.org/?a&amp;b">3</a> <a href="note/index.html">4</a> <a href="#here">5</a>'
        ' <form id="here" action="note/index.html"></form>'
    )
    assert (target / "doc/a/b/index.html").read_text() == (
        '<p id="c"><a href="../b.ttl">data</a> <a href="page=2.html">more</a> <a href="../../../note/index.html">s</a>'
    )
    assert broken_links(target) == []


def test_the_checker_finds_what_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<a href="gone.html"></a> <a href="#gone"></a> <a href="../out.html"></a>')
    assert [line.partition(" links to ")[2] for line in broken_links(tmp_path)] == [
        "gone.html, which is not there",
        "#gone, which has no such place",
        "../out.html, which is not there",
    ]


@pytest.mark.parametrize(
    ("link", "path", "query"),
    [
        ("/doc/x/K%C3%B6ln", "/doc/x/K%C3%B6ln", ""),
        ("/doc/x/Köln", "/doc/x/K%C3%B6ln", ""),
        ("/doc/x/y.html", "/doc/x/y", ""),
        ("y?page=2#z", "/doc/x/y", "page=2"),
    ],
)
def test_one_page_has_one_address_however_it_is_written(link: str, path: str, query: str) -> None:
    found = address(link, "/doc/x/a")
    assert found is not None
    assert found[0] == Address(path, query)


@pytest.mark.parametrize("link", ["https://example.org/", "//example.org/x", "mailto:a@b", "http://[", "javascript:x"])
def test_what_leaves_the_site_is_none_of_its_addresses(link: str) -> None:
    assert address(link, "/") is None


@pytest.mark.parametrize(
    "path", ["/doc/x/..%2F..%2Fetc", "/doc/x/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc", "/doc/x/" + "a" * 2000, "/doc/x/a%00b"]
)
def test_no_address_becomes_a_file_outside_the_copy_or_a_name_that_cannot_be(tmp_path: Path, path: str) -> None:
    name = file_name(Address(path), is_page=True)
    assert (tmp_path / name).resolve().is_relative_to(tmp_path)
    assert ".." not in name.split("/")
    assert all(0 < len(part.encode()) < 150 and "\0" not in part for part in name.split("/"))


def test_a_relative_link_leads_where_it_should() -> None:
    assert relative("a/b.html", "index.html") == "a/b.html"
    assert relative("index.html", "a/b/index.html") == "../../index.html"
    assert relative("a/b/c.html", "a/b/index.html") == "c.html"
    assert relative("a/é?.html", "a/x.html") == "%C3%A9%3F.html"
