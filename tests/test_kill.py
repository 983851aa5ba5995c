"""Killed with signal 9 at any moment, a store or a server loses nothing that it acknowledged and needs no repair."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bsrgraph

_BENCH = Path(__file__).parents[1] / "bench"
STORE, SERVER = "kill_rounds.py", "kill_contributions.py"


def rounds(script: str, count: int, seed: int) -> subprocess.CompletedProcess[str]:
    """So many rounds, in processes of their own."""
    return subprocess.run(
        [sys.executable, str(_BENCH / script), str(count), str(seed)],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(bsrgraph.__file__).parents[1])},
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The numbers of the table, by name."""
    assert done.returncode == 0, done.stdout + done.stderr
    names, numbers = (re.split(r"\s*\|\s*", line.strip()) for line in done.stdout.splitlines()[:2])
    return dict(zip(names, map(int, numbers), strict=True))


def assert_the_store_lost_nothing(count: int, seed: int) -> None:
    """The table says so, and that something was done at all."""
    found = told(rounds(STORE, count, seed))
    assert found["rounds"] == count
    assert found["changes"] > count
    assert found["lost"] == found["half"] == found["repairs"] == found["left"] == 0


def assert_the_server_lost_nothing(count: int, seed: int) -> None:
    """The table says so, and that something was proposed and accepted at all."""
    found = told(rounds(SERVER, count, seed))
    assert found["rounds"] == count
    assert found["proposed"] >= count
    assert found["unanswered"] > 0, "something was under way when the server was killed"
    assert found["lost"] == found["half"] == found["differs"] == found["stuck"] == 0


def test_four_rounds_of_kill_9_lose_nothing() -> None:
    assert_the_store_lost_nothing(4, 1)


def test_a_server_that_is_killed_while_contributions_are_decided_loses_none() -> None:
    assert_the_server_lost_nothing(3, 1)


@pytest.mark.long
def test_fifty_rounds_of_kill_9_lose_nothing() -> None:
    assert_the_store_lost_nothing(50, 2)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_fifty_rounds_of_killing_a_server_lose_no_contribution() -> None:
    for seed in range(5):
        assert_the_server_lost_nothing(10, seed)
