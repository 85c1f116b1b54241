"""Requests about rules and drafts as the tests make them."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_requests import Ask

CREATE = """
mutation ($input: RuleCreateInput!) { ruleCreate(input: $input) {
    rule { handle title enabled trigger scope priority group testOrders countsForTier rounding eventName
        formula { kind points factor rates { currencyCode pointsPerUnit } }
        condition { position parent kind field operator values amounts { amount currencyCode } }
        audience { kind field values } window { startsAt endsAt } multipliersStack
        multipliers { factor condition { field } window { startsAt } }
        exclude { tax shipping giftCards giftCardPaid productTags productIds collectionIds customerTags }
        caps { handle per period points } hold { kind days event atMostDays }
        expiry { kind days months round month day graceDays } }
    programDraft { revision definition { rules { handle } } }
    userErrors { field message code } } }
"""
UPDATE = """
mutation ($input: RuleUpdateInput!) { ruleUpdate(input: $input) {
    rule { handle formula { points } } programDraft { revision } userErrors { field message code } } }
"""
ARCHIVE = """
mutation ($input: RuleArchiveInput!) { ruleArchive(input: $input) {
    programDraft { revision definition { rules { handle } } } userErrors { field message code } } }
"""
PROGRAM = """
mutation ($input: ProgramUpdateInput!) { programUpdate(input: $input) {
    programDraft { revision definition { name timeZone multiplierCeiling reminderDays tagsExcluded
        groups { handle mode } refunds { taking shortfall restoreMinimumDays }
        transfers { enabled pointsPerDay minimum } } }
    userErrors { field message code } } }
"""
ROLLBACK = """
mutation ($input: ProgramRollbackInput!) { programRollback(input: $input) {
    programVersion { version definition { rules { handle } } } userErrors { field code } } }
"""
DRAFT = "{ programDraft { revision definition { rules { handle } } } }"


def review(**given: Any) -> dict[str, Any]:
    """A rule of 50 points for a review, unless told otherwise."""
    return {"handle": "review", "title": "Reviews", "trigger": "REVIEW", "formula": {"fixed": 50}} | given


def per_order(**given: Any) -> dict[str, Any]:
    """A rule of 50 points for each order, unless told otherwise."""
    return {"handle": "order", "title": "Orders", "trigger": "ORDER_PAID", "formula": {"fixed": 50}} | given


async def create(ask: Ask, rule: dict[str, Any], revision: int = 1, **options: Any) -> dict[str, Any]:
    """The payload of adding a rule to the draft."""
    reply = await ask(CREATE, {"input": {"expectedRevision": revision, "rule": rule}}, **options)
    payload: dict[str, Any] = reply.data["ruleCreate"]
    return payload


async def revision_of(ask: Ask) -> int:
    """The draft's revision."""
    return int((await ask(DRAFT)).data["programDraft"]["revision"])
