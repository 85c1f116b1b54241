"""A partner's codes that the merchant's staff send to a pool: taken in while they arrive, never held as a whole.

`POST /admin/codes?pool=gid://laurel/CodePool/7&name=codes.csv` with the file as the body. Meanwhile the merchant schema
tells how far it is; what came before a break stays, and the file can be sent again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from engine.files.columns import FileRefused
from engine.offers.import_progress import PoolImport
from engine.offers.importing import CodeFile, import_codes
from engine.offers.pools import PoolRefused
from laurel_graphql.errors import RequestError
from laurel_graphql.gids import gid, number_of
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.graphql_routes import too_many
from plugin.web.responses import NEVER_CACHED, BodyRefusedError, declared_length, error_response, throw_away
from plugin.web.staff import staff_visit

FILE_MAXIMUM_BYTES = 512 * 1024 * 1024
PIECE_SECONDS = 60.0
"""How long the next piece may be on its way."""
UPLOAD_SECONDS = 1_800.0
"""How long all of them may take."""
AT_ONCE = 2
"""How many files one process takes in at the same time."""
_TOO_LARGE = f"The file is larger than {FILE_MAXIMUM_BYTES // 1024 // 1024} MB."

log = structlog.get_logger("laurel.codes")


class CodeUploads:
    """The route, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._running = asyncio.Semaphore(AT_ONCE)

    async def take_in(self, request: Request) -> Response:
        """`POST /admin/codes`: 200 with the import as it ended."""
        visit = await staff_visit(request, self._services, self._installation)
        if isinstance(visit, Response):
            return visit
        if self._running.locked():
            return too_many()
        async with self._running:
            return await self._taken_in(request, visit)

    async def _taken_in(self, request: Request, visit: Visit) -> Response:
        body = _Body(request)
        try:
            made = await import_codes(self._services.engine, _file(request, visit), body.pieces())
        except RequestError as refusal:
            return await body.refused(400, refusal.code, refusal.message)
        except PoolRefused as refusal:
            return await body.refused(400, refusal.code, refusal.message)
        except FileRefused as refusal:
            return await body.refused(400, f"FILE_{refusal.code}", f"{refusal}.")
        except BodyRefusedError as refusal:
            code = "FILE_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
            return await body.refused(refusal.status, code, str(refusal))
        log.info("codes taken in", staff=visit.staff.user_id, pool=made.pool_id, added=made.rows_added)
        return Response(json.dumps({"import": _shape(made)}, ensure_ascii=False), 200, NEVER_CACHED, "application/json")


class _Body:
    """A request's body, read once, under its cap and in time."""

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self._more = True

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises BodyRefusedError, ClientDisconnect."""
        size = 0
        clock = asyncio.get_running_loop().time
        last_moment = clock() + UPLOAD_SECONDS
        while self._more:
            try:
                async with asyncio.timeout_at(min(last_moment, clock() + PIECE_SECONDS)):
                    message = await self._receive()
            except TimeoutError:
                raise BodyRefusedError(408, "The file did not arrive in time.") from None
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece: bytes = message.get("body", b"")
            self._more = message.get("more_body", False)
            size += len(piece)
            if size > FILE_MAXIMUM_BYTES:
                raise BodyRefusedError(413, _TOO_LARGE)
            yield piece

    async def refused(self, status: int, code: str, message: str) -> Response:
        """A refusal that its sender gets to read: of what is still on its way some is read and thrown away."""
        if self._more:
            await throw_away(self._receive)
        return error_response(status, code, message, {"Connection": "close"})


def _file(request: Request, visit: Visit) -> CodeFile:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise BodyRefusedError(415, "Send the file as the body, not as a form.")
    declared = declared_length(request.headers.raw)
    if declared is not None and declared > FILE_MAXIMUM_BYTES:
        raise BodyRefusedError(413, _TOO_LARGE)
    pool_id = number_of(request.query_params.get("pool", ""), "CodePool")
    name = request.query_params.get("name", "")
    return CodeFile(visit.shop.program_id, pool_id, name, f"staff:{visit.staff.user_id}", declared)


def _shape(made: PoolImport) -> dict[str, object]:
    return {
        "id": gid("PoolImport", made.import_id), "name": made.name, "state": made.state,
        "rowsAdded": made.rows_added, "rowsRepeated": made.rows_repeated, "rowsRefused": made.rows_refused,
        "problems": [{"row": each.row, "problem": each.problem} for each in made.problems],
    }  # fmt: skip
