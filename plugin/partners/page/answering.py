"""Taking a partner's answer to a statement from its page."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from starlette.responses import Response

from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.statements import answer_for, own_statement
from plugin.partners.page.answers import AnswerForm, differences
from plugin.partners.page.drawing import go
from plugin.partners.page.sessions import PATH
from plugin.partners.page.statements import shown
from plugin.partners.page.texts import TEXTS
from plugin.partners.page.visits import PageVisit, read_form

_TEXTS = tuple(field.name for field in fields(AnswerForm) if field.name not in ("agreed", "problem"))
_LENGTH_MAXIMUM = 4_000


async def answer(page: PageVisit) -> Response:
    """`POST /partner/statements/{number}/answer` with `agreed`, the `root` that was worked out, and rows."""
    given = await read_form(page.request)
    form = AnswerForm(given.get("agreed") == "yes", **{name: given.get(name, "")[:_LENGTH_MAXIMUM] for name in _TEXTS})
    found, _ = await own_statement(page.request, page.visit)
    try:
        document: dict[str, Any] = {"agreed": form.agreed, "root": form.root}
        if not form.agreed:
            document["differences"] = await differences(page.visit, found, form)
        async with page.visit.connection.begin_nested():
            await answer_for(page.request, page.visit, document)
    except ApiRefusedError as refusal:
        key = f"answer.failed.{refusal.code}"
        return await shown(page, replace(form, problem=key if key in TEXTS["en"] else "answer.failed.other"))
    return go(page.request, f"{PATH}/statements/{found.number}", "answer")
