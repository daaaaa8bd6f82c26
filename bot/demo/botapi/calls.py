"""Owns one call of the Bot API: its parameters, its outcome, and the errors it can end in."""

import json
from dataclasses import dataclass, field

from bot.demo.botapi.http import Upload
from bot.demo.botapi.world import Json


class ApiError(Exception):
    """The call failed: code, description and `parameters` as the Bot API answers them."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad_request(reason: str) -> ApiError:
    """400; `reason` as Telegram words it."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """403."""
    return ApiError(403, f"Forbidden: {reason}")


def flooded(retry_after: int) -> ApiError:
    """429."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass(slots=True, eq=False)
class Call:
    """A call as it came, and how it ended. The token is not in it.

    `outcome` is "ok", "error", the kind of the fault that struck, or "gone" when the client hung up before the answer;
    `effect` says whether the call did its work, `held` that its answer is held back.
    """

    method: str
    params: dict[str, str]
    files: dict[str, Upload] = field(default_factory=dict)
    at: float = 0.0
    chat: int | None = None  # the id of the chat it is about, whichever way it was named
    outcome: str = "pending"
    code: int = 0
    description: str = ""
    result: object = None
    effect: bool = False
    held: bool = False

    def text(self, name: str) -> str:
        """A parameter, or ""."""
        return self.params.get(name, "")

    def number(self, name: str) -> int:
        """A parameter as a whole number; 0 when absent or none."""
        try:
            return int(self.params.get(name, "0"))
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """A parameter as a truth value, written the ways the Bot API takes it."""
        return self.params.get(name, "").strip().lower() in ("true", "1", "yes")

    def json(self, name: str) -> object:
        """A parameter that holds JSON; None when absent, 400 when it is none."""
        if not self.params.get(name):
            return None
        try:
            return json.loads(self.params[name])
        except ValueError as exc:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from exc

    def json_objects(self, name: str) -> list[Json]:
        """A parameter that holds a list of JSON objects; [] when absent."""
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request(f"array of objects expected as {name.replace('_', ' ')}")
        return value

    def json_object(self, name: str) -> Json:
        """A parameter that holds a JSON object; {} when absent."""
        value = self.json(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {name.replace('_', ' ')}")
        return value or {}
