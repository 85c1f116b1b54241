"""Exports for the merchant's staff: members, balances, transactions or totals, as CSV or XLSX.

`GET /admin/exports/members.csv?from=2026-01-01&to=2026-01-31`; both days are included, and either may be left out.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from typing import IO, cast

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from engine.files.exports import EXPORTS, ExportName, ExportTooLarge, Period, write_export
from engine.files.writing import MEDIA_TYPES, FileFormat
from plugin.services import Services
from plugin.shopify.installation import Installation
from plugin.web.graphql_routes import too_many
from plugin.web.responses import NEVER_CACHED, error_response
from plugin.web.staff import staff_visit

ROWS_MAXIMUM: dict[FileFormat, int] = {"csv": 1_000_000, "xlsx": 100_000}
"""More than this is for the command line: nobody waits at a page for it, and a workbook takes its time."""
AT_ONCE = 2
"""How many files one process writes at the same time."""
_CHUNK_BYTES = 64 * 1024
_FILE = re.compile(r"([a-z]{1,20})\.([a-z]{1,5})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

log = structlog.get_logger("laurel.files")


class Downloads:
    """The route, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._writing = asyncio.Semaphore(AT_ONCE)

    async def export(self, request: Request) -> Response:
        """`GET /admin/exports/{name}.{csv|xlsx}`: written to a temporary file first, so that an error is an answer."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        match = _FILE.fullmatch(request.path_params["file"])
        if match is None or match[1] not in EXPORTS or match[2] not in MEDIA_TYPES:
            return error_response(404, "NOT_FOUND", "There is nothing here.")
        name, file_format = cast(ExportName, match[1]), cast(FileFormat, match[2])
        try:
            period = Period(_day(request, "from"), _day(request, "to"))
        except ValueError:
            return error_response(400, "BAD_USER_INPUT", "from and to are days written as 2026-12-31.")
        if self._writing.locked():
            return too_many()
        async with self._writing:
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
            try:
                rows = await write_export(
                    self._services.engine, visit.shop.program_id, name, period, file_format, file,
                    rows_maximum=ROWS_MAXIMUM[file_format],
                )  # fmt: skip
            except ExportTooLarge as refusal:
                file.close()
                return error_response(400, "EXPORT_TOO_LARGE", f"Too much for one file: {refusal}.")
            except BaseException:
                file.close()
                raise
        log.info("data exported", staff=visit.staff.user_id, export=name, rows=rows)
        headers = {
            **NEVER_CACHED,
            "Content-Disposition": f'attachment; filename="laurel-{name}.{file_format}"',
            "Content-Length": str(file.tell()),
        }
        return StreamingResponse(file_chunks(file), headers=headers, media_type=MEDIA_TYPES[file_format])


def _day(request: Request, name: str) -> date | None:
    given = request.query_params.get(name, "")
    if given and not _DAY.fullmatch(given):
        raise ValueError(name)
    return date.fromisoformat(given) if given else None


async def file_chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """What a file holds, from its beginning; closes it."""
    try:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
    finally:
        file.close()
