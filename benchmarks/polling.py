"""A whole poll of made-up feeds, beside a floor and other readers: `python -m benchmarks.polling`.

Everything is on loopback. Cold: nothing is known, every item is stored. Unchanged: the server says 304. Same body: it
has no validators and sends all again. Changed: one feed in twenty has something new. Every candidate runs in a fresh
folder, in turn with the others, and its median counts: only ratios within one run mean something.

The floor is the least a poller must do (`benchmarks/peers/floor.py`). Readers that are not installed are named and left
out: `make peers` installs those of the Python index, the system's package manager the others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.feedserver import address

ROOT = Path(__file__).parents[1]
DRIVERS = ROOT / "benchmarks" / "peers"
SCENARIOS = {"cold": (0, 1), "unchanged": (0, 1), "same body": (0, 0), "changed": (1, 1)}


@dataclass(frozen=True, slots=True)
class Peer:
    """A candidate: `needs` are the files, programs and modules without which it is left out, `prepare` registers the
    feeds in its folder."""

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = lambda folder: None
    slow: bool = False

    def missing(self) -> list[str]:
        return [need for need in self.needs if not _is_there(need)]


def _is_there(need: str) -> bool:
    if "/" in need:
        return Path(need).exists()
    return bool(shutil.which(need)) or importlib.util.find_spec(need) is not None


def _newsboat(folder: Path) -> None:
    shutil.copy(folder / "feeds.txt", folder / "urls")
    (folder / "config").write_text("reload-threads 32\nmax-items 0\nauto-reload no\n")


def _sfeed(folder: Path) -> None:
    urls = (folder / "feeds.txt").read_text().split()
    feeds = "\n".join(f"feed 'f{number}' '{url}'" for number, url in enumerate(urls))
    (folder / "sfeedrc").write_text(f"sfeedpath='{folder}/feeds'\nmaxjobs=8\nfeeds() {{\n{feeds}\n}}\n")


def _reader(folder: Path) -> None:
    subprocess.run(_driver("lemon", "setup"), cwd=folder, check=True, capture_output=True)


def _rss2email(folder: Path) -> None:
    urls = (folder / "feeds.txt").read_text().split()
    entries = "".join(f"[feed.f{number}]\nurl = {url}\n\n" for number, url in enumerate(urls))
    settings = "to = nobody@localhost\nemail-protocol = maildir\nmaildir-path = mail\nmaildir-mailbox = in\n"
    (folder / "mail").mkdir()
    (folder / "r2e.cfg").write_text(f"[DEFAULT]\n{settings}\n{entries}")


def _driver(name: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, str(DRIVERS / f"{name}.py"), *words)


OURS = (
    *(str(Path(sys.executable).parent / "pactwatch"), "poll", "--config", str(ROOT / "config.yaml")),
    *("--feeds-from", "feeds.txt", "--store", "sqlite:///ours.db", "--allow-private-addresses"),
)
R2E = ("r2e", "--config", "r2e.cfg", "--data", "r2e.json", "run")
PEERS = (
    Peer("floor", _driver("floor", "feeds.txt", "floor.db"), ("uvloop", "msgspec", "ahocorasick_rs")),
    Peer("pactwatch", OURS),
    Peer("httpx + feedparser", _driver("plain", "feeds.txt", "plain.db"), ("httpx", "feedparser"), slow=True),
    Peer("reader", _driver("lemon", "update"), ("reader",), _reader, slow=True),
    Peer("newsboat", ("newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"), ("newsboat",),
         _newsboat, slow=True),
    Peer("sfeed", ("sfeed_update", "sfeedrc"), ("sfeed_update",), _sfeed, slow=True),
    Peer("rss2email", R2E, ("r2e",), _rss2email, slow=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one poll: seconds of wall and processor time, of the whole process tree, and what it says of itself."""

    wall: float
    cpu: float
    own_wall: float
    own_cpu: float
    own_rss: float


