"""A partner's files of reports that the merchant's staff hand in: checked at once, started or canceled afterwards.

`POST /admin/report-files?partner=gid://laurel/Partner/7&name=march.csv` with the file as the body, then
`POST /admin/report-files/{file}/start` or `…/cancel`.
"""

from __future__ import annotations

import asyncio
import json
import tempfile

import structlog
from starlette.requests import Request
from starlette.responses import Response

from engine.conversions.files import check_report_file
from engine.conversions.report_files import ReportFile, ReportFileRefused, cancel_report_file, start_report_file
from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from laurel_graphql.errors import RequestError
from laurel_graphql.gids import number_of
from plugin.services import Services
from plugin.shopify.installation import Installation
from plugin.web.graphql_routes import too_many
from plugin.web.responses import NEVER_CACHED, BodyRefusedError, error_response
from plugin.web.staff import staff_visit
from plugin.web.uploads import receive_body

AT_ONCE = 2
"""How many files one process reads at the same time."""
_CHANGES = {"start": start_report_file, "cancel": cancel_report_file}

log = structlog.get_logger("laurel.partners")


class ReportUploads:
    """The routes, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def check(self, request: Request) -> Response:
        """`POST /admin/report-files`: 200 with the file and how many of its rows would do what."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        if self._reading.locked():
            return too_many()
        program_id, given = visit.shop.program_id, request.query_params
        async with self._reading:
            with tempfile.TemporaryFile() as body:
                try:
                    await receive_body(request, body)
                    partner_id = number_of(given.get("partner", ""), "Partner")
                    async with tenant_transaction(self._services.engine, program_id) as connection:
                        checked = await check_report_file(
                            connection, program_id, partner_id, body, given.get("name", ""),
                            actor=f"staff:{visit.staff.user_id}",
                        )  # fmt: skip
                except BodyRefusedError as refusal:
                    code = "FILE_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
                    return error_response(refusal.status, code, str(refusal), {"Connection": "close"})
                except RequestError as refusal:
                    return error_response(400, refusal.code, refusal.message)
                except FileRefused as refusal:
                    status = 413 if refusal.code == "TOO_LARGE" else 400
                    return error_response(status, f"FILE_{refusal.code}", f"{refusal}.")
                except ReportFileRefused as refusal:
                    return error_response(400, refusal.code, str(refusal))
        log.info("reports checked", staff=visit.staff.user_id, file=checked.file_id, rows=checked.rows_total)
        return _answered(checked)

    async def change(self, request: Request) -> Response:
        """`POST /admin/report-files/{file}/{change}`: 200 with the file as it stands."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        program_id, change = visit.shop.program_id, _CHANGES.get(request.path_params["change"])
        number: int = request.path_params["file"]
        if change is None or number >= 2**63:
            return error_response(404, "NOT_FOUND", "There is no such file, or nothing like this to do with it.")
        try:
            async with tenant_transaction(self._services.engine, program_id) as connection:
                return _answered(await change(connection, program_id, number))
        except ReportFileRefused as refusal:
            return error_response(404 if refusal.code == "NOT_FOUND" else 409, refusal.code, str(refusal))


def _answered(file: ReportFile) -> Response:
    shape = {
        "id": file.file_id, "name": file.name, "state": file.state, "rowsTotal": file.rows_total, "ready": file.ready,
        "applied": file.applied, "waiting": file.waiting, "repeated": file.repeated, "refused": file.refused,
    }  # fmt: skip
    return Response(json.dumps({"file": shape}, ensure_ascii=False), 200, NEVER_CACHED, "application/json")
