"""`pactwatch rules`: what the person who writes rules types, on a configuration of files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.place import PLAN, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

QUERY = {"id": "either", "query": 'quay OR ("port" AND harbour) OR pier'}


async def test_show_writes_a_rule_in_either_form(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        as_query = await place.command("rules", "show", "school/words", "--as", "query")
        assert yaml.safe_load(as_query.out) == [{"id": "words", "query": '("school" OR "classroom*")'}]
        (tmp_path / "config.yaml").write_text(_with(tmp_path, yaml.safe_load(as_query.out)))
        back = await place.command("rules", "show", "school", "--as", "rule", "--json")
        assert json.loads(back.out) == [{"id": "words", "any": ["school", "classroom*"]}]
        (tmp_path / "config.yaml").write_text(_with(tmp_path, [QUERY]))
        stays = await place.command("rules", "show", "school", "--as", "rule")
        assert (stays.code, yaml.safe_load(stays.out)) == (1, [QUERY])
        assert "either stays a query" in stays.err


async def test_show_takes_any_name_of_a_commitment_and_says_which_rules_it_has(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        titled = await place.command("rules", "show", "A new school")
        no_commitment = await place.command("rules", "show", "nowhere")
        no_rule = await place.command("rules", "show", "school/other")
    assert yaml.safe_load(titled.out) == [{"id": "words", "any": ["school", "classroom*"]}]
    assert (no_commitment.code, no_rule.code) == (2, 2)
    assert "no commitment is called 'nowhere'" in no_commitment.err
    assert "school has no rule 'other'; it has words" in no_rule.err


def _with(folder: Path, rules: list[object]) -> str:
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["commitments"][1]["rules"] = rules
    return yaml.safe_dump(config)


async def test_examples_say_what_a_change_of_rules_changes(tmp_path: Path) -> None:
    examples = [
        {"id": "e1", "lang": "en", "title": "The bridge opens", "commitments": ["bridge"]},
        {"id": "e2", "lang": "en", "title": "A ferry for the river", "commitments": []},
        {"id": "e3", "lang": "en", "title": "A school by the bridge", "commitments": ["school"]},
    ]
    async with open_place(tmp_path, times=[]) as place:
        lines = "".join(json.dumps(one) + "\n" for one in examples)
        (tmp_path / "config.examples.jsonl").write_text(lines)
        new = yaml.safe_load((tmp_path / "config.yaml").read_text())
        new["commitments"][0]["rules"] = [{"id": "words", "any": ["ferry"]}]
        (tmp_path / "new.yaml").write_text(yaml.safe_dump(new))
        now = await place.command("rules", "test")
        assert (now.code, "3 examples" in now.out, "wrong: bridge" in now.out) == (1, True, True)
        for head in ("bridge", "en", "all"):
            assert any(line.strip().startswith(head) for line in now.out.splitlines())
        then = await place.command("rules", "test", "--config", "new.yaml")
        assert "3 examples fare differently" in then.out
        assert "gained: bridge" in then.out
        assert "lost: bridge" in then.out
        told = (await place.command("rules", "test", "--config", "new.yaml", "--json")).lines()[0]
        assert [one["id"] for one in told["changes"]] == ["e1", "e2", "e3"]
        (tmp_path / "new.examples.jsonl").write_text(json.dumps(examples[1]) + "\n")
        own = await place.command("rules", "test", "--config", "new.yaml")
        assert "1 example fares differently" in own.out


async def test_lint_names_what_is_hardly_meant(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        assert (await place.command("rules", "lint")).code == 0
        rules = [{"id": "words", "any": {"en": ["school", "School", "schooling", "school*", "the"]}}]
        (tmp_path / "config.yaml").write_text(_with(tmp_path, list(rules)))
        found = await place.command("rules", "lint", "--json")
        said = [one["said"] for one in found.lines()]
        assert found.code == 1
        assert PLAN["commitments"][1]["id"] in found.out
        for part in ("is there twice", "found by a stem", "nearly everywhere"):
            assert any(part in one for one in said), part
