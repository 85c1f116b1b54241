"""Import and export: files of points that are checked, started and watched, and exports handed out as files.

A file is sent to `/admin/files` and an export fetched from `/admin/exports`; what is drawn here comes from the schema.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from engine.files.columns import FILE_MAXIMUM_BYTES
from plugin.merchant.pages import PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

_TONES: Final = {"checked": "info", "running": "caution", "finished": "success", "canceled": "neutral"}
_REFUSED: Final = "file.refused."


async def files(opened: PageRequest) -> Response:
    """Draw the page."""
    words = opened.words
    told = {key.removeprefix(_REFUSED): text for key, text in TEXTS[words.locale].items() if key.startswith(_REFUSED)}
    return opened.render(
        "import_export.html",
        most_bytes=FILE_MAXIMUM_BYTES,
        kinds=[(kind, words.text(f"files.kind.{kind}")) for kind in ("grant", "import")],
        exports=[
            (what, words.text(f"files.export.{what}")) for what in ("members", "balances", "transactions", "totals")
        ],
        refusals=told,
        operations=await _operations(opened),
    )


async def file_list(opened: PageRequest) -> Response:
    """Draw the list alone, as it is now."""
    return opened.render("file_list.html", operations=await _operations(opened))


async def _operations(opened: PageRequest) -> list[dict[str, Any]]:
    data = await opened.ask("bulk_operations")
    return [_operation(one, opened.words) for one in data["bulkOperations"]]


def _operation(one: dict[str, Any], words: Words) -> dict[str, Any]:
    state = one["state"].lower()
    return {
        **one,
        "state": state,
        "tone": _TONES[state],
        "actor": actor_text(one["requestedBy"], words),
        "problems": [_problem(row, words) for row in one["refusedRows"]],
    }


def _problem(row: dict[str, Any], words: Words) -> dict[str, Any]:
    code, _, detail = row["problem"].partition(":")
    return {"row": row["row"], "text": words.text(f"file.problem.{code}", detail=detail)}
