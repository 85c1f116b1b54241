"""The words that rules are made of, as both sides of the API name them."""

from __future__ import annotations

from enum import Enum

import strawberry


@strawberry.enum(description="What a rule answers to.")
class RuleTrigger(Enum):
    ORDER_PAID = strawberry.enum_value("ORDER_PAID", description="An order was paid.")
    ORDER_FULFILLED = strawberry.enum_value("ORDER_FULFILLED", description="All of an order was sent.")
    SIGN_UP = strawberry.enum_value("SIGN_UP", description="A customer joined; once per customer.")
    REVIEW = strawberry.enum_value("REVIEW", description="A member reviewed a product.")
    CUSTOM = strawberry.enum_value("CUSTOM", description="An event that the merchant reports by `eventRecord`.")
    BIRTHDAY = strawberry.enum_value("BIRTHDAY", description="A member has their birthday.")
    NEWSLETTER = strawberry.enum_value("NEWSLETTER", description="A member subscribed to the newsletter.")
    VISIT = strawberry.enum_value("VISIT", description="A member visited the shop.")
    MANUAL = strawberry.enum_value("MANUAL", description="The staff reported it.")


@strawberry.enum(description="What a rule is worked out over.")
class RuleScope(Enum):
    LINE = strawberry.enum_value("LINE", description="Each line of an order by itself.")
    ORDER = strawberry.enum_value("ORDER", description="An order as a whole.")
    EVENT = strawberry.enum_value("EVENT", description="An event.")


@strawberry.enum(description="How points are rounded, once for all rules of an order that round the same way.")
class RuleRounding(Enum):
    HALF_EVEN = strawberry.enum_value("HALF_EVEN", description="To the nearest, halves to the even neighbor.")
    HALF_UP = strawberry.enum_value("HALF_UP", description="To the nearest, halves up.")
    DOWN = strawberry.enum_value("DOWN", description="Down.")
    UP = strawberry.enum_value("UP", description="Up.")


@strawberry.enum(description="How points are worked out.")
class FormulaKind(Enum):
    PER_MONEY = strawberry.enum_value("PER_MONEY", description="Points for each unit of money.")
    FIXED = strawberry.enum_value("FIXED", description="A fixed number of points.")
    PER_UNIT = strawberry.enum_value("PER_UNIT", description="Points for each unit bought.")
    MULTIPLY = strawberry.enum_value("MULTIPLY", description="Multiplies what the other rules of its group give.")


@strawberry.enum(description="How several multipliers of a line go together.")
class MultipliersStack(Enum):
    MULTIPLY = strawberry.enum_value("MULTIPLY", description="They multiply each other.")
    BEST_OF = strawberry.enum_value("BEST_OF", description="The largest counts.")


@strawberry.enum(description="How the rules of a group stand for each other.")
class GroupMode(Enum):
    BEST_OF = strawberry.enum_value("BEST_OF", description="Only the rule that gives most counts.")
    FIRST_MATCH = strawberry.enum_value("FIRST_MATCH", description="Only the first rule that gives anything counts.")
    SUM = strawberry.enum_value("SUM", description="All count.")
    MULTIPLY = strawberry.enum_value("MULTIPLY", description="The multiplying rules multiply what the others give.")


@strawberry.enum(description="Whose points a cap bounds.")
class CapScope(Enum):
    MEMBER = strawberry.enum_value("MEMBER", description="Each member's.")
    PROGRAM = strawberry.enum_value("PROGRAM", description="Those of all members together.")


@strawberry.enum(description="A period of the program's calendar.")
class CalendarPeriod(Enum):
    DAY = strawberry.enum_value("DAY", description="A day.")
    WEEK = strawberry.enum_value("WEEK", description="A week, from Monday on.")
    MONTH = strawberry.enum_value("MONTH", description="A month.")
    QUARTER = strawberry.enum_value("QUARTER", description="A quarter.")
    YEAR = strawberry.enum_value("YEAR", description="A year.")
    EVER = strawberry.enum_value("EVER", description="For good.")


@strawberry.enum(description="How long points wait before they can be spent.")
class HoldKind(Enum):
    NONE = strawberry.enum_value("NONE", description="Not at all.")
    DAYS = strawberry.enum_value("DAYS", description="Some days.")
    UNTIL = strawberry.enum_value("UNTIL", description="Until something happens to the order.")


@strawberry.enum(description="What points wait for.")
class HoldEvent(Enum):
    FULFILLED = strawberry.enum_value("FULFILLED", description="The order was sent.")
    DELIVERED = strawberry.enum_value("DELIVERED", description="The order was delivered.")
    RETURN_WINDOW = strawberry.enum_value("RETURN_WINDOW", description="Its return window has closed.")


@strawberry.enum(description="When points end.")
class ExpiryKind(Enum):
    NEVER = strawberry.enum_value("NEVER", description="Never.")
    AFTER = strawberry.enum_value("AFTER", description="After some days or months.")
    CALENDAR = strawberry.enum_value("CALENDAR", description="On a day of the year.")
    INACTIVITY = strawberry.enum_value("INACTIVITY", description="Some days after the last purchase.")


@strawberry.enum(description="The end of which period an expiry is moved to.")
class ExpiryRound(Enum):
    NONE = strawberry.enum_value("NONE", description="It is not moved.")
    MONTH = strawberry.enum_value("MONTH", description="The month's end.")
    QUARTER = strawberry.enum_value("QUARTER", description="The quarter's end.")
    YEAR = strawberry.enum_value("YEAR", description="The year's end.")


@strawberry.enum(description="From which points a refund takes first, after those of its own order.")
class RefundTaking(Enum):
    LATEST_END_FIRST = strawberry.enum_value("LATEST_END_FIRST", description="From those that would last longest.")
    EARLIEST_END_FIRST = strawberry.enum_value("EARLIEST_END_FIRST", description="From those that end first.")


@strawberry.enum(description="What happens when a refund takes back more than the member has.")
class RefundShortfall(Enum):
    DEBT = strawberry.enum_value("DEBT", description="The member owes it: what they earn next repays it.")
    WRITE_OFF = strawberry.enum_value("WRITE_OFF", description="The program bears it.")
    FLAG = strawberry.enum_value("FLAG", description="The program bears it, and the staff are told.")
