"""Tiers as shoppers read them: exact amounts and sentences, in two languages, and nothing that is others'."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.perks.definitions import (
    BirthdayPoints,
    Content,
    CustomerTag,
    EarlyAccess,
    EarnMultiplier,
    FreeShippingCode,
    PercentCode,
    Perk,
)
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.periods import Anniversary, Calendar, Lasts, Rolling, UntilAnniversary, UntilCalendar
from engine.tiers.requirements import AllOf, AnyOf, AtLeast, Node
from engine.tiers.versions import publish_tiers
from laurel_graphql.refusals import Words
from laurel_graphql.tier_sentences import missing_text, requirement_text, rules_text
from laurel_graphql.types.perks import perks_of
from laurel_graphql.types.tier_values import progress_of
from tests.support.facts import PAID_AT, created, events, line, order, refund
from tests.support.graphql_requests import Ask

CLUB = Content(handle="club", title="The club", url="https://club.example/in", text="The password is laurel.")
LADDER = TierProgram(
    currency="USD",
    tiers=(
        Tier(handle="bronze", name="Bronze", color="#9c6b3f"),
        Tier(
            handle="silver", name="Silver", color="#7d8790", enter=AtLeast(metric="spend", amount=Decimal(500)),
            entry_points=50, perks=(EarnMultiplier(handle="more", factor=Decimal("1.5")),
                                    CustomerTag(handle="tag", tag="silver"), CLUB),
        ),
        Tier(
            handle="gold", name="Gold", color="#b58a1b",
            enter=AnyOf(requirements=(AtLeast(metric="spend", amount=Decimal(2000)),
                                      AtLeast(metric="orders", amount=Decimal(4)))), perks=(CLUB,),
        ),
    ),
)  # fmt: skip
TIER = """
    handle name color position since validUntil atRisk graceUntil overridden
    perks { handle kind title factor url text }
    next { handle name missing missingMetric message requirementText match requirements { position parent kind text }
           progress { metric value target missing unit currencyCode percent text } perks { handle url text } }
    stay { met } projected { at } history { from { handle } to { handle } reason text }
"""
ME = f"{{ me {{ tier {{ {TIER} }} }} }}"


@pytest.fixture
async def ladder(engine: AsyncEngine, shop: ShopReference) -> TierProgram:
    """Three tiers, from the beginning of time."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, LADDER, BEGINNING_OF_TIME, "tests")
    return LADDER


async def test_a_shopper_sees_where_they_stand_to_the_cent_and_nobody_else_does(
    engine: AsyncEngine, shop: ShopReference, ladder: TierProgram, ask_storefront: Ask
) -> None:
    bought = order(1, [line("620.00")], customer=4711, refunds=[refund(9, 1, "0.01")])
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, created(4711), bought))

    tier = (await ask_storefront(ME)).data["me"]["tier"]
    chinese = (await ask_storefront("{ me { tier { next { message } } } }", locale="zh-Hans-CN")).data["me"]["tier"]
    other = (await ask_storefront("{ me { tier { handle history { reason } } } }", customer_id=4712)).data["me"]
    nobody = (await ask_storefront("{ me { tier { handle } } }", customer_id=None)).data

    assert datetime.fromisoformat(tier.pop("since")) == PAID_AT
    assert tier == {
        "handle": "silver", "name": "Silver", "color": "#7d8790", "position": 1, "validUntil": None, "atRisk": False,
        "graceUntil": None, "overridden": False,
        "perks": [
            {"handle": "more", "kind": "EARN_MULTIPLIER", "title": "1.5× points", "factor": "1.5", "url": None,
             "text": None},
            {"handle": "club", "kind": "CONTENT", "title": "The club", "factor": None,
             "url": "https://club.example/in", "text": "The password is laurel."},
        ],
        "next": {
            "handle": "gold", "name": "Gold", "missing": "1380.01", "missingMetric": "SPEND",
            "message": "Spend $1,380.01 more to reach Gold.",
            "requirementText": "Spend $2,000.00 or place 4 orders", "match": "ANY",
            "requirements": [
                {"position": 0, "parent": None, "kind": "ANY", "text": "Spend $2,000.00 or place 4 orders"},
                {"position": 1, "parent": 0, "kind": "AT_LEAST", "text": "Spend $2,000.00"},
                {"position": 2, "parent": 0, "kind": "AT_LEAST", "text": "Place 4 orders"},
            ],
            "progress": [
                {"metric": "SPEND", "value": "619.99", "target": "2000", "missing": "1380.01", "unit": "MONEY",
                 "currencyCode": "USD", "percent": 30, "text": "$619.99 of $2,000.00"},
                {"metric": "ORDERS", "value": "1", "target": "4", "missing": "3", "unit": "COUNT",
                 "currencyCode": None, "percent": 25, "text": "1 of 4"},
            ],
            "perks": [{"handle": "club", "url": None, "text": None}],
        },
        "stay": None, "projected": None,
        "history": [
            {"from": {"handle": "bronze"}, "to": {"handle": "silver"}, "reason": "REACHED", "text": "Reached Silver."}
        ],
    }  # fmt: skip
    assert chinese == {"next": {"message": "再消费 US$1,380.01，即可升级至 Gold。"}}
    assert other == {"tier": {"handle": "bronze", "history": []}}
    assert nobody == {"me": None}


