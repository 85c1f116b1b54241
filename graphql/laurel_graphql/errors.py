"""The errors that a GraphQL route answers with: a code for programs, a message for people, never a stack trace."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

MESSAGE_LENGTH_MAXIMUM = 300
"""Messages can repeat what the caller sent; this bounds the echo."""


class ErrorCode(StrEnum):
    """`extensions.code` of every error. A code is never renamed without a note in the changelog."""

    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BATCHING_UNSUPPORTED = "BATCHING_UNSUPPORTED"
    PERSISTED_OPERATION_NOT_FOUND = "PERSISTED_OPERATION_NOT_FOUND"
    PERSISTED_OPERATION_REQUIRED = "PERSISTED_OPERATION_REQUIRED"
    OPERATION_NAME_REQUIRED = "OPERATION_NAME_REQUIRED"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    SUBSCRIPTIONS_UNSUPPORTED = "SUBSCRIPTIONS_UNSUPPORTED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    DEPTH_LIMIT_EXCEEDED = "DEPTH_LIMIT_EXCEEDED"
    ALIAS_LIMIT_EXCEEDED = "ALIAS_LIMIT_EXCEEDED"
    DIRECTIVE_LIMIT_EXCEEDED = "DIRECTIVE_LIMIT_EXCEEDED"
    ROOT_FIELD_LIMIT_EXCEEDED = "ROOT_FIELD_LIMIT_EXCEEDED"
    DUPLICATE_FIELD_LIMIT_EXCEEDED = "DUPLICATE_FIELD_LIMIT_EXCEEDED"
    FIELD_LIMIT_EXCEEDED = "FIELD_LIMIT_EXCEEDED"
    FRAGMENT_LIMIT_EXCEEDED = "FRAGMENT_LIMIT_EXCEEDED"
    FRAGMENT_CYCLE = "FRAGMENT_CYCLE"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    INVALID_PAGE_SIZE = "INVALID_PAGE_SIZE"
    INVALID_CURSOR = "INVALID_CURSOR"
    INVALID_ID = "INVALID_ID"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class RequestError(Exception):
    """A refusal that the caller may read, of a whole request or, when a resolver raises it, of one field."""

    def __init__(self, code: ErrorCode, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def error_entry(code: ErrorCode, message: str, **extensions: Any) -> dict[str, Any]:
    """One entry of `errors`, with its message cut to a bounded length."""
    if len(message) > MESSAGE_LENGTH_MAXIMUM:
        message = message[:MESSAGE_LENGTH_MAXIMUM] + "…"
    return {"message": message, "extensions": {"code": code.value, **extensions}}
