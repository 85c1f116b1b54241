"""POST /admin/api/{version}/graphql.json: Shopify's Admin API on the demo shop, with its costs, throttle and errors."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, OperationType, get_operation_ast, parse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from plugin.devstore.admin_cost import MAXIMUM_QUERY_COST, Bucket, CostMeter
from plugin.devstore.admin_execution import AdminExecutor
from plugin.devstore.admin_schema import AdminSchema, SchemaUnavailableError, admin_schema
from plugin.devstore.dropped import drop_connection
from plugin.devstore.misbehavior import RequestSpoiling
from plugin.devstore.store import Store

_LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"
log = logging.getLogger("laurel.devstore")


class AdminApi:
    """The one route. The schema is fetched in a thread when the server starts; requests wait for it."""

    def __init__(
        self, store: Store, *, bucket: Bucket | None = None, load: Callable[[], AdminSchema] = admin_schema
    ) -> None:
        self._store, self._load = store, load
        self._bucket = bucket or Bucket()
        self._executor: asyncio.Task[AdminExecutor] | None = None

    def routes(self) -> list[Route]:
        """The endpoint of every version; they all answer as the newest."""
        return [Route("/admin/api/{version}/graphql.json", self._answer, methods=["POST"])]

    def start(self) -> None:
        """Begin to load the schema, within a running event loop."""
        if self._executor is None:
            self._executor = asyncio.create_task(self._prepare())

    async def _prepare(self) -> AdminExecutor:
        try:
            schema = await asyncio.to_thread(self._load)
        except SchemaUnavailableError as error:
            log.warning("Shopify's Admin schema is not to be had: %s. Schema validation is off.", error)
            return AdminExecutor(self._store, None)
        return AdminExecutor(self._store, schema)

    async def _answer(self, request: Request) -> Response:
        headers = {"X-Request-Id": str(uuid.uuid4()), "X-Shopify-API-Version": request.path_params["version"]}
        spoiling = self._store.misbehavior.request()
        token = request.headers.get("x-shopify-access-token", "")
        asked = _read(await request.body())
        if spoiling.happens("drop_connection_before"):
            return await drop_connection(request)
        if spoiling.happens("fail_before"):
            return _failed(headers)
        if spoiling.happens("unauthorized") or not self._store.installation.accepts(token):
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": text}, status_code=401, headers=headers)
        if asked is None:
            text = "Required parameter missing or invalid"
            return JSONResponse({"errors": {"query": text}}, status_code=400, headers=headers)
        self.start()
        assert self._executor is not None
        if (seconds := spoiling.slow_seconds()) > 0:
            await asyncio.sleep(seconds)
        body = self._run(await asyncio.shield(self._executor), spoiling, **asked)
        if "data" in body:
            if spoiling.happens("fail_after_success"):
                return _failed(headers)
            if spoiling.happens("drop_connection_after"):
                return await drop_connection(request)
            if spoiling.happens("hang_after_success"):
                await asyncio.sleep(self._store.misbehavior.hang_ms / 1000)
        return JSONResponse(body, headers=headers)

    def _run(
        self,
        executor: AdminExecutor,
        spoiling: RequestSpoiling,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
    ) -> dict[str, Any]:
        try:
            document = parse(query)
        except GraphQLError as error:
            return {"errors": [error.formatted]}
        problems = executor.problems(document)
        operation = get_operation_ast(document, operation_name)
        if problems or operation is None:
            return {"errors": problems or [{"message": "An operation name is required"}]}
        meter = CostMeter(document, operation, variables)
        requested = meter.requested()
        if requested > MAXIMUM_QUERY_COST:
            return {"errors": [_too_dear(requested)]}
        if spoiling.happens("throttle") or not self._bucket.spend(requested):
            return {"errors": [_throttled()], "extensions": self._cost(requested, None)}
        protected = spoiling.happens("partial_data")
        refused = None
        if operation.operation is OperationType.MUTATION and spoiling.happens("user_error"):
            refused = self._store.misbehavior.user_error_code
        result = executor.execute(
            document, operation.operation, variables, operation_name, protected=protected, refused=refused
        )
        actual = meter.actual(result.data)
        self._bucket.give_back(requested - actual)
        errors = {"errors": result.errors} if result.errors else {}
        return {"data": result.data, **errors, "extensions": self._cost(requested, actual)}

    def _cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        cost = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": self._bucket.status()}
        return {"cost": cost}


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        return None
    variables, name = content.get("variables") or {}, content.get("operationName")
    if not isinstance(variables, dict) or not isinstance(name, str | None):
        return None
    return {"query": content["query"], "variables": variables, "operation_name": name}


def _failed(headers: dict[str, str]) -> Response:
    return JSONResponse({"errors": "Internal Server Error"}, status_code=500, headers=headers)


def _throttled() -> dict[str, Any]:
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": _LIMITS_PAGE}}


def _too_dear(cost: int) -> dict[str, Any]:
    return {
        "message": f"Query cost is {cost}, which exceeds the single query max cost limit ({MAXIMUM_QUERY_COST}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": MAXIMUM_QUERY_COST,
            "documentation": _LIMITS_PAGE,
        },
    }
