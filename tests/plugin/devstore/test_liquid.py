"""Liquid as the platform renders it: translations, money, colors, and blocks with the defaults of their schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from liquid import Environment

from plugin.devstore.liquid_blocks import ThemeExtension
from plugin.devstore.liquid_filters import add_shopify_filters, as_json
from plugin.devstore.liquid_texts import Texts


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    (tmp_path / "en.default.json").write_text(
        '{"cart": {"items": {"one": "{{ count }} item", "other": "{{ count }} items"}, "hi": "Hi {{ name }}",'
        ' "hi_html": "Hi {{ name }}"}, "only": "English"}'
    )
    (tmp_path / "en.default.schema.json").write_text('{"only": "the editor\'s"}')
    (tmp_path / "zh-CN.json").write_text('{"cart": {"items": {"other": "{{ count }} 件"}}}', "utf-8")
    return Texts(tmp_path)


@pytest.mark.parametrize(
    ("key", "language", "values", "text"),
    [
        ("cart.items", "en", {"count": 1}, "1 item"),
        ("cart.items", "en", {"count": 2}, "2 items"),
        ("cart.items", "zh-CN", {"count": 1}, "1 件"),
        ("cart.items.other", "en", {"count": 3}, "3 items"),
        ("cart.hi", "en", {"name": "<b>"}, "Hi &lt;b&gt;"),
        ("cart.hi_html", "en", {"name": "<b>"}, "Hi <b>"),
        ("only", "zh-CN", {}, "English"),
        ("none.such", "zh-CN", {}, "Translation missing: zh-CN.none.such"),
    ],
)
def test_given_a_key_when_it_is_translated_then_it_reads_as_on_the_platform(
    texts: Texts, key: str, language: str, values: dict[str, object], text: str
) -> None:
    assert texts.translate(key, language, values) == text


def test_given_filters_when_a_template_uses_them_then_they_answer_as_shopifys(texts: Texts) -> None:
    environment = Environment(strict_filters=True)
    add_shopify_filters(environment, texts, lambda name: f"/assets/{name}")
    template = environment.from_string(
        "{{ 'cart.items' | t: count: 1 }}|{{ 123456 | money }}|{{ 'a.js' | asset_url }}|{{ '#fff' | json }}|"
        "{{ '#000000' | color_contrast: '#ffffff' }}|{{ 'a.css' | asset_url | stylesheet_tag }}"
    )
    shown = template.render(request={"locale": {"iso_code": "zh-CN"}}, cart={"currency": {"iso_code": "USD"}})

    assert shown.split("|")[:5] == ["1 件", "$1,234.56", "/assets/a.js", '"#fff"', "21.0"]
    assert 'href="/assets/a.css"' in shown


def test_given_a_text_with_markup_when_it_becomes_json_then_it_cannot_end_its_script() -> None:
    assert as_json("</script>") == '"\\u003c/script>"'


def write_block(folder: Path, source: str) -> ThemeExtension:
    for name in ("blocks", "snippets", "locales"):
        (folder / name).mkdir()
    (folder / "locales" / "en.default.json").write_text("{}")
    (folder / "blocks" / "card.liquid").write_text(source)
    return ThemeExtension(folder)


def test_given_a_block_when_it_is_rendered_then_defaults_choices_and_assets_come_from_its_schema(
    tmp_path: Path,
) -> None:
    extension = write_block(
        tmp_path,
        "<p {{ block.shopify_attributes }}>{{ block.settings.color }} {{ block.settings.size }} {{ product }}</p>"
        '{% schema %}{"name": "Card", "target": "section", "javascript": "card.js", "stylesheet": "card.css",'
        ' "settings": [{"type": "header", "content": "Looks"}, {"type": "color", "id": "color", "default": "red"},'
        ' {"type": "range", "id": "size", "default": 3}]}{% endschema %}',
    )

    shown = extension.render("card", {"product": "Mug"}, {"size": 9})

    assert "red 9 Mug</p>" in shown
    assert shown.startswith('<div id="shopify-block-laurel-card" class="shopify-block shopify-block">')
    assert "data-shopify-editor-block=" in shown
    assert "schema" not in shown
    assert extension.header(["card", "card"]).count("card.js") == 1
    assert '<link rel="stylesheet" href="/extensions/laurel/assets/card.css">' in extension.header(["card"])


def test_given_a_block_without_a_schema_when_the_extension_is_read_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"card\.liquid has no schema"):
        write_block(tmp_path, "<p></p>")
