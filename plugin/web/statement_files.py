"""Statements as files for the merchant's staff, and the partner's own file for one, matched with ours.

`GET /admin/statements/7.csv` (or `.xlsx`, or `.jsonl`: the signed records); `POST /admin/statements/7/file?name=…` with
the partner's CSV or XLSX file as the body. A statement is named by the number of its global id.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from typing import IO, cast

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from engine.settlement.reading import statement_of
from engine.settlement.reconciliation import Reconciliation, ReconciliationRefused, reconcile
from engine.settlement.writing import STATEMENT_MEDIA_TYPES, StatementFormat, write_statement
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.downloads import file_chunks
from plugin.web.graphql_routes import too_many
from plugin.web.responses import NEVER_CACHED, BodyRefusedError, error_response
from plugin.web.staff import staff_visit
from plugin.web.uploads import receive_body

AT_ONCE = 2
"""How many files one process writes, and how many it reads, at the same time."""
XLSX_LINES_MAXIMUM = 100_000
"""Nobody waits at a page for a longer workbook; CSV takes any length."""
_FILE = re.compile(r"([1-9][0-9]{0,17})\.([a-z]{1,5})", re.ASCII)

log = structlog.get_logger("laurel.partners")


class StatementFiles:
    """The routes, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._writing = asyncio.Semaphore(AT_ONCE)
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def download(self, request: Request) -> Response:
        """`GET /admin/statements/{statement}.{csv|xlsx|jsonl}`."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        match = _FILE.fullmatch(request.path_params["file"])
        if match is None or match[2] not in STATEMENT_MEDIA_TYPES:
            return _missing()
        if self._writing.locked():
            return too_many()
        async with self._writing:
            return await self._written(visit, int(match[1]), cast(StatementFormat, match[2]))

    async def match(self, request: Request) -> Response:
        """`POST /admin/statements/{statement}/file`: 200 with what came of it."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        statement_id: int = request.path_params["statement"]
        if not 0 < statement_id < 2**63:
            return _missing()
        if self._reading.locked():
            return too_many()
        async with self._reading:
            with tempfile.TemporaryFile() as body:
                try:
                    await receive_body(request, body)
                    return await self._matched(visit, statement_id, body, request.query_params.get("name", ""))
                except BodyRefusedError as refusal:
                    code = "FILE_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
                    return error_response(refusal.status, code, str(refusal), {"Connection": "close"})
                except FileRefused as refusal:
                    status = 413 if refusal.code == "TOO_LARGE" else 400
                    return error_response(status, f"FILE_{refusal.code}", f"{refusal}.")
                except ReconciliationRefused as refusal:
                    return _refused(refusal)

    async def _written(self, visit: Visit, statement_id: int, file_format: StatementFormat) -> Response:
        program_id = visit.shop.program_id
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
        try:
            async with tenant_transaction(self._services.engine, program_id) as connection:
                statement = await statement_of(connection, program_id, statement_id)
                if statement is None:
                    file.close()
                    return _missing()
                if file_format == "xlsx" and statement.lines > XLSX_LINES_MAXIMUM:
                    file.close()
                    return error_response(400, "EXPORT_TOO_LARGE", "Too much for a workbook: take the CSV file.")
                await write_statement(connection, program_id, statement_id, file_format, file)
        except BaseException:
            file.close()
            raise
        log.info("statement downloaded", staff=visit.staff.user_id, statement=statement_id, format=file_format)
        headers = {
            **NEVER_CACHED,
            "Content-Disposition": f'attachment; filename="statement-{statement.number}.{file_format}"',
            "Content-Length": str(file.tell()),
        }
        return StreamingResponse(file_chunks(file), headers=headers, media_type=STATEMENT_MEDIA_TYPES[file_format])

    async def _matched(self, visit: Visit, statement_id: int, body: IO[bytes], name: str) -> Response:
        program_id = visit.shop.program_id
        async with tenant_transaction(self._services.engine, program_id) as connection:
            statement = await statement_of(connection, program_id, statement_id)
            if statement is None:
                return _missing()
            made = await reconcile(
                connection, program_id, statement.partner_id, statement_id, body, name,
                actor=f"staff:{visit.staff.user_id}",
            )  # fmt: skip
        log.info("statement matched", staff=visit.staff.user_id, statement=statement_id, rows=made.rows_total)
        return _answered(made)


def _answered(made: Reconciliation) -> Response:
    shape = {
        "id": made.reconciliation_id, "name": made.name, "rowsTotal": made.rows_total, "matched": made.matched,
        "differences": made.differences, "repeated": made.repeated,
    }  # fmt: skip
    return Response(json.dumps({"reconciliation": shape}, ensure_ascii=False), 200, NEVER_CACHED, "application/json")


def _refused(refusal: ReconciliationRefused) -> Response:
    """The refusal, with the rows that are to blame."""
    error = {
        "message": refusal.message,
        "extensions": {
            "code": refusal.code, "rows": [{"row": row, "problem": problem} for row, problem in refusal.problems],
        },
    }  # fmt: skip
    return Response(json.dumps({"errors": [error]}, ensure_ascii=False), 400, NEVER_CACHED, "application/json")


def _missing() -> Response:
    return error_response(404, "NOT_FOUND", "There is nothing here.")
