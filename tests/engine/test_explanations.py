"""Every posting can be asked why it exists, and every order why it earned nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import Customer, CustomerTags, Fact, MemberEvent, ProductChanged
from engine.explanations import OrderExplanation, TransactionExplanation, explain, explain_order
from engine.program import BEGINNING_OF_TIME
from engine.publishing import publish
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState
from engine.rules.re_evaluating import re_evaluate
from engine.shops import ShopReference
from tests.support import rule_strategies as any_
from tests.support.facts import PAID_AT, created, line, order, refund
from tests.support.programs import apply, breaches, publish_rules, purchase
from tests.support.rules import compare, fixed
from tests.support.searching import examples

numbers = itertools.count(1_000)
FROM_FIFTY = compare("order.base", "ge", amounts={"USD": "50"})


async def explained(engine: AsyncEngine, shop: ShopReference, order_id: int = 10) -> OrderExplanation:
    async with tenant_transaction(engine, shop.program_id) as connection:
        found = await explain_order(connection, shop.program_id, shop.shop_id, order_id)
    assert found is not None
    return found


async def explain_all(engine: AsyncEngine, shop: ShopReference, source_id: str) -> list[TransactionExplanation]:
    """Every posting for a fact, explained, in the order in which they were made."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(
            text(
                "SELECT k.transaction_id FROM effect_keys k WHERE k.source_id = :source_id AND k.source <> 'member' "
                "ORDER BY k.rule, k.revision"
            ),
            {"source_id": source_id},
        )
        found = [await explain(connection, shop.program_id, row.transaction_id) for row in rows.all()]
    return [one for one in found if one is not None]


def told(state: OrderState, facts: DecidedFrom, number: int) -> list[Fact]:
    """The facts that make an order's state, in the order in which a shop tells them."""
    one = replace(state.order, order_id=number, customer=Customer(number), refunds=(), updated_at=PAID_AT)
    one = replace(one, occurred_at=PAID_AT, tenders=one.tenders or ())
    later = PAID_AT + timedelta(hours=number)
    products = [
        ProductChanged(product_id, later, traits.tags, collection_ids=traits.collection_ids)
        for product_id, traits in facts.products.items()
    ]
    refunds = [
        replace(
            known, refund_id=number * 10 + known.refund_id, order_id=number, created_at=PAID_AT + timedelta(hours=1)
        )
        for known in state.refunds
    ]
    edits = [replace(edit, order_id=number, committed_at=PAID_AT + timedelta(hours=2)) for edit in state.edits]
    tags = CustomerTags(number, facts.member.tags, PAID_AT - timedelta(hours=1))
    return [created(number), tags, *products, one, *refunds, *edits]


@given(definition=any_.definitions(), state=any_.orders(), facts=any_.facts())
@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
async def test_every_posting_of_a_fuzzed_shop_is_worked_out_again_from_its_explanation(
    engine: AsyncEngine, shop: ShopReference, definition: Definition, state: OrderState, facts: DecidedFrom
) -> None:
    number = next(numbers)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="tests")
    for fact in told(state, facts, number):
        await apply(engine, shop, fact)
    order_now = await explained(engine, shop, number)
    postings = await explain_all(engine, shop, str(number))

    for one in postings:
        assert one.derivation is not None
        assert re_evaluate(one.derivation) == one.due
        assert one.posted == int(one.detail.get("posted", one.points))
    posted = {rule.handle: rule.posted for rule in order_now.rules}
    assert {rule.handle: re_evaluate(rule.derivation) for rule in order_now.rules} == posted
    for rule in order_now.rules:
        assert sum(one.posted or 0 for one in postings if one.rule == rule.handle) == rule.posted


