"""Requests about personal data, as the merchant must answer for them."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum

import strawberry

from engine.privacy_requests import PrivacyRequest as PrivacyRequestRecord
from laurel_graphql.gids import gid


@strawberry.enum(description="What is asked for.")
class PrivacyRequestKind(Enum):
    EXPORT = strawberry.enum_value("EXPORT", description="A customer wants to see what is stored about them.")
    REDACT_CUSTOMER = strawberry.enum_value("REDACT_CUSTOMER", description="A customer's personal data must go.")
    REDACT_SHOP = strawberry.enum_value("REDACT_SHOP", description="The shop's data must go.")


@strawberry.type(description="A request about personal data that Shopify passed on.")
class PrivacyRequest:
    id: strawberry.ID = strawberry.field(description="The request's global id.")
    kind: PrivacyRequestKind = strawberry.field(description="What is asked for.")
    received_at: datetime = strawberry.field(description="When it came.")
    due_at: datetime = strawberry.field(description="When it must be settled at the latest.")
    completed_at: datetime | None = strawberry.field(description="When it was settled, null while it is open.")
    result: str | None = strawberry.field(
        description="What came of it, as JSON text: the export to hand to the customer, or counts of what was erased."
    )


def privacy_request_of(record: PrivacyRequestRecord) -> PrivacyRequest:
    """The request of an engine's record."""
    return PrivacyRequest(
        id=strawberry.ID(gid("PrivacyRequest", record.request_id)),
        kind=PrivacyRequestKind[record.kind.upper().replace("-", "_")],
        received_at=record.received_at,
        due_at=record.due_at,
        completed_at=record.completed_at,
        result=None if record.result is None else json.dumps(record.result, ensure_ascii=False),
    )
