"""config.yaml: read with its lines, checked whole, completed from the environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import config, configfile
from bot.config import ConfigError

DEFAULT = Path(__file__).parents[2] / "config.yaml"

SMALL: dict[str, Any] = {
    "feeds": [{"id": "times", "url": "https://times.example/feed"}],
    "plan": {"id": "town", "title": {"en": "Town plan"}, "languages": ["en"]},
    "commitments": [{"id": "bridge", "title": {"en": "Bridge"}, "rules": [{"id": "words", "any": ["bridge"]}]}],
}


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}, allow_unicode=True), encoding="utf-8")
    return path


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load(path, {})
    return caught.value.problems


def test_the_default_plan_is_whole() -> None:
    loaded = config.load(DEFAULT, {}).config
    assert len(loaded.commitments) == 23
    assert len(loaded.plan.pillars) == 10
    assert len(loaded.feeds) == 92
    for commitment in loaded.commitments:
        assert set(commitment.title) == {"en", "it", "hi"}
        assert commitment.rules


def test_the_default_plan_survives_being_written_by_another_program(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")), allow_unicode=True))
    assert config.load(path, {}).rules[0].id == config.load(DEFAULT, {}).rules[0].id


def test_everything_but_feeds_plan_and_commitments_has_a_default(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path), {}).config
    assert loaded.store == "sqlite:///pactwatch.db"
    assert loaded.telegram.token is None
    assert not loaded.fetch.allow_private_addresses


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"feeds": [{"id": "times", "url": "ftp://x"}]}, "feeds[0].url: 'ftp://x': wanted an http:// or https://"),
        ({"feeds": [{"id": "times"}]}, "feeds[0].url: missing"),
        ({"feeds": [{"id": "a", "url": "http://x.y"}] * 2}, "feeds[1].id: 'a': already the id of feeds[0]"),
        (
            {"feeds": [{"id": "a", "url": "http://x.y", "context": ["mars"]}]},
            "feeds[0].context: 'mars': no side of the plan",
        ),
        ({"fetch": {"timeout": 3}}, "fetch.timeout: 3: unknown key; did you mean 'timeout_s'?"),
        ({"telegram": {"channel": "pactwatch"}}, "telegram.channel: 'pactwatch': wanted a chat id such as"),
        ({"fetch": ["concurrency"]}, "fetch: ['concurrency']: wanted: a dictionary"),
        ({"fetch": {"concurrency": 0}}, "fetch.concurrency: 0: wanted: greater than or equal to 1"),
        ({"fetch": {"min_interval_minutes": 90, "max_interval_minutes": 60}}, "is longer than max_interval_minutes"),
        ({"commitments": [{"id": "b", "title": {"en": "B"}, "rules": [{"id": "w"}]}]}, "commitments[0].rules[0]"),
    ],
)
def test_a_problem_names_its_place_value_and_what_was_wanted(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    path = write(tmp_path, **changes)
    found = problems(path)
    assert any(told in one for one in found), found
    assert all(one.startswith(f"{path}:") for one in found)


def test_the_line_is_that_of_the_value(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text() + "fetch:\n  timeout_s: 30\n\n  # a comment\n  concurrency: many\n")
    line = path.read_text().splitlines().index("  concurrency: many") + 1
    assert problems(path)[0].startswith(f"{path}:{line}: fetch.concurrency: 'many': wanted")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plan: [\n", ":2: "),
        ("plan: 1\nplan: 2\n", ":2: the key 'plan' stands here twice"),
        ("plan: !!python/object/apply:os.system [ls]\n", "is not allowed here"),
        ("- a\n", "wanted keys such as plan:"),
        ("", "wanted keys such as plan:"),
    ],
)
def test_what_is_no_configuration_is_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    found = problems(path)
    assert len(found) == 1
    assert told in found[0]


def test_aliases_of_aliases_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    path.write_text("a0: &a0 [x]\n" + levels)
    assert "aliases" in problems(path)[0]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"plan: \xff\xfe")
    assert "UTF-8" in problems(path)[0]


def test_the_token_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("1:from-file\n")
    path = write(tmp_path, telegram={"token": "file:secret"})
    from_file = config.load(path, {}).config.telegram.token
    from_environment = config.load(path, {config.TOKEN_VARIABLE: "2:from-environment"}).config.telegram.token
    assert from_file is not None
    assert from_file.value == "1:from-file"
    assert from_environment is not None
    assert from_environment.value == "2:from-environment"


def test_a_token_is_never_shown(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path, telegram={"token": "3:written-here"}), {})
    assert "3:written-here" not in repr(loaded)
    assert "TELEGRAM_BOT_TOKEN" in loaded.notes[0]
    assert "4:wrong" not in "".join(problems(write(tmp_path, telegram={"token": ["4:wrong"]})))


def test_the_schema_knows_every_key_of_the_default_plan() -> None:
    schema = json.loads(configfile.schema())
    written = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    assert set(written) <= set(schema["properties"])


def test_the_store_lies_beside_the_configuration(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path), {})
    assert config.store_url(loaded) == f"sqlite:///{tmp_path.resolve() / 'pactwatch.db'}"
    assert config.views_path(loaded) == tmp_path.resolve() / "pactwatch.views.db"


def test_full_text_without_its_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, feeds=[{"id": "times", "url": "https://times.example/feed", "fulltext": True}])
    assert config.load(path, {}).config.feeds[0].fulltext
    monkeypatch.setitem(sys.modules, "trafilatura", None)  # as if it were not installed
    (told,) = problems(path)
    assert "feeds[0].fulltext: needs the package trafilatura: pip install" in told


def test_a_webhook_takes_a_secret_from_the_environment_and_shows_it_nowhere(tmp_path: Path) -> None:
    path = write(tmp_path, telegram={"webhook": {"url": "https://bot.example/telegram"}})
    found = config.load(path, {"TELEGRAM_WEBHOOK_SECRET": "a-secret_of-16-letters"}).config.telegram.webhook
    assert found is not None
    assert found.secret is not None
    assert found.secret.value == "a-secret_of-16-letters"
    assert "a-secret" not in repr(found)


@pytest.mark.parametrize("secret", ["", "short", "sixteen letters!", "x" * 257])
def test_a_webhook_without_a_fit_secret_is_refused_without_showing_it(tmp_path: Path, secret: str) -> None:
    path = write(tmp_path, telegram={"webhook": {"url": "https://bot.example/telegram"}})
    with pytest.raises(ConfigError, match=r"telegram\.webhook\.secret: (missing|unfit); set TELEGRAM_") as refused:
        config.load(path, {"TELEGRAM_WEBHOOK_SECRET": secret})
    assert not secret or secret not in str(refused.value)
