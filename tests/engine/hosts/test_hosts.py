"""What of an order is reported to whom, what is held against a host's events, and where its statement differs. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from engine.events import AmountPair, Order, OrderDiscount, Refund
from engine.hosts.checking import EventUnreadable, HostEvent, read_event, verdict_on
from engine.hosts.figures import Reported, due_reports
from engine.hosts.naming import Named, NamingHost, named_hosts
from engine.hosts.statements import HostStatement, OwnEvent, check_statement, read_statement
from engine.partners.payloads import event_payload
from engine.rules.order_state import OrderState
from engine.settlement.merkle import root_of
from tests.support.facts import line, order, refund

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
PINE, OAK = NamingHost(1, "pine", ("HARBOR-",)), NamingHost(2, "oak", ("OAK-", "HARBOR-"))
AGREEMENTS = {"1": {"currency": "USD", "buy_rate": "0.01", "redeem_rate": "0.008"}}


def _order(notes: dict[str, str] | None = None, *codes: str) -> Order:
    named = order(501, [line("20.00", 2)])
    discounts = tuple(OrderDiscount(code, "amount", AmountPair(100, 100)) for code in codes)
    return replace(named, partner_notes=tuple(notes.items()) if notes else None, discounts=discounts)


def test_a_note_is_for_the_host_that_it_names_and_for_nobody_else() -> None:
    member = {"laurel_member": "AAAA-BBBB"}
    assert named_hosts(_order(member), [PINE]) == {1: Named(member="AAAA-BBBB")}
    assert named_hosts(_order(member), [PINE, OAK]) == {}
    assert named_hosts(_order({**member, "laurel_host": "oak"}), [PINE, OAK]) == {2: Named(member="AAAA-BBBB")}
    assert named_hosts(_order({**member, "laurel_host": "elm"}), [PINE]) == {}
    assert named_hosts(_order({"laurel_click": "C1"}), [PINE]) == {1: Named(click="C1")}
    assert named_hosts(_order(), [PINE]) == {}


def test_a_code_is_for_every_host_whose_codes_begin_so() -> None:
    assert named_hosts(_order(None, "TENOFF", "harbor-7"), [PINE, OAK]) == {
        1: Named(code="harbor-7"), 2: Named(code="harbor-7")
    }  # fmt: skip
    assert named_hosts(_order(None, "HARBOUR-7", "OAK-1"), [PINE, OAK]) == {2: Named(code="OAK-1")}


def test_a_purchase_is_reported_once_in_full_and_each_step_of_what_was_given_back() -> None:
    bought = _order()
    half, rest = refund(1, 501, "20.00"), refund(2, 501, "20.00", created_at=AT + timedelta(days=99))
    first, kept = due_reports(OrderState(bought, (half,)), None)
    assert [(one.report_id, one.kind, one.amount_minor) for one in first] == [
        ("order-501", "purchase", 4000), ("returned-501-2000", "refund", 2000)
    ]  # fmt: skip
    assert kept == Reported("USD", 4000, 2000)
    assert due_reports(OrderState(bought, (half,)), kept) == ([], kept)
    [last], kept = due_reports(OrderState(bought, (half, rest)), kept)
    assert (last.report_id, last.amount_minor, last.occurred_at) == ("returned-501-4000", 2000, rest.created_at)
    assert kept == Reported("USD", 4000, 4000)


@pytest.mark.parametrize(
    "state",
    [None, OrderState(order(1, [line("5.00")], paid=False), ()), OrderState(order(1, [line("5.00")], test=True), ()),
     OrderState(order(1, [line("5.00", gift_card=True)]), ())],
)  # fmt: skip
def test_nothing_is_reported_of_what_is_unpaid_a_test_or_worth_nothing(state: OrderState | None) -> None:
    assert due_reports(state, None) == ([], None)


def test_an_order_that_grows_later_stays_as_it_was_reported() -> None:
    kept = Reported("USD", 1000, 0)
    assert due_reports(OrderState(_order(), ()), kept) == ([], kept)


def _event(
    number: int, kind: str = "issued", points: int = 100, micros: int = 100_000_000, **said: object
) -> HostEvent:
    given = {
        "event_id": number, "kind": kind, "partner": "coffee", "subject": None, "offer": "beans", "points": points,
        "micros": micros, "currency": "USD", "agreement": 1, "reference": "501", "corrects": None, "occurred_at": AT,
    }  # fmt: skip
    return read_event(event_payload(**{**given, **said}).encode())  # type: ignore[arg-type]


def test_an_event_holds_where_its_money_and_its_order_are_ours() -> None:
    reported = {"501"}
    assert verdict_on(_event(1), AGREEMENTS, reported, 0) == "agreed"
    assert verdict_on(_event(1, micros=100_000_001), AGREEMENTS, reported, 0) == "wrong_amount"
    assert verdict_on(_event(1, currency="EUR"), AGREEMENTS, reported, 0) == "wrong_amount"
    assert verdict_on(_event(1, agreement=2), AGREEMENTS, reported, 0) == "unknown_agreement"
    assert verdict_on(_event(1, reference="502"), AGREEMENTS, reported, 0) == "unknown_order"
    assert verdict_on(_event(1, "clawed_back", micros=-100_000_000), AGREEMENTS, reported, 100) == "agreed"
    assert verdict_on(_event(1, "clawed_back", micros=-100_000_000), AGREEMENTS, reported, 99) == "taken_back_twice"
    assert verdict_on(_event(1, "redeemed", micros=-80_000_000, reference="CUP-1"), AGREEMENTS, set(), 0) == "agreed"
    assert verdict_on(_event(1, "adjusted", 0, 5, reference=None), AGREEMENTS, set(), 0) == "noted"
    assert verdict_on(_event(1, "payment", 0, 5), AGREEMENTS, set(), 0) == "unknown_order"


@pytest.mark.parametrize(
    "changes",
    [{"id": 1}, {"id": "x"}, {"id": "-1"}, {"micros": 5}, {"micros": "9" * 30}, {"points": "1"}, {"points": True},
     {"points": 2**60}, {"kind": "given"}, {"occurred_at": "2026-11-01T12:00:00"}, {"occurred_at": "now"},
     {"reference": 7}, {"reference": "x" * 201}, {"agreement": "1"}],
)  # fmt: skip
def test_what_is_no_event_is_not_read(changes: dict[str, object]) -> None:
    with pytest.raises(EventUnreadable):
        read_event(orjson.dumps({**orjson.loads(_event(1).payload), **changes}))


def _own(event: HostEvent, verdict: str = "agreed", statement: int | None = None) -> OwnEvent:
    return OwnEvent(event.event_id, event.leaf_hash, verdict, event.occurred_at, statement)


def _statement(*rows: HostEvent) -> HostStatement:
    sums = {("issued", "USD"): (len(rows), sum(row.points for row in rows), sum(row.micros for row in rows))}
    root = root_of(row.leaf_hash for row in sorted(rows, key=lambda row: int(row.event_id)))
    return HostStatement(2, root, len(rows), AT + timedelta(days=1), sums, "")


def test_a_statement_of_just_our_events_is_agreed() -> None:
    rows = [_event(9), _event(10), _event(11)]
    later = replace(_own(_event(12)), occurred_at=AT + timedelta(days=1))
    checked = check_statement(_statement(*rows), rows, [*map(_own, rows), later, _own(_event(3), statement=1)])
    assert checked.agreed
    assert checked.differences == ()


def test_a_difference_names_its_row() -> None:
    rows = [_event(9), _event(10), _event(11)]
    own = [_own(row) for row in rows]

    def found(statement: HostStatement, theirs: list[HostEvent], ours: list[OwnEvent]) -> list[tuple[str, str]]:
        checked = check_statement(statement, theirs, ours)
        assert not checked.agreed
        return [(one.reason or one.problem, one.event) for one in checked.differences]

    changed = [rows[0], _event(10, points=200, micros=200_000_000), rows[2]]
    assert found(_statement(*changed), changed, own) == [("altered", "10")]
    assert found(_statement(rows[0], rows[2]), [rows[0], rows[2]], own) == [("missing_there", "10")]
    assert found(_statement(*rows), rows, own[:2]) == [("missing_here", "11")]
    assert found(_statement(*rows), rows, [own[0], _own(rows[1], "unknown_order"), own[2]]) == [("unknown_order", "10")]
    assert found(_statement(*rows), rows, [own[0], _own(rows[1], statement=1), own[2]]) == [("altered", "10")]
    assert found(replace(_statement(*rows), sums={}), rows, own) == []
    assert found(replace(_statement(*rows), root=bytes(32)), rows, own) == []
    assert found(replace(_statement(*rows), lines=4), rows, own) == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"number": 1}', b"\xff", b'{"type":"statement","number":"1"}'])
def test_what_is_no_statement_is_not_read(raw: bytes) -> None:
    with pytest.raises(EventUnreadable):
        read_statement(raw)


def test_an_order_in_a_foreign_refunds_currency_is_not_given_back() -> None:
    kept = Reported("EUR", 4000, 0)
    returned: tuple[Refund, ...] = (refund(1, 501, "20.00"),)
    assert due_reports(OrderState(_order(), returned), kept) == ([], kept)
