"""HTTP/1.1 below httpx for a poller: many hosts, few requests each, every connection pinned to a judged address.

httpx's own pool looks at every connection for every request, which with a thousand hosts is most of the cost of
a poll. This one keeps at most one idle connection per origin in a dict, reads answers by `feeds.http1`, resolves and
connects by itself, so that no address is used that was not judged. It keeps no cookies, knows no proxies and sets
no deadline: whoever asks puts one around the whole.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import cast

from feeds.guard import Resolver
from feeds.http import httpx
from feeds.http1 import AnswerReader, BadAnswer, Head, NoAnswer, Wanted
from feeds.outcome import FeedError


class ConnectionFailed(FeedError):
    """No connection was made, or it broke; the cause says why."""


class DirectClient(httpx.AsyncClient):
    """httpx's client without what a poller does not want: no cookies kept, no redirects followed, no environment,
    no hooks. Leaving those steps out saves a quarter of the time of a request."""

    def __init__(self, transport: DirectTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._direct = transport

    async def send(self, request: httpx.Request, **_options: object) -> httpx.Response:
        """The answer to one request, with as much of its body as was wanted: see the transport."""
        return await self._direct.handle_async_request(request)


def wanting(wanted: Wanted, *, cuts: bool = False) -> dict[str, object]:
    """The extensions of a request of whose answer so much is wanted. What is longer is refused, or with `cuts` cut."""
    return {"wanted": wanted, "cuts": cuts}


class DirectTransport(httpx.AsyncBaseTransport):
    """Asks origins directly, at the addresses the resolver allows. `said` are the header fields that every question
    carries. `tls` is what https is spoken with: the public authorities, unless given."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        said: Mapping[str, str],
        tls: ssl.SSLContext | None = None,
        max_header_bytes: int = 65_536,
        idle_s: float = 15.0,
    ) -> None:
        self._resolver = resolver
        self._said = _lines(httpx.Headers(said))
        self._tls = tls
        self._max_header_bytes = max_header_bytes
        self._idle_s = idle_s
        self._idle: dict[_Origin, _Connection] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body as it came over the wire, read as far as the extensions say (`wanting`).

        Raises ConnectionFailed, BadAnswer, BodyTooLarge, and what the resolver raises (feeds.guard).
        """
        origin, said = _origin(request.url), _said(request, self._said)
        connection = self._idle.pop(origin, None)
        if connection is not None and connection.wake():
            try:
                return await self._asked(connection, said, request)
            except (NoAnswer, ConnectionFailed):
                # A server may close an idle connection at any time (RFC 9112, 9.3.1): ask anew, once.
                if connection.has_answered:
                    raise
        connection = await self._connect(origin)
        return await self._asked(connection, said, request)

    async def aclose(self) -> None:
        """Drop every idle connection and let the resolver's threads end."""
        self._resolver.close()
        for connection in self._idle.values():
            connection.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # lets the loop close the sockets

    async def _asked(self, connection: _Connection, said: bytes, request: httpx.Request) -> httpx.Response:
        wanted: Wanted = request.extensions["wanted"]
        reader = AnswerReader(wanted, max_head_bytes=self._max_header_bytes, cuts=request.extensions["cuts"])
        try:
            head = await connection.ask(said, reader)
        except BaseException:
            connection.abort()
            raise
        self._finished(connection, is_reusable=reader.is_reusable)
        stream = httpx.ByteStream(b"".join(reader.body))
        return httpx.Response(head.status, headers=head.fields, stream=stream, request=request)

    async def _connect(self, origin: _Origin) -> _Connection:
        scheme, host, port = origin
        tls = self._context() if scheme == "https" else None
        addresses = (await self._resolver.addresses(host))[:_ADDRESSES_TRIED]
        failure: OSError | None = None
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            connecting = asyncio.get_running_loop().create_connection(
                lambda: _Connection(origin), address, port, ssl=tls, server_hostname=host if tls else None
            )
            try:
                if not left:
                    return (await connecting)[1]
                async with asyncio.timeout(_ADDRESS_TIMEOUT_S):
                    return (await connecting)[1]
            except OSError as exc:
                failure = exc
        raise ConnectionFailed(str(failure)) from failure

    def _context(self) -> ssl.SSLContext:
        """The public authorities are read when they are first needed."""
        if self._tls is None:
            self._tls = _public_tls()
        return self._tls

    def _finished(self, connection: _Connection, *, is_reusable: bool) -> None:
        """Keep the connection for the next question to its origin, where it allows one."""
        if not is_reusable or connection.origin in self._idle or not connection.rest(self._idle_s, self._expire):
            connection.abort()
            return
        self._idle[connection.origin] = connection
        if len(self._idle) > _MAX_IDLE:
            self._expire(next(iter(self._idle.values())))

    def _expire(self, connection: _Connection) -> None:
        self._idle.pop(connection.origin, None)
        connection.abort()


