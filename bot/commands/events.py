"""Events on a terminal, as plain text, as JSON and as rows of a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.questions.concern import about, fact_of
from bot.questions.narrate import line
from bot.telegram.text import clean
from store.log import Recorded

COLUMNS = (
    "pos", "at", "type", "key", "feed", "item", "commitment", "story", "channel", "message", "score", "title", "url",
    "what",
)  # fmt: skip

# By the beginning of a type's name; what is not here is shown as it is.
_STYLES = {
    "ItemSeen": "cyan", "ItemRevised": "cyan", "ItemMatched": "green", "StoryJoined": "blue",
    "UpdateFailed": "bold red", "UpdateUncertain": "bold yellow", "UpdateSuppressed": "dim", "Update": "magenta",
    "FeedRecovered": "green",
    "FeedAwoke": "green", "Feed": "yellow", "Gap": "yellow", "Monitor": "dim", "LogSealed": "dim",
}  # fmt: skip


def as_object(recorded: Recorded) -> dict[str, object]:
    """An event as it stands in the log."""
    return {
        "pos": recorded.pos,
        "key": recorded.key,
        "type": recorded.type,
        "at": recorded.at.isoformat(),
        "data": json.loads(recorded.data),
        "meta": dict(recorded.meta),
    }


def as_line(recorded: Recorded) -> str:
    """An event as one line of plain text, whatever a feed put into it."""
    return f"{_place(recorded)}  {_name(recorded):<16}  {what(recorded)}"


def what(recorded: Recorded) -> str:
    """What happened, in one line without control characters."""
    fact = fact_of(recorded)
    return "this event cannot be read; `pactwatch verify` tells more" if fact is None else clean(line(fact))


def as_row(recorded: Recorded) -> list[str]:
    """An event as the values of COLUMNS. No cell is a formula for the spreadsheet that opens it."""
    fact = fact_of(recorded)
    subject = about(fact) if fact is not None else None
    values = [
        recorded.pos, recorded.at.isoformat(), recorded.type, recorded.key,
        subject.feed if subject else "", " ".join(subject.items) if subject else "",
        subject.commitment if subject else "", subject.story if subject else "", subject.channel if subject else "",
        *(getattr(fact, name, "") for name in ("message", "score", "title", "url")), what(recorded),
    ]  # fmt: skip
    return [_harmless("" if value is None else str(value)) for value in values]


def printer(out: TextIO, *, as_csv: bool) -> Callable[[Recorded], None]:
    """Prints events to `out`: as rows of CSV behind a header, or as lines, in colour on a terminal."""
    if as_csv:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        return lambda recorded: writer.writerow(as_row(recorded))
    if not out.isatty():
        return lambda recorded: print(as_line(recorded), file=out)
    console = Console(file=out, highlight=False, soft_wrap=True)
    return lambda recorded: console.print(_coloured(recorded))


def _coloured(recorded: Recorded) -> Text:
    style = next((each for start, each in _STYLES.items() if recorded.type.startswith(start)), "")
    name = f"  {_name(recorded):<16}  "
    return Text.assemble((_place(recorded), "dim"), (name, style), (what(recorded), "dim" if style == "dim" else ""))


def _place(recorded: Recorded) -> str:
    return f"{recorded.pos:>6}  {recorded.at:%Y-%m-%d %H:%M:%S}"


def _name(recorded: Recorded) -> str:
    return recorded.type.partition(".")[0]


def _harmless(cell: str) -> str:
    """Feeds write titles: a cell that a spreadsheet would compute is marked as text."""
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not is_number else cell
