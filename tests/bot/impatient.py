"""A network whose read timeout needs no time: it strikes when the server is known to hold an answer back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from bot.demo.botapi.calls import Call
from bot.demo.botapi.server import BotApiServer

NEVER_S = 600.0


class Impatient(httpx.AsyncBaseTransport):
    """The real transport. One call at a time is under way: of those that came since it began, the first that
    `gives_up` is true of ends it as a read timeout does, however fast or slow the machine is."""

    def __init__(self, server: BotApiServer, gives_up: Callable[[Call], bool]) -> None:
        self._real = httpx.AsyncHTTPTransport()
        self._server, self._gives_up = server, gives_up

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        before = len(self._server.calls)
        answer = asyncio.ensure_future(self._real.handle_async_request(request))
        held = asyncio.ensure_future(self._server.wait_for(lambda: self._is_held(before), timeout=NEVER_S))
        try:
            await asyncio.wait({answer, held}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise httpx.ReadTimeout("the answer is held back", request=request)
            return answer.result()
        finally:
            answer.cancel()
            held.cancel()
            await asyncio.gather(answer, held, return_exceptions=True)

    async def aclose(self) -> None:
        await self._real.aclose()

    def _is_held(self, before: int) -> bool:
        return any(self._gives_up(call) for call in self._server.calls[before:])
