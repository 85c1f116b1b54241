"""The app's theme app extension, rendered in place as the platform does it: blocks with their settings and assets.

A block's `{% schema %}` names its target, its script and style sheet, and the defaults of its settings.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liquid import BoundTemplate, CachingFileSystemLoader, Environment

from plugin.devstore.liquid_filters import add_shopify_filters
from plugin.devstore.liquid_texts import Texts

EXTENSION_FOLDER = Path(__file__).resolve().parents[2] / "widgets" / "extension"
ASSETS_PATH = "/extensions/laurel/assets"

_SCHEMA = re.compile(r"\{%-?\s*schema\s*-?%\}(.*?)\{%-?\s*endschema\s*-?%\}", re.DOTALL)


@dataclass(frozen=True)
class AppBlock:
    """A block of the extension. `handle` is its file's name without the ending."""

    handle: str
    template: BoundTemplate
    schema: Mapping[str, Any]

    @property
    def target(self) -> str:
        """Where it goes: `section` for app blocks; `body`, `head` for app embeds."""
        return str(self.schema["target"])

    def settings(self, chosen: Mapping[str, object]) -> dict[str, object]:
        """What the merchant chose, over the defaults of the schema."""
        defaults = {one["id"]: one.get("default") for one in self.schema.get("settings", []) if "id" in one}
        return {**defaults, **chosen}


class ThemeExtension:
    """All blocks of the extension, parsed once."""

    def __init__(self, folder: Path = EXTENSION_FOLDER) -> None:
        self.assets = folder / "assets"
        environment = Environment(
            loader=CachingFileSystemLoader(folder / "snippets", ext=".liquid", auto_reload=False), strict_filters=True
        )
        add_shopify_filters(environment, Texts(folder / "locales"), lambda name: f"{ASSETS_PATH}/{name}")
        self.blocks = {path.stem: _read(path, environment) for path in sorted((folder / "blocks").glob("*.liquid"))}

    def render(self, handle: str, objects: Mapping[str, object], chosen: Mapping[str, object] | None = None) -> str:
        """The markup of one block, wrapped as the platform wraps it. Raises KeyError for an unknown handle."""
        block = self.blocks[handle]
        block_id = f"laurel-{handle}"
        editor = html.escape(json.dumps({"id": block_id, "type": f"shopify://apps/laurel/blocks/{handle}"}))
        facts = {
            "id": block_id,
            "type": handle,
            "settings": block.settings(chosen or {}),
            "shopify_attributes": f'data-shopify-editor-block="{editor}"',
        }
        kind = "block" if block.target == "section" else "app-block"
        content = block.template.render(**objects, block=facts)
        return f'<div id="shopify-block-{block_id}" class="shopify-block shopify-{kind}">{content}</div>'

    def header(self, handles: Iterable[str]) -> str:
        """The style sheets and scripts of these blocks, each once, for the page's head."""
        schemas = [self.blocks[handle].schema for handle in handles]
        styles = dict.fromkeys(schema["stylesheet"] for schema in schemas if "stylesheet" in schema)
        scripts = dict.fromkeys(schema["javascript"] for schema in schemas if "javascript" in schema)
        return "\n".join(
            [
                *(f'<link rel="stylesheet" href="{ASSETS_PATH}/{name}">' for name in styles),
                *(f'<script src="{ASSETS_PATH}/{name}" async></script>' for name in scripts),
            ]
        )


def _read(path: Path, environment: Environment) -> AppBlock:
    source = path.read_text("utf-8")
    schema = _SCHEMA.search(source)
    if schema is None:
        raise ValueError(f"{path.name} has no schema")
    template = environment.from_string(source[: schema.start()] + source[schema.end() :], name=path.name)
    return AppBlock(path.stem, template, json.loads(schema[1]))
