"""`pactwatch parse`: a feed's body in, its items out."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from feeds.parse import parse
from feeds.records import records


@click.command()
@click.option(
    "--url", default="", metavar="URL", help="Where the body came from; relative links are resolved against it."
)
@click.option("--content-type", default="", metavar="TYPE", help="The Content-Type header it came with.")
@click.option("--exit-zero", is_flag=True, help="End with 0 also where the body is refused: stdout says so.")
@click.option("--batch", is_flag=True, help='Stay alive: one request {"id", "path", "content_type", "url"} a line.')
def command(url: str, content_type: str, exit_zero: bool, batch: bool) -> int:
    """Read one feed from stdin and print it as JSON lines: first {"_feed": …}, then one object for each item.

    RSS, RDF, Atom, JSON Feed and news sitemaps are read, well-formed or not. A body that is no feed gives a single
    {"_error": "…"} line and exit code 1.

    \b
    curl -s https://example.org/feed.xml | pactwatch parse --url https://example.org/feed.xml
    """
    if batch:
        for line in sys.stdin.buffer:
            if line.strip():
                click.echo(_answer(line))
                sys.stdout.flush()
        return 0
    out = records(parse(sys.stdin.buffer.read(), content_type=content_type, url=url))
    for record in out:
        click.echo(_line(record))
    return 1 if "_error" in out[0] and not exit_zero else 0


def _answer(line: bytes) -> str:
    """One line for one request; a request that cannot be followed is answered too, never skipped."""
    identity: object = None
    begun = time.perf_counter()
    try:
        request = json.loads(line)
        identity = request["id"]
        body = Path(request["path"]).read_bytes()
        out = records(parse(body, content_type=request.get("content_type") or "", url=request.get("url") or ""))
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        out = [{"_error": f'the request is not {{"id", "path", "content_type", "url"}}: {exc}'}]
    except OSError as exc:
        out = [{"_error": f"{exc.filename}: {exc.strerror}"}]
    return _line({"id": identity, "ms": round((time.perf_counter() - begun) * 1000, 3), "out": out})


def _line(record: object) -> str:
    # Escaped, so that a line stays one line and any terminal or pipe can carry it.
    return json.dumps(record, ensure_ascii=True)