@contextmanager
def feeds_served(feeds: int, port: int) -> Iterator[Callable[[int, int], None]]:
    """A server of its own process; what is given sets the round its feeds are in and whether it has validators."""
    command = [sys.executable, "-m", "benchmarks.feedserver", str(feeds), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()

        def change(turn: int, validators: int) -> None:
            url = f"http://127.0.0.1:{port}/set?turn={turn}&validators={validators}"
            with urllib.request.urlopen(url, timeout=60):
                pass

        try:
            yield change
        finally:
            server.stdin.close()


def poll(peer: Peer, folder: Path) -> Cost:
    """One poll by the candidate in its folder."""
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder),
                   "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}  # fmt: skip
    before, begun = _children(), time.perf_counter()
    done = subprocess.run(peer.command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, cpu = time.perf_counter() - begun, _children() - before
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, peer.command, done.stdout, done.stderr)
    said = _last_json(done.stdout)
    return Cost(wall, cpu, said.get("wall", wall), said.get("cpu", cpu), said.get("rss_mb", 0.0))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _last_json(text: str) -> dict[str, float]:
    try:
        found = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def all_scenarios(peer: Peer, home: Path, urls: list[str], change: Callable[[int, int], None]) -> dict[str, Cost]:
    """Cold first; each of the others begins where that ended."""
    folder, known = home / "now", home / "known"
    for old in (folder, known):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir()
    (folder / "feeds.txt").write_text("\n".join(urls) + "\n")
    peer.prepare(folder)
    costs = {}
    for name, (turn, validators) in SCENARIOS.items():
        if name != "cold":
            shutil.rmtree(folder)
            shutil.copytree(known, folder)
        change(turn, validators)
        costs[name] = poll(peer, folder)
        if name == "cold":
            print(f"{peer.name}: {costs[name].wall:.1f} s cold", file=sys.stderr, flush=True)
            _settle(folder)
            shutil.copytree(folder, known)
    return costs


def _settle(folder: Path) -> None:
    """Write-ahead logs into their databases, so that no candidate pays for the copy."""
    for file in folder.glob("*.db"):
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def table(name: str, measured: dict[str, list[dict[str, Cost]]]) -> None:
    """One scenario: what each candidate took, and how many times the floor's."""
    print(f"\n{name:22}{'wall s':>8}{'cpu s':>8}{'x floor':>9}{'cpu x':>7}  {'work s':>8}{'cpu s':>8}{'x floor':>9}")
    base = measured.get("floor")
    for peer, runs in measured.items():
        wall, cpu, work, own = (median(getattr(run[name], what) for run in runs) for what in _COLUMNS)
        ratios = ("", "", "")
        if base is not None:
            floor = [median(getattr(run[name], what) for run in base) for what in _COLUMNS]
            ratios = (f"{wall / floor[0]:.2f}", f"{cpu / floor[1]:.2f}", f"{work / floor[0]:.2f}")
        print(f"{peer:22}{wall:8.2f}{cpu:8.2f}{ratios[0]:>9}{ratios[1]:>7}  {work:8.2f}{own:8.2f}{ratios[2]:>9}")


_COLUMNS = ("wall", "cpu", "own_wall", "own_cpu")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--port", type=int, default=8795)
    options.add_argument("--only", help="names of candidates, separated by commas")
    given = options.parse_args()
    peers = [peer for peer in PEERS if not given.only or peer.name in given.only.split(",")]
    for peer in peers:
        if peer.missing():
            print(f"left out: {peer.name} (missing: {', '.join(peer.missing())})")
    there = [peer for peer in peers if not peer.missing()]
    urls = [address(number, given.port) for number in range(given.feeds)]
    measured: dict[str, list[dict[str, Cost]]] = {}
    with feeds_served(given.feeds, given.port) as change, tempfile.TemporaryDirectory() as home:
        for turn in range(given.repeat):
            for peer in tuple(there):
                if turn and peer.slow:
                    continue
                try:
                    measured.setdefault(peer.name, []).append(all_scenarios(peer, Path(home), urls, change))
                except subprocess.CalledProcessError as exc:
                    print(f"left out: {peer.name} (failed: {str(exc.stderr)[-300:].strip()})")
                    there.remove(peer)
                    measured.pop(peer.name, None)
    for name in SCENARIOS:
        table(name, measured)
    ours = measured.get("pactwatch")
    if ours:
        print(f"\nlargest process of pactwatch: {max(cost.own_rss for run in ours for cost in run.values()):.0f} MB")
    print(
        "work: what a candidate measures of itself, without its start; the last column sets it against the floor's wall"
    )


if __name__ == "__main__":
    main()
