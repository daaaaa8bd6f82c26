"""How fast items are matched, beside what else could do it: `python benchmarks/matching.py [--items 4000]`.

A candidate that is slow sees only the first items, as many as fit into its seconds.

Items and terms are made up from seeded syllables of three scripts; one item in twenty speaks of both sides and holds a
term. "pactwatch" is all of it: folding, searching, the gate, rules, ranking, evidence; "without sides" is the same for
a plan that has no gate, so that every term is looked for in every item. The others only search folded text for
whole words. CPU time of one process, best of three; ratios within one run count, and stand behind each row.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import ahocorasick_rs

from feeds.item import Item
from matchers.match import match
from matchers.plan import Commitment, Plan
from matchers.rules import compile_rules
from matchers.shape import read
from matchers.text import fold

Search = Callable[[Sequence[str]], int]
SYLLABLES = {
    "en": "ing tra con ver ment pro sta tion per der ter land ship work sign min port bell",
    "it": "zio ne ca re lla to per con stra ghi tà ri gno vo ndo sa nti",
    "hi": "का ना रत सं बं धि मे लो नी स्था प्र ति यो ग वि का स",
}
TERMS_PER_COMMITMENT = 40
PROBE = 100  # items that tell how many more a candidate gets through
SECONDS = 2.0  # for each turn of a candidate


def words(count: int, *, seed: int) -> list[str]:
    """Made-up words of the three scripts, each once."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        lang = chance.choice(("en", "it", "hi"))
        made["".join(chance.choice(SYLLABLES[lang].split()) for _ in range(chance.choice((2, 3, 3, 4))))] = None
    return list(made)


def items(count: int, terms: Sequence[str]) -> list[Item]:
    """Made-up items of about 300 characters; one in twenty matches."""
    chance = random.Random(2)
    stock = words(6000, seed=2)
    made = []
    for number in range(count):
        text = [chance.choice(stock) for _ in range(chance.randrange(25, 60))]
        if number % 20 == 0:
            text[3:3] = ["India", "and", "Italy", chance.choice(terms)]
        made.append(
            Item(
                title=" ".join(text[:9]).capitalize(),
                summary=", ".join([" ".join(text[9:20]), " ".join(text[20:])]) + ".",
            )
        )
    return made


def ours(terms: Sequence[str], *, sided: bool) -> Callable[[Sequence[Item]], int]:
    sides = {"india": {"strong": ["india"]}, "italy": {"strong": ["italy"]}} if sided else {}
    plan = {"id": "bench", "title": {"en": "Bench"}, "languages": ["en", "it", "hi"], "sides": sides}
    starts = range(0, len(terms), TERMS_PER_COMMITMENT)
    commitments = [
        {"id": f"c{n}", "title": {"en": "C"}, "rules": [{"id": "r", "any": list(terms[n : n + TERMS_PER_COMMITMENT])}]}
        for n in starts
    ]
    rules = compile_rules(read(Plan, plan), [read(Commitment, one) for one in commitments])
    return lambda given: sum(bool(match(rules, item)) for item in given)


def re_each(terms: Sequence[str]) -> Search:
    patterns = [re.compile(rf"\b{re.escape(term)}\b") for term in terms]
    return lambda texts: sum(any(pattern.search(text) for pattern in patterns) for text in texts)


def re_alternation(terms: Sequence[str]) -> Search:
    pattern = re.compile(r"(?<!\S)(?:" + "|".join(map(re.escape, sorted(terms, key=len, reverse=True))) + r")(?!\S)")
    return lambda texts: sum(pattern.search(text) is not None for text in texts)


def rust_automaton(terms: Sequence[str]) -> Search:
    kind = ahocorasick_rs.Implementation.ContiguousNFA
    automaton = ahocorasick_rs.AhoCorasick([f" {term} " for term in terms], implementation=kind)
    return lambda texts: sum(bool(automaton.find_matches_as_indexes(text, overlapping=True)) for text in texts)


