"""The shared corpus of feed bodies, where it lies beside the repository."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
CASES = SHARED / "cases"
needs_corpus = pytest.mark.skipif(not CASES.is_dir(), reason="the shared feed corpus is not here")


def cases(step: int = 1) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, body and expectation of every `step`-th stored case."""
    for path in sorted(CASES.rglob("*.expect.json"))[::step]:
        case = json.loads(path.read_text(encoding="utf-8"))
        if case.get("body"):
            yield f"{case['source']}/{case['name']}", (path.parent / case["body"]).read_bytes(), case


def runner() -> Any:
    """The corpus's own judge."""
    sys.path.insert(0, str(SHARED / "tools"))
    try:
        return importlib.import_module("run_conformance")
    finally:
        sys.path.remove(str(SHARED / "tools"))
