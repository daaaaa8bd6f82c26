"""kill -9 of a writer under load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.crash import kill_writers


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    kill_writers(f"sqlite:///{tmp_path}/pactwatch.db", tmp_path / "views.db", rounds=4)


@pytest.mark.chaos
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    for run in range(20):
        folder = tmp_path / str(run)
        folder.mkdir()
        kill_writers(f"sqlite:///{folder}/pactwatch.db", folder / "views.db", rounds=10, seed=run + 1)
