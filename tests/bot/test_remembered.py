"""What a configuration says is remembered: as it was, for the same text alone, and never a secret."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot import config, remembered
from bot.remembered import READERS, Reading, recall, remember

DEFAULT = Path(__file__).parents[2] / "config.yaml"
SMALL = """
feeds: [{id: times, url: "https://times.example/feed"}]
plan: {id: town, title: {en: Town plan}, languages: [en], tag: Town}
commitments: [{id: bridge, title: {en: Bridge}, due: 2030-01-31, rules: [{id: words, any: [bridge], with: [river]}]}]
"""


def load(folder: Path, text: str = SMALL) -> config.Loaded:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, {"XDG_CACHE_HOME": str(folder)})


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "pactwatch").glob("*"))


def reading(folder: Path, text: str = SMALL) -> Reading:
    loaded = load(folder, text)
    return Reading(loaded.config, loaded.rules[0].id)


def test_the_default_plan_is_remembered_as_it_was_read(tmp_path: Path) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    first = load(tmp_path, text)
    known = recall(text, tmp_path / "pactwatch")
    assert known == Reading(first.config, first.rules[0].id)
    assert load(tmp_path, text).config == first.config


def test_a_small_plan_is_remembered_with_every_kind_of_value(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert (second.config, second.rules[0].id) == (first.config, first.rules[0].id)
    assert [repr(second.config), len(kept(tmp_path))] == [repr(first.config), 1]


def test_a_changed_text_is_read_anew(tmp_path: Path) -> None:
    load(tmp_path)
    assert load(tmp_path, SMALL.replace("Town plan", "Village plan")).config.plan.title == {"en": "Village plan"}


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{}", b"x" * 40],
    ids=["empty", "something else", "too short to be one"],
)
def test_what_is_damaged_is_read_anew_and_then_kept_whole(tmp_path: Path, damaged: bytes) -> None:
    whole = load(tmp_path).config
    (file,) = kept(tmp_path)
    before = file.read_bytes()
    file.write_bytes(damaged)
    assert load(tmp_path).config == whole
    assert file.read_bytes() == before


def test_a_single_changed_letter_is_seen(tmp_path: Path) -> None:
    load(tmp_path)
    (file,) = kept(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"Town plan", b"Gown plan"))
    assert recall(SMALL, file.parent) is None


@pytest.mark.parametrize(
    ("section", "is_kept"),
    [
        ("telegram: {token: '1:abc'}", False),
        ("websub: {url: 'https://here.example', secret: sixteen-letters-and-more}", False),
        ("telegram: {token: 'file:token'}", True),
        ("telegram: {}", True),
    ],
)
def test_a_text_with_a_secret_in_it_is_not_remembered(tmp_path: Path, section: str, is_kept: bool) -> None:
    (tmp_path / "token").write_text("1:from-file")
    load(tmp_path, f"{SMALL}\n{section}\n")
    assert bool(kept(tmp_path)) == is_kept


def test_a_secret_of_the_environment_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(SMALL, encoding="utf-8")
    environ = {"XDG_CACHE_HOME": str(tmp_path), "TELEGRAM_BOT_TOKEN": "1:of-the-environment"}
    token = config.load(path, environ).config.telegram.token
    assert token is not None
    assert token.value == "1:of-the-environment"
    assert load(tmp_path).config.telegram.token is None
    assert all(b"of-the-environment" not in file.read_bytes() for file in kept(tmp_path))


def test_a_problem_between_values_is_told_with_its_line_from_memory_too(tmp_path: Path) -> None:
    text = SMALL.replace("feeds: [", 'feeds: [{id: times, url: "https://other.example"}, ')
    for _ in range(2):
        with pytest.raises(config.ConfigError) as caught:
            load(tmp_path, text)
        assert caught.value.problems[0].startswith(f"{tmp_path}/config.yaml:2: feeds[1].id: 'times': already the id")


def test_without_a_place_for_it_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pactwatch").write_text("a file, where the folder would be")
    assert load(tmp_path).config == load(tmp_path).config
    assert remembered.folder({}) is None
    assert remembered.folder({"HOME": "/home/ann"}) == Path("/home/ann/.cache/pactwatch")


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    known = reading(tmp_path)
    for number in range(20):
        remember(f"{SMALL}# {number}", known, tmp_path / "many")
    assert len(list((tmp_path / "many").iterdir())) == 16
    assert recall(f"{SMALL}# 19", tmp_path / "many") == known


def test_the_name_of_a_reading_covers_all_the_code_that_it_comes_from() -> None:
    program = "import bot.settings, bot.yamlfile, matchers.rules, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.split(".")[0] in {"bot", "feeds", "matchers", "store"}}
    code = {name.removesuffix(".py").replace("/", ".") for name in READERS}
    assert {name for name in ours if "." in name} - {"bot.telegram"} <= code
