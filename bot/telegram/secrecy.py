"""The token stays out of logs: httpx names the whole address of every call, errors may quote it."""

from __future__ import annotations

import logging
import traceback


def silence() -> None:
    """Keep the libraries below us from logging addresses, which hold the token, and errors that we report ourselves."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)


class Redacting(logging.Filter):
    """Takes a secret out of every record that passes a handler: message, arguments and traceback."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret
        self._part = secret.partition(":")[2] or secret

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if self._part in said:
            record.msg, record.args = self._without(said), ()
        if record.exc_info and record.exc_info[1]:
            trace = "".join(traceback.format_exception(*record.exc_info))
            if self._part in trace:
                record.exc_text, record.exc_info = self._without(trace).rstrip("\n"), None
        return True

    def _without(self, text: str) -> str:
        return text.replace(self._secret, "<token>").replace(self._part, "<token>")
