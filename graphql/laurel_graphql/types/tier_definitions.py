"""A definition of tiers as the staff read it: everything that it says, and the same in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

from engine.tiers.definitions import Tier as TierFacts
from engine.tiers.definitions import TierProgram as ProgramFacts
from engine.tiers.definitions import default_tiers, value_bands
from engine.tiers.periods import Anniversary, Calendar, Lasts, Rolling, UntilAnniversary, UntilCalendar
from laurel_graphql.inputs.rule_enums import CalendarPeriod
from laurel_graphql.inputs.tiers import EntryRewards, TierDowngrade, TierKeeping, TierTermKind, TierWindowKind
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.tier_sentences import requirement_text, rules_text
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.tier_values import TierRequirement, requirements_of


@strawberry.type(description="Which days count for a tier. What does not fit its kind is null.")
class TierWindow:
    kind: TierWindowKind = strawberry.field(description="Which days count.")
    days: int | None = strawberry.field(description="So many days.")
    months: int | None = strawberry.field(description="So many months.")
    unit: CalendarPeriod | None = strawberry.field(description="The period of the calendar.")
    start_month: int | None = strawberry.field(description="The month that years and quarters are counted from.")


@strawberry.type(description="How long a tier lasts, and what comes then. What does not fit its kind is null.")
class TierTerm:
    kind: TierTermKind = strawberry.field(description="How long it lasts.")
    days: int | None = strawberry.field(description="So many days.")
    months: int | None = strawberry.field(description="So many months.")
    unit: CalendarPeriod | None = strawberry.field(description="The period of the calendar.")
    start_month: int | None = strawberry.field(description="The month that years and quarters are counted from.")
    extra_periods: int | None = strawberry.field(description="So many whole periods more.")
    downgrade: TierDowngrade = strawberry.field(description="Where a member goes who does not qualify anew.")
    grace_days: int = strawberry.field(description="For so many days after its end it stays, at risk.")
    soft_landing: bool = strawberry.field(description="Whether nobody ever goes down more than one tier.")


@strawberry.type(description="A tier.")
class Tier:
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    position: int = strawberry.field(description="How high it stands, 0 is the lowest.")
    enter: list[TierRequirement] = strawberry.field(description="What it takes to come here; empty for nothing.")
    retain: list[TierRequirement] = strawberry.field(description="What it takes to stay; empty: as to enter.")
    reenter: list[TierRequirement] = strawberry.field(description="What it takes to come back; empty: as to enter.")
    enter_text: str = strawberry.field(description="The same in the caller's language; empty for nothing.")
    retain_text: str = strawberry.field(description="What it takes to stay in the end, in words; empty for nothing.")
    reenter_text: str = strawberry.field(description="What it takes to come back in the end; empty for nothing.")
    entry_points: Points = strawberry.field(description="Points for entering.")
    entry_days: int | None = strawberry.field(description="For how many days they can be spent, null for good.")
    perks: list[Perk] = strawberry.field(description="What it does for its members.")
    members: int = strawberry.field(
        description="How many members have it; of a change that is thought about: would have it."
    )


@strawberry.type(description="All tiers, lowest first, and how they are reached and kept.")
class TierDefinition:
    currency: CurrencyCode = strawberry.field(description="The currency of SPEND.")
    tiers: list[Tier] = strawberry.field(description="The tiers, lowest first.")
    window: TierWindow = strawberry.field(description="Which days count.")
    term: TierTerm = strawberry.field(description="How long a tier lasts.")
    hold_days: int = strawberry.field(description="For how many days a refund takes a reached tier back.")
    after_hold: TierKeeping = strawberry.field(description="What a later refund does.")
    when_changed: TierKeeping = strawberry.field(
        description="What this version does to members who no longer qualify for their tier."
    )
    entry_rewards: EntryRewards = strawberry.field(description="How often entry points are given.")
    test_orders: bool = strawberry.field(description="Whether test orders count.")
    summary: list[str] = strawberry.field(description="How it works, in sentences of the caller's language.")


@strawberry.type(description="Tiers to start from.")
class TierSuggestion:
    handle: str = strawberry.field(description="What it is called by programs.")
    title: str = strawberry.field(description="What it is, in the caller's language.")
    definition: TierDefinition = strawberry.field(description="What it says.")


def definition_of(program: ProgramFacts, words: Words, members: Mapping[str, int]) -> TierDefinition:
    """A definition in words; `members` has how many have each tier, by its handle."""
    tiers = [
        _tier(tier, rank, program.currency, words, members.get(tier.handle, 0))
        for rank, tier in enumerate(program.tiers)
    ]
    return TierDefinition(
        currency=CurrencyCode(program.currency),
        tiers=tiers,
        window=_window(program),
        term=_term(program),
        hold_days=program.hold_days,
        after_hold=TierKeeping[program.after_hold.upper()],
        when_changed=TierKeeping[program.when_changed.upper()],
        entry_rewards=EntryRewards[program.entry_rewards.upper()],
        test_orders=program.test_orders,
        summary=rules_text(program, words.language),
    )


def suggestions_of(currency: str, words: Words) -> list[TierSuggestion]:
    """What a merchant can start from, in the shop's currency."""
    return [
        TierSuggestion(
            handle=handle,
            title=TEXTS[words.language][f"tier.suggestion.{handle}"],
            definition=definition_of(make(currency), words, {}),
        )
        for handle, make in (("spend", default_tiers), ("value-bands", value_bands))
    ]


def _tier(tier: TierFacts, rank: int, currency: str, words: Words, members: int) -> Tier:
    language = words.language
    return Tier(
        handle=tier.handle,
        name=tier.name,
        color=tier.color,
        description=tier.description,
        position=rank,
        enter=requirements_of(tier.enter, currency, language),
        retain=requirements_of(tier.retain, currency, language),
        reenter=requirements_of(tier.reenter, currency, language),
        enter_text=requirement_text(tier.enter, currency, language),
        retain_text=requirement_text(tier.retain or tier.enter, currency, language),
        reenter_text=requirement_text(tier.reenter or tier.enter, currency, language),
        entry_points=Points(tier.entry_points),
        entry_days=tier.entry_days,
        perks=perks_of(tier.perks, words, currency, staff=True),
        members=members,
    )


def _window(program: ProgramFacts) -> TierWindow:
    window = program.window
    calendar = window if isinstance(window, Calendar) else None
    return TierWindow(
        kind=TierWindowKind[window.kind.upper()],
        days=window.days if isinstance(window, Rolling) else None,
        months=window.months if isinstance(window, Rolling | Anniversary) else None,
        unit=CalendarPeriod[calendar.unit.upper()] if calendar else None,
        start_month=calendar.start_month if calendar else None,
    )


def _term(program: ProgramFacts) -> TierTerm:
    term = program.term
    calendar = term if isinstance(term, UntilCalendar) else None
    return TierTerm(
        kind=TierTermKind.AFTER if isinstance(term, Lasts) else TierTermKind[term.kind.upper()],
        days=term.days if isinstance(term, Lasts) else None,
        months=term.months if isinstance(term, Lasts | UntilAnniversary) else None,
        unit=CalendarPeriod[calendar.unit.upper()] if calendar else None,
        start_month=calendar.start_month if calendar else None,
        extra_periods=term.extra_periods if isinstance(term, UntilCalendar | UntilAnniversary) else None,
        downgrade=TierDowngrade[program.downgrade.upper()],
        grace_days=program.grace_days,
        soft_landing=program.soft_landing,
    )
