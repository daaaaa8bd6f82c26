"""The `pactwatch` command: its words, its help, and what an error looks like."""

from __future__ import annotations

import gc
import importlib
import keyword
import logging
import os
import signal
import sys
import traceback
from collections.abc import Mapping

import click

from bot import __version__
from bot.meant import meant

_COMMANDS: Mapping[str, str] = {
    "run": "watch: poll, publish and answer until stopped",
    "poll": "poll every feed once and stop",
    "log": "read the event log",
    "latest": "the newest news of a commitment, or of some words",
    "feeds": "how the feeds fare; test, add, remove, pause, import, export",
    "search": "full text over every item ever seen",
    "precision": "how many matches are right, by what people judged",
    "audit": "a weekly sample of near misses, to judge what the rules miss",
    "silence": "for how long no evidence was seen of each commitment",
    "status": "what people judged of the commitments, and judging",
    "show": "one commitment, item or event, whole",
    "explain": "why an item matched, or why it did not",
    "whatif": "what changed rules would make of everything that was seen",
    "rules": "try the rules on labelled examples, check them, put changed ones into force",
    "deliveries": "what became of every match",
    "export": "the whole log as lines, or a dossier on a commitment",
    "import": "a whole log from its lines, into an empty store",
    "match": "a filter: items in, commitments out",
    "parse": "a filter: a feed's body in, items out",
    "check": "check config.yaml, or print its schema",
    "verify": "prove that the log is what was written",
    "backup": "a verified copy of the store, while the bot runs",
    "rebuild": "make the views anew from the log",
    "compact": "drop the text of old items that never matched",
    "redact": "take an item's content out of the log for good",
    "demo": "the whole program against stand-ins, no token, no network",
}

# A start makes a hundred thousand objects that stay; to look through them for garbage at every 700th is a tenth of it.
# What runs for long sets a threshold of its own when it has started (bot.watch.workers).
GC_THRESHOLD = 200_000

_HELP = """Watch the news for a government action plan and keep the evidence.

\b
Feeds are polled, items are matched against the commitments of the plan in config.yaml, and every item, match
and message becomes an event in an append-only log. Updates go to a Telegram channel.

\b
  pactwatch demo                      see all of it in a minute, without a token
  pactwatch check                     is my config.yaml right?
  pactwatch run                       watch
  pactwatch latest defence-roadmap    what moved?
  pactwatch log --type ItemMatched    what was decided, and when?

Exit codes: 0 yes, or done; 1 the answer is no; 2 it was asked wrongly or could not be done.
"""


class _Commands(click.Group):
    """Commands are imported when they are called, so that a filter does not pay for Telegram."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = cmd_name + "_" * keyword.iskeyword(cmd_name)
        command = importlib.import_module(f"bot.commands.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and (near := meant(args[0], _COMMANDS)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pactwatch")
@click.option("--debug", is_flag=True, help="Log every decision, and show the traceback of an error.")
def cli(debug: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO,
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    for noisy in ("httpx", "httpcore", "apscheduler", "asyncio", "telegram.ext"):
        logging.getLogger(noisy).setLevel(logging.WARNING if debug else logging.ERROR)


def main() -> None:
    """Entry point. Every expected error is one line that says what to do; `--debug` adds the traceback."""
    debug = "--debug" in sys.argv
    gc.set_threshold(GC_THRESHOLD)
    if next((word for word in sys.argv[1:] if not word.startswith("-")), "") == "run":
        _end_well_when_told_to()
    try:
        code = cli(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as exc:
        exc.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (`pactwatch log | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as exc:  # noqa: BLE001 - the last place where an error can become a sentence
        from bot.telegram.secrecy import redacted  # noqa: PLC0415 - only an error pays for this import

        if debug:
            click.echo(redacted(traceback.format_exc()), err=True, nl=False)
        for line in _sentences(exc):
            click.echo(f"pactwatch: {redacted(line)}", err=True)
        sys.exit(2)
    finally:
        gc.freeze()  # Python ends with a look through everything for garbage: a tenth of a short command


def _end_well_when_told_to() -> None:
    """Until `run` has its own handlers, after a second of imports and the configuration, nothing has begun: who is told
    to stop by then ends as it does later, with 0. A supervisor would take the signal's own end for a failure."""

    def end(number: int, frame: object) -> None:
        del number, frame
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _sentences(exc: Exception) -> list[str]:
    """What to tell the person. Errors of our own say it themselves; any other is a defect."""
    from bot.config import ConfigError  # noqa: PLC0415 - only an error pays for this import
    from store.log import LogError  # noqa: PLC0415

    if isinstance(exc, ConfigError):
        return list(exc.problems)
    if isinstance(exc, LogError):
        return [str(exc)]
    if isinstance(exc, OSError) and exc.strerror:
        where = f"{exc.filename}: " if exc.filename else ""
        return [f"{where}{exc.strerror}"]
    return [
        f"unexpected {type(exc).__name__}: {exc}. This is a defect; run again with --debug and report the traceback."
    ]
