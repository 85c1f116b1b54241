"""Definitions of tiers: what is refused, and that what is stored is read as the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from engine.perks.definitions import CustomerTag, EarnMultiplier
from engine.tiers.definitions import Tier, TierProgram, default_tiers, value_bands
from engine.tiers.periods import Anniversary, Calendar, Lasts, Lifetime, Rolling, UntilAnniversary, UntilCalendar
from engine.tiers.requirements import AllOf, AnyOf
from tests.support.tiers import SILVER_GOLD, ladder, least

BASE = Tier(handle="base", name="Base")


def above(**more: Any) -> Tier:
    return Tier(**{"handle": "vip", "name": "VIP", "enter": least(500), **more})


@pytest.mark.parametrize(
    "tiers",
    [
        (),
        (BASE, BASE),
        (BASE, Tier(handle="vip", name="VIP")),
        (above(),),
        (Tier(handle="base", name="Base", retain=least(1)),),
        (Tier(handle="base", name="Base", entry_points=1),),
        (BASE, above(), above(handle="gold")),
        (BASE, above(), above(handle="gold", enter=least("499.99"))),
        (BASE, above(enter=least(500, more_than=True)), above(handle="gold")),
        (BASE, above(enter=least("500.001"))),
        (BASE, above(enter=least("1.5", "orders"))),
        (BASE, above(retain=least("500.001"))),
        tuple(above(handle=f"t{number}", enter=least(number + 1)) if number else BASE for number in range(21)),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(ValidationError):
        TierProgram(currency="USD", tiers=tiers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"handle": "Gold!"}, {"name": ""}, {"name": "x" * 81}, {"name": "a\x00b"}, {"color": "red"}, {"color": "#fff"},
        {"color": "#ffffff;}"}, {"entry_points": -1}, {"entry_points": 2**53}, {"entry_days": 0}, {"enter": "all"},
        {"unknown": 1},
    ],
)  # fmt: skip
def test_a_tier_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        above(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "XXY"}, {"hold_days": -1}, {"hold_days": 366}, {"grace_days": 366}, {"downgrade": "never"},
        {"window": {"kind": "rolling"}}, {"window": {"kind": "calendar", "start_month": 13}},
        {"term": {"kind": "calendar", "extra_periods": 101}}, {"term": {"kind": "lasts", "months": 1_201}},
    ],
)  # fmt: skip
def test_rules_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TierProgram.model_validate({**ladder(*SILVER_GOLD).model_dump(), **wrong})


def _nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"kind": "at_least", "metric": "orders", "amount": 1}
    for _ in range(depth):
        node = {"kind": "all", "requirements": [node]}
    return node


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e13", "0.00001"])
def test_amounts_that_are_none_are_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        above(enter={"kind": "at_least", "metric": "spend", "amount": amount})


def test_requirements_are_bounded_before_anything_walks_them() -> None:
    above(enter=_nested(3))
    leaf = least(1, "orders")
    circular: dict[str, Any] = {"kind": "any"}
    circular["requirements"] = [circular]
    wide = {"kind": "any", "requirements": [leaf.model_dump()] * 20}
    for wrong in (_nested(4), _nested(100_000), circular, wide, {"kind": "all", "requirements": []}):
        with pytest.raises(ValidationError):
            above(enter=wrong)


def test_a_stored_definition_is_read_as_the_same() -> None:
    vip = above(
        enter=AnyOf(requirements=(least("500.50"), AllOf(requirements=(least(3, "orders"), least(1, "reviews"))))),
        retain=least(300, more_than=True),
        perks=(
            EarnMultiplier(handle="double", factor=Decimal("2")),
            CustomerTag(handle="tag", tag="vip"),
        ),
    )  # fmt: skip
    windows = (Lifetime(), Rolling(days=365), Rolling(months=12), Calendar(unit="quarter"), Anniversary(months=6))
    terms = (Lasts(days=1), Lasts(months=12), UntilCalendar(extra_periods=1), UntilAnniversary())
    programs = [TierProgram(currency="USD", tiers=(BASE, vip), window=window) for window in windows]
    programs += [TierProgram(currency="USD", tiers=(BASE, vip), term=term) for term in terms]
    for program in (*programs, default_tiers("USD"), default_tiers("JPY"), value_bands("KWD")):
        assert TierProgram.model_validate_json(program.to_json()) == program


def test_what_is_asked_for_is_known_without_reading_members() -> None:
    program = TierProgram(currency="USD", tiers=(BASE, above(reenter=least(2, "membership_months"))))
    assert program.asks_for == {"spend", "membership_months"}