def c_automaton(terms: Sequence[str]) -> Search:
    automaton = importlib.import_module("ahocorasick").Automaton()
    for term in terms:
        automaton.add_word(f" {term} ", 1)
    automaton.make_automaton()
    return lambda texts: sum(any(True for _ in automaton.iter(text)) for text in texts)


def hyperscan(terms: Sequence[str]) -> Search:
    library = importlib.import_module("hyperscan")
    database = library.Database(mode=library.HS_MODE_BLOCK)
    database.compile(expressions=[re.escape(f" {term} ").encode() for term in terms], ids=list(range(len(terms))))
    found: list[int] = []

    def search(texts: Sequence[str]) -> int:
        hits = 0
        for text in texts:
            found.clear()
            database.scan(text.encode(), match_event_handler=lambda number, *_: found.append(number))
            hits += bool(found)
        return hits

    return search


OURS = ("pactwatch", "without sides")
OTHERS = {
    "one re per keyword": re_each,
    "one alternation": re_alternation,
    "ahocorasick_rs": rust_automaton,
    "pyahocorasick": c_automaton,
    "hyperscan": hyperscan,
}
LIMITS = {"one re per keyword": 1_000, "one alternation": 10_000, "hyperscan": 10_000}


def row(name: str, count: int, given: Sequence[Item]) -> str:
    """Set-up and speed of one candidate, measured in a process of its own."""
    terms = [f"{a} {b}" for a, b in zip(words(count, seed=3), words(count, seed=4), strict=True)]
    texts = [f" {fold(f'{item.title} {item.summary}')} " for item in given]
    before, start = memory(), time.process_time()
    try:
        search = ours(terms, sided=name == OURS[0]) if name in OURS else OTHERS[name]([fold(term) for term in terms])
    except ModuleNotFoundError as missing:
        return f"{name:20} not installed ({missing.name})"
    setup, used = time.process_time() - start, memory() - before
    each, hits, seen = timed(search, given if name in OURS else texts)  # type: ignore[arg-type]
    speed = f"{each * 1e6:9.1f} µs/item {1 / each:10,.0f} items/s"
    return f"{name:20} {setup:7.2f} s {used:6.0f} MB {speed}  {hits} of {seen} hit"


def timed(search: Search, given: Sequence[str]) -> tuple[float, int, int]:
    """Seconds per item, the best of three turns; how many of how many items hit."""
    start = time.process_time()
    search(given[:PROBE])
    probe = (time.process_time() - start) / min(PROBE, len(given))
    part = given[: max(PROBE, int(SECONDS / max(probe, 1e-9)))]
    best, hits = float("inf"), 0
    for _ in range(3):
        start = time.process_time()
        hits = search(part)
        best = min(best, time.process_time() - start)
    return best / len(part), hits, len(part)


def ratio(shown: str, first: str) -> str:
    """How many times the time of the first row an item takes here."""
    times = [re.search(r"([\d.]+) µs/item", one) for one in (shown, first)]
    return f"  × {float(times[0][1]) / float(times[1][1]):.2f}" if times[0] and times[1] else ""


def memory() -> float:
    """Resident memory in MB."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096 / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=4000)
    options.add_argument("--terms", default="1000,100000")
    options.add_argument("--only")
    given = options.parse_args()
    for count in map(int, given.terms.split(",")):
        if given.only:
            terms = [f"{a} {b}" for a, b in zip(words(count, seed=3), words(count, seed=4), strict=True)]
            print(row(given.only, count, items(given.items, terms)))
            continue
        print(f"\n{count:,} terms, {given.items:,} items")
        first = ""
        for name in (*OURS, *OTHERS):
            if count <= LIMITS.get(name, count):
                part = [sys.executable, __file__, "--items", str(given.items), "--terms", str(count), "--only", name]
                shown = subprocess.run(part, capture_output=True, text=True, check=False).stdout.strip()
                first = first or shown
                print(f"{shown}{ratio(shown, first)}", flush=True)


if __name__ == "__main__":
    main()
