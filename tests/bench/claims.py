"""Claims of an offer from a pool of very many codes, by members at the same time, against `pgbench`.

The reference takes a code by one bare `UPDATE … WHERE id = (SELECT … FOR UPDATE SKIP LOCKED LIMIT 1)`, with as many
clients on the same server: no member, no limits, no budget, no claim. The second figure is our statement that takes
and counts a code, run by `pgbench` in the same way.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import create_engine, libpq_url, tenant_transaction
from engine.offers.claiming import claim_offer
from engine.offers.codes import TAKE_SQL
from engine.offers.definitions import Budget, Code, OfferDefinition, Pool
from engine.offers.editing import create_offer
from engine.offers.importing import CodeFile, import_codes
from engine.offers.publishing import publish_offer
from engine.partners.catalog import create_partner
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from plugin.embedded.postgres import client_program
from tests.bench import taking_in
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.facts import events, line, order

CLIENTS = 8
CLAIMS = 4_000
PGBENCH_SECONDS = 10
FIRST_CUSTOMER = 60_000_000_000
BARE_TABLE = """
CREATE TABLE bench_codes (id bigint PRIMARY KEY, code text NOT NULL, claimed_by bigint);
INSERT INTO bench_codes SELECT n, md5(n::text), NULL FROM generate_series(1, {codes}) n;
CREATE INDEX ON bench_codes (id) WHERE claimed_by IS NULL;
ANALYZE bench_codes;
"""
BARE_CLAIM = """
\\set claim random(1, 9000000000000)
UPDATE bench_codes SET claimed_by = :claim WHERE id = (
    SELECT id FROM bench_codes WHERE claimed_by IS NULL ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING code;
"""


def measure(stage: Stage) -> list[Result]:
    """Claims a second over eight connections, and codes a second of the statement alone, each against the reference."""
    offer_id, pool_id = asyncio.run(_prepare(stage))
    seconds = asyncio.run(_claim_all(stage, offer_id))
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(BARE_TABLE.format(codes=taking_in.CODES).encode())
        owner.execute("VACUUM ANALYZE pool_codes")
    bare = _pgbench(stage, "bare.sql", BARE_CLAIM)
    taken = _pgbench(stage, "taken.sql", _taking(stage.shop.program_id, pool_id))
    pool = f"from a pool of {taking_in.CODES:,}"
    return [
        Result(f"claims {pool} codes, {CLIENTS} connections", "/s", CLAIMS / seconds, bare),
        Result(f"codes taken and counted {pool}, the statement alone", "/s", taken, bare, "≥ 0.5 ×"),
    ]


async def _prepare(stage: Stage) -> tuple[int, int]:
    """A published offer of one code for each member, its pool, and members enough."""
    engine, program_id = create_engine(stage.postgres.application_url), stage.shop.program_id
    agreement = AgreementDefinition(
        currency="USD", buy_rate=Decimal("0.01"), redeem_rate=Decimal("0.008"), billing="postpaid", hold_days=0,
        time_zone="UTC", cycle="month",
    )  # fmt: skip
    async with tenant_transaction(engine, program_id) as connection:
        profile = PartnerProfile(name="Bench")
        partner = await create_partner(connection, program_id, "bench", profile, agreement, actor="bench")
    pool_id = await taking_in.new_pool(stage, partner.partner_id)
    file = CodeFile(program_id, pool_id, "codes.csv", "bench")
    await import_codes(engine, file, taking_in.pieces(taking_in.CODES))
    definition = OfferDefinition(
        title="Ten off", gives=Code(source=Pool(pool_id=pool_id)), budget=Budget(unit="claims", amount=taking_in.CODES)
    )
    async with tenant_transaction(engine, program_id) as connection:
        offer = await create_offer(connection, program_id, partner.partner_id, "bench", definition, actor="bench")
        await publish_offer(connection, program_id, offer.offer_id, actor="bench")
    await _enroll(stage, engine)
    await engine.dispose()
    return offer.offer_id, pool_id


async def _enroll(stage: Stage, engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    for first in range(FIRST_CUSTOMER, FIRST_CUSTOMER + CLAIMS, 500):
        bought = [order(customer, [line("9.00")], customer=customer) for customer in range(first, first + 500)]
        async with tenant_transaction(engine, stage.shop.program_id) as connection:
            await apply_events(connection, events(stage.shop, *bought, received_at=now))


async def _claim_all(stage: Stage, offer_id: int) -> float:
    engine, shop = create_engine(stage.postgres.application_url, pool_size=CLIENTS), stage.shop
    customers = iter(range(FIRST_CUSTOMER, FIRST_CUSTOMER + CLAIMS))
    codes: set[str | None] = set()

    async def one_client() -> None:
        for customer in customers:
            async with tenant_transaction(engine, shop.program_id) as connection:
                key = f"bench-{customer}"
                made = await claim_offer(connection, shop.program_id, shop.shop_id, customer, offer_id, key)
            codes.add(made.code)

    began = time.perf_counter()
    await asyncio.gather(*(one_client() for _ in range(CLIENTS)))
    seconds = time.perf_counter() - began
    await engine.dispose()
    assert len(codes) == CLAIMS, "every member has a code of their own"
    return seconds


def _taking(program_id: int, pool_id: int) -> str:
    """Our statement for `pgbench`, where a claim is a number that nothing stands behind."""
    given = f"\\set program_id {program_id}\n\\set pool_id {pool_id}\n\\set claim_id random(1, 9000000000000)\n"
    return f"{given}{' '.join(TAKE_SQL.split())};\n"


def _pgbench(stage: Stage, name: str, script: str) -> float:
    """Transactions a second of a script."""
    file = Path(stage.postgres.home) / name
    file.write_text(script)
    command = [
        str(client_program("pgbench")), "--no-vacuum", f"--client={CLIENTS}", "--jobs=2", "--protocol=prepared",
        f"--time={PGBENCH_SECONDS}", f"--file={file}", libpq_url(stage.postgres.owner_url),
    ]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+)", output)
    assert found is not None, output
    return float(found.group(1))
