"""Owns the socket: HTTP/1.1 just wide enough for Bot API clients, and able to fail in every way a network can."""

import asyncio
import contextlib
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl

MAX_BODY_BYTES = 60_000_000  # Telegram takes files of up to 50 MB
MAX_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    def form(self) -> tuple[dict[str, str], dict[str, Upload]]:
        """Parameters of query and body (urlencoded, JSON or multipart), and uploads; ValueError if unreadable."""
        params = dict(parse_qsl(self.query, keep_blank_values=True))
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == "application/json":
            return params | _json_params(self.body), {}
        if kind == "multipart/form-data":
            more, files = _multipart(self.headers["content-type"], self.body)
            return params | more, files
        return params | dict(parse_qsl(self.body.decode(), keep_blank_values=True)), {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `cut` sends only half of it, then closes. `headers` are sent beside the usual ones."""

    status: int
    body: bytes
    content_type: str = "application/json"
    cut: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reset:
    """No answer: the connection is reset."""


Handler = Callable[[Request], Awaitable[Reply | Reset]]


class HttpServer:
    """Serves `handle` on loopback; it touches no signal handlers and forgets all connections when stopped."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; gives the port."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=MAX_HEAD_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close everything at once, answered or not."""
        if self._server is None:
            return
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # pragma: no cover  asyncio runs every connection as a task
            return
        self._connections.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._converse(_Reader(reader), writer)
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: "_Reader", writer: asyncio.StreamWriter) -> None:
        while request := await _read(reader):
            answer = await self._answer(request, reader)
            match answer:
                case None:
                    return
                case Reset():
                    _reset(writer)
                    return
                case Reply():
                    writer.write(_bytes(answer))
                    await writer.drain()
                    if answer.cut or request.headers.get("connection", "").lower() == "close":
                        writer.close()
                        await writer.wait_closed()
                        return

    async def _answer(self, request: Request, reader: "_Reader") -> Reply | Reset | None:
        """The answer, or None when the client hung up before there was one."""
        work = asyncio.ensure_future(self._handle(request))
        gone = asyncio.ensure_future(reader.watch())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            work.cancel()
            gone.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)


class _Reader:
    """A stream that can be watched for its end without losing what arrives meanwhile."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream, self._ahead = stream, b""

    async def watch(self) -> None:
        while data := await self._stream.read(65_536):
            self._ahead += data

    async def head(self) -> bytes:
        while b"\r\n\r\n" not in self._ahead and len(self._ahead) < MAX_HEAD_BYTES:
            if not (data := await self._stream.read(65_536)):
                return b""
            self._ahead += data
        head, _, self._ahead = self._ahead.partition(b"\r\n\r\n")
        return head

    async def exactly(self, size: int) -> bytes:
        if missing := size - len(self._ahead):
            self._ahead += await self._stream.readexactly(missing) if missing > 0 else b""
        body, self._ahead = self._ahead[:size], self._ahead[size:]
        return body


async def _read(reader: _Reader) -> Request | None:
    head = await reader.head()
    if not head:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    verb, target, *_ = [*first.split(" "), "", ""]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    size = headers.get("content-length", "0")
    if not size.isdecimal() or int(size) > MAX_BODY_BYTES or "transfer-encoding" in headers:
        return None
    path, _, query = target.partition("?")
    return Request(verb, path, query, headers, await reader.exactly(int(size)))


def _bytes(reply: Reply) -> bytes:
    reason = HTTPStatus(reply.status).phrase
    head = (
        f"HTTP/1.1 {reply.status} {reason}\r\n"
        f"Content-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        + "\r\n"
    )
    body = reply.body[: len(reply.body) // 2] if reply.cut else reply.body
    return head.encode("latin-1") + body


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _json_params(body: bytes) -> dict[str, str]:
    data = json.loads(body or b"{}")
    if not isinstance(data, dict):
        raise ValueError("a JSON object is expected")
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in data.items()}


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    boundary = _attribute(content_type, "boundary")
    params: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        head, blank, data = part.partition(b"\r\n\r\n")
        if not blank:  # the closing "--"
            continue
        headers = {k.strip().lower(): v.strip() for k, _, v in (h.partition(":") for h in head.decode().split("\r\n"))}
        disposition = headers.get("content-disposition", "")
        name = _attribute(disposition, "name")
        if filename := _attribute(disposition, "filename"):
            files[name] = Upload(filename, headers.get("content-type", "application/octet-stream"), data)
        else:
            params[name] = data.decode()
    return params, files


def _attribute(header: str, name: str) -> str:
    found = re.search(rf';\s*{name}=(?:"([^"]*)"|([^;\s]+))', header, re.IGNORECASE)
    return (found[1] or found[2] or "") if found else ""
