"""HTTP/1.1 below httpx for a poller: many hosts, few requests each, every connection pinned to a judged address.

httpx's own pool looks at every connection for every request, which with a thousand hosts is most of the cost of
a poll. This one keeps at most one idle connection per origin in a dict, speaks HTTP by h11, and resolves and
connects by itself, so that no address is used that was not judged. It keeps no cookies, knows no proxies and sets
no deadline: whoever asks puts one around the whole.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

import h11
import httpx

from feeds.guard import Resolver


class DirectClient(httpx.AsyncClient):
    """httpx's client without what a poller does not want: no cookies kept, no redirects followed, no environment,
    no hooks. Leaving those steps out saves a quarter of the time of a request."""

    def __init__(self, transport: httpx.AsyncBaseTransport, *, headers: Mapping[str, str]) -> None:
        super().__init__(transport=transport, headers=headers, trust_env=False)
        self._direct = transport

    async def send(self, request: httpx.Request, *, stream: bool = False, **_options: object) -> httpx.Response:
        """The answer to one request, its body unread if `stream`."""
        response = await self._direct.handle_async_request(request)
        response.request = request
        if not stream:
            await response.aread()
        return response


class DirectTransport(httpx.AsyncBaseTransport):
    """Asks origins directly, at the addresses the resolver allows.

    Raises httpx.TransportError with its cause, and what the resolver raises (feeds.guard).
    """

    def __init__(
        self,
        resolver: Resolver,
        *,
        tls: ssl.SSLContext | None = None,
        max_header_bytes: int = 65_536,
        idle_s: float = 15.0,
    ) -> None:
        self._resolver = resolver
        self._tls = tls
        self._max_header_bytes = max_header_bytes
        self._idle_s = idle_s
        self._idle: dict[_Origin, _Connection] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer, the body still to be read."""
        origin = _origin(request.url)
        question = _Question(_head_of(request), request.content)
        connection = self._take_idle(origin)
        if connection is not None:
            try:
                return self._response(connection, await connection.ask(question))
            except httpx.TransportError:
                pass  # a server may close an idle connection at any time (RFC 9112, 9.3.1): ask anew, once
        connection = await self._connect(origin)
        return self._response(connection, await connection.ask(question))

    async def aclose(self) -> None:
        """Drop every idle connection and let the resolver's threads end."""
        self._resolver.close()
        for connection in self._idle.values():
            connection.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # lets the loop close the sockets

    def _response(self, connection: _Connection, head: h11.Response) -> httpx.Response:
        return httpx.Response(head.status_code, headers=list(head.headers), stream=_Body(connection, self._finished))

    async def _connect(self, origin: _Origin) -> _Connection:
        scheme, host, port = origin
        tls = self._context() if scheme == "https" else None
        addresses = (await self._resolver.addresses(host))[:_ADDRESSES_TRIED]
        failure: OSError | None = None
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            try:
                async with asyncio.timeout(_ADDRESS_TIMEOUT_S if left else None):
                    reader, writer = await asyncio.open_connection(
                        address, port, ssl=tls, server_hostname=host if tls else None
                    )
            except OSError as exc:
                failure = exc
            else:
                return _Connection(origin, reader, writer, max_header_bytes=self._max_header_bytes)
        raise httpx.ConnectError(str(failure)) from failure

    def _context(self) -> ssl.SSLContext:
        """What https is spoken with: the public authorities, read when they are first needed, or what was given."""
        if self._tls is None:
            self._tls = _public_tls()
        return self._tls

    def _take_idle(self, origin: _Origin) -> _Connection | None:
        connection = self._idle.pop(origin, None)
        return connection if connection is not None and connection.wake() else None

    def _finished(self, connection: _Connection) -> None:
        """Keep the connection for the next question to its origin, where it allows one."""
        if connection.origin in self._idle or not connection.is_reusable():
            connection.abort()
            return
        self._idle[connection.origin] = connection
        connection.rest(self._idle_s, self._expire)
        if len(self._idle) > _MAX_IDLE:
            self._expire(next(iter(self._idle.values())))

    def _expire(self, connection: _Connection) -> None:
        self._idle.pop(connection.origin, None)
        connection.abort()


class _Question(NamedTuple):
    """A request: its head, and its body, empty for all that only ask."""

    head: h11.Request
    body: bytes


