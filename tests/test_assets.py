"""Assets: kept for ever under a name with their digest, asked for anew under their own, packed where that helps."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app
from bsrgraph.web.assets import asset, read_assets

STATIC = Path(create_app.__code__.co_filename).parent / "static"


@pytest.fixture(scope="module")
def client(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """A server over the alpine graph."""
    return create_app(Settings(graph=str(alpine.root)), alpine_store).test_client()


def test_a_page_names_its_assets_with_their_digest_and_each_is_there_for_ever(client: FlaskClient) -> None:
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/", headers={"Accept": "text/html"}).text)
    assert any(re.fullmatch(r"/static/site\.[0-9a-f]{12}\.css", n) for n in named)
    for name in named:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name), f"{name} has no digest"
        answer = client.get(name)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_digest_in_a_name_changes_with_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a { color: red }")
    (tmp_path / "b.css").write_text("a { color: blue }")
    found = read_assets(tmp_path)
    assert found["a.css"].digest != found["b.css"].digest


@pytest.mark.parametrize("name", ["site.css", "site.000000000000.css"])
def test_an_asset_without_its_digest_or_with_an_old_one_is_asked_for_anew(client: FlaskClient, name: str) -> None:
    first = client.get(f"/static/{name}")
    assert first.data == (STATIC / "site.css").read_bytes()
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(f"/static/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_text_comes_packed_to_those_who_take_it_with_an_etag_of_its_own(client: FlaskClient) -> None:
    plain = client.get(asset("site.css"))
    packed = client.get(asset("site.css"), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert "Last-Modified" not in plain.headers, "the data's date says nothing of an asset's"


@pytest.mark.parametrize("name", ["no-such.css", "../app.py", "..%2fapp.py", "vendor/.made-from", ""])
def test_nothing_else_is_given_away(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_scripts_and_styles_have_the_types_that_nosniff_asks_for(client: FlaskClient) -> None:
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}
    for name in read_assets():
        answer = client.get(asset(name))
        assert answer.mimetype == kinds[name.rpartition(".")[2]], name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
