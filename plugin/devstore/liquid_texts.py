"""Translations as Shopify keeps them: a JSON file per language, keys joined by dots, plural forms below a key."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BABEL_NAMES = {"zh-CN": "zh_Hans_CN"}


class Texts:
    """The texts of one folder `locales`: `en.default.json` and one file for each further language."""

    def __init__(self, folder: Path) -> None:
        self._languages = {
            path.name.split(".")[0]: json.loads(path.read_text("utf-8"))
            for path in sorted(folder.glob("*.json"))
            if not path.name.endswith(".schema.json")
        }

    def languages(self) -> list[str]:
        """The languages that have texts, by their codes."""
        return sorted(self._languages)

    def translate(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The text of a key, in English where the language has none; a missing key is shown as Shopify shows it.

        `count` in the values chooses the plural form. Values are escaped unless the key ends with `_html`.
        """
        found = self.find(key, language, values.get("count"))
        if found is None:
            found = self.find(key, "en", values.get("count"))
        if found is None:
            return f"Translation missing: {language}.{key}"
        raw = key.endswith("_html")

        def fill(match: re.Match[str]) -> str:
            value = str(values.get(match[1], ""))
            return value if raw else html.escape(value)

        return _PLACEHOLDER.sub(fill, found)

    def find(self, key: str, language: str, count: Any = None) -> str | None:
        """The language's own text as it is written, or None."""
        node: Any = self._languages.get(language, {})
        for part in key.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        if isinstance(node, dict) and count is not None:
            form = _locale(language).plural_form(int(count))
            node = node.get(form, node.get("other"))
        return node if isinstance(node, str) else None


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_BABEL_NAMES.get(language, language))
