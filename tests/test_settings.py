"""A setting comes from the first place that names it, and what it cannot be is said clearly.

So are all errors: one tree, each with a message and, where it helps, what to do.
"""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph import errors
from bsrgraph.errors import SettingError
from bsrgraph.settings import SETTINGS, Settings, as_markdown, load

NUMBERS = [s for s in SETTINGS if isinstance(s.default, int)]
TEXTS = [s for s in SETTINGS if isinstance(s.default, str)]


@pytest.fixture
def file(tmp_path):
    """A settings file that names the port."""
    path = tmp_path / "bsrgraph.toml"
    path.write_text("port = 3000\n", encoding="utf-8")
    return path


@pytest.fixture
def nowhere(tmp_path):
    """A path where there is no settings file."""
    return tmp_path / "nothing.toml"


def test_a_flag_comes_before_the_environment_the_file_and_the_default(file, nowhere):
    environ = {"BSRGRAPH_PORT": "2000"}
    chosen = [
        load({"port": 1000}, environ, file),
        load({"port": None}, environ, file),
        load({}, {}, file),
        load({}, {}, nowhere),
    ]
    assert [c.port for c in chosen] == [1000, 2000, 3000, 8000]
    assert [c.origins["port"] for c in chosen] == [
        "flag --port",
        "environment BSRGRAPH_PORT",
        f"file {file}",
        "default",
    ]


def test_without_anything_every_setting_has_its_default(nowhere):
    found = load({}, {}, nowhere)
    assert found == Settings()
    assert set(found.origins) == {s.name for s in SETTINGS}


def test_the_environment_and_the_folder_of_the_call_are_looked_at_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bsrgraph.toml").write_text('host = "10.0.0.1"\n', encoding="utf-8")
    monkeypatch.setenv("BSRGRAPH_THREADS", "3")
    assert (load().host, load().threads) == ("10.0.0.1", 3)


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "", "0x10", True, [1], {"a": 1}])
@pytest.mark.parametrize("setting", [s.name for s in NUMBERS])
def test_what_is_no_number_is_refused_with_its_place(setting, value, nowhere):
    with pytest.raises(SettingError, match=setting) as wrong:
        load({setting: value}, {}, nowhere)
    assert f"flag --{setting.replace('_', '-')}" in wrong.value.message
    assert "whole number" in (wrong.value.hint or "")


@pytest.mark.parametrize("setting", [s.name for s in TEXTS])
def test_a_number_is_no_text(setting, tmp_path):
    path = tmp_path / "bsrgraph.toml"
    path.write_text(f"{setting} = 7\n", encoding="utf-8")
    with pytest.raises(SettingError, match=f"file {path}"):
        load({}, {}, path)


@given(st.integers(min_value=1, max_value=2**62))
def test_any_whole_number_is_read_as_it_is_written(number):
    assert load({}, {"BSRGRAPH_BODY_LIMIT": f" {number} "}).body_limit == number


def test_a_name_in_the_file_that_is_no_setting_is_refused(file):
    file.write_text("prot = 3000\n", encoding="utf-8")
    with pytest.raises(SettingError, match="“prot”, which is no setting") as wrong:
        load({}, {}, file)
    assert "bsrgraph settings" in (wrong.value.hint or "")


@pytest.mark.parametrize("content", [b"port = ", b"port: 3000", b'host = "\xff"', b"[port\n"])
def test_a_file_that_is_not_toml_is_named(content, file):
    file.write_bytes(content)
    with pytest.raises(SettingError, match="cannot be read as TOML") as wrong:
        load({}, {}, file)
    assert str(file) in wrong.value.message


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="::1", port=80), "http://[::1]:80"),
        (Settings(base_url="https://data.example.org/graph/"), "https://data.example.org/graph"),
    ],
)
def test_the_base_url_is_where_the_server_is_reached(settings, url):
    assert settings.url == url


def test_settings_cannot_be_changed_once_they_are_in_force():
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is_for():
    """The table of the documentation has one row for each, with its default."""
    rows = as_markdown().splitlines()
    for setting in SETTINGS:
        assert setting.metadata["help"]
        assert any(f"`{setting.name}`" in row and setting.metadata["help"] in row for row in rows), setting.name


TREE = [error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, errors.BsrgraphError)]


def test_the_tree_of_errors_is_the_one_that_is_drawn():
    """Each stands in the docstring, under the error that it is a kind of."""
    parents: list[tuple[int, str]] = []
    drawn: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        words = [w for w in line.split() if w[0].isalpha()]
        if words and hasattr(errors, words[0]):
            depth = line.index(words[0])
            parents = [p for p in parents if p[0] < depth]
            drawn[words[0]] = parents[-1][1] if parents else "Exception"
            parents.append((depth, words[0]))
    public = {e.__name__: e for e in TREE if not e.__name__.startswith("_")}
    assert set(drawn) == set(public) == set(errors.__all__)
    for name, parent in drawn.items():
        bases = [b.__name__ for b in public[name].__mro__[1:] if not b.__name__.startswith("_")]
        assert bases[0] == parent, name


def test_an_error_says_what_where_and_what_to_do():
    found = errors.QuerySyntaxError("There is a comma too many.", line=2, column=7, hint="Leave it out.")
    assert str(found) == found.message == "There is a comma too many."
    assert (found.line, found.column, found.hint) == (2, 7, "Leave it out.")


def test_what_is_not_acceptable_says_what_there_is():
    found = errors.NotAcceptable("There is no such thing.", ("text/turtle", "text/html"))
    assert found.offered == ("text/turtle", "text/html")
    assert found.hint == "There is: text/turtle, text/html"


def test_nothing_of_that_name_comes_with_the_nearest_names():
    assert errors.NotFound("Nothing.", (("Stardust", "/doc/project/stardust"),)).near[0][0] == "Stardust"
