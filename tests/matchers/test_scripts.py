"""Terms in scripts other than those of the default plan, also where words have no spaces between them."""

from __future__ import annotations

import pytest

from matchers.match import match
from tests.matchers.plans import compiled, item

FAR = """
id: far
title: {en: Far}
languages: [ar, zh, ja, ru, th, ko, en]
"""


def terms_in(terms: str, title: str, summary: str = "", *, masks: str = "[]") -> list[str]:
    """What the evidence points at in the item, in the item's own characters."""
    rules = compiled(
        f"plan: {{masks: {masks}}}\n"
        f"commitments: [{{id: c, title: {{en: C}}, rules: [{{id: r, any: {terms}, needs: []}}]}}]",
        base=FAR,
    )
    told = item(title, summary)
    found = [one.evidence for one in match(rules, told)]
    texts = {"title": title, "summary": summary}
    return [texts[one.field][one.start : one.end] for evidence in found for one in evidence]


@pytest.mark.parametrize(
    ("terms", "text", "found"),
    [
        # Chinese: no spaces, and traditional letters are letters of their own
        ("{zh: [港口]}", "中印意三国港口合作启动", ["港口"]),
        ("{zh: [意大利]}", "印度与意大利签署协议。", ["意大利"]),
        ("{zh: [港口]}", "香港口岸", ["港口"]),  # two letters that meet by chance: such a term needs a mask
        ("{zh: [協議]}", "协议", []),
        ("{zh: [人工智能]}", "人工智慧", []),
        # Japanese: three scripts in one line, and Latin words inside
        ("{ja: [寄港]}", "イタリア空母が東京に寄港した", ["寄港"]),
        ("{ja: [イタリア]}", "日本とイタリアの外相会談", ["イタリア"]),
        ("{ja: [=GCAP]}", "次期戦闘機のGCAP計画", ["GCAP"]),
        ("{ja: [サイバー]}", "ｻｲﾊﾞｰ攻撃", []),  # half-width letters with a mark of their own are other letters
        # Korean: particles follow the word, so a stem finds it
        ("{ko: [이탈리아]}", "인도와 이탈리아 협력", ["이탈리아"]),
        ("{ko: [이탈리아*]}", "이탈리아와 인도의 협력", ["이탈리아와"]),
        ("{ko: [이탈리아]}", "이탈리아와 인도의 협력", []),
        # Thai: no spaces
        ("{th: [อิตาลี]}", "อินเดียและอิตาลีลงนามข้อตกลง", ["อิตาลี"]),
        # Cyrillic: whole words, stems for the cases, ё as е
        ("{ru: [порт*]}", "Индия модернизирует портовые краны", ["портовые"]),
        ("{ru: [порт*]}", "Аэропорт Рима закрыт", []),
        ("{ru: [елка]}", "Ёлка на площади", ["Ёлка"]),
        ("{ru: [йога]}", "Иога", []),
        # Arabic: vowel marks, tatweel and the forms of alef make no difference, prefixes do
        ("{ar: [الهند]}", "اتفاق بين الهِنْد وإيطاليا", ["الهِنْد"]),
        ("{ar: [ايطاليا]}", "إيطاليا توقّع اتفاقا", ["إيطاليا"]),
        ("{ar: [ميناء]}", "مينـــاء تريستا", ["مينـــاء"]),
        ("{ar: [الهند]}", "والهند شريك", []),
        # and Latin terms wait for no language of their own
        ("[fincantieri]", "インドとFincantieriが協力", ["Fincantieri"]),
    ],
)
def test_a_term_is_found_where_a_reader_of_the_script_sees_it(terms: str, text: str, found: list[str]) -> None:
    assert terms_in(terms, text) == found
    assert terms_in(terms, "…", text) == found


def test_a_mask_works_inside_unspaced_text() -> None:
    assert terms_in("{ja: [インド]}", "インドネシアの港", masks="[インドネシア]") == []
    assert terms_in("{ja: [インド]}", "インドネシアとインドの港", masks="[インドネシア]") == ["インド"]


def test_near_counts_each_letter_of_a_script_without_spaces_as_a_word() -> None:
    rules = "commitments: [{id: c, title: {en: C}, rules: [{id: r, query: 'NEAR/2(港口, 合作)', needs: []}]}]"
    near = compiled(rules, base=FAR)
    assert match(near, item("港口与合作"))
    assert not match(near, item("港口的长期合作"))
