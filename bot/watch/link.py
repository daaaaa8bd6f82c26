"""Messages between two processes of ours, over a pair of sockets: each led by its length."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

_LENGTH = struct.Struct(">I")


class Link(asyncio.Protocol):
    """One end. `got` is called with each message from the other, `ended` once when there will be no more."""

    def __init__(self, got: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self._got, self._ended = got, ended
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()

    @classmethod
    async def on(cls, end: socket.socket, got: Callable[[bytes], None], ended: Callable[[], None]) -> Link:
        """The end of that socket, in the running loop."""
        _, link = await asyncio.get_running_loop().create_connection(lambda: cls(got, ended), sock=end)
        return link

    def send(self, message: bytes) -> None:
        """Hand the message over. One for an end that is closed is lost."""
        if self._transport is not None:
            self._transport.writelines((_LENGTH.pack(len(message)), message))

    def close(self) -> None:
        """Close at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    # --- called by the loop ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        at = 0
        while len(received) >= (start := at + _LENGTH.size):
            end = start + _LENGTH.unpack_from(received, at)[0]
            if end > len(received):
                break
            self._got(bytes(received[start:end]))
            at = end
        del received[:at]

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._ended()
