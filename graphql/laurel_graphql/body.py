"""The body of a request, read strictly: one JSON object in UTF-8, bounded in size and nesting, with finite numbers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from laurel_graphql.errors import ErrorCode, RequestError

BODY_BYTES_MAXIMUM = 32_768
VARIABLES_NESTING_MAXIMUM = 20
"""The deepest condition of a rule that may be written, within one of its multipliers, needs 18."""


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a request asks for: a document or the id of a persisted one, its variables, and which operation of it."""

    query: str | None
    document_id: str | None
    variables: dict[str, Any]
    operation_name: str | None


def read_body(body: bytes) -> RequestBody:
    """Take a request's body apart. Raises RequestError: 413 for one that is too large, 400 for a malformed one.

    Keys that are unknown here (`extensions`, say) are ignored; a null counts as absent.
    """
    if len(body) > BODY_BYTES_MAXIMUM:
        raise RequestError(
            ErrorCode.BODY_TOO_LARGE, f"The body must not exceed {BODY_BYTES_MAXIMUM} bytes.", status=413
        )
    value = _json(body)
    if isinstance(value, list):
        raise RequestError(ErrorCode.BATCHING_UNSUPPORTED, "Send one operation per request.")
    if not isinstance(value, dict):
        raise _malformed("The body must be a JSON object.")
    query = _text(value, "query")
    document_id = _text(value, "documentId")
    if (query is None) == (document_id is None):
        raise _malformed("Send either `query` or `documentId`.")
    variables = value.get("variables")
    if variables is None:
        variables = {}
    if not isinstance(variables, dict):
        raise _malformed("`variables` must be an object.")
    if _nesting(variables) > VARIABLES_NESTING_MAXIMUM:
        raise _malformed(f"`variables` must not nest deeper than {VARIABLES_NESTING_MAXIMUM} levels.")
    return RequestBody(query, document_id, variables, _text(value, "operationName"))


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):  # bad UTF-8 and a number of 5,000 digits are ValueErrors too
        raise _malformed("The body is not valid JSON in UTF-8.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError("a number is not finite")
    return value


def _text(value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is None or isinstance(found, str):
        return found
    raise _malformed(f"`{key}` must be a string.")


def _nesting(value: object) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return depth


def _malformed(message: str) -> RequestError:
    return RequestError(ErrorCode.MALFORMED_REQUEST, message)
