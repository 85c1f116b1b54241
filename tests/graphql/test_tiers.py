"""Tiers as shoppers read them: exact amounts and sentences, in two languages, and nothing that is others'."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.perks.definitions import (
    Content,
    CustomerTag,
    EarnMultiplier,
)
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.periods import Lasts, Rolling
from engine.tiers.requirements import AnyOf, AtLeast
from engine.tiers.versions import publish_tiers
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
        "tierTerms": [
            "Everything since joining counts.",
            "A tier has no end date.",
            "Refunds leave a tier to the end of its time.",
        ],
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
