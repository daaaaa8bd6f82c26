"""Owns the way of a call: HTTP request → token, record, fault, method → answer."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.demo.botapi import methods_bot, methods_chat, methods_edit, methods_send
from bot.demo.botapi.calls import ApiError, Call, bad_request, flooded
from bot.demo.botapi.faults import Fault, Faults
from bot.demo.botapi.http import Reply, Request, Reset
from bot.demo.botapi.methods import METHODS, Api
from bot.demo.botapi.world import Json

_REGISTERED = (methods_bot, methods_chat, methods_edit, methods_send)  # importing them fills METHODS
_BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n"


@dataclass(slots=True)
class Dispatcher:
    """Answers requests for one bot and keeps a record of every call; `changed` is called when one has ended."""

    token: str
    api: Api
    clock: Callable[[], float]
    changed: Callable[[], None]
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    _late: set[asyncio.Task[Any]] = field(default_factory=set)

    async def stop(self) -> None:
        """Forget the calls still held."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def answer(self, request: Request) -> Reply | Reset:
        """What to send back; a fault may hold it for ever."""
        found = re.fullmatch(r"/bot([^/]+)/([A-Za-z]+)", request.path)
        if found is None:
            return _error(ApiError(404, "Not Found"))
        try:
            params, files = request.form()
        except ValueError:
            return _error(bad_request("can't parse the request body"))
        if found[1] != self.token:
            return _error(ApiError(401, "Unauthorized"))
        chat = self.api.world.find_chat(params.get("chat_id", ""))
        call = Call(found[2], params, files, self.clock(), chat.id if chat else None)
        self.calls.append(call)
        fault = self.faults.take(call.method, call.chat, call.params)
        return await (self._strike(call, fault) if fault else self._perform(call))

    async def _perform(self, call: Call) -> Reply:
        try:
            call.result = await self._result(call)
        except ApiError as error:
            call.outcome, call.code, call.description = "error", error.code, error.description
            return _error(error)
        except asyncio.CancelledError:
            call.outcome = "gone"
            raise
        finally:
            self.changed()
        call.outcome, call.effect, call.code = "ok", True, 200
        self.changed()
        return Reply(200, json.dumps({"ok": True, "result": call.result}).encode())

    async def _result(self, call: Call) -> object:
        if call.method.lower() == "getupdates":
            return await self.api.updates.poll(call)
        function = METHODS.get(call.method.lower())
        if function is None:
            raise ApiError(404, "Not Found: method not found")
        return function(self.api, call)

    async def _strike(self, call: Call, fault: Fault) -> Reply | Reset:
        if fault.kind == "slow":
            call.held = True
            self.changed()
            task = asyncio.create_task(self._when_released(call, fault))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return await asyncio.shield(task)
        reply = await self._perform(call) if fault.effect else None
        call.outcome, call.held = fault.kind, fault.kind == "timeout"
        self.changed()
        if fault.kind == "timeout":
            await asyncio.Event().wait()
        if fault.kind == "flood":
            self.api.flood.refuse(call.chat or 0, fault.retry_after)
        return Reset() if fault.kind == "reset" else _broken(fault, reply)

    async def _when_released(self, call: Call, fault: Fault) -> Reply:
        await fault.released.wait()
        call.held = False
        return await self._perform(call)


def _broken(fault: Fault, reply: Reply | None) -> Reply:
    match fault.kind:
        case "cut":
            return replace(reply or Reply(200, b'{"ok":true,"result":{}}'), cut=True)
        case "not_json":
            return Reply(200, b"<html><body>Welcome</body></html>", "text/html")
        case "flood":
            return _error(flooded(fault.retry_after))
        case "status" if fault.code == 502:
            return Reply(502, _BAD_GATEWAY, "text/html")
        case _:
            return _error(ApiError(fault.code, fault.description or "Internal Server Error"))


def _error(error: ApiError) -> Reply:
    wire: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        wire["parameters"] = error.parameters
    return Reply(error.code, json.dumps(wire).encode())
