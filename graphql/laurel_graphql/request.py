"""From the bytes of a request to the bytes of its answer; HTTP itself is the plugin's.

`identify` says cheaply which operation a body asks for and whether its answer may be kept; `execute` runs it; `answer`
does both. Whatever is wrong with a request comes back as JSON `{"errors": [{"message", "extensions": {"code"}}]}`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import structlog
from graphql import ExecutionResult, OperationDefinitionNode, OperationType
from graphql import execute as execute_document

from laurel_graphql.body import RequestBody, read_body
from laurel_graphql.context import RequestContext
from laurel_graphql.documents import CheckedDocument
from laurel_graphql.errors import ErrorCode, RequestError, error_entry
from laurel_graphql.masking import entry_of
from laurel_graphql.schema import LaurelSchema

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back. A `cacheable` one depends on the operation's key, the caller, the locale and versions only."""

    status: int
    payload: bytes
    """JSON in UTF-8."""
    cacheable: bool = False
    operation_key: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not run, with the reason."""

    status: int
    code: ErrorCode
    message: str

    def answer(self) -> Answer:
        """The refusal as it is sent."""
        return Answer(self.status, _json({"errors": [error_entry(self.code, self.message)]}))


_UNAVAILABLE = Refusal(503, ErrorCode.SERVICE_UNAVAILABLE, "The service cannot be reached for a moment.")


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that may run. Persisted queries are `cacheable`: their keys are few, so a cache stays bounded."""

    schema: LaurelSchema
    document: CheckedDocument
    node: OperationDefinitionNode
    variables: dict[str, Any] = field(repr=False)
    cacheable: bool
    key: str | None
    """Equal for equal persisted operations and variables; the caller, the locale and the version are not in it."""
    development: bool

    @property
    def name(self) -> str | None:
        """The operation's own name, for logs."""
        return self.node.name.value if self.node.name else None

    @property
    def is_mutation(self) -> bool:
        """Whether it may change something."""
        return self.node.operation is OperationType.MUTATION


def identify(body: bytes, *, schema: LaurelSchema, development: bool) -> Operation | Refusal:
    """Which operation a body asks for, or why it is refused. Reads no database; a persisted document is not parsed."""
    try:
        return _identify(read_body(body), schema, development)
    except RequestError as error:
        return Refusal(error.status, error.code, error.message)


def _identify(request: RequestBody, schema: LaurelSchema, development: bool) -> Operation:
    if request.document_id is not None:
        persisted, document = schema.find_persisted(request.document_id)
    elif development and request.query is not None:
        persisted, document = None, schema.read(request.query, development=True)
    else:
        raise RequestError(ErrorCode.PERSISTED_OPERATION_REQUIRED, "Only persisted operations are answered here.")
    node = document.operation(request.operation_name)
    declared = {variable.variable.name.value for variable in node.variable_definitions or ()}
    variables = {name: value for name, value in request.variables.items() if name in declared}
    document.check_cost(node, variables)
    key = _key(persisted.document_id, request.operation_name, variables) if persisted else None
    return Operation(
        schema=schema,
        document=document,
        node=node,
        variables=variables,
        cacheable=key is not None and node.operation is OperationType.QUERY and not document.live,
        key=key,
        development=development,
    )


def _key(document_id: str, operation_name: str | None, variables: dict[str, Any]) -> str:
    if not variables and operation_name is None:
        return document_id
    parts = json.dumps([document_id, operation_name, variables], sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(parts.encode()).hexdigest()}"


async def answer(body: bytes, *, schema: LaurelSchema, context: RequestContext, development: bool) -> Answer:
    """Answer one request: refuse it, or run it in `context` and give its result."""
    identified = identify(body, schema=schema, development=development)
    if isinstance(identified, Refusal):
        return identified.answer()
    return await execute(identified, context=context)


async def execute(operation: Operation, *, context: RequestContext) -> Answer:
    """Run an operation. What fails inside it is masked in the answer and logged under the id that the answer names."""
    try:
        async with context:
            running = execute_document(
                operation.schema.core,
                operation.document.document,
                context_value=context,
                variable_values=operation.variables,
                operation_name=operation.name,
                hide_suggestions=not operation.development,
            )
            result = await running if isawaitable(running) else running
    except Exception as error:
        # Fields report their own errors, so this is the read transaction that could not be closed.
        context.unavailable_because = error
    if context.unavailable_because is not None:
        _log.warning("graphql_database_unavailable", operation=operation.name, exc_info=context.unavailable_because)
        return _UNAVAILABLE.answer()
    return _answer_of(operation, result)


def _answer_of(operation: Operation, result: ExecutionResult) -> Answer:
    if not result.errors:
        return Answer(200, _json({"data": result.data}), operation.cacheable, operation.key)
    entries = [entry_of(error, operation.name) for error in result.errors]
    ran = any(error.path for error in result.errors)
    if not ran:
        return Answer(400, _json({"errors": entries}))
    return Answer(200, _json({"data": result.data, "errors": entries}), False, operation.key)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
