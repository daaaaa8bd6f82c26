"""Files and folders for people, which are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write. It takes its name, and the place of an older one, when the block ends well.

    OSError names `path`, also where the disk is full.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with naming(path):
            with partial.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """An empty folder to fill, without folders in it. It takes its name, or the place of an empty one, when the block
    ends well, and is gone where it does not."""
    partial = path.with_name(path.name + ".partial")
    with naming(path):
        partial.mkdir(parents=True, exist_ok=True)
        try:
            _empty(partial)  # of what a process that was killed left
            yield partial
            partial.replace(path)
        finally:
            with suppress(OSError):
                _empty(partial)
                partial.rmdir()


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Let an OSError of the block say what could not be written: one of a full disk names no file by itself."""
    try:
        yield
    except OSError as exc:
        if exc.filename is None or str(exc.filename).endswith(".partial"):
            raise OSError(exc.errno, exc.strerror, str(path)) from exc
        raise


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
