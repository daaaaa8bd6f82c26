"""Drives `reader` (github.com/lemon24/reader): `python benchmarks/peers/lemon.py setup|update`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from reader import make_reader


def main() -> None:
    reader = make_reader("reader.db", feed_root=None)
    if sys.argv[1] == "setup":
        for url in Path("feeds.txt").read_text().split():
            reader.add_feed(url)
        return
    failed = sum(isinstance(one.value, Exception) for one in reader.update_feeds_iter(scheduled=False, workers=16))
    print(json.dumps({"failed": failed}))


if __name__ == "__main__":
    main()
