"""trafilatura's reading of one page; runs only in the child process of feeds.page. The home of trafilatura."""

from __future__ import annotations

import json
import resource
import sys
import warnings
from email.message import Message

_MAX_MEMORY_BYTES = 1_000_000_000
_MAX_SECONDS = 30  # of processor time: an orphan ends by itself
_MAX_ANSWER_CHARS = 1_000_000


def main() -> None:
    """The page on stdin, its Content-Type as the argument; answers with JSON on stdout. Nothing is fetched."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
    warnings.simplefilter("ignore")
    import trafilatura  # noqa: PLC0415 - an optional extra, and slow to load

    page = _decoded(sys.stdin.buffer.read(), sys.argv[1])
    text = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True) or ""
    answer = {"text": text[:_MAX_ANSWER_CHARS], "by": f"trafilatura {trafilatura.__version__}"}
    sys.stdout.write(json.dumps(answer))


def _decoded(body: bytes, content_type: str) -> str | bytes:
    """The page as text where its header names the charset rightly; else trafilatura finds out."""
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset") or "")
    try:
        return body.decode(charset) if charset else body
    except (LookupError, ValueError):
        return body


if __name__ == "__main__":
    main()
