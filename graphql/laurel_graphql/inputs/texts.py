"""Texts that callers hand in: whatever people write, without what no database keeps."""

from __future__ import annotations

import re

from laurel_graphql.errors import ErrorCode, RequestError

_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


def readable(text: str) -> str:
    """The text itself. Raises RequestError for one with a NUL or with half of a surrogate pair."""
    if _NOT_KEPT.search(text):
        raise RequestError(ErrorCode.BAD_USER_INPUT, "A text holds characters that cannot be kept.")
    return text
