"""Why a partner, its agreement, or something of it was not made or changed."""

from __future__ import annotations


class PartnerRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A partner or its agreement was not made or changed.

    `code`: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, PARTNER_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, INVALID.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
