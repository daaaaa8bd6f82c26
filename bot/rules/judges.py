"""Judging many stored texts: here, or side by side in processes forked before there are threads."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.pool import AsyncResult

from bot.questions.stored import Contexts, Stored, judged
from matchers.match import Match
from matchers.rules import RuleSet

Found = tuple[Match, ...]
Judge = Callable[[Iterable[list[Stored]]], Iterator[tuple[list[Stored], list[Found]]]]
"""Takes pages of texts; gives each with what was found in each of its texts, in their order."""

_MOST = 4
_AHEAD = 2  # pages handed to each process before its first answer is taken: memory stays flat


def judge_here(rules: RuleSet, contexts: Contexts) -> Judge:
    """In this thread."""

    def judge(pages: Iterable[list[Stored]]) -> Iterator[tuple[list[Stored], list[Found]]]:
        for page in pages:
            yield page, _judged(page, rules, contexts)

    return judge


@contextmanager
def judges(rules: RuleSet, contexts: Contexts) -> Iterator[Judge]:
    """In as many processes as there are cores, forked now: open no store before. On one core, in this thread."""
    processes = min(os.cpu_count() or 1, _MOST)
    if processes < 2 or not hasattr(os, "fork"):
        yield judge_here(rules, contexts)
        return
    with multiprocessing.get_context("fork").Pool(processes, _begin, (rules, contexts)) as pool:

        def judge(pages: Iterable[list[Stored]]) -> Iterator[tuple[list[Stored], list[Found]]]:
            waiting: deque[tuple[list[Stored], AsyncResult[list[Found]]]] = deque()
            for page in pages:
                waiting.append((page, pool.apply_async(_work, (page,))))
                if len(waiting) > _AHEAD * processes:
                    done, answer = waiting.popleft()
                    yield done, answer.get()
            for done, answer in waiting:
                yield done, answer.get()

        yield judge


def _judged(page: Sequence[Stored], rules: RuleSet, contexts: Contexts) -> list[Found]:
    return [judged(rules, one, contexts.get(one.feed, ())) for one in page]


# --- in the process ---------------------------------------------------------------------------------------

_GIVEN: list[tuple[RuleSet, Contexts]] = []


def _begin(rules: RuleSet, contexts: Contexts) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and its end ends this
    _GIVEN[:] = [(rules, contexts)]


def _work(page: Sequence[Stored]) -> list[Found]:
    ((rules, contexts),) = _GIVEN
    return _judged(page, rules, contexts)