async def test_a_posting_says_what_led_to_it_before_and_after_a_refund(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    doubled = {"factor": "2", "condition": compare("member.tags", "contains", "vip")}
    version = await publish_rules(engine, shop, purchase(multipliers=[doubled], condition=FROM_FIFTY))
    await apply(engine, shop, created(1))
    await apply(engine, shop, CustomerTags(1, ("VIP",), PAID_AT - timedelta(hours=1)))
    await apply(engine, shop, order(10, [line("30.00", 2)]))
    await apply(engine, shop, refund(1, 10, "30.00"))
    first, second = await explain_all(engine, shop, "10")

    assert (first.kind, first.version, first.rule, first.order_id) == ("earn", version.version, "purchase", 10)
    assert (first.before, first.due, first.posted, first.points) == (0, 120, 120, 120)
    assert (second.kind, second.before, second.due, second.posted) == ("clawback", 120, 60, -60)
    assert first.derivation is not None
    assert second.derivation is not None
    assert [first.derivation["taken"], second.derivation["taken"]] == ["0", "1/2"]
    asked = first.derivation["lines"][0]["multipliers"][0]["condition"]
    assert (asked["met"], asked["seen"]) == (True, ["VIP"])
    assert first.derivation["condition"]["seen"] == "60"


async def test_what_was_seen_of_people_is_nowhere_in_the_ledger(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(audience=compare("member.tags", "contains", "secret-society")))
    await apply(engine, shop, created(1))
    await apply(engine, shop, CustomerTags(1, ("secret-society", "lives-in-bern"), PAID_AT - timedelta(hours=1)))
    await apply(engine, shop, order(10, [line("30.00")]))
    async with tenant_transaction(engine, shop.program_id) as connection:
        details = (await connection.execute(text("SELECT detail::text FROM transactions"))).scalars().all()
        await connection.execute(text("UPDATE orders SET decided_from = NULL"))
    (posting,) = await explain_all(engine, shop, "10")

    assert details
    assert not any("lives-in-bern" in detail for detail in details)
    assert posting.derivation is not None
    assert posting.derivation["audience"]["seen_kind"] == "erased"
    assert re_evaluate(posting.derivation) == posting.due == 30


async def test_an_event_is_explained_by_its_fields(engine: AsyncEngine, shop: ShopReference) -> None:
    rated = compare("event.fields.rating", "ge", 4)
    await publish_rules(engine, shop, fixed("review", 50, trigger="review", condition=rated))
    await apply(engine, shop, order(10, [line("5.00")]))
    await apply(engine, shop, MemberEvent(1, "review", "r-1", PAID_AT, {"rating": Decimal("4.5")}))
    (posting,) = await explain_all(engine, shop, "r-1")

    assert (posting.kind, posting.rule, posting.due, posting.points) == ("bonus", "review", 50, 50)
    assert posting.derivation is not None
    assert (posting.derivation["condition"]["seen"], posting.order_id) == ("4.5", None)


async def test_an_order_that_misses_a_minimum_is_told_by_how_much(engine: AsyncEngine, shop: ShopReference) -> None:
    gold = purchase("gold", audience=compare("member.tier", "eq", "gold"))
    hundred = purchase("hundred", condition=compare("order.base", "ge", "100"))
    await publish_rules(engine, shop, purchase(condition=FROM_FIFTY), hundred, gold)
    await apply(engine, shop, order(10, [line("45.00")]))
    found = await explained(engine, shop)

    assert (found.reason, found.points, found.posted) == ("condition", 0, 0)
    assert found.nearest is not None
    assert found.nearest.handle == "purchase"
    (leaf,) = found.nearest.missed
    assert (leaf["field"], leaf["seen"], leaf["amounts"], leaf["unwanted"]) == (
        "order.base",
        "45",
        {"USD": "50"},
        False,
    )


async def test_a_capped_order_names_the_cap(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(caps=[{"handle": "daily", "period": "day", "points": 50}]))
    await apply(engine, shop, order(10, [line("40.00")]))
    await apply(engine, shop, order(11, [line("40.00")]))
    await apply(engine, shop, order(12, [line("40.00")]))
    cut, nothing = await explained(engine, shop, 11), await explained(engine, shop, 12)
    (posting,) = await explain_all(engine, shop, "11")

    assert [(rule.desired, rule.granted, rule.points, rule.caps) for rule in cut.rules] == [(40, 10, 10, ("daily",))]
    assert (cut.reason, nothing.reason, nothing.points) == ("earned", "capped", 0)
    assert posting.derivation is not None
    assert (posting.derivation["cap"], posting.derivation["granted"], posting.due) == ("daily", 10, 10)
    assert await breaches(engine, shop) == {}


async def test_an_order_of_no_rate_of_a_guest_and_of_no_version_says_so(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(
        engine,
        shop,
        order(10, [line("45.00", currency="CHF")], currency="CHF"),
        order(11, [line("45.00")], customer=None),
        order(12, [line("45.00")], paid=False),
        order(13, [line("45.00")], test=True),
        order(14, [line("45.00")], occurred_at=BEGINNING_OF_TIME - timedelta(days=1)),
    )
    reasons = [(await explained(engine, shop, number)).reason for number in range(10, 15)]

    assert reasons == ["no_rate", "unclaimed_guest", "not_paid", "test_order", "no_version"]


async def test_complaint_6_an_order_is_explained_and_refunded_by_the_rule_that_made_it(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    """Complaint 6: the clawback used today's rule; disabled nothing was removed, doubled twice as much."""
    first = await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("40.00")]))
    await publish_rules(engine, shop, purchase(rate="2"))
    await publish_rules(engine, shop, purchase(enabled=False))
    await apply(engine, shop, refund(1, 10, "40.00"))
    postings: list[Any] = await explain_all(engine, shop, "10")

    assert [(one.posted, one.version) for one in postings] == [(40, first.version), (-40, first.version)]
    assert (await explained(engine, shop)).version == first.version


async def test_what_is_not_known_has_no_explanation(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await explain(connection, shop.program_id, 404) is None
        assert await explain_order(connection, shop.program_id, shop.shop_id, 404) is None
