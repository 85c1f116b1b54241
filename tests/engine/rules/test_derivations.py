"""A derivation explains its points: worked out again from it alone they are the same, whatever the rules."""

from __future__ import annotations

import json

from hypothesis import given, settings

from engine.rules.deciding import decide_order
from engine.rules.definitions import Definition
from engine.rules.derivations import derivation_of
from engine.rules.facts import DecidedFrom
from engine.rules.looking import FactsLook, OrderLook
from engine.rules.order_state import OrderState
from engine.rules.re_evaluating import re_evaluate
from engine.rules.records import derivation_from, fill_in, record_of
from tests.support import rule_strategies as any_
from tests.support.facts import line, order, refund
from tests.support.rules import compare, outcomes, program, rule, with_lines
from tests.support.searching import examples


@given(definition=any_.definitions(), state=any_.orders(), facts=any_.facts())
@settings(max_examples=examples(100), deadline=None)
def test_what_is_explained_is_what_is_due(definition: Definition, state: OrderState, facts: DecidedFrom) -> None:
    for outcome in decide_order(definition, state, facts).outcomes:
        for granted in (None, 7):
            derivation = json.loads(json.dumps(derivation_of(outcome, granted)))

            assert re_evaluate(derivation) == outcome.due(granted) == derivation["due"]
            assert sum(line["points"] for line in derivation["lines"]) == outcome.desired


@given(definition=any_.definitions(), state=any_.orders(), facts=any_.facts())
@settings(max_examples=examples(100), deadline=None)
def test_the_record_of_a_posting_says_the_same_without_what_is_personal(
    definition: Definition, state: OrderState, facts: DecidedFrom
) -> None:
    look = OrderLook(state.order, "presentment", 0, {}, FactsLook(facts, definition.zone))
    for outcome in decide_order(definition, state, facts).outcomes:
        record = record_of(outcome, 9, "weekly")
        derivation = derivation_from(record, definition)

        assert derivation is not None
        assert not any(tag in record for tag in ("vip", "VIP", "b2b", "wholesale", "TEN"))
        assert re_evaluate(derivation) == outcome.due(9)
        assert fill_in(derivation, look) == derivation_of(outcome, 9, "weekly")


def test_a_record_that_would_be_too_long_is_abridged_and_still_gives_the_points() -> None:
    doubled = {"factor": "1.5", "condition": compare("line.sku", "in", ["x" * 200, "y"])}
    definition = program(rule(multipliers=[doubled] * 3, scope="line", condition=compare("line.price", "gt", 2)))
    lines = [line(f"{number % 7}.10", line_id=number) for number in range(1, 500)]
    paid = with_lines(order(1, lines), [{"sku": "y" if number % 2 else "n" * 200} for number in range(1, 500)])
    (outcome,) = outcomes(definition, paid, refund(1, 1, "3.00", line_id=3)).values()
    record = record_of(outcome)
    derivation = derivation_from(record, definition)

    assert derivation is not None
    assert derivation["abridged"]
    assert re_evaluate(derivation) == outcome.due()
    assert [one["points"] for one in derivation["lines"]] == [one["points"] for one in derivation_of(outcome)["lines"]]
