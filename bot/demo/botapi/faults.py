"""Owns the faults a test can order: which call goes wrong, how, and whether it took effect all the same."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "timeout", "reset", "cut", "not_json", "flood", "slow", "error"]


@dataclass(slots=True, eq=False)
class Fault:
    """One kind of failure for the calls it fits; see `Faults.add`. `fired` counts how often it struck."""

    kind: Kind
    method: str | None = None
    chat: int | None = None
    effect: bool = False
    times: int | None = 1
    skip: int = 0
    code: int = 502
    description: str = ""
    retry_after: int = 5
    when: Callable[[str, dict[str, str]], bool] | None = None
    fired: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the calls held by a "slow" fault go on, now and from now on."""
        self.released.set()

    def fits(self, method: str, chat: int | None, params: dict[str, str]) -> bool:
        """Is this call meant? (`skip` and `times` aside)"""
        if self.method is not None and self.method.lower() != method.lower():
            return False
        if self.chat is not None and self.chat != chat:
            return False
        return self.when is None or self.when(method, params)


class Faults:
    """The faults ordered and not yet used up, first come first served."""

    def __init__(self) -> None:
        self._all: list[Fault] = []

    def add(  # noqa: PLR0913  a test names the two or three it wants
        self,
        kind: Kind,
        *,
        method: str | None = None,
        chat: int | None = None,
        effect: bool = False,
        times: int | None = 1,
        skip: int = 0,
        code: int = 502,
        description: str = "",
        retry_after: int = 5,
        when: Callable[[str, dict[str, str]], bool] | None = None,
    ) -> Fault:
        """Order a fault; it strikes the calls of `method` (any but getUpdates) to `chat` (any) for which `when` holds.

        `skip` matching calls pass first, then `times` of them fail (None: for ever). `effect`: the call does its work
        before it fails, as when only the answer is lost. Kinds:
        "status"    HTTP `code` (500, 502, …), 502 with a page of HTML as Telegram's gateway sends it
        "timeout"   no answer until the client gives up and closes
        "reset"     the connection is reset (RST)
        "cut"       the answer ends in its middle
        "not_json"  200 with a body that is no JSON
        "flood"     429 with `retry_after`; writing to that chat before the time is up is a violation
        "error"     an error of the Bot API: `code` and `description`, e.g. 403 "Forbidden: bot was blocked by the user"
        "slow"      held until `fault.release()`, then done and answered; done even if the client has given up
        """
        given = (kind, method, chat, effect, times, skip, code, description, retry_after, when)
        self._all.append(Fault(*given))
        return self._all[-1]

    def clear(self) -> None:
        """Forget every fault and let held calls go."""
        for fault in self._all:
            fault.release()
        self._all.clear()

    def take(self, method: str, chat: int | None, params: dict[str, str]) -> Fault | None:
        """The fault that strikes this call, counted as used; None for a call that may pass."""
        for fault in self._all:
            if fault.method is None and method.lower() == "getupdates":
                continue
            if fault.times == 0 or not fault.fits(method, chat, params):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.fired += 1
            fault.times = None if fault.times is None else fault.times - 1
            return fault
        return None
