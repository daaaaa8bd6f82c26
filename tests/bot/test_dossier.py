"""A dossier: it holds as it was written, and a change of any part of it is found; its page is safe to open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.questions import dossier
from bot.questions.dossier import EVENTS, MANIFEST, PAGE, PROOFS, SEALS
from bot.questions.dossierpage import Content, page
from bot.questions.precision import Rate
from matchers.plan import Commitment
from matchers.shape import read
from store.events.plan import StatusSet
from store.log import Recorded
from store.retention import compact
from store.seal import seal
from store.sqlite import SqliteStore
from store.views.values import ItemView
from tests.store.facts import DAY, NOON, matched, record, seen


def written(folder: Path, *positions: int) -> Path:
    """A dossier on some events of a log with two seals and an event behind them."""
    log = SqliteStore(None)
    record(log, *(seen(f"a{number}") for number in range(10)))
    seal(log, NOON)
    record(log, *(seen(f"b{number}") for number in range(6)), matched("b1"))
    seal(log, NOON)
    record(log, seen("c"))
    events = [recorded for recorded in log.read() if recorded.pos in (positions or (3, 10, 13, 18, 20))]
    dossier.write(folder, log, events, source="/pactwatch/p", page="<html>", about={"commitment": "defence"})
    return folder


def rewrite(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file and let the manifest say that it has always been so."""
    path = folder / name
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["files"][name] = hashlib.sha256(after.encode()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def test_every_event_lies_under_its_seal_but_those_behind_the_last(tmp_path: Path) -> None:
    checked = dossier.check(written(tmp_path))
    assert (checked.problem, checked.events, checked.proven, checked.seals) == ("", 5, 4, 2)
    assert checked.root


def test_a_dossier_on_events_whose_text_was_dropped_holds_too(tmp_path: Path) -> None:
    log = SqliteStore(None)
    record(log, seen("dull", "A dull matter"), seen("hit"), matched("hit"))
    seal(log, NOON)
    assert [step.events for step in compact(log, NOON + DAY, at=NOON + DAY)] == [1]
    seal(log, NOON + DAY)
    dossier.write(tmp_path, log, log.read(), source="/pactwatch/p", page="<html>", about={})
    checked = dossier.check(tmp_path)
    assert "dull matter" not in (tmp_path / EVENTS).read_text("utf-8")
    assert (checked.problem, checked.events, checked.proven, checked.seals) == ("", 6, 5, 2)
    log.close()


def test_a_dossier_of_nothing_holds(tmp_path: Path) -> None:
    assert dossier.check(written(tmp_path, 99)).holds


@pytest.mark.parametrize("name", [EVENTS, PROOFS, SEALS, PAGE])
def test_a_file_that_was_changed_or_cut_off_is_named(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path)
    (folder / name).write_bytes((folder / name).read_bytes()[:-2])
    assert name in dossier.check(folder).problem


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (EVENTS, lambda text: text.replace('"feed":"pib"', '"feed":"ans"'), "digest says"),
        (EVENTS, lambda text: text.replace("13:00", "14:00").replace("12:00", "11:00"), "it was changed"),
        (EVENTS, lambda text: "".join(text.splitlines(keepends=True)[1:]), "is not the one its proof is for"),
        (EVENTS, lambda text: "".join(text.splitlines(keepends=True)[:-1]), "an event is missing"),
        (PROOFS, lambda text: "".join(text.splitlines(keepends=True)[:-1]), "a proof is missing"),
        (PROOFS, lambda text: text.replace('"seal":11,', '"seal":19,'), "names no seal that covers it"),
        (PROOFS, lambda text: text.replace('"index":2', '"index":3'), "names no seal that covers it"),
        (SEALS, lambda text: text.splitlines(keepends=True)[1], "does not continue"),
        (SEALS, lambda text: text.splitlines(keepends=True)[0], "names no seal that covers it"),
    ],
)
def test_who_changes_the_manifest_too_is_found_out(
    tmp_path: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    folder = written(tmp_path)
    rewrite(folder, name, change)
    assert said in dossier.check(folder).problem


def test_a_proof_that_is_left_out_is_not_taken_for_an_event_nobody_sealed_yet(tmp_path: Path) -> None:
    folder = written(tmp_path)
    leaf = json.loads((folder / PROOFS).read_text("utf-8").splitlines()[0])["leaf"]
    bare = json.dumps({"position": 3, "leaf": leaf})
    rewrite(folder, PROOFS, lambda text: "\n".join([bare, *text.splitlines()[1:]]) + "\n")
    assert "names no seal" in dossier.check(folder).problem


def content(*items: ItemView, notes: tuple[tuple[Recorded, str], ...] = ()) -> Content:
    commitment = read(
        Commitment, {"id": "bridge", "title": {"en": "A <new> bridge"}, "rules": [{"id": "r", "any": ["bridge"]}]}
    )
    return Content(
        commitment=commitment,
        since=NOON - DAY,
        until=NOON,
        made=NOON,
        position=20,
        events=3,
        items=items,
        posts={"s": "https://t.me/c/1/2"},
        coverage=None,
        rules=(),
        notes=notes,
        sealed=0,
        root="",
    )


def item(title: str, url: str, lang: str = "en") -> ItemView:
    return ItemView(
        key="k", pos=1, feed="f", publisher="P", title=title, summary="S <b>", url=url, lang=lang, published=NOON,
        seen_at=NOON, archive=False, digest="d", story="s",
    )  # fmt: skip


def test_nothing_that_a_feed_wrote_becomes_markup() -> None:
    shown = page(content(item("<script>alert(1)</script>", "javascript:alert(1)", "x' onload='y")))
    assert "<script" not in shown
    assert "javascript:" not in shown
    assert "onload='y'" not in shown
    assert "&lt;new&gt;" in shown
    assert "default-src 'none'" in shown


def test_the_page_links_the_item_and_its_post() -> None:
    shown = page(content(item("इटली में", "https://news.example/a?b=1&c=2", "hi")))
    assert "href='https://news.example/a?b=1&amp;c=2'" in shown
    assert "lang='hi'" in shown
    assert "https://t.me/c/1/2" in shown


def test_a_page_without_evidence_says_so() -> None:
    assert "No evidence seen" in page(content())


def test_items_that_tell_the_same_are_one_story_with_its_outlets() -> None:
    first = item("The bridge opens", "https://a.example/1")
    later = replace(item("Bridge open", "https://b.example/2"), key="l", pos=2, publisher="Q")
    shown = page(content(later, first))
    assert shown.count("<article>") == 1
    assert "Also reported 1 time:" in shown
    assert shown.index("The bridge opens") < shown.index("Bridge open<")
    assert "1 story in 2 items of 2 outlets (EN 2); the newest of 2026-03-01" in shown


def test_the_beginning_tells_status_precision_and_lineage() -> None:
    status = StatusSet(
        plan="p", commitment="bridge", ordinal=1, step="limited", cite="https://c.example/", note="<begun>", by="ada"
    )
    shown = page(
        replace(
            content(item("T", "https://a.example/1")),
            plan="Town plan",
            status=status,
            precision=Rate(3, 4),
            lineage=["formerly ferry, until 2026-01-01"],
        )
    )
    assert "<strong>limited</strong>, says ada: &lt;begun&gt;" in shown
    assert "3 of 4 judged stories rightly shown (95 %: 0.30 to 0.95)" in shown
    assert "formerly ferry, until 2026-01-01" in shown
    assert "Dossier · Town plan" in shown
