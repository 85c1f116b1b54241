"""`memberUpdate`: a birthday, once a year, never today."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.birthdays import changeable_from, local_today
from engine.database import tenant_transaction
from engine.shops import ShopReference
from laurel_graphql.texts import day_text
from tests.support.graphql_requests import Ask

UPDATE = """
mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) {
    me { birthday { month day changeableFrom } } userErrors { field message code } } }
"""


async def today_of(engine: AsyncEngine, shop: ShopReference) -> date:
    """Today in the program's zone."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await local_today(connection, shop.program_id)


def birthday(day: date) -> dict[str, object]:
    """The variables for a birthday."""
    return {"input": {"birthday": {"month": day.month, "day": day.day}}}


async def test_a_birthday_is_told_and_read_back(engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask) -> None:
    today = await today_of(engine, shop)
    soon = today + timedelta(days=40)

    payload = (await ask_storefront(UPDATE, birthday(soon))).data["memberUpdate"]

    told = {"month": soon.month, "day": soon.day, "changeableFrom": changeable_from(today).isoformat()}
    assert payload == {"me": {"birthday": told}, "userErrors": []}
    assert (await ask_storefront("{ me { birthday { month day changeableFrom } } }")).data["me"]["birthday"] == told


async def test_nothing_to_change_is_no_error(ask_storefront: Ask) -> None:
    payload = (await ask_storefront(UPDATE, {"input": {}})).data["memberUpdate"]

    assert payload == {"me": {"birthday": None}, "userErrors": []}


async def test_another_birthday_within_a_year_is_refused_in_the_shopper_s_language(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    today = await today_of(engine, shop)
    await ask_storefront(UPDATE, birthday(today + timedelta(days=40)))

    english = (await ask_storefront(UPDATE, birthday(today + timedelta(days=50)))).data["memberUpdate"]
    chinese = (await ask_storefront(UPDATE, birthday(today + timedelta(days=50)), locale="zh-CN")).data["memberUpdate"]

    assert english["me"]["birthday"]["day"] == (today + timedelta(days=40)).day
    day = day_text(changeable_from(today), "en")
    assert english["userErrors"] == [
        {
            "field": ["input", "birthday"],
            "code": "BIRTHDAY_LOCKED",
            "message": f"It can be changed again from {day} on.",
        }
    ]
    assert chinese["userErrors"][0]["message"] == f"{day_text(changeable_from(today), 'zh-CN')}起可再次修改。"


async def test_today_is_refused(engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask) -> None:
    payload = (await ask_storefront(UPDATE, birthday(await today_of(engine, shop)))).data["memberUpdate"]

    assert [error["code"] for error in payload["userErrors"]] == ["BIRTHDAY_IS_TODAY"]
    assert payload["me"] == {"birthday": None}


async def test_a_day_that_no_year_has_is_refused(ask_storefront: Ask) -> None:
    for month, day in ((2, 30), (0, 0), (13, 1), (-1, -1), (2**31 - 1, 1)):
        given = {"input": {"birthday": {"month": month, "day": day}}}
        payload = (await ask_storefront(UPDATE, given)).data["memberUpdate"]
        assert [error["code"] for error in payload["userErrors"]] == ["INVALID_DATE"], (month, day)


async def test_a_month_that_is_no_whole_number_is_the_request_s_mistake(ask_storefront: Ask) -> None:
    wrong: list[object] = [1.5, "1", 2**31, None, True, [1], {}]
    for month in wrong:
        reply = await ask_storefront(UPDATE, {"input": {"birthday": {"month": month, "day": 1}}})
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), month


async def test_nobody_logged_in_changes_nothing(ask_storefront: Ask) -> None:
    payload = (await ask_storefront(UPDATE, {"input": {}}, customer_id=None)).data["memberUpdate"]

    assert payload == {
        "me": None,
        "userErrors": [{"field": None, "code": "SIGNED_OUT", "message": "Log in first."}],
    }


async def test_one_member_s_birthday_is_not_another_s(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await ask_storefront(UPDATE, birthday(await today_of(engine, shop) + timedelta(days=40)))

    other = (await ask_storefront("{ me { birthday { day } } }", customer_id=4712)).data

    assert other == {"me": {"birthday": None}}
