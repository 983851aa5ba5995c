"""The documentation names every setting, command, route and question, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bsrgraph.cli import main
from bsrgraph.corpus import Corpus
from bsrgraph.settings import SETTINGS, Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

ROOT = Path(__file__).resolve().parents[1]
SETTING_NAMES = [setting.name for setting in SETTINGS]


def commands(group: click.Group = main, before: str = "bsrgraph") -> Iterator[str]:
    """Every command that does something, as a user types it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


COMMANDS = list(commands())


@pytest.fixture(scope="module")
def readme() -> str:
    """The first page that anybody reads."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(readme: str) -> str:
    """All documentation."""
    return readme + "".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_a_setting_is_documented(written: str, name: str) -> None:
    assert f"`{name}`" in written


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_documented(written: str, command: str) -> None:
    assert f"`{command.removeprefix('bsrgraph ')}`" in written or re.search(rf"{command}\b", written)


def test_a_route_is_documented(written: str, corpus: Corpus, store: Store) -> None:
    rules = create_app(Settings(graph=str(corpus.root)), store).url_map.iter_rules()
    paths = {rule.rule.partition("<")[0] for rule in rules if rule.endpoint != "static"}
    assert {"/", "/sparql", "/id/", "/doc/", "/evidence/", "/healthz"} <= paths
    assert [path for path in sorted(paths) if f"`{path}" not in written] == []


def test_the_commands_of_the_readme_exist(readme: str) -> None:
    typed = re.findall(r"\bbsrgraph ((?:[a-z]+ ?)+)", "\n".join(re.findall(r"```.*?```|`[^`]+`", readme, re.DOTALL)))
    known = {command.removeprefix("bsrgraph ") for command in COMMANDS}
    assert typed
    for words in typed:
        tokens = words.split()
        assert tokens[0] in known or " ".join(tokens[:2]) in known, f"bsrgraph {words}"


def test_the_make_targets_of_the_documentation_exist(written: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    typed = set(re.findall(r"(?:^|`)make ([a-z-]+)", written, re.MULTILINE))
    assert typed <= targets
    assert {"serve", "test"} <= typed


def test_every_question_is_in_the_list_of_questions_with_its_number(corpus: Corpus) -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \| (.+?) \| .+? \| \[([\w-]+)\.rq\]", text, re.MULTILINE)
    assert listed == [(str(q.number), q.question, q.name) for q in corpus.questions]


def test_links_between_documents_lead_somewhere(written: str) -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
