"""Statements: their list, one of them row by row with what proves it, its files, and what does not match yet."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.partners.signing_store import signing_keys
from engine.settlement.answers import answers_of
from engine.settlement.reading import lines_of, statements_of
from engine.settlement.suspense import SuspenseRow, suspense_of
from plugin.partners.api.answers import json_answer
from plugin.partners.api.endpoints import whole_number
from plugin.partners.api.statements import own_statement, statement_before, statement_file
from plugin.partners.page.answers import AnswerForm
from plugin.partners.page.texts import texts_below
from plugin.partners.page.visits import PageVisit
from plugin.partners.signing import keys_document

STATEMENTS_SHOWN = 12
LINES_SHOWN = 200
"""How many rows of a statement are on one page; all of them are in its files."""
OPEN_SHOWN = 50
_ROWS_MAXIMUM = 10**9


async def statements(page: PageVisit) -> Response:
    """`GET /partner/statements?before=`: newest first, and above them what does not match yet."""
    caller, after = page.visit.caller, await statement_before(page.request, page.visit)
    found = await statements_of(
        page.visit.connection, caller.program_id, caller.partner_id, first=STATEMENTS_SHOWN + 1, after=after
    )
    open_rows = await suspense_of(page.visit.connection, caller.program_id, caller.partner_id, first=OPEN_SHOWN + 1)
    older = found[STATEMENTS_SHOWN - 1].number if len(found) > STATEMENTS_SHOWN else None
    return page.draw(
        "statements.html", section="statements", found=found[:STATEMENTS_SHOWN], older=older, **_shown(open_rows)
    )


async def statement(page: PageVisit) -> Response:
    """`GET /partner/statements/{number}?row=`, or with `.csv`, `.xlsx`, `.jsonl` behind it as a file."""
    found, file_format = await own_statement(page.request, page.visit)
    if file_format is not None:
        return await statement_file(page.visit, found, file_format)
    return await shown(page)


async def shown(page: PageVisit, form: AnswerForm | None = None) -> Response:
    """A statement to read; `form` is an answer that was not taken, with why."""
    found, _ = await own_statement(page.request, page.visit)
    connection, program_id = page.visit.connection, page.visit.caller.program_id
    first = min(whole_number(page.request, "row", 1, 1, _ROWS_MAXIMUM), max(found.lines, 1))
    lines = await lines_of(connection, program_id, found.statement_id, after=first - 2, most=LINES_SHOWN)
    open_rows = await suspense_of(
        connection, program_id, found.partner_id, statement_id=found.statement_id, first=OPEN_SHOWN + 1
    )
    answers = await answers_of(connection, program_id, found.statement_id)
    status = 200 if form is None or form.problem is None else 409
    return page.draw(
        "statement.html", status, section="statements", one=found, lines=lines, first=first, shown=LINES_SHOWN,
        **_shown(open_rows), answer=next(iter(answers), None), form=form or AnswerForm(),
        places={str(line.event_id): line.position + 1 for line in lines},
        texts={**texts_below(page.words.locale, "check."), **_kinds(page)},
    )  # fmt: skip


def _shown(open_rows: list[SuspenseRow]) -> dict[str, Any]:
    return {"open_rows": open_rows[:OPEN_SHOWN], "open_more": len(open_rows) > OPEN_SHOWN}


def _kinds(page: PageVisit) -> dict[str, str]:
    return {f"kind.{kind}": said for kind, said in texts_below(page.words.locale, "kind.").items()}


async def keys(page: PageVisit) -> Response:
    """`GET /partner/keys.json`: what the page's own script verifies signatures with."""
    return json_answer(keys_document(await signing_keys(page.visit.connection, page.visit.caller.program_id)))
