"""Open pages learn that an offer was published, closed, changed, used up, or had its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.offers.definitions import Budget
from engine.offers.freshness import offers_mark
from engine.shops import ShopReference
from plugin.web import offer_watch
from plugin.web.offer_watch import OfferWatch
from tests.support.offers import Offering, made_code_offer


async def mark(offering: Offering) -> int:
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        return await offers_mark(connection, offering.program_id)


async def test_the_number_differs_with_everything_that_members_see_and_with_nothing_else(offering: Offering) -> None:
    assert await mark(offering) == 0
    one = made_code_offer(budget=Budget(unit="claims", amount=2), member_limit=None)
    draft = await offering.draft(one)
    seen = [await mark(offering)]
    offer = await offering.publish(draft)
    seen.append(await mark(offering))
    await offering.claim(offer)
    assert await mark(offering) == seen[-1]
    await offering.claim(offer, key="last")
    seen.append(await mark(offering))
    await offering.edit(offer, one.model_copy(update={"title": "Another title"}))
    seen.append(await mark(offering))
    await offering.close(offer)
    seen.append(await mark(offering))
    await offering.publish(offer)
    await offering.draft(one, handle="other")
    as_before = await mark(offering)
    assert seen[0] == 0
    assert len(set(seen)) == len(seen) == 5
    assert as_before == seen[3]
    assert all(number < 2**50 for number in seen)


async def test_the_moment_at_which_an_offer_begins_counts(offering: Offering, database_url: str) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    await offering.offer(made_code_offer(starts_at=soon))
    before = await mark(offering)
    with psycopg.connect(database_url) as owner:  # no clock is waited for
        begun = "jsonb_set(definition, '{starts_at}', to_jsonb(now() - interval '1 second'))"
        owner.execute(f"UPDATE offer_versions SET definition = {begun}".encode())
    assert await mark(offering) != before


async def test_a_process_asks_once_for_all_its_pages_and_goes_on_without_an_answer(
    offering: Offering, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, asked = OfferWatch(engine), []
    offer = await offering.offer()

    async def counted(*given: object) -> int:
        asked.append(given)
        return await offers_mark(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(offer_watch, "offers_mark", counted)
    numbers = {await watch.number(shop.program_id) for _ in range(3)}
    assert (len(numbers), len(asked)) == (1, 1)
    monkeypatch.setattr(offer_watch, "FRESH_SECONDS", 0.0)
    watch = OfferWatch(engine)
    published = await watch.number(shop.program_id)
    await offering.close(offer)
    assert await watch.number(shop.program_id) not in (0, published)
