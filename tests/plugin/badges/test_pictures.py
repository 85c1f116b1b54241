"""The shipped pictures, their rims, what they carry, and what badge pages say."""

from __future__ import annotations

import re
from decimal import Decimal
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from openbadgeslib.ob3 import OB3Verifier

from engine.badges.artwork import BUILTIN_ARTWORKS, METALS, is_artwork, metal_of
from engine.badges.definitions import BadgeDefinition
from engine.badges.svg import sanitized
from plugin.badges.pictures import ART_FOLDER, baked, shipped
from plugin.badges.texts import CHINESE, ENGLISH
from plugin.badges.words import BadgeWords


def test_each_name_is_a_picture_that_our_own_sanitizer_takes_and_each_picture_has_a_name() -> None:
    assert sorted(path.stem for path in ART_FOLDER.glob("*.svg")) == sorted(BUILTIN_ARTWORKS)
    for path in ART_FOLDER.glob("*.svg"):
        assert sanitized(path.read_bytes()).count("<path") >= 10, path.name


def test_each_metal_is_another_rim_of_the_same_picture() -> None:
    # when
    pictures = {metal: shipped(f"bag-{metal}") for metal in METALS}
    # then
    rimless = {re.sub(r'<linearGradient id="rim".*?</linearGradient>', "", svg or "") for svg in pictures.values()}
    assert (len(set(pictures.values())), len(rimless)) == (5, 1)
    assert [metal_of(level, 3) for level in (1, 2, 3)] == ["bronze", "silver", "gold"]
    assert (metal_of(1, 1), metal_of(5, 5), metal_of(0, 2)) == ("gold", "diamond", "bronze")
    assert (shipped("bag-wood"), shipped("../keys-gold"), shipped("bag")) == (None, None, None)


def test_only_what_names_a_picture_is_a_reference() -> None:
    named = ["builtin:bag", "artwork:7", "builtin:none", "artwork:0", "artwork:07", "artwork:9223372036854775808", ""]
    assert [is_artwork(reference) for reference in named] == [True, True, False, False, False, False, False]


@pytest.mark.parametrize("svg", ['<svg xmlns="http://www.w3.org/2000/svg"/>\n', shipped("bag-gold")])
def test_a_baked_picture_gives_its_credential_to_another_reader(svg: str) -> None:
    assert OB3Verifier.extract_token_from_svg(baked(svg, "head.body.signature").encode()) == "head.body.signature"


def test_both_languages_say_the_same_things() -> None:
    places = [
        {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in texts.items()}
        for texts in (ENGLISH, CHINESE)
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize(
    ("counter", "window", "english", "chinese"),
    [
        ({"metric": "orders"}, {"kind": "always"}, "Place 5 orders.", "下 5 笔订单。"),
        ({"metric": "orders", "minimum_spend": "25", "currency": "USD"}, {"kind": "each", "unit": "month"},
         "Place 5 orders (each of at least $25) within one calendar month.",
         "下 5 笔订单（每笔至少 US$25）（一个自然月内）。"),
        ({"metric": "spend", "currency": "JPY"}, {"kind": "last", "days": 30}, "Spend ¥5 within 30 days.",
         "消费满 JP¥5（30 天之内）。"),
        (None, {"kind": "always"}, "Given by the team of the shop, by hand.", "由店铺团队亲自授予。"),
    ],
)  # fmt: skip
def test_what_it_takes_is_one_sentence(
    counter: dict[str, str] | None, window: dict[str, str], english: str, chinese: str
) -> None:
    definition = BadgeDefinition.model_validate(
        {
            "title": "T", "counter": counter, "window": window, "given_by_hand": counter is None,
            "levels": [{"target": Decimal(5)}],
        }
    )  # fmt: skip
    zone = ZoneInfo("UTC")
    assert BadgeWords("en", zone).criteria(definition, 1) == english
    assert BadgeWords("zh-CN", zone).criteria(definition, 1) == chinese
