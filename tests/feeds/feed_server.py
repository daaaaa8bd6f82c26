"""A real HTTP server on loopback that can misbehave in every way a feed server does, for tests."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; header names in lower case. `connection` counts the connections of the server."""

    method: str
    target: str
    headers: Mapping[str, str]
    connection: int
    tls_name: str | None = None


@dataclass(slots=True)
class Wire:
    """What a behaviour may do with the connection. `closing` is set when the test is over."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    closing: asyncio.Event
    keep: bool = True

    async def send(self, *parts: bytes) -> None:
        self.writer.write(b"".join(parts))
        await self.writer.drain()

    async def closed(self) -> None:
        """Wait until the client has hung up."""
        await self.reader.read()

    def reset(self) -> None:
        """Break the connection off with RST instead of FIN."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Asked, Wire], Awaitable[None]]


@dataclass(slots=True)
class FeedServer:
    """`async with FeedServer() as server`; say what a path does with `put`; `asked` holds every request."""

    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _paths: dict[str, Behaviour] = field(default_factory=dict)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _tls_names: list[str | None] = field(default_factory=list)

    def put(self, path: str, behaviour: Behaviour, *more: Behaviour) -> str:
        """Let `path` behave so, with `more` one after the other and the last one from then on; gives its address."""
        self._paths[path] = _in_turn([behaviour, *more]) if more else behaviour
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        if self.tls is not None:
            self.tls.sni_callback = lambda _sock, name, _context: self._tls_names.append(name)
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._closing.set()
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._converse(reader, Wire(reader, writer, self._closing), self.connections)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, wire: Wire, connection: int) -> None:
        while wire.keep:
            asked = _parsed(await reader.readuntil(b"\r\n\r\n"), connection, (self._tls_names or [None])[-1])
            self.asked.append(asked)
            await self._paths.get(asked.target, answer(404))(asked, wire)
        wire.writer.close()
        await wire.writer.wait_closed()


def answer(
    status: int = 200,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    chunks: Iterable[bytes] | None = None,
) -> Behaviour:
    """A proper answer with a Content-Length, or in `chunks`."""
    lines = list(headers.items() if isinstance(headers, Mapping) else headers)

    async def behave(asked: Asked, wire: Wire) -> None:
        if chunks is None:
            length = [] if status == 304 else [("Content-Length", str(len(body)))]
            await wire.send(_head(status, [*lines, *length]), body)
            return
        await wire.send(_head(status, [*lines, ("Transfer-Encoding", "chunked")]))
        for chunk in chunks:
            await wire.send(b"%x\r\n" % len(chunk), chunk, b"\r\n")
        await wire.send(b"0\r\n\r\n")

    return behave


def feed(body: bytes, *, etag: str | None = None, modified: str | None = None, **headers: str) -> Behaviour:
    """A well-behaved feed: 304 to whoever shows its validators."""
    shown = {
        "ETag": etag,
        "Last-Modified": modified,
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    lines = [(name, text) for name, text in shown.items() if text is not None]

    async def behave(asked: Asked, wire: Wire) -> None:
        if etag is not None and "if-none-match" in asked.headers:
            same = asked.headers["if-none-match"] == etag
        else:
            same = modified is not None and asked.headers.get("if-modified-since") == modified
        await answer(304 if same else 200, lines, b"" if same else body)(asked, wire)

    return behave


def redirect(to: str, status: int = 302, headers: Mapping[str, str] | None = None) -> Behaviour:
    return answer(status, {"Location": to, **(headers or {})}, b"moved")


def raw(*parts: bytes) -> Behaviour:
    """Just these bytes, then the end of the connection."""

    async def behave(asked: Asked, wire: Wire) -> None:
        wire.keep = False
        await wire.send(*parts)

    return behave


def silent_after(*parts: bytes) -> Behaviour:
    """Just these bytes, then nothing more until the client gives up."""

    async def behave(asked: Asked, wire: Wire) -> None:
        await wire.send(*parts)
        await wire.closing.wait()

    return behave


def reset_after(*parts: bytes) -> Behaviour:
    """Just these bytes, then RST."""

    async def behave(asked: Asked, wire: Wire) -> None:
        wire.keep = False
        await wire.send(*parts)
        wire.reset()

    return behave


def endless(head: bytes, piece: bytes) -> Behaviour:
    """`piece` again and again until the client hangs up."""

    async def behave(asked: Asked, wire: Wire) -> None:
        await wire.send(head)
        while True:
            await wire.send(piece)

    return behave


def hang_up_next(behaviour: Behaviour) -> Behaviour:
    """Behave, then close the connection at the next request on it, unanswered."""
    served: set[int] = set()

    async def behave(asked: Asked, wire: Wire) -> None:
        if asked.connection in served:
            wire.keep = False
            return
        served.add(asked.connection)
        await behaviour(asked, wire)

    return behave


def _in_turn(behaviours: list[Behaviour]) -> Behaviour:
    left = iter(behaviours[:-1])

    async def behave(asked: Asked, wire: Wire) -> None:
        await next(left, behaviours[-1])(asked, wire)

    return behave


def _head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {text}" for name, text in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _parsed(head: bytes, connection: int, tls_name: str | None) -> Asked:
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in rest)}
    return Asked(method, target, headers, connection, tls_name)