class _Connection(asyncio.Protocol):
    """One connection: a question, its answer, the next question."""

    def __init__(self, origin: _Origin) -> None:
        self.origin = origin
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._answered: asyncio.Future[Head] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def has_answered(self) -> bool:
        """Whether anything came of the answer to the last question."""
        return self._reader is not None and self._reader.has_begun

    async def ask(self, said: bytes, reader: AnswerReader) -> Head:
        """The head of the answer, once the reader has all that is wanted of it."""
        if self._transport is None:
            raise ConnectionFailed("the connection is closed")
        self._reader = reader
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(said)
        return await self._answered

    def rest(self, seconds: float, expire: Callable[[_Connection], None]) -> bool:
        """Wait for the next question; False where the connection is closed already."""
        self._reader = None
        if self._transport is None:
            return False
        self._timer = asyncio.get_running_loop().call_later(seconds, expire, self)
        return True

    def wake(self) -> bool:
        """Whether the connection can still be asked."""
        if self._timer is not None:
            self._timer.cancel()
        return self._transport is not None

    def abort(self) -> None:
        """Close at once: what is still on its way is of no interest."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # --- called by the loop ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._reader is None:  # nobody asked: whatever it is, it would be taken for the next answer
            self.abort()
        else:
            self._take(lambda reader: reader.feed(data))

    def eof_received(self) -> None:
        self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport, transport = None, self._transport
        if transport is not None:
            transport.abort()
        if isinstance(exc, OSError):
            self._settle(_caused(ConnectionFailed(str(exc)), exc))
        elif self._reader is not None:
            self._take(AnswerReader.end)

    def _take(self, step: Callable[[AnswerReader], None]) -> None:
        reader, answered = self._reader, self._answered
        if reader is None or answered is None or answered.done():
            return
        try:
            step(reader)
        except FeedError as exc:
            self._settle(exc)
            return
        if reader.done and reader.head is not None:
            self._settle(reader.head)

    def _settle(self, outcome: Head | FeedError) -> None:
        if self._answered is None or self._answered.done():
            return
        if isinstance(outcome, FeedError):
            self._answered.set_exception(outcome)
        else:
            self._answered.set_result(outcome)


def _caused(error: FeedError, cause: BaseException) -> FeedError:
    error.__cause__ = cause
    return error


def _said(request: httpx.Request, always: bytes) -> bytes:
    """The request as it goes over the wire."""
    start = b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
    return b"".join((start, _lines(request.headers), always, b"\r\n", request.read()))


def _lines(headers: httpx.Headers) -> bytes:
    """Raises BadAnswer where a value would end its line: it came from an answer, or from a person."""
    fields = headers.raw
    lines = b"".join([b"%s: %s\r\n" % field for field in fields])
    if not lines.count(b"\r") == lines.count(b"\n") == len(fields) or b"\0" in lines:
        raise BadAnswer("a header field that cannot be sent")
    return lines


def _public_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    # Old load balancers, of public bodies above all, do not speak RFC 5746, and OpenSSL 3 refuses them where
    # browsers do not. What it guards against, text put before our request, cannot harm the reading of a feed.
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host.decode("ascii").strip("[]"), url.port or _DEFAULT_PORTS[url.scheme]


_Origin = tuple[str, str, int]
_DEFAULT_PORTS = {"http": 80, "https": 443}

_OP_LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT from Python 3.12 on

_ADDRESSES_TRIED = 4
_ADDRESS_TIMEOUT_S = 5.0  # before the next address gets its turn; the last one has whatever the asker allows
_MAX_IDLE = 64