async def test_everybody_may_read_the_ladder_but_not_what_is_for_members(
    ladder: TierProgram, ask_storefront: Ask
) -> None:
    asked = (
        "{ program { tiers { handle requirementText retainText entryPoints perks { handle url text } } tierTerms } }"
    )
    program = (await ask_storefront(asked, customer_id=None)).data["program"]

    assert program == {
        "tiers": [
            {"handle": "bronze", "requirementText": "", "retainText": "", "entryPoints": 0, "perks": []},
            {"handle": "silver", "requirementText": "Spend $500.00", "retainText": "", "entryPoints": 50,
             "perks": [{"handle": "more", "url": None, "text": None}, {"handle": "club", "url": None, "text": None}]},
            {"handle": "gold", "requirementText": "Spend $2,000.00 or place 4 orders", "retainText": "",
             "entryPoints": 0, "perks": [{"handle": "club", "url": None, "text": None}]},
        ],
        "tierTerms": ["Everything since joining counts.", "A tier stays for good once it is reached."],
    }  # fmt: skip


async def test_what_time_takes_away_is_told_with_its_day(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    """Silver by the last 5 days, for 10 days: what was bought yesterday no longer counts by then."""
    rolling = LADDER.model_copy(update={"window": Rolling(days=5), "term": Lasts(days=10), "grace_days": 2})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, rolling, BEGINNING_OF_TIME, "tests")
        await apply_events(connection, events(shop, created(4711), order(1, [line("700.00")], customer=4711)))

    asked = """{ me { tier { validUntil stay { by match met progress { metric value missing } message }
        projected { tier { handle } at message dropping { date metric amount currencyCode } } } } }"""
    tier = (await ask_storefront(asked)).data["me"]["tier"]

    until = datetime.fromisoformat(tier["validUntil"])
    assert (until - PAID_AT).days == 10
    assert tier["stay"]["progress"] == [{"metric": "SPEND", "value": "0.00", "missing": "500.00"}]
    assert (tier["stay"]["by"], tier["stay"]["met"]) == (tier["validUntil"], False)
    assert tier["stay"]["message"].startswith("Spend $500.00 more by ")
    assert tier["stay"]["message"].endswith(" to keep Silver.")
    assert tier["projected"]["tier"] == {"handle": "bronze"}
    assert datetime.fromisoformat(tier["projected"]["at"]) > until
    assert sorted((one["metric"], one["amount"]) for one in tier["projected"]["dropping"]) == [
        ("ORDERS", "1"),
        ("SPEND", "700.00"),
    ]


NESTED: Node = AnyOf(
    requirements=(
        AtLeast(metric="spend", amount=Decimal(10_000), more_than=True),
        AllOf(
            requirements=(
                AtLeast(metric="orders", amount=Decimal(1)),
                AtLeast(metric="membership_months", amount=Decimal(6)),
            )
        ),
    )
)


