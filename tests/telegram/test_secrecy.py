"""The token never appears in what is logged."""

from __future__ import annotations

import io
import logging

from bot.telegram.secrecy import Redacting, redacted

TOKEN = "123456:AAF-secret_part-of_the_token-00000000"

WEBHOOK_SECRET = "webhook-secret-0000000000"


def logged(write: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redacting(TOKEN, WEBHOOK_SECRET))
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


def test_several_secrets_are_redacted_in_one_line_and_its_stack() -> None:
    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError(f"{TOKEN} and {WEBHOOK_SECRET}")
        except ValueError:
            log.exception("failed with %s", WEBHOOK_SECRET, stack_info=True)

    text = logged(fail)
    assert WEBHOOK_SECRET not in text
    assert "secret_part" not in text
    assert "<token> and <token>" in text


def test_the_last_words_of_the_program_are_redacted_as_the_log_is() -> None:
    handler = logging.NullHandler()
    handler.addFilter(Redacting(TOKEN))
    logging.getLogger().addHandler(handler)
    try:
        assert redacted(f"unexpected error at https://api/bot{TOKEN}/getMe") == (
            "unexpected error at https://api/bot<token>/getMe"
        )
    finally:
        logging.getLogger().removeHandler(handler)
