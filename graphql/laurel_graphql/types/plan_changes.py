"""What going over to another plan would cost, asked before anything changes."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.memberships.changing import ChangeQuote
from laurel_graphql.types.membership_states import MembershipDesk
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.plan_values import MembershipWhen
from laurel_graphql.types.plans import MembershipPlan, PlanReader, plan_of


@strawberry.type(description="What going over to another plan would cost.")
class PlanChangeQuote:
    plan: MembershipPlan = strawberry.field(description="The other plan.")
    when: MembershipWhen = strawberry.field(description="Whether it begins at once or with the next period.")
    effective_at: datetime = strawberry.field(description="When it begins.")
    price: Money = strawberry.field(description="What each period of it costs.")
    credit: Money = strawberry.field(description="What is given back of the period that runs, 0 at its end.")
    charge: Money = strawberry.field(description="What the rest of the period costs by the other plan, 0 at its end.")
    due: Money = strawberry.field(description="What is paid at once: the charge less the credit, never below 0.")


def quote_of(quote: ChangeQuote, desk: MembershipDesk) -> PlanChangeQuote:
    """The quote of an engine's record."""
    proration, currency = quote.proration, quote.currency
    return PlanChangeQuote(
        plan=plan_of(quote.plan, PlanReader(desk.currency, desk.words, desk.joined)),
        when=MembershipWhen[quote.when.upper()],
        effective_at=quote.effective_at,
        price=money_of(quote.price_minor, currency),
        credit=money_of(proration.credit_minor, currency),
        charge=money_of(proration.charge_minor, currency),
        due=money_of(proration.due_minor, currency),
    )
