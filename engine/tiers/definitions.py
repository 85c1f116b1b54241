"""What tiers a program has and how they are reached, kept and lost: immutable, versioned data, never code."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from engine.money import POINTS_MAXIMUM, exponent
from engine.perks.definitions import Perks
from engine.rules.bounds import Currency, Days, Frozen, Handle
from engine.tiers.metrics import Check, check_of
from engine.tiers.periods import Lifetime, NeverEnds, Term, Window
from engine.tiers.requirements import AtLeast, Metric, Requirement, leaves

TIERS_MAXIMUM = 20
Asked = Literal["enter", "retain", "reenter"]
_ASKED: tuple[Asked, ...] = get_args(Asked)
JSON_CHARACTERS_MAXIMUM = 500_000


def _plain(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


Name = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=80)]


class Tier(Frozen):
    """One step of the ladder.

    `enter` is what it takes to come here, `retain` to stay at the term's end, `reenter` to come back after a demotion;
    those that are left out are as `enter`. `entry_points` are given on entering and end after `entry_days`.
    """

    handle: Handle
    name: Name
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#888888"
    description: Annotated[str, AfterValidator(_plain), Field(max_length=1_000)] = ""
    enter: Requirement | None = None
    retain: Requirement | None = None
    reenter: Requirement | None = None
    entry_points: Annotated[int, Field(ge=0, le=POINTS_MAXIMUM)] = 0
    entry_days: Days | None = 365
    perks: Perks = ()

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All that are written down."""
        return tuple(one for one in (self.enter, self.retain, self.reenter) if one is not None)


class TierProgram(Frozen):
    """The ladder, lowest tier first, and the rules of rising and falling; see `folding` for what they mean."""

    currency: Currency
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=TIERS_MAXIMUM)]
    window: Window = Lifetime()
    term: Term = NeverEnds()
    downgrade: Literal["one_down", "recompute", "to_base"] = "recompute"
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    soft_landing: bool = False
    hold_days: Annotated[int, Field(ge=0, le=365)] = 0
    after_hold: Literal["keep", "recompute"] = "keep"
    when_changed: Literal["keep", "recompute"] = "keep"
    entry_rewards: Literal["once", "each_time"] = "once"
    test_orders: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        twice = [handle for handle, count in Counter(tier.handle for tier in self.tiers).items() if count > 1]
        if twice:
            raise ValueError(f"two tiers are both {twice[0]}")
        if self.tiers[0].requirements or self.tiers[0].entry_points:
            raise ValueError("everybody has the lowest tier: it asks for nothing and gives no points for entering")
        for tier in self.tiers[1:]:
            if tier.enter is None:
                raise ValueError(f"the tier {tier.handle} does not say what it takes to enter it")
            for requirement in tier.requirements:
                for leaf in leaves(requirement):
                    self._in_units(tier, leaf)
        self._rises()
        if len(self.model_dump_json()) > JSON_CHARACTERS_MAXIMUM:
            raise ValueError(f"tiers have at most {JSON_CHARACTERS_MAXIMUM} characters in all")
        return self

    def _in_units(self, tier: Tier, leaf: AtLeast) -> None:
        decimals = exponent(self.currency) if leaf.metric == "spend" else 0
        if leaf.amount != leaf.amount.quantize(Decimal(1).scaleb(-decimals)):
            raise ValueError(f"the tier {tier.handle} asks for a {leaf.metric} with more than {decimals} decimals")

    def _rises(self) -> None:
        """Of tiers that ask for one amount of one metric, each asks for more than the one below."""
        highest: dict[Metric, tuple[Decimal, bool]] = {}
        for tier in self.tiers[1:]:
            if isinstance(tier.enter, AtLeast):
                asked = (tier.enter.amount, tier.enter.more_than)
                if tier.enter.metric in highest and asked <= highest[tier.enter.metric]:
                    raise ValueError(f"the tier {tier.handle} asks for no more {tier.enter.metric} than one below it")
                highest[tier.enter.metric] = asked

    def to_json(self) -> str:
        """The definition as it is stored."""
        return self.model_dump_json()

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How high each tier stands, by its handle; the lowest is 0."""
        return {tier.handle: rank for rank, tier in enumerate(self.tiers)}

    @cached_property
    def checks(self) -> tuple[dict[Asked, Check], ...]:
        """What each tier asks for to enter, stay or come back, ready to be asked; the lowest asks for nothing."""
        return tuple(
            {name: check_of(getattr(tier, name) or tier.enter, self.currency) for name in _ASKED} if tier.enter else {}
            for tier in self.tiers
        )

    def tier(self, handle: str) -> Tier | None:
        """The tier of a handle."""
        rank = self.ranks.get(handle)
        return None if rank is None else self.tiers[rank]

    @cached_property
    def counted(self) -> tuple[object, ...]:
        """What counts at all: where two versions differ in it, every requirement is another one."""
        return self.currency, self.window, self.test_orders

    @cached_property
    def asked(self) -> tuple[object, ...]:
        """All that decides who reaches or keeps which tier: where two versions agree in it, no change moves anybody."""
        return self.counted, tuple((tier.handle, tier.enter, tier.retain, tier.reenter) for tier in self.tiers)

    def requirement(self, rank: int, asked: Asked) -> Requirement | None:
        """What a tier asks for; nothing of the lowest."""
        return getattr(self.tiers[rank], asked) or self.tiers[rank].enter

    @cached_property
    def asks_for(self) -> frozenset[Metric]:
        """Every metric that some tier asks for."""
        return frozenset(leaf.metric for tier in self.tiers for one in tier.requirements for leaf in leaves(one))


def _spent(amount: str, more_than: bool = False) -> AtLeast:
    return AtLeast(metric="spend", amount=Decimal(amount), more_than=more_than)


def default_tiers(currency: str) -> TierProgram:
    """What a shop starts with: Bronze, Silver from 500, Gold from 2,000 of lifetime spend, net of refunds.

    Up at once, and down by nothing but refunds: after those, too, the tier is that of what was spent.
    """
    return TierProgram(
        currency=currency,
        hold_days=30,
        after_hold="recompute",
        tiers=(
            Tier(handle="bronze", name="Bronze", color="#9c6b3f"),
            Tier(handle="silver", name="Silver", color="#7d8790", enter=_spent("500")),
            Tier(handle="gold", name="Gold", color="#b58a1b", enter=_spent("2000")),
        ),
    )


def value_bands(currency: str) -> TierProgram:
    """VIP levels by lifetime spend: general, bronze from 1,000, silver from 5,000, gold for more than 10,000."""
    return TierProgram(
        currency=currency,
        hold_days=30,
        after_hold="recompute",
        tiers=(
            Tier(handle="general", name="General", color="#5b6b60"),
            Tier(handle="bronze", name="Bronze", color="#9c6b3f", enter=_spent("1000")),
            Tier(handle="silver", name="Silver", color="#7d8790", enter=_spent("5000")),
            Tier(handle="gold", name="Gold", color="#b58a1b", enter=_spent("10000", more_than=True)),
        ),
    )
