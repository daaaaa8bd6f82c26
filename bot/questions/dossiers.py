"""Dossiers for people who ask in a chat: made by `pactwatch export` in a process of its own, one at a time."""

from __future__ import annotations

import asyncio
import io
import logging
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.aside import PROGRAM, run_aside

_log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000  # the Bot API takes 50 MB; a telephone is glad of less
KEEP = timedelta(minutes=10)  # so long the same dossier is given to whoever asks
_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Dossier:
    """The folder of a dossier, packed as a ZIP archive."""

    body: bytes


@dataclass(frozen=True, slots=True)
class TooLarge:
    """It would not fit into a message."""

    size_mb: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Another one is being made."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be made; the log file says why."""


Made = Dossier | TooLarge | Busy | Failed


class Dossiers:
    """Makes dossiers from the log of the configuration at `config`."""

    def __init__(
        self, config: Path, now: Callable[[], datetime], *, program: Sequence[str] = PROGRAM, limit: int = MAX_BYTES
    ) -> None:
        self._config, self._now, self._program, self._limit = config, now, program, limit
        self._making = asyncio.Lock()
        self._last: tuple[str, datetime, Made] | None = None

    async def make(self, commitment: str) -> Made:
        """The dossier of the commitment, over all that was recorded."""
        if self._making.locked():
            return Busy()
        async with self._making:
            if self._last and self._last[0] == commitment and self._now() - self._last[1] < KEEP:
                return self._last[2]
            with tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
                made = await self._made(commitment, Path(folder) / commitment)
            if not isinstance(made, Failed):
                self._last = commitment, self._now(), made
            return made

    async def _made(self, commitment: str, folder: Path) -> Made:
        arguments = ("export", "--config", str(self._config), "--commitment", commitment, "-o", str(folder))
        ended = await run_aside(*arguments, timeout_s=_TIMEOUT_S, program=self._program)
        if ended.failed:  # 1 is an answer: there is no evidence, and the dossier says so
            _log.warning("no dossier commitment=%s reason=%r", commitment, ended.said)
            return Failed()
        return await asyncio.to_thread(self._packed, folder)

    def _packed(self, folder: Path) -> Made:
        if not folder.is_dir():
            return Failed()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"{folder.name}/{file.name}")
                if out.tell() > self._limit:
                    return TooLarge(sum(one.stat().st_size for one in folder.iterdir()) // 1_000_000)
        return Dossier(out.getvalue())
