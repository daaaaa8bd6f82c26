"""Files and folders that are there whole or not at all, where a disk takes no more."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.questions import dossier
from bot.whole import naming, whole_file, whole_folder
from store.seal import seal
from store.sqlite import SqliteStore
from tests.store.facts import NOON, record, seen


@contextmanager
def no_file_beyond(limit_bytes: int) -> Iterator[None]:
    """The system refuses to let a file grow further: to who writes, that is what a full disk is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(path: Path) -> None:
    with whole_file(path) as file:
        for _ in range(1000):
            file.write(b"x" * 100)


def test_a_file_that_found_no_room_leaves_the_older_one_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("older")
    with no_file_beyond(20_000), pytest.raises(OSError, match=r"log\.jsonl'$"):
        fill(path)
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == ("older", ["log.jsonl"])
    fill(path)
    assert path.stat().st_size == 100_000


def test_a_dossier_that_found_no_room_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    log = SqliteStore(None)
    record(log, *(seen(f"a{number}", "A long title " * 20) for number in range(200)))
    seal(log, NOON)
    with no_file_beyond(20_000), pytest.raises(OSError, match=r"ports/events\.jsonl'$"):
        dossier.write(tmp_path / "ports", log, log.read(), source="/pactwatch/p", page="<html>", about={})
    assert list(tmp_path.iterdir()) == []
    dossier.write(tmp_path / "ports", log, log.read(), source="/pactwatch/p", page="<html>", about={})
    assert dossier.check(tmp_path / "ports").holds
    log.close()


def test_what_a_killed_process_left_is_no_part_of_the_folder(tmp_path: Path) -> None:
    left, folder = tmp_path / "ports.partial", tmp_path / "ports"
    left.mkdir()
    (left / "half.jsonl").write_text("{")
    folder.mkdir()  # an empty one may be there
    with whole_folder(folder) as partial:
        (partial / "whole.jsonl").write_text("{}")
    assert ([one.name for one in folder.iterdir()], left.exists()) == (["whole.jsonl"], False)


def test_an_error_that_names_its_file_keeps_the_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"), naming("another"):
        (tmp_path / "nowhere").read_text()
