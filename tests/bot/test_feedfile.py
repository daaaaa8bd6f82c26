"""Editing the feeds of config.yaml: what was asked for changes, and not a byte more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import feedfile
from bot.config import ConfigError
from bot.feedfile import EditRefused, add, pause, remove, resume

ROOT = Path(__file__).parents[2]
DEFAULT = (ROOT / "config.yaml").read_text("utf-8")
TEXT = """\
# ours
store: sqlite:///x.db   # here

feeds:
  # English
  - id: a
    url: "https://a.example/feed"   # quoted
    context: [india]

  # Italian
  - url: https://b.example
    id: b     # second
    paused: true
  -
    id: c
    url: >-
      https://c.example
  # last words
plan: {id: p}  # the plan
"""
NEW = {
    "id": "n",
    "url": "https://n.example/?a=1#x",
    "lang": "no",
    "publisher": 'The "N" \u2028 \U0001f600',
    "context": [],
}


def test_a_feed_is_added_behind_the_last_one() -> None:
    edited = add(
        TEXT, [{"id": "n", "url": "https://n.example", "publisher": "The Times (Delhi)", "context": ["india"]}]
    )
    assert edited == TEXT.replace(
        "      https://c.example\n",
        "      https://c.example\n"
        '  - id: n\n    url: "https://n.example"\n    publisher: The Times (Delhi)\n    context: [india]\n',
    )


def test_what_is_added_means_what_was_given() -> None:
    assert yaml.safe_load(add(TEXT, [NEW]))["feeds"][-1] == NEW


def test_a_removed_feed_takes_its_lines_with_it_and_no_others() -> None:
    assert remove(TEXT, "a") == TEXT.replace(
        '  - id: a\n    url: "https://a.example/feed"   # quoted\n    context: [india]\n', ""
    )
    assert remove(TEXT, "c") == TEXT.replace("  -\n    id: c\n    url: >-\n      https://c.example\n", "")


def test_adding_and_removing_gives_the_file_back() -> None:
    assert remove(add(TEXT, [NEW]), "n") == TEXT
    assert remove(add(DEFAULT, [NEW]), "n") == DEFAULT


def test_pausing_and_resuming_gives_the_file_back() -> None:
    paused = pause(TEXT, "a")
    assert paused == TEXT.replace("    context: [india]\n", "    context: [india]\n    paused: true\n")
    assert pause(paused, "a") == paused
    assert resume(paused, "a") == TEXT
    assert resume(TEXT, "a") == TEXT
    assert pause(resume(TEXT, "b"), "b") != resume(TEXT, "b")
    for feed in ("pib-en", "ansa-it-mondo"):
        if f"id: {feed}\n" in DEFAULT:
            assert resume(pause(DEFAULT, feed), feed) == DEFAULT


def test_a_pause_with_a_comment_keeps_it() -> None:
    text = "feeds:\n- id: a\n  url: https://a.example\n  paused: true  # broken since May\n"
    resumed = resume(text, "a")
    assert resumed == text.replace("true", "false")
    assert pause(resumed, "a") == text


def test_a_feed_in_braces_can_be_paused_and_removed() -> None:
    text = "feeds:\n  - {id: a, url: https://a.example, }  # one line\n  - {id: b,\n     url: https://b.example}\n"
    assert pause(text, "a") == text.replace(", }", ", paused: true}")
    assert pause(text, "b") == text.replace("b.example}", "b.example, paused: true}")
    assert remove(text, "b") == "feeds:\n  - {id: a, url: https://a.example, }  # one line\n"


def test_the_last_feed_leaves_an_empty_list_that_can_be_filled_again() -> None:
    text = "feeds:   # ours\n  - id: a\n    url: https://a.example\nx: 1\n"
    empty = remove(text, "a")
    assert yaml.safe_load(empty) == {"feeds": [], "x": 1}
    assert "# ours" in empty
    assert yaml.safe_load(add(empty, [{"id": "b", "url": "u"}])) == {"feeds": [{"id": "b", "url": "u"}], "x": 1}


def test_the_ends_of_lines_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    assert add(text, [NEW]) == add(TEXT, [NEW]).replace("\n", "\r\n")
    assert yaml.safe_load(add("feeds:\n- id: a\n  url: u", [{"id": "b", "url": "v"}]))["feeds"][1] == {
        "id": "b",
        "url": "v",
    }


@pytest.mark.parametrize(
    "text",
    [
        "feeds: [{id: a, url: u}]\n",
        "feeds: 7\n",
        "x: 1\n",
        "one: &one {id: a, url: u}\nfeeds:\n  - *one\n",
        "feeds: &all\n  - id: a\n    url: &u https://x.example\nother: *u\nmore: *all\n",
    ],
)
def test_a_layout_that_cannot_be_edited_is_refused(text: str) -> None:
    with pytest.raises(EditRefused):
        remove(text, "a")


def test_an_unknown_feed_is_refused_with_the_nearest() -> None:
    with pytest.raises(EditRefused, match="did you mean 'pib-en'"):
        remove(DEFAULT, "pib-an")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_bytes(DEFAULT.encode())
    path.chmod(0o640)
    return path


def test_a_file_is_replaced_whole_and_keeps_its_rights(file: Path) -> None:
    link = file.with_name("link.yaml")
    link.symlink_to(file.name)
    assert feedfile.edit(link, lambda text: pause(text, "pib-en"), {})
    assert link.is_symlink()
    assert file.read_text("utf-8") == pause(DEFAULT, "pib-en")
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["config.yaml", "link.yaml"]
    assert not feedfile.edit(link, lambda text: pause(text, "pib-en"), {})


def test_a_result_that_is_not_right_changes_nothing(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: feeds\[\d+\]\.url: .*http"):
        feedfile.edit(file, lambda text: add(text, [{"id": "x", "url": "ftp://x"}]), {})
    with pytest.raises(ConfigError, match="already the id"):
        feedfile.edit(file, lambda text: add(text, [{"id": "pib-en", "url": "https://x.example"}]), {})
    assert file.read_text("utf-8") == DEFAULT
    assert os.listdir(file.parent) == ["config.yaml"]


def test_a_change_by_somebody_else_is_not_overwritten(file: Path) -> None:
    def meanwhile(text: str) -> str:
        file.write_text(text + "# theirs\n")
        return pause(text, "pib-en")

    with pytest.raises(EditRefused, match="somebody else"):
        feedfile.edit(file, meanwhile, {})
    assert file.read_text("utf-8").endswith("# theirs\n")


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ENTRIES = st.fixed_dictionaries(
    {"id": WORDS, "url": WORDS},
    optional={"lang": WORDS, "publisher": WORDS, "context": st.lists(WORDS, max_size=2), "paused": st.booleans()},
)


@given(ENTRIES)
def test_any_values_can_be_added_and_taken_back(entry: dict[str, object]) -> None:
    edited = add(TEXT, [entry])
    assert yaml.safe_load(edited)["feeds"][-1] == entry
    if entry["id"] not in {"a", "b", "c"}:
        assert remove(edited, str(entry["id"])) == TEXT


COMMENTS = st.sampled_from(["", "  # note\n", "\n", "    # inner\n"])
LAYOUTS = st.lists(
    st.tuples(
        COMMENTS,
        st.sampled_from(
            [
                "  - id: {0}\n    url: https://{0}.example  # c\n",
                "  - url: 'https://{0}.example'\n    # inner\n    id: {0}\n    paused: false\n",
                "  - {{id: {0}, url: u}}\n",
                "  - id: {0}\n    publisher: |\n      A\n      B\n\n    context:\n    - x\n    - y\n",
            ]
        ),
    ),
    min_size=1,
    max_size=5,
)


@given(LAYOUTS, st.integers(0, 4))
def test_whatever_the_layout_only_the_feed_itself_is_touched(layout: list[tuple[str, str]], pick: int) -> None:
    parts = [before + entry.format(f"f{number}") for number, (before, entry) in enumerate(layout)]
    text = "feeds:\n" + "".join(parts) + "# end\nstore: x\n"
    number = pick % len(parts)
    others = [part for other, part in enumerate(parts) if other != number]
    for edited in (pause(text, f"f{number}"), remove(text, f"f{number}")):
        assert all(part in edited for part in others if "f" in part)
        assert edited.endswith("# end\nstore: x\n")
    assert yaml.safe_load(pause(text, f"f{number}"))["feeds"][number]["paused"] is True
    assert len(yaml.safe_load(remove(text, f"f{number}"))["feeds"]) == len(parts) - 1
