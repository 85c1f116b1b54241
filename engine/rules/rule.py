"""A rule: one way to earn, with everything that decides whether and how much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, NaiveDatetime, StringConstraints, model_validator

from engine.money import exponent
from engine.rules.bounds import Currency, Factor, Frozen, Handle, Identifiers, Points, Rate, Title, Words
from engine.rules.caps import Cap
from engine.rules.conditions import Condition, currencies_of, fields_of
from engine.rules.days import instant_of
from engine.rules.expiries import ExpiresAfter, Expiry
from engine.rules.fields import prefix_of
from engine.rules.holds import Hold, NoHold

Trigger = Literal[
    "order_paid", "order_fulfilled", "sign_up", "review", "custom", "birthday", "newsletter", "visit", "manual"
]
Rounding = Literal["half_even", "down", "up", "half_up"]
ORDER_TRIGGERS = frozenset({"order_paid", "order_fulfilled"})


class PerMoney(Frozen):
    """Points for each whole unit of money, by currency."""

    kind: Literal["per_money"] = "per_money"
    rates: Annotated[dict[Currency, Rate], Field(max_length=200)]

    @cached_property
    def per_minor(self) -> dict[str, Fraction]:
        """Points for one minor unit, exact, by currency."""
        return {code: Fraction(rate) / 10 ** exponent(code) for code, rate in self.rates.items()}


class Fixed(Frozen):
    """A number of points: for the order or event, or for each line where the rule looks at lines."""

    kind: Literal["fixed"] = "fixed"
    points: Points


class PerUnit(Frozen):
    """Points for each unit bought."""

    kind: Literal["per_unit"] = "per_unit"
    points: Points


class Multiply(Frozen):
    """Multiplies what the other rules of its group give; only in a group whose mode is `multiply`."""

    kind: Literal["multiply"] = "multiply"
    factor: Factor


Formula = Annotated[PerMoney | Fixed | PerUnit | Multiply, Field(discriminator="kind")]


class Window(Frozen):
    """From one wall-clock time of the program's zone until before another; open where one is None."""

    starts_at: NaiveDatetime | None = None
    ends_at: NaiveDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("a window ends after it starts")
        return self

    def covers(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies in it."""
        after_start = self.starts_at is None or instant_of(self.starts_at, zone) <= moment
        return after_start and (self.ends_at is None or moment < instant_of(self.ends_at, zone))


class Multiplier(Frozen):
    """Makes lines worth more (or less) where its condition is met, in its window."""

    factor: Factor
    condition: Condition | None = None
    window: Window | None = None


class Exclusions(Frozen):
    """What counts not towards a rule's base: parts of prices, lines, or what some people buy.

    `gift_card_paid` and `store_credit_paid` take out the share of every line that was paid that way.
    """

    tax: bool = True
    shipping: bool = True
    gift_cards: bool = True
    gift_card_paid: bool = False
    store_credit_paid: bool = False
    product_tags: Words = ()
    collection_ids: Identifiers = ()
    product_ids: Identifiers = ()
    customer_tags: Words = ()


class Rule(Frozen):
    """One way to earn. A lower `priority` comes first; of two equal ones the lower handle."""

    handle: Handle
    title: Title
    enabled: bool = True
    trigger: Trigger
    event_name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")] | None = None
    audience: Condition | None = None
    window: Window | None = None
    condition: Condition | None = None
    scope: Literal["line", "order", "event"] = "order"
    formula: Formula
    multipliers: Annotated[tuple[Multiplier, ...], Field(max_length=20)] = ()
    multipliers_stack: Literal["multiply", "best_of"] = "multiply"
    exclude: Exclusions = Exclusions()
    test_orders: bool = False
    rounding: Rounding = "half_even"
    caps: Annotated[tuple[Cap, ...], Field(max_length=10)] = ()
    group: Handle | None = None
    priority: Annotated[int, Field(ge=0, le=1_000)] = 100
    hold: Hold = NoHold()
    expiry: Expiry = ExpiresAfter(days=365)
    counts_for_tier: bool = True
    """Whether what it gives counts where tiers are reached by points."""

    @model_validator(mode="before")
    @classmethod
    def _scope_of_events(cls, given: Any) -> Any:
        if isinstance(given, dict) and "scope" not in given and given.get("trigger") not in ORDER_TRIGGERS:
            return {**given, "scope": "event"}
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Rule:
        if self.of_orders == (self.scope == "event"):
            raise ValueError(f"a rule for {self.trigger} cannot have the scope {self.scope}")
        if (self.trigger == "custom") != (self.event_name is not None):
            raise ValueError("a rule for custom events names its event, and only such a rule does")
        if not self.of_orders and self.formula.kind in ("per_money", "per_unit"):
            raise ValueError("only orders have money and units to give points for")
        if not self.of_orders and (self.hold.kind == "until" or self.exclude != Exclusions(**_people(self))):
            raise ValueError("holds until something happens to an order, and excluded amounts, are for orders")
        if self.formula.kind == "multiply" and (self.multipliers or self.caps):
            raise ValueError(
                "a rule that multiplies others gives no points itself, so it has no multipliers and no caps"
            )
        if len({cap.handle for cap in self.caps}) < len(self.caps):
            raise ValueError("two caps of a rule have the same handle")
        self._asks_what_is_there()
        return self

    def _asks_what_is_there(self) -> None:
        by_line = {"event", "order", "line", "product", "member"}
        there = (
            by_line if self.scope == "line" else {"event", "order", "member"} if self.of_orders else {"event", "member"}
        )
        _only(fields_of(self.audience), {"member"}, "an audience")
        _only(fields_of(self.condition), there, f"the condition of a rule with the scope {self.scope}")
        for multiplier in self.multipliers:
            _only(fields_of(multiplier.condition), by_line if self._by_line else there, "a multiplier here")

    @property
    def _by_line(self) -> bool:
        """Whether each line is worth points of its own, so that lines may be multiplied each by its own factor."""
        return self.scope == "line" or (self.of_orders and self.formula.kind in ("per_money", "per_unit"))

    @property
    def of_orders(self) -> bool:
        """Whether it is orders that it looks at, and not events."""
        return self.trigger in ORDER_TRIGGERS

    @cached_property
    def currencies(self) -> frozenset[str] | None:
        """The currencies in which it can look at an order, by its rates or else the amounts it asks; None for any."""
        if isinstance(self.formula, PerMoney):
            return frozenset(self.formula.rates)
        trees = [self.condition, *(one.condition for one in self.multipliers)]
        asked = [currencies for tree in trees for currencies in currencies_of(tree)]
        return frozenset.intersection(*asked) if asked else None

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field that it asks about."""
        trees = [self.audience, self.condition, *(one.condition for one in self.multipliers)]
        return frozenset(field for tree in trees for field in fields_of(tree))


def _people(rule: Rule) -> dict[str, Any]:
    return {"customer_tags": rule.exclude.customer_tags}


def _only(fields: Iterable[str], prefixes: set[str], what: str) -> None:
    for field in fields:
        if prefix_of(field) not in prefixes:
            raise ValueError(f"{what} cannot ask about {field}")
