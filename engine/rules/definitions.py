"""What one version of a program says: rules, how they stack, and what becomes of points. Immutable data, never code."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from engine.rules.bounds import Days, Frozen, Handle, Points, Title, Words
from engine.rules.caps import Cap
from engine.rules.days import zone_of
from engine.rules.legacy import first_shape_of, rules_of_first_shape
from engine.rules.rule import Fixed, PerMoney, Rule
from engine.rules.summaries import PurchaseRule, SignUpRule, days_of

RULES_MAXIMUM = 100
JSON_CHARACTERS_MAXIMUM = 500_000


class Group(Frozen):
    """Rules that stand for each other: only the best, only the first that matches, their sum, or multiplied."""

    handle: Handle
    mode: Literal["best_of", "first_match", "sum", "multiply"]


class RefundPolicy(Frozen):
    """From which points a refund takes first, what happens where none are left, and how long restored points live."""

    taking: Literal["latest_end_first", "earliest_end_first"] = "latest_end_first"
    shortfall: Literal["debt", "write_off", "flag"] = "debt"
    restore_minimum_days: Annotated[int, Field(ge=0, le=365)] = 30


class TransferPolicy(Frozen):
    """Whether members may give points to each other, how many a day and how many at least."""

    enabled: bool = False
    points_per_day: Points = 1_000
    minimum: Points = 1


class Needs(Frozen):
    """The facts that have to be read before a definition can decide."""

    tags: bool = False
    tier: bool = False
    plans: bool = False
    order_number: bool = False
    joined_at: bool = False
    subscribed: bool = False
    products: bool = False

    @property
    def member(self) -> bool:
        """Whether anything of the member is asked."""
        return self.tags or self.tier or self.plans or self.order_number or self.joined_at or self.subscribed


class Definition(Frozen):
    """What one version of a program says."""

    name: Title
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(lambda name: zone_of(name).key)] = "UTC"
    rules: Annotated[tuple[Rule, ...], Field(max_length=RULES_MAXIMUM)] = ()
    groups: Annotated[tuple[Group, ...], Field(max_length=RULES_MAXIMUM)] = ()
    multiplier_ceiling: Annotated[Decimal, Field(ge=1, le=1_000, decimal_places=4)] | None = None
    refunds: RefundPolicy = RefundPolicy()
    transfers: TransferPolicy = TransferPolicy()
    reminder_days: Annotated[tuple[Annotated[Days, Field(le=365)], ...], Field(max_length=10)] = (30, 7, 1)
    tags_excluded: Words = ()
    """Customers with one of these tags earn nothing by any rule."""

    @model_validator(mode="before")
    @classmethod
    def _first_shape(cls, given: Any) -> Any:
        return rules_of_first_shape(given)

    @model_validator(mode="after")
    def _fits_together(self) -> Definition:
        _unique("rules", [rule.handle for rule in self.rules])
        _unique("groups", [group.handle for group in self.groups])
        _unique("reminders", list(self.reminder_days))
        if len(self.model_dump_json()) > JSON_CHARACTERS_MAXIMUM:
            raise ValueError(f"a program has at most {JSON_CHARACTERS_MAXIMUM} characters in all")
        caps: dict[str, Cap] = {}
        triggers: dict[str, tuple[str, str | None]] = {}
        for rule in self.rules:
            if rule.group is not None and rule.group not in self.modes:
                raise ValueError(f"rule {rule.handle} is in a group {rule.group} that does not exist")
            if rule.formula.kind == "multiply" and self.modes.get(rule.group or "") != "multiply":
                raise ValueError(f"rule {rule.handle} multiplies, so it belongs in a group of the mode multiply")
            same = triggers.setdefault(rule.group or f"alone {rule.handle}", (rule.trigger, rule.event_name))
            if same != (rule.trigger, rule.event_name):
                raise ValueError(f"the rules of the group {rule.group} have different triggers")
            for cap in rule.caps:
                if caps.setdefault(cap.handle, cap) != cap:
                    raise ValueError(f"the cap {cap.handle} is not the same in two rules")
        return self

    def to_json(self) -> str:
        """The definition as it is stored: in the first shape while that says the same, which older releases read, too.

        Two releases run at once while one takes the other's place.
        """
        given = self.model_dump(mode="json")
        first = first_shape_of(given)
        try:
            same = Definition.model_validate(first) == self
        except ValidationError:
            same = False
        return json.dumps(first if same else given)

    @cached_property
    def modes(self) -> dict[str, str]:
        """The mode of each group by its handle."""
        return {group.handle: group.mode for group in self.groups}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the program's days."""
        return zone_of(self.time_zone)

    @cached_property
    def order_rules(self) -> tuple[Rule, ...]:
        """The enabled rules that look at orders, in the order in which they come to their turn."""
        return tuple(rule for rule in self._in_turn if rule.of_orders)

    @cached_property
    def _in_turn(self) -> tuple[Rule, ...]:
        return tuple(sorted((rule for rule in self.rules if rule.enabled), key=lambda one: (one.priority, one.handle)))

    def event_rules(self, source: str) -> tuple[Rule, ...]:
        """The enabled rules that look at events of a source, e.g. review or custom:store-visit."""
        return self._by_source.get(source, ())

    @cached_property
    def _by_source(self) -> dict[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self._in_turn:
            if not rule.of_orders:
                source = f"custom:{rule.event_name}" if rule.trigger == "custom" else rule.trigger
                found[source] = (*found.get(source, ()), rule)
        return found

    def multiplying(self, rule: Rule) -> tuple[Rule, ...]:
        """The enabled rules of a rule's group that multiply what it gives."""
        if rule.group is None or self.modes[rule.group] != "multiply":
            return ()
        return tuple(one for one in self._in_turn if one.group == rule.group and one.formula.kind == "multiply")

    def rule(self, handle: str) -> Rule | None:
        """The rule of a handle, enabled or not."""
        return next((rule for rule in self.rules if rule.handle == handle), None)

    @cached_property
    def purchase(self) -> PurchaseRule | None:
        """The first rule that gives points for money, in brief; None without one."""
        for rule in self.order_rules:
            if isinstance(rule.formula, PerMoney):
                return PurchaseRule(rule.handle, rule.formula.rates, rule.test_orders, days_of(rule.expiry))
        return None

    @cached_property
    def sign_up(self) -> SignUpRule | None:
        """The first rule that gives points for joining, in brief; None without one."""
        for rule in self.event_rules("sign_up"):
            if isinstance(rule.formula, Fixed):
                return SignUpRule(rule.handle, rule.formula.points, days_of(rule.expiry))
        return None

    @cached_property
    def needs(self) -> Needs:
        """What must be read of members and products before deciding; nothing for a program of plain rules."""
        rules = [rule for rule in self.rules if rule.enabled]
        fields = frozenset().union(*(rule.fields for rule in rules))
        excluded = [rule.exclude for rule in rules]
        tags = bool(self.tags_excluded) or any(one.customer_tags for one in excluded)
        traits = any(one.product_tags or one.collection_ids for one in excluded)
        return Needs(
            tags=tags or "member.tags" in fields,
            tier="member.tier" in fields,
            plans="member.plans" in fields,
            order_number="member.order_number" in fields,
            joined_at=not fields.isdisjoint({"member.joined_on", "member.days_since_joining"}),
            subscribed="member.subscribed" in fields,
            products=traits
            or any(field.startswith(("product.", "order.product_tags", "order.coll")) for field in fields),
        )


def _unique(what: str, values: list[Any]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"two {what} are both {twice[0]}")
