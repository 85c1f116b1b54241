"""Whatever happens to a valid body, it is read or refused as `Unreadable`: no other error, no amount out of bounds."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Order, Refund
from engine.money import MINOR_UNITS_MAXIMUM
from plugin.payloads import FACT_TOPICS, EmailKeys, Translation, Unreadable, translate
from tests.support.payloads import (
    CONSENT,
    MERGE,
    PRODUCT,
    application_payload,
    body_of,
    customer_payload,
    line_payload,
    order_payload,
    parcel_payload,
)
from tests.support.refund_payloads import refund_line_payload, refund_payload, transaction_payload

KEYS = EmailKeys(b"a key of thirty-two bytes in all")
RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

_MONEY_ONLY = refund_payload(
    72,
    transactions=[transaction_payload()],
    order_adjustments=[{"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "0.00"}],
)
_ORDER = order_payload(
    lines=[line_payload(1, discounts=["1.00"], taxes=["0.50"]), line_payload(2, gift_card=True)],
    discount_applications=[application_payload("discount_code", code="LRL-ONE")],
    discount_codes=[{"code": "LRL-ONE", "amount": "1.00", "type": "fixed_amount"}],
    fulfillments=[parcel_payload()],
    refunds=[refund_payload(71, lines=[refund_line_payload(1)]), _MONEY_ONLY],
)
_REMOVALS = {"removals": [{"id": 1, "delta": 1}]}
_EDIT = {"order_edit": {"id": 1, "order_id": 2, "committed_at": None, "line_items": _REMOVALS}}
_BODIES = [_ORDER, _MONEY_ONLY, refund_payload(71, lines=[refund_line_payload(1)]), customer_payload(), _EDIT]
_BODIES += [parcel_payload(), MERGE, CONSENT, PRODUCT, customer_payload(tags="a,b", **CONSENT)]

_STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 10**40]),
    st.decimals(),
    st.text(st.characters(), max_size=8),
    st.sampled_from(["", "-0.00", "1e400", "NaN", "99999999999999999999", "0.001", "EUR", "XXX", "\ud800", "\x00@"]),
    st.sampled_from(["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-W01-1T00:00Z"]),
    st.sampled_from(["refund", "pending", "shipping_refund"]),
    st.sampled_from(["[]", "{}", "[[]]", "[{}]"]).map(json.loads),  # each a new one, since later mutations change it
)


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a payload: the way to each key and each item."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in pairs for place in [(*path, key), *_places(item, (*path, key))]]


_PLACES = [_places(body) for body in _BODIES]


@st.composite
def _mutated(draw: st.DrawFn) -> Any:
    index = draw(st.integers(0, len(_BODIES) - 1))
    body = copy.deepcopy(_BODIES[index])
    for place in draw(st.lists(st.sampled_from(_PLACES[index]), min_size=1, max_size=4)):
        holder: Any = body
        try:
            for key in place[:-1]:
                holder = holder[key]
            if draw(st.booleans()):
                holder[place[-1]] = draw(_STRANGE)
            else:
                del holder[place[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier mutation took the place away
    return body


def _amounts(fact: object) -> list[int]:
    if isinstance(fact, Order):
        pairs = [fact.total, fact.shipping, *(discount.amount for discount in fact.discounts)]
        pairs += [tender.amount for tender in fact.tenders or ()]
        pairs += [pair for line in fact.lines for pair in (line.unit_price, line.discount, line.tax)]
        pairs += [part for line in fact.lines for _, part in line.code_discounts]
        return [part for pair in pairs for part in (pair.shop, pair.presentment)] + [
            amount for refund in fact.refunds for amount in _amounts(refund)
        ]
    if isinstance(fact, Refund):
        pairs = [fact.shipping, *(pair for line in fact.lines for pair in (line.subtotal, line.tax))]
        return [part for pair in pairs for part in (pair.shop, pair.presentment)] + [minor for minor, _ in fact.moved]
    return []


def _read(topic: str, body: bytes) -> Translation | str:
    try:
        return translate(topic, body, KEYS, RECEIVED_AT)
    except Unreadable as refusal:
        return refusal.reason


@given(topic=st.sampled_from(sorted(FACT_TOPICS)), body=_mutated())
@settings(max_examples=400, deadline=None)
def test_a_mutated_body_is_read_or_refused(topic: str, body: Any) -> None:
    verdict = _read(topic, body_of(body))

    if isinstance(verdict, str):
        assert "@" not in verdict
        assert len(verdict) < 160
    else:
        assert all(0 <= amount <= MINOR_UNITS_MAXIMUM for fact in verdict.facts for amount in _amounts(fact))


@given(topic=st.sampled_from(sorted(FACT_TOPICS)), body=st.binary(max_size=64))
@settings(max_examples=200, deadline=None)
def test_bytes_without_a_meaning_are_refused(topic: str, body: bytes) -> None:
    assert isinstance(_read(topic, body), str)