def test_requirements_read_as_sentences() -> None:
    assert requirement_text(NESTED, "USD", "en") == (
        "Spend more than $10,000.00 or (place 1 order and be a paying member for 6 months)"
    )
    assert (
        requirement_text(NESTED, "JPY", "zh-CN") == "消费超过 JP¥10,000，或（完成 1 笔订单，且成为付费会员满 6 个月）"
    )
    assert requirement_text(None, "USD", "en") == ""
    assert missing_text([("points", Decimal(1)), ("reviews", Decimal(2))], "USD", "en", together=False) == (
        "Earn 1 point more or write 2 more reviews"
    )


def test_the_rules_of_a_ladder_read_as_sentences() -> None:
    terms = {
        "window": Calendar(unit="quarter"), "term": UntilCalendar(unit="year", extra_periods=1), "grace_days": 1,
        "downgrade": "one_down",
    }  # fmt: skip
    assert rules_text(LADDER.model_copy(update=terms), "en") == [
        "What happens within a calendar quarter counts.",
        "A tier stays to the end of the year in which it is reached.",
        "It stays for 1 period more after that.",
        "Whoever does not qualify anew goes one tier down.",
        "Benefits stay for 1 day more.",
    ]
    yearly = LADDER.model_copy(update={"window": Anniversary(), "term": UntilAnniversary(), "downgrade": "to_base"})
    assert rules_text(yearly, "zh-CN") == [
        "自加入之日起每 12 个月内的记录计入。",
        "等级有效至下一个入会周年，每 12 个月一次。",
        "未重新达标者从头开始。",
    ]


def test_a_ring_is_full_only_when_nothing_is_missing() -> None:
    def percent(value: str, target: str, missing: str) -> int:
        return progress_of("spend", Decimal(value), Decimal(target), Decimal(missing), "USD", "en").percent

    assert percent("499.99", "500", "0.01") == 99
    assert percent("10000", "10000", "0.01") == 99  # more than that is asked for
    assert percent("500", "500", "0") == 100
    assert percent("9999999999", "500", "0") == 100
    assert percent("0", "0", "0.01") == 0


PERKS: tuple[Perk, ...] = (
    CustomerTag(handle="tag", tag="vip"),
    PercentCode(handle="ten", percentage=Decimal("12.5"), code_days=1, each="once"),
    FreeShippingCode(handle="free", maximum_price={"USD": 800}),
    EarlyAccess(
        handle="drop", title="The drop", target_kind="collection", target="drop",
        members_from=datetime(2027, 1, 1, 3, tzinfo=UTC), opens_at=datetime(2027, 1, 2, 12, tzinfo=UTC),
    ),
    BirthdayPoints(handle="birthday", points=100),
    CLUB,
)  # fmt: skip


def test_perks_are_worded_for_who_reads_them_and_tags_and_contents_are_kept_from_the_rest() -> None:
    new_york = Words("en-US", ZoneInfo("America/New_York"))

    told = [(one.title, one.description, one.url) for one in perks_of(PERKS, new_york, "USD")]
    chinese = [one.title for one in perks_of(PERKS, Words("zh", ZoneInfo("UTC")), "EUR")]
    staff = perks_of(PERKS, new_york, "USD", staff=True)

    assert told == [
        ("12.5% off", "One code, good for 1 day.", None),
        ("Free delivery up to $8.00", "A code each month, good for 90 days.", None),
        ("The drop", "Open to members from December 31, 2026, to everybody from January 2, 2027.",
         "/collections/drop"),
        ("100 points on your birthday", "Once a year.", None),
        ("The club", "For members only.", None),
    ]  # fmt: skip
    assert chinese == ["优惠 12.5%", "免运费", "The drop", "生日当天可得 100 积分", "The club"]
    assert (staff[0].tag, staff[-1].url, staff[-1].text) == ("vip", CLUB.url, CLUB.text)
