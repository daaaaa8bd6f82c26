"""What is said when updates do not come."""

from __future__ import annotations

import pytest

from bot.telegram.outcome import Outcome, Refused, Unknown, Unsent
from bot.telegram.polling import REMIND_S, Reporter

CONFLICT = Unknown("Conflict: terminated by other getUpdates request", in_flight=False)
NO_NETWORK = Unsent("no route")


def said(caplog: pytest.LogCaptureFixture, *troubles: tuple[float, Outcome]) -> list[str]:
    moment = 0.0
    report = Reporter(lambda: moment)
    for moment, trouble in troubles:  # noqa: B007 - the clock of the reporter
        report(trouble)
    return [record.getMessage() for record in caplog.records]


def test_a_trouble_that_lasts_is_said_at_once_and_every_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    lines = said(caplog, *((second, CONFLICT) for second in range(0, int(2 * REMIND_S), 30)))
    assert len(lines) == 2
    assert "another program fetches this bot's updates (409)" in lines[0]
    assert "a token of its own" in lines[0]


def test_another_trouble_is_said_at_once_and_so_is_the_first_after_it(caplog: pytest.LogCaptureFixture) -> None:
    refused = Refused("token", "Unauthorized")
    lines = said(caplog, (0, CONFLICT), (1, NO_NETWORK), (2, CONFLICT), (3, refused), (4, refused))
    assert len(lines) == 4
    assert "no route" in lines[1]
    assert "does not take our token" in lines[3]
