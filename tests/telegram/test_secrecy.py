"""The token never appears in what is logged."""

from __future__ import annotations

import io
import logging

from bot.telegram.secrecy import Redacting

TOKEN = "123456:AAF-secret_part-of_the_token-00000000"


def logged(write: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redacting(TOKEN))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    assert callable(write)
    write(logger)
    return stream.getvalue()


def test_message_and_arguments_are_redacted() -> None:
    text = logged(lambda log: log.warning("POST %s/sendMessage %s", f"https://api/bot{TOKEN}", 7))
    assert "secret" not in text
    assert "https://api/bot<token>/sendMessage 7" in text


def test_a_traceback_is_redacted() -> None:
    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError(f"the token {TOKEN} is wrong")
        except ValueError:
            log.exception("failed")

    text = logged(fail)
    assert "secret" not in text
    assert "Traceback" in text
    assert "the token <token> is wrong" in text


def test_other_lines_stay_as_they_are() -> None:
    assert logged(lambda log: log.info("polled feed=%s", "pib-en")) == "polled feed=pib-en\n"
