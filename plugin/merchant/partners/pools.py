"""The pools of a partner's codes: how many are left, files of codes that come in, and how far each is."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

FILE_MAXIMUM_BYTES: Final = 512 * 1024 * 1024
_IMPORTS_SHOWN: Final = 5
_TONES: Final = {"RUNNING": "caution", "FINISHED": "success", "BROKEN_OFF": "warning"}
_REFUSED: Final = "pools.refused."


async def pools(opened: PageRequest) -> Response:
    """Draw the page."""
    number = opened.number("partner")
    data = await _asked(opened)
    refusals = {
        key.removeprefix(_REFUSED): text for key, text in TEXTS[opened.words.locale].items() if key.startswith(_REFUSED)
    }
    return opened.render(
        "partners/pools.html",
        partner=data["partner"],
        back=f"/partners/{number}",
        pools=[_pool(one, opened.words) for one in data["codePools"]],
        fragment=f"/partners/{number}/pool-list",
        most_bytes=FILE_MAXIMUM_BYTES,
        refusals=refusals,
        zone=opened.words.zone.key,
    )


async def pool_list(opened: PageRequest) -> Response:
    """Draw the list alone, as it is now."""
    data = await _asked(opened)
    found = [_pool(one, opened.words) for one in data["codePools"]]
    return opened.render("partners/pool_list.html", partner=data["partner"], pools=found)


async def _asked(opened: PageRequest) -> dict[str, Any]:
    data = await opened.ask("code_pools", partnerId=f"gid://laurel/Partner/{opened.number('partner')}")
    if data["partner"] is None:
        raise PageMissingError
    return data


def _pool(pool: dict[str, Any], words: Words) -> dict[str, Any]:
    status, tone = _status(pool, words)
    return {
        **pool,
        "status": status,
        "tone": tone,
        "ends": pool["expiresAt"] and words.moment(pool["expiresAt"]),
        "low": words.moment(pool["lowSince"]) if pool["lowSince"] and not pool["ended"] else None,
        "running": any(one["state"] == "RUNNING" for one in pool["imports"]),
        "imports": [_import(one, words) for one in pool["imports"][:_IMPORTS_SHOWN]],
    }


def _status(pool: dict[str, Any], words: Words) -> tuple[str, str]:
    if pool["closedAt"]:
        return words.text("pools.status.closed"), "neutral"
    if pool["ended"]:
        return words.text("pools.status.expired"), "neutral"
    if pool["codesLeft"] == 0:
        return words.text("pools.status.empty"), "critical"
    return (
        (words.text("pools.status.low"), "warning")
        if pool["lowSince"]
        else (words.text("pools.status.open"), "success")
    )


def _import(one: dict[str, Any], words: Words) -> dict[str, Any]:
    total = one["bytesTotal"] or 0
    return {
        **one,
        "tone": _TONES[one["state"]],
        "when": words.moment(one["createdAt"]),
        "percent": min(100, one["bytesDone"] * 100 // total) if total else 0,
        "problems": [{"row": each["row"], "text": _problem(each["problem"], words)} for each in one["problems"]],
    }


def _problem(problem: str, words: Words) -> str:
    name = f"pools.problem.{problem}"
    return words.text(name) if name in TEXTS[words.locale] else problem
