"""A partner's statements: listed, read, downloaded, and answered."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import IO, Any, cast, get_args

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from engine.settlement.answers import AnswerRefused, StatementAnswer, answer_statement, answers_of
from engine.settlement.comparing import DIFFERENCES_MAXIMUM, Difference, Reason
from engine.settlement.reading import statement_by_number, statements_of
from engine.settlement.statements import Statement
from engine.settlement.writing import STATEMENT_MEDIA_TYPES, StatementFormat, write_statement
from plugin.partners.api.answers import ApiRefusedError, json_answer, moment, not_found
from plugin.partners.api.callers import Callers, PartnerVisit
from plugin.partners.api.conversions import read_object
from plugin.partners.api.endpoints import whole_number
from plugin.web.responses import NEVER_CACHED
from plugin.web.statement_files import XLSX_LINES_MAXIMUM

PAGE_MAXIMUM = 100
_NAME = re.compile(r"([1-9][0-9]{0,8})(?:\.(json|csv|xlsx|jsonl))?", re.ASCII)
_PROBLEMS = ("altered", "missing_here", "missing_there")
_REASONS: tuple[str, ...] = get_args(Reason)
_CHUNK_BYTES = 64 * 1024


async def statements(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/statements?first=&before=`: newest first; `before` is a number."""
    first = whole_number(request, "first", 20, 1, PAGE_MAXIMUM)
    caller, after = visit.caller, await statement_before(request, visit)
    found = await statements_of(visit.connection, caller.program_id, caller.partner_id, first=first, after=after)
    return json_answer({"statements": [statement_document(one) for one in found]})


async def statement_before(request: Request, visit: PartnerVisit) -> int | None:
    """The id of the statement whose number the query has as `before`. Raises ApiRefusedError (400, 404)."""
    number = whole_number(request, "before", 0, 0, 10**9)
    if not number:
        return None
    known = await statement_by_number(visit.connection, visit.caller.program_id, visit.caller.partner_id, number)
    if known is None:
        raise not_found()
    return known.statement_id


