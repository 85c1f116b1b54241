"""`POST /partner/v1/reports`: signed reports of purchases and refunds, each with an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
import structlog
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response

from engine.conversions.receiving import ReportAnswer, receive_report
from engine.conversions.reports import REPORT_ID_MAXIMUM, Report, ReportInvalid, parse_report
from plugin.partners.api.answers import ApiRefusedError, json_answer
from plugin.partners.api.callers import Caller, Callers
from plugin.partners.api.places import Places
from plugin.partners.api.texts import report_message

REPORTS_MAXIMUM = 500
_TRIES = 4
_RETRY_SECONDS = 0.05

log = structlog.get_logger("laurel.partners")


class Reports:
    """The call, over one process's services."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._places = Places()

    async def receive(self, request: Request) -> Response:
        """Take reports in their order; one that is refused holds up no other. The same one again changes nothing."""
        caller, body = await self._callers.of_signed(request)
        documents = _documents(body)
        with self._places.one(caller.program_id, caller.partner_id):
            answers = [await self._answer(caller, document) for document in documents]
        log.info("reports received", reports=len(answers), refused=sum(one["state"] == "refused" for one in answers))
        return json_answer({"answers": answers})

    async def _answer(self, caller: Caller, document: object) -> dict[str, Any]:
        try:
            report = parse_report(document)
        except ReportInvalid as refusal:
            return {
                "report_id": _named(document), "state": "refused", "repeated": False, "code": refusal.code,
                "message": str(refusal), "conversion": None,
            }  # fmt: skip
        answer = await self._received(caller, report)
        return {
            "report_id": answer.report_id, "state": answer.state, "repeated": answer.repeated, "code": answer.code,
            "message": report_message(answer.code),
            "conversion": None if answer.conversion_id is None else str(answer.conversion_id),
        }  # fmt: skip

    async def _received(self, caller: Caller, report: Report) -> ReportAnswer:
        """One report in a transaction of its own, again where it met another one in the middle of its work."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._callers.visit(caller) as visit:
                    return await receive_report(
                        visit.connection, caller.program_id, caller.partner_id, report, via="api", actor=caller.actor
                    )
            except OperationalError as error:
                if attempt == _TRIES or not isinstance(error.orig, psycopg.errors.DeadlockDetected):
                    raise
                await asyncio.sleep(_RETRY_SECONDS * attempt)
        raise AssertionError("the last try returns or raises")


def _documents(body: bytes) -> Sequence[object]:
    try:
        content = orjson.loads(body)
    except ValueError:
        raise ApiRefusedError(400, "MALFORMED_REQUEST", "The body is not JSON.") from None
    documents = content.get("reports") if isinstance(content, dict) else None
    if not isinstance(documents, list) or len(content) != 1:
        raise ApiRefusedError(400, "MALFORMED_REQUEST", 'The body reads {"reports": […]}.')
    if not 0 < len(documents) <= REPORTS_MAXIMUM:
        raise ApiRefusedError(400, "TOO_MANY_REPORTS", f"A call has 1 to {REPORTS_MAXIMUM} reports.")
    return documents


def _named(document: object) -> str | None:
    """What a document that is no report calls itself, where that can be said."""
    name = document.get("report_id") if isinstance(document, dict) else None
    return name if isinstance(name, str) and len(name) <= REPORT_ID_MAXIMUM and name.isprintable() else None
