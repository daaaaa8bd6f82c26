"""A Bot API client that hides nothing: what was asked, what was answered."""

import json
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Client:
    """Calls methods over a real socket; values that are no text are sent as JSON, as every client does."""

    http: httpx.AsyncClient

    async def raw(self, method: str, **params: object) -> dict[str, Any]:
        """The whole answer."""
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        answer: dict[str, Any] = (await self.http.post(method, data=data)).json()
        return answer

    async def ok(self, method: str, **params: object) -> Any:
        """The result of a call that must succeed."""
        answer = await self.raw(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def error(self, method: str, **params: object) -> str:
        """The description of a call that must fail."""
        answer = await self.raw(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])
