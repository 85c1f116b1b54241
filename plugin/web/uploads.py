"""Files that the merchant's staff hand in: checked at once, carried out when the merchant schema is told to start them.

`POST /admin/files` takes a CSV or XLSX file as a form (`file`, `kind`, `reason`, `enroll`), or as the body itself with
the rest in the query (and `name`). It answers what the file would do.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import IO, cast, get_args

import structlog
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from engine.database import tenant_transaction
from engine.files.checks import BulkRequest, check_file
from engine.files.columns import FILE_MAXIMUM_BYTES, FileRefused
from engine.files.kinds import KindName
from engine.files.operations import BulkOperation, BulkRefused, BulkTotals, bulk_totals, refused_rows
from engine.files.rows import problem_text
from laurel_graphql.gids import gid
from plugin.file_customers import customer_reader
from plugin.payloads import EmailKeys
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.graphql_routes import too_many
from plugin.web.responses import NEVER_CACHED, BodyRefusedError, declared_length, error_response, throw_away
from plugin.web.staff import staff_visit

UPLOAD_SECONDS = 120.0
BODY_MAXIMUM_BYTES = FILE_MAXIMUM_BYTES + 64 * 1024
"""The file and what a form says around it."""
AT_ONCE = 2
"""How many files one process reads at the same time."""
_CHUNK_BYTES = 64 * 1024
_TOO_LARGE = f"The file is larger than {FILE_MAXIMUM_BYTES // 1024 // 1024} MB."

log = structlog.get_logger("laurel.files")


@dataclass(frozen=True, slots=True)
class _HandedIn:
    file: IO[bytes]
    name: str
    kind: str
    reason: str
    enroll: bool


class Uploads:
    """The route, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def check(self, request: Request) -> Response:
        """`POST /admin/files`: 200 with the operation, its totals and its refused rows, the first hundred of them."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        if self._reading.locked():
            return too_many()
        async with self._reading:
            with tempfile.TemporaryFile() as body:
                try:
                    handed_in = await _receive(request, body)
                    with handed_in.file:
                        return await self._checked(visit, handed_in)
                except BodyRefusedError as refusal:
                    code = "FILE_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
                    return error_response(refusal.status, code, str(refusal), {"Connection": "close"})
                except FileRefused as refusal:
                    status = 413 if refusal.code == "TOO_LARGE" else 400
                    return error_response(status, f"FILE_{refusal.code}", f"{refusal}.")
                except BulkRefused as refusal:
                    return error_response(400, refusal.code, str(refusal))

    async def _checked(self, visit: Visit, handed_in: _HandedIn) -> Response:
        if handed_in.kind not in get_args(KindName):
            raise BodyRefusedError(400, "kind is grant or import")
        asked = BulkRequest(
            visit.shop.program_id, visit.shop.shop_id, cast(KindName, handed_in.kind), handed_in.name,
            handed_in.reason, f"staff:{visit.staff.user_id}", handed_in.enroll,
        )  # fmt: skip
        reader = customer_reader(EmailKeys(self._services.settings.encryption_key_bytes()))
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            operation = await check_file(connection, asked, handed_in.file, reader)
            totals = await bulk_totals(connection, visit.shop.program_id, operation.operation_id)
            refused = await refused_rows(connection, visit.shop.program_id, operation.operation_id)
        log.info("file checked", staff=visit.staff.user_id, operation=operation.operation_id, rows=operation.rows_total)
        answer = {
            "operation": _shape(operation),
            "totals": _counted(totals),
            "refused": [
                {"row": row.number, "problem": row.problem, "message": problem_text(row.problem)} for row in refused
            ],
        }
        return Response(json.dumps(answer, ensure_ascii=False), 200, NEVER_CACHED, "application/json")


def _counted(totals: BulkTotals) -> dict[str, object]:
    return {
        "applied": totals.applied, "waiting": totals.waiting, "refused": totals.refused,
        "pointsApplied": totals.points_applied, "pointsWaiting": totals.points_waiting, "members": totals.members,
        "newcomers": totals.newcomers, "shared": totals.shared, "problems": totals.problems,
    }  # fmt: skip


def _shape(operation: BulkOperation) -> dict[str, object]:
    return {
        "id": gid("BulkOperation", operation.operation_id), "kind": operation.kind, "name": operation.name,
        "state": operation.state, "rowsTotal": operation.rows_total, "rowsDone": operation.rows_done,
        "pointsTotal": operation.points_total, "reason": operation.reason,
    }  # fmt: skip


async def _receive(request: Request, body: IO[bytes]) -> _HandedIn:
    """Stream the request's body to a file, and find the file in it. Raises BodyRefusedError."""
    await receive_body(request, body)
    given = request.query_params
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        return _HandedIn(
            body, given.get("name", ""), given.get("kind", ""), given.get("reason", ""), given.get("enroll") == "true"
        )
    return await _from_form(request, body)


async def receive_body(request: Request, body: IO[bytes]) -> None:
    """Stream a request's body to a file, under its cap and in time. Raises BodyRefusedError."""
    declared = declared_length(request.headers.raw)
    if declared is not None and declared > BODY_MAXIMUM_BYTES:
        await throw_away(request.receive)
        raise BodyRefusedError(413, _TOO_LARGE)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            await _store(request, body)
    except TimeoutError:
        raise BodyRefusedError(408, "The file did not arrive in time.") from None


async def _store(request: Request, body: IO[bytes]) -> None:
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        more = message.get("more_body", False)
        if size > BODY_MAXIMUM_BYTES:
            if more:
                await throw_away(request.receive)
            raise BodyRefusedError(413, _TOO_LARGE)
        body.write(chunk)
        if not more:
            body.seek(0)
            return


async def _from_form(request: Request, body: IO[bytes]) -> _HandedIn:
    parser = MultiPartParser(request.headers, _read_on(body), max_files=1, max_fields=10, max_part_size=4_096)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise BodyRefusedError(400, "The form cannot be read.") from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        await form.close()
        raise BodyRefusedError(400, "The form has no file.")
    fields = {name: str(form.get(name, "")) for name in ("kind", "reason", "enroll")}
    return _HandedIn(
        file.file, file.filename or "", fields["kind"], fields["reason"], fields["enroll"] in ("true", "on")
    )


async def _read_on(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk
