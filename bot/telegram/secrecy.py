"""The token and other secrets stay out of logs: httpx names the whole address of every call, errors may quote it."""

from __future__ import annotations

import logging
import traceback


def silence() -> None:
    """Keep the libraries below us from logging addresses, which hold the token, and errors that we report ourselves."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)


def redacted(text: str) -> str:
    """A text that goes past the log, such as the last words of the program, without what is kept out of the log."""
    for handler in logging.getLogger().handlers:
        for one in handler.filters:
            text = one.without(text) if isinstance(one, Redacting) else text
    return text


class Redacting(logging.Filter):
    """Takes secrets out of every record that passes a handler: message, arguments and traceback. Of a bot token the
    part behind the colon is the secret."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = [part for one in secrets for part in (one, one.partition(":")[2]) if part]

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if self._holds(said):
            record.msg, record.args = self.without(said), ()
        if record.exc_info and record.exc_info[1]:
            trace = "".join(traceback.format_exception(*record.exc_info))
            if self._holds(trace):
                record.exc_text, record.exc_info = trace.rstrip("\n"), None
        for name in ("exc_text", "stack_info"):
            text = getattr(record, name)
            if text and self._holds(text):
                setattr(record, name, self.without(text))
        return True

    def _holds(self, text: str) -> bool:
        return any(secret in text for secret in self._secrets)

    def without(self, text: str) -> str:
        """The text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "<token>")
        return text