async def statement(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/statements/{number}[.json|.csv|.xlsx|.jsonl]`; the last has the signed tokens."""
    found, file_format = await own_statement(request, visit)
    if file_format is not None:
        return await statement_file(visit, found, file_format)
    answers = await answers_of(visit.connection, visit.caller.program_id, found.statement_id)
    return json_answer({**statement_document(found), "answers": [_answer_document(one) for one in answers]})


async def own_statement(request: Request, visit: PartnerVisit) -> tuple[Statement, StatementFormat | None]:
    """The statement that the path names, and as which file; None: as JSON. Raises ApiRefusedError (404)."""
    match = _NAME.fullmatch(request.path_params["statement"])
    found = None
    if match is not None:
        caller = visit.caller
        found = await statement_by_number(visit.connection, caller.program_id, caller.partner_id, int(match[1]))
    if match is None or found is None:
        raise not_found()
    return found, None if match[2] in (None, "json") else cast(StatementFormat, match[2])


async def statement_file(visit: PartnerVisit, found: Statement, file_format: StatementFormat) -> Response:
    """A statement as a file: written to a temporary one first, so that an error is an answer.

    Raises ApiRefusedError (400, 429).
    """
    if file_format == "xlsx" and found.lines > XLSX_LINES_MAXIMUM:
        raise ApiRefusedError(400, "FILE_TOO_LARGE", "Too much for a workbook: take the CSV file.")
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
    try:
        with visit.long_work():
            await write_statement(visit.connection, visit.caller.program_id, found.statement_id, file_format, file)
    except BaseException:
        file.close()
        raise
    headers = {
        **NEVER_CACHED, "Content-Length": str(file.tell()), "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="statement-{found.number}.{file_format}"',
    }  # fmt: skip
    return StreamingResponse(_chunks(file), headers=headers, media_type=STATEMENT_MEDIA_TYPES[file_format])


def answering(callers: Callers) -> Callable[[Request], Awaitable[Response]]:
    """`POST /partner/v1/statements/{number}/answer`, signed.

    `{"agreed": true, "root": "…"}`, or with `agreed` false also `differences: [{"problem", "event"}]`; the problem is
    `altered`, `missing_here` (the partner has no such event) or `missing_there` (the statement has it not). What is
    altered may have a `reason`: `unknown_order`, `wrong_amount`, `unknown_agreement`, `taken_back_twice`.
    """

    async def handler(request: Request) -> Response:
        caller, body = await callers.of_signed(request)
        given = read_object(body, {"agreed", "root", "differences"})
        async with callers.visit(caller) as visit:
            return json_answer(_answer_document(await answer_for(request, visit, given)))

    return handler


async def answer_for(request: Request, visit: PartnerVisit, given: dict[str, Any]) -> StatementAnswer:
    """Keep what a partner says of the statement that the path names. Raises ApiRefusedError (400, 404, 409)."""
    found, _ = await own_statement(request, visit)
    agreed, root = given.get("agreed"), given.get("root")
    if not isinstance(agreed, bool) or not isinstance(root, str) or not re.fullmatch(r"[0-9a-f]{64}", root, re.ASCII):
        raise ApiRefusedError(400, "ANSWER_INVALID", "agreed is true or false, root 64 hexadecimal digits.")
    try:
        return await answer_statement(
            visit.connection, visit.caller.program_id, visit.caller.partner_id, found.number, agreed=agreed,
            root=bytes.fromhex(root), differences=_differences(given.get("differences", [])),
            actor=visit.caller.actor,
        )  # fmt: skip
    except AnswerRefused as refusal:
        raise ApiRefusedError(409, refusal.code, refusal.message) from None


def _differences(given: object) -> list[Difference]:
    if not isinstance(given, list) or len(given) > DIFFERENCES_MAXIMUM:
        raise ApiRefusedError(400, "ANSWER_INVALID", f"differences are a list of at most {DIFFERENCES_MAXIMUM}.")
    found = []
    for one in given:
        problem, event = (one.get("problem"), one.get("event")) if isinstance(one, dict) else (None, None)
        named = isinstance(event, str) and re.fullmatch(r"[0-9]{1,19}", event, re.ASCII)
        if problem not in _PROBLEMS or not named:
            raise ApiRefusedError(
                400, "ANSWER_INVALID", f"A difference has an event and one of {', '.join(_PROBLEMS)}."
            )
        reason = one.get("reason")
        if reason is not None and (reason not in _REASONS or problem != "altered"):
            raise ApiRefusedError(
                400, "ANSWER_INVALID", f"The reason of what is altered is one of {', '.join(_REASONS)}, or none."
            )
        found.append(Difference(problem, str(event), None, reason))
    return found


def statement_document(one: Statement) -> dict[str, Any]:
    """A statement; amounts are text, in millionths (`micros`) and in whole minor units (`…_minor`)."""
    return {
        "number": one.number, "cycle": {"starts_at": moment(one.starts_at), "ends_at": moment(one.ends_at)},
        "interim": one.interim, "lines": one.lines, "root": one.root.hex(), "issued_at": moment(one.issued_at),
        "totals": [
            {**asdict(total), "micros": str(total.micros), "prepaid_micros": str(total.prepaid_micros)}
            for total in one.totals.kinds
        ],
        "due": [
            {name: value if name == "currency" else str(value) for name, value in asdict(due).items()}
            for due in one.totals.dues
        ],
        "token": one.token,
    }  # fmt: skip


def _answer_document(one: StatementAnswer) -> dict[str, Any]:
    return {
        "agreed": one.agreed, "root": one.root.hex(), "answered_at": moment(one.answered_at),
        "differences": [
            {"problem": each.problem, "event": each.event} | ({"reason": each.reason} if each.reason else {})
            for each in one.differences
        ],
    }  # fmt: skip


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
    finally:
        file.close()
