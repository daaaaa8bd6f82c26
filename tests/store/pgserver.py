"""A PostgreSQL server of our own for the tests: real, in a folder, on a socket in that folder and no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

NEEDED = ("initdb", "pg_ctl")


def program(name: str) -> str | None:
    """Where a program of the server is; None where it is not installed."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, homes), os.environ.get("PATH", "")]))


class Server:
    """A server with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = str(folder / "data")
        self._names = count()
        self._owner = _owner()
        if self._owner is not None:
            os.chown(folder, self._owner, -1)
        self._run("initdb", "-D", self._data, "-U", "pactwatch", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")

    def start(self) -> None:
        """Start it, and return once it takes connections."""
        # No test cuts the power of the machine: a process that is killed loses nothing the system has taken over.
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "-t", "30", "start")

    def stop(self) -> None:
        """End it at once, as a power cut would: it recovers at the next start."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """The address of a place of its own, still empty: a schema, which is made much faster than a database."""
        name = f"t{next(self._names)}"
        address = f"postgresql://pactwatch@/postgres?host={self.folder}"
        with psycopg.connect(address) as db:
            db.execute(f"CREATE SCHEMA {name}".encode())
        return f"{address}&options=-csearch_path%3D{name}"

    @contextmanager
    def small_disk(self, megabytes: int) -> Iterator[tuple[str, Callable[[int], None]]]:
        """The address of a place of its own on a disk of that size, and what gives the disk another one. The server's
        own files stay where they are. PermissionError where this user may not mount one."""
        place = self.folder / "small"
        place.mkdir()
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place))
        try:
            shutil.chown(place, self._owner or os.geteuid())
            address = self.database()
            with psycopg.connect(address, autocommit=True) as db:
                db.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            yield (
                f"{address}%20-cdefault_tablespace%3Dsmall",
                lambda more: _mount("-o", f"remount,size={more}m", str(place)),
            )
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)

    def _run(self, name: str, *arguments: str) -> None:
        command = [program(name) or name, *arguments]
        with tempfile.TemporaryFile() as said:  # not a pipe: the server would keep it open
            done = subprocess.run(
                command, stdout=said, stderr=said, check=False, cwd=self.folder, user=self._owner, group=self._owner
            )
            if done.returncode != 0:
                said.seek(0)
                raise RuntimeError(f"{name}: {said.read().decode()}")


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts. Its folder has a short name: a socket's path may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="pw-pg-") as name:
        server = Server(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise PermissionError(done.stderr.strip())


def _owner() -> int | None:
    """Whom the server runs as: it refuses root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