class _Connection:
    """One connection: a question, its answer, the next question."""

    __slots__ = ("_http", "_max_header_bytes", "_mended", "_reader", "_received", "_timer", "_writer", "origin")

    def __init__(
        self, origin: _Origin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, max_header_bytes: int
    ) -> None:
        self.origin = origin
        self._reader = reader
        self._writer = writer
        self._max_header_bytes = max_header_bytes
        self._http = self._new_http()
        self._received: bytearray | None = None
        self._mended = False
        self._timer: asyncio.TimerHandle | None = None

    async def ask(self, question: _Question) -> h11.Response:
        try:
            self._writer.write(self._said(question))
            self._received = bytearray()
            return await self._head(question)
        except BaseException:
            self.abort()
            raise
        finally:
            self._received = None

    async def read(self) -> bytes | bytearray | None:
        """The next piece of the body; None at its end."""
        event = await self._next_event()
        return event.data if isinstance(event, h11.Data) else None

    def is_reusable(self) -> bool:
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE and not self._mended

    def rest(self, seconds: float, expire: Callable[[_Connection], None]) -> None:
        self._http.start_next_cycle()
        self._timer = asyncio.get_running_loop().call_later(seconds, expire, self)

    def wake(self) -> bool:
        """Whether the connection can still be asked."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._reader.at_eof():
            return True
        self.abort()
        return False

    def abort(self) -> None:
        """Close at once: what is still on its way is of no interest."""
        if self._timer is not None:
            self._timer.cancel()
        self._writer.transport.abort()

    def _new_http(self) -> h11.Connection:
        return h11.Connection(h11.CLIENT, max_incomplete_event_size=self._max_header_bytes)

    def _said(self, question: _Question) -> bytes:
        events = [question.head, *([h11.Data(data=question.body)] if question.body else []), h11.EndOfMessage()]
        return b"".join(part for part in map(self._http.send, events) if part)

    async def _head(self, question: _Question) -> h11.Response:
        try:
            return await self._strict_head()
        except httpx.RemoteProtocolError:
            mended = mended_head(bytes(self._received or b""))
            if mended is None:
                raise
        self._mended = True
        self._http = self._new_http()
        self._said(question)
        self._http.receive_data(mended)
        return await self._strict_head()

    async def _strict_head(self) -> h11.Response:
        for _ in range(_MAX_INTERIM):
            event = await self._next_event()
            if isinstance(event, h11.Response):
                if sum(len(name) + len(value) + 4 for name, value in event.headers) > self._max_header_bytes:
                    break
                return event
        raise httpx.RemoteProtocolError(_HEADERS_TOO_LARGE)

    async def _next_event(self) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = await self._reader.read(_READ_BYTES)
                if self._received is not None:
                    self._received += data
                self._http.receive_data(data)
        except h11.RemoteProtocolError as exc:
            too_large = exc.error_status_hint == 431
            raise httpx.RemoteProtocolError(_HEADERS_TOO_LARGE if too_large else str(exc)) from exc
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc
        return event


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: _Connection, finished: Callable[[_Connection], None]) -> None:
        self._connection: _Connection | None = connection
        self._finished = finished

    async def __aiter__(self) -> AsyncIterator[bytes]:
        connection = self._connection
        while connection is not None and (piece := await connection.read()) is not None:
            yield bytes(piece)

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._finished(connection)


def mended_head(received: bytes) -> bytes | None:
    """What was received, without header lines that are none and without a second Transfer-Encoding, both of which
    browsers and curl pass over (python-hyper/h11#96, encode/httpx#1363 and #1862); None if that changes nothing."""
    head, end, body = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    kept = [line for line in lines if _HEADER_LINE.fullmatch(line)]
    codings = [line for line in kept if line.lower().startswith(b"transfer-encoding:")]
    kept = [line for line in kept if line not in codings] + codings[:1]
    return None if not end or len(kept) == len(lines) else b"\r\n".join([status, *kept]) + end + body


def _public_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    # Old load balancers, of public bodies above all, do not speak RFC 5746, and OpenSSL 3 refuses them where
    # browsers do not. What it guards against, text put before our request, cannot harm the reading of a feed.
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context


_Origin = tuple[str, str, int]

_OP_LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT from Python 3.12 on

_HEADER_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*")
_HEADERS_TOO_LARGE = "the headers are too large"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ADDRESSES_TRIED = 4
_ADDRESS_TIMEOUT_S = 5.0  # before the next address gets its turn; the last one has whatever the asker allows
_MAX_IDLE = 64
_MAX_INTERIM = 8  # 1xx answers before the real one
_READ_BYTES = 65_536


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host.decode("ascii").strip("[]"), url.port or _DEFAULT_PORTS[url.scheme]


def _head_of(request: httpx.Request) -> h11.Request:
    try:
        return h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
    except h11.LocalProtocolError as exc:
        raise httpx.LocalProtocolError(str(exc)) from exc
