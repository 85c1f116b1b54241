"""An order or event as the rules of one definition read it; what several rules need is worked out once."""

from __future__ import annotations

from engine.events import MemberEvent, OrderLine
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom
from engine.rules.looking import FactsLook
from engine.rules.order_state import Counting, Money, OrderState, Refunded, refunded_amounts, units_left
from engine.rules.rule import Exclusions, PerMoney, Rule, Window


class Reading:
    """The moment and the member that a decision is about."""

    def __init__(self, definition: Definition, facts: DecidedFrom, event: MemberEvent | None = None) -> None:
        self.definition, self.facts = definition, facts
        self.look = FactsLook(facts, definition.zone, event)
        self._tags = {tag.casefold() for tag in facts.member.tags}

    def excludes_customer(self, exclude: Exclusions) -> bool:
        """Whether the member has a tag that earns nothing, by this rule or by any."""
        tags = self.definition.tags_excluded + exclude.customer_tags
        return bool(tags) and not self._tags.isdisjoint(tag.casefold() for tag in tags)

    def is_within(self, window: Window | None) -> bool:
        """Whether the decision's moment lies in a window."""
        return window is None or window.covers(self.facts.decided_at, self.definition.zone)

    def left_out(self, exclude: Exclusions, line: OrderLine) -> str | None:
        """Why a line counts nothing: gift_card, product, product_tag or collection; None where it counts."""
        if line.gift_card and exclude.gift_cards:
            return "gift_card"
        if line.product_id is None:
            return None
        if line.product_id in exclude.product_ids:
            return "product"
        traits = self.facts.products.get(line.product_id)
        if traits is None:
            return None
        if not {tag.casefold() for tag in traits.tags}.isdisjoint(tag.casefold() for tag in exclude.product_tags):
            return "product_tag"
        return "collection" if not set(traits.collection_ids).isdisjoint(exclude.collection_ids) else None


class OrderReading(Reading):
    """An order, too."""

    def __init__(self, definition: Definition, state: OrderState, facts: DecidedFrom) -> None:
        super().__init__(definition, facts)
        self.state = state
        self.units = units_left(state)
        self._refunded: dict[Counting, Refunded] = {}

    def refunded(self, counting: Counting) -> Refunded:
        """What refunds gave back, counted in one way."""
        if counting not in self._refunded:
            self._refunded[counting] = refunded_amounts(self.state, counting)
        return self._refunded[counting]

    def money_of(self, rule: Rule) -> Money | None:
        """The shopper's money if the rule has a rate or its amounts in that, else the shop's if it has, else none.

        What asks no amounts looks at the shopper's money; what has them in neither money looks at it, too, and misses.
        """
        order, known = self.state.order, rule.currencies
        if known is None or order.presentment_currency in known:
            return "presentment"
        if order.currency in known:
            return "shop"
        return None if isinstance(rule.formula, PerMoney) else "presentment"
