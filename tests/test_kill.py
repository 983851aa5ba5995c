"""Killed with signal 9 at any moment, a store loses nothing that it acknowledged and needs no repair."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bsrgraph

_BENCH = Path(__file__).parents[1] / "bench" / "kill_rounds.py"


def rounds(count: int, seed: int) -> subprocess.CompletedProcess[str]:
    """So many rounds, in processes of their own."""
    return subprocess.run(
        [sys.executable, str(_BENCH), str(count), str(seed)],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(bsrgraph.__file__).parents[1])},
        check=False,
    )


def assert_nothing_was_lost(done: subprocess.CompletedProcess[str], count: int) -> None:
    """The table says so, and that something was done at all."""
    assert done.returncode == 0, done.stdout + done.stderr
    names, numbers = (re.split(r"\s*\|\s*", line.strip()) for line in done.stdout.splitlines()[:2])
    told = dict(zip(names, map(int, numbers), strict=True))
    assert told["rounds"] == count
    assert told["changes"] > count
    assert told["lost"] == told["half"] == told["repairs"] == told["left"] == 0


def test_four_rounds_of_kill_9_lose_nothing() -> None:
    assert_nothing_was_lost(rounds(4, 1), 4)


@pytest.mark.long
def test_fifty_rounds_of_kill_9_lose_nothing() -> None:
    assert_nothing_was_lost(rounds(50, 2), 50)
