"""Errors of an execution, as strangers may see them: our own as they are, all others as an id that the log explains."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from graphql import GraphQLError

from laurel_graphql.errors import ErrorCode, RequestError, error_entry

_log = structlog.get_logger(__name__)


def entry_of(error: GraphQLError, operation_name: str | None) -> dict[str, Any]:
    """The entry of `errors` for one error that graphql-core reports."""
    original = _root_cause(error)
    if isinstance(original, RequestError):
        entry = error_entry(original.code, original.message)
    elif error.path is None or original is None:
        # Without a path it is about the request's variables; without a cause graphql-core found it in an argument.
        entry = error_entry(ErrorCode.BAD_USER_INPUT, error.message)
    else:
        entry = _masked(original, error, operation_name)
    if error.path is not None:
        entry["path"] = error.path
    return entry


def _root_cause(error: GraphQLError) -> BaseException | None:
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _masked(original: BaseException, error: GraphQLError, operation_name: str | None) -> dict[str, Any]:
    error_id = str(uuid.uuid4())
    _log.error(
        "graphql_field_failed",
        error_id=error_id,
        operation=operation_name,
        path=".".join(map(str, error.path or ())),
        exc_info=original,
    )
    return error_entry(
        ErrorCode.INTERNAL_ERROR, "Something went wrong here; the log has more under this id.", id=error_id
    )
