"""The token in the whole program: whatever fails, and however much is logged, it is never shown."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.place import SOON_S, open_place

pytestmark = pytest.mark.anyio

FAULTS: tuple[tuple[Any, str], ...] = (
    ("status", "getMe"),
    ("cut", "getMe"),
    ("not_json", "getMyCommands"),
    ("flood", "getMyCommands"),
    ("reset", "getMyCommands"),
    ("reset", "sendMessage"),
)


def secret(token: str) -> str:
    return token.partition(":")[2]


class Ear:
    """Hears what a program says on its standard error, and keeps it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        self._stream, self.heard = process.stderr, b""

    async def until(self, word: bytes) -> None:
        while word not in (line := await asyncio.wait_for(self._stream.readline(), SOON_S)):
            assert line, f"it ended without {word!r}: {self.heard[-500:]!r}"
            self.heard += line

    async def rest(self) -> bytes:
        return self.heard + await asyncio.wait_for(self._stream.read(), SOON_S)


@pytest.mark.slow
async def test_the_token_is_in_no_line_of_a_run_at_debug_whose_calls_fail(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        telegram = place.telegram
        await place.command("poll")
        place.feeds["times"].append(("t1", "A bridge for the river"))
        for kind, method in FAULTS:
            telegram.faults.add(kind, method=method)
        await telegram.go_down()
        process = await place.start("--debug", "run")
        ear = Ear(process)
        await ear.until(b"ConnectError")
        await telegram.come_back()
        await ear.until(b"answering as")
        await ear.until(b"not yet posted")
        await telegram.wait_for(lambda: telegram.polling, timeout=SOON_S)
        process.send_signal(signal.SIGTERM)
        said = await ear.rest()
        assert secret(telegram.token) not in said.decode()
        assert {"status", "cut", "not_json", "reset"} <= {call.outcome for call in telegram.calls}


async def test_the_token_is_in_no_line_of_a_run_that_is_refused_at_debug(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.telegram.token = "1:not-the-token-it-knows"
        ended = await place.command("--debug", "run", token=True)
        assert ended.code == 2
        assert "Traceback" in ended.err
        assert secret(place.telegram.token) not in ended.out + ended.err
