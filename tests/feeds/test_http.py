"""httpx comes without its command line, and whoever wants that still finds it."""

from __future__ import annotations

import subprocess
import sys


def _said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_a_fetch_imports_nothing_for_httpxs_own_command() -> None:
    assert _said("import sys, feeds.fetch; print('rich' in sys.modules)") == "False"


def test_the_command_can_be_imported_afterwards() -> None:
    assert _said("import feeds.http, httpx._main as command; print(callable(command.main))") == "True"


def test_an_httpx_that_is_there_already_is_left_alone() -> None:
    assert _said("import httpx, sys, feeds.http; print(sys.modules['httpx'] is feeds.http.httpx)") == "True"
