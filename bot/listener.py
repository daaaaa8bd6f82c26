"""What others call us on: a small HTTP server beside the rest of the program. The home of tornado."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

MAX_BODY_BYTES = 1_000_000
_IDLE_S = 30.0


class PortTaken(Exception):
    """The address cannot be listened on."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came; of a parameter given twice the last counts. Header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a short plain text."""

    status: int
    text: str = ""


def can_listen() -> bool:
    """Whether the package is there that this needs."""
    return importlib.util.find_spec("tornado") is not None


@contextlib.asynccontextmanager
async def listening(host: str, port: int, answer: Callable[[Call], Awaitable[Reply]]) -> AsyncIterator[int]:
    """Answer requests for the length of the block; gives the port, which is free to choose where `port` is 0.

    Raises PortTaken. A body of more than a megabyte, or one that comes too slowly, is cut off.
    """
    from tornado.httpserver import HTTPServer  # noqa: PLC0415 - an extra that most installations do not have
    from tornado.httputil import HTTPServerRequest  # noqa: PLC0415
    from tornado.web import Application, RequestHandler  # noqa: PLC0415

    class Handler(RequestHandler):
        async def get(self) -> None:
            await self._reply()

        async def post(self) -> None:
            await self._reply()

        async def _reply(self) -> None:
            reply = await answer(_call_of(self.request))
            self.set_status(reply.status)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(reply.text)

    def _call_of(request: HTTPServerRequest) -> Call:
        query = {name: values[-1].decode("utf-8", "replace") for name, values in request.query_arguments.items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Call(request.method or "", request.path, query, headers, request.body)

    server = HTTPServer(
        Application([(".*", Handler)], log_function=lambda _: None),
        max_buffer_size=2 * MAX_BODY_BYTES,
        max_body_size=MAX_BODY_BYTES,
        idle_connection_timeout=_IDLE_S,
        body_timeout=_IDLE_S,
        xheaders=False,
    )
    with _bound(host, port) as bound:
        server.add_socket(bound)
        try:
            yield bound.getsockname()[1]
        finally:
            server.stop()
            await server.close_all_connections()


def _bound(host: str, port: int) -> socket.socket:
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as exc:
        raise PortTaken(f"cannot listen on {host}:{port}: {exc.strerror or exc}") from exc
    bound.setblocking(False)
    return bound
