"""Why a transaction was posted: who or what posted it, and every step that led to its points."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.explanations import TransactionExplanation as ExplanationRecord
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.texts import language_of, reason_text
from laurel_graphql.types.condition_answers import ConditionAnswer, missed_of
from laurel_graphql.types.derivations import Derivation, derivation_of
from laurel_graphql.types.transactions import TransactionKind, kind_of


@strawberry.type(description="Why a transaction was posted.")
class TransactionExplanation:
    transaction_id: strawberry.ID = strawberry.field(description="The transaction's global id.")
    kind: TransactionKind = strawberry.field(description="Why points came or went.")
    points: Points = strawberry.field(description="What the member saw of it, signed.")
    occurred_at: datetime = strawberry.field(description="When its cause happened in the shop.")
    recorded_at: datetime = strawberry.field(description="When the ledger took it in.")
    actor: str = strawberry.field(description="Who posted it: the program, the member, or the staff by their id.")
    program_version: int | None = strawberry.field(description="The program's version that decided.")
    reason: str = strawberry.field(description="Why, in the caller's language, for people to read.")
    order_id: strawberry.ID | None = strawberry.field(description="The shop's order that it was posted for, if any.")
    rule: str | None = strawberry.field(description="The handle of the rule that gave or took its points, if any.")
    revision: int | None = strawberry.field(description="Counts the postings of its award, from 0 on.")
    before: Points | None = strawberry.field(description="What its award was worth before it.")
    due: Points | None = strawberry.field(description="What its award is worth by the derivation.")
    posted: Points | None = strawberry.field(
        description="due − before. It differs from `points` where points had expired before they were taken back, or "
        "the program bore them."
    )
    derivation: Derivation | None = strawberry.field(description="Every step, where a rule gave or took its points.")
    missed: list[ConditionAnswer] = strawberry.field(description="What was missed, the nearest to being met first.")


def explained(record: ExplanationRecord, locale: str) -> TransactionExplanation:
    """The explanation of an engine's record."""
    order_id, derivation = record.order_id, record.derivation
    return TransactionExplanation(
        transaction_id=strawberry.ID(gid("Transaction", record.transaction_id)),
        kind=kind_of(record.kind),
        points=Points(record.points),
        occurred_at=record.occurred_at,
        recorded_at=record.recorded_at,
        actor=record.actor,
        program_version=record.version,
        reason=reason_text(record.kind, record.detail, language_of(locale)),
        order_id=None if order_id is None else strawberry.ID(f"gid://shopify/Order/{order_id}"),
        rule=record.rule,
        revision=record.revision,
        before=None if record.before is None else Points(record.before),
        due=None if record.due is None else Points(record.due),
        posted=None if record.posted is None else Points(record.posted),
        derivation=None if derivation is None else derivation_of(derivation),
        missed=missed_of(record.missed),
    )
