"""What a command imports before it does anything: nothing that it has no use for."""

from __future__ import annotations

import subprocess
import sys

import pytest

TELEGRAM = {"telegram", "apscheduler", "tornado", "matplotlib", "bot.servants", "bot.telegram.handlers"}
READING = {"lxml", "feedparser", "feeds.parse", "matchers.match"}
RULES = {"lark", "ahocorasick_rs", "matchers.compiling", "matchers.text"}
CHECKING = {"pydantic", "pydantic_core", "yaml"}


@pytest.mark.parametrize(
    ("module", "unused"),
    [
        ("bot.cli", {*TELEGRAM, *READING, *RULES, "pydantic", "yaml", "httpx", "msgspec", "bot.config"}),
        ("bot.commands.poll", {*TELEGRAM, *READING, *RULES, *CHECKING, "rich", "store.views.views", "bot.watch.texts"}),
        ("bot.commands.latest", {*TELEGRAM, "lark", "httpx", "feedparser", "feeds.fetch"}),
        ("bot.commands.match", {*TELEGRAM, "lark", "httpx", "feedparser", "feeds.fetch", "sqlite3"}),
        ("bot.commands.parse", {*TELEGRAM, *RULES, "httpx", "feedparser", "feeds.fetch", "sqlite3", "pydantic"}),
    ],
)  # fmt: skip
def test_a_command_imports_nothing_that_it_has_no_use_for(module: str, unused: set[str]) -> None:
    program = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert unused & set(done.stdout.split()) == set()
