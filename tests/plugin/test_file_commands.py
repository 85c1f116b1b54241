"""Files on the command line, as processes: what they print, end with and leave in the ledger."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference, install_shop
from plugin.payloads import EmailKeys
from tests.support.files import balances, breaches, check, members, start
from tests.support.signing import SHOP

LAUREL = Path(sys.executable).parent / "laurel"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the files are."""
    return tmp_path


async def laurel(database_url: str, home: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code and all that was printed."""
    clean = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "COLUMNS": "200", "DATABASE_URL": database_url, **environment}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LAUREL, *arguments], env=clean, cwd=home, capture_output=True, text=True, timeout=60, check=False
        )

    done = await asyncio.to_thread(run)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_a_grant_is_tried_carried_out_and_not_given_again(
    engine: AsyncEngine, shop: ShopReference, database_url: str, home: Path
) -> None:
    await members(engine, shop, 2)
    (home / "gift.csv").write_text("customer_id,points\n1,100\n2,50\n9,1\n")
    tried = await laurel(database_url, home, "grant", "gift.csv", "--reason", "Thank you", "--dry-run")
    before = await balances(engine, shop, 2)
    given = await laurel(database_url, home, "grant", "gift.csv", "--reason", "Thank you")
    again = await laurel(database_url, home, "grant", "gift.csv", "--reason", "Thank you")

    assert (tried[0], before) == (1, [0, 0])
    assert "no member is known by that" in tried[1]
    assert "3 rows: 2 to apply with 150 points, 0 applied before, 1 refused.\n" in tried[1]
    assert "They are about 2 members, 0 of them new.\n" in tried[1]
    assert (given[0], again[0]) == (1, 1)
    assert "2 rows applied: 150 points; 1 refused." in given[1]
    assert "0 to apply with 0 points, 2 applied before" in again[1]
    assert await balances(engine, shop, 2) == [100, 50]
    assert await breaches(database_url) == {}


async def test_members_are_imported_by_id_and_known_ones_by_address(
    engine: AsyncEngine, shop: ShopReference, database_url: str, home: Path
) -> None:
    await members(engine, shop, 1)
    key = bytes(range(32))
    async with tenant_transaction(engine, shop.program_id) as connection:
        keyed = {"key": EmailKeys(key).of("ada@example.test")}
        await connection.execute(text("UPDATE customers SET email_key = :key"), keyed)
    (home / "members.csv").write_text("email,customer_id,points,lifetime\nada@example.test,,7,10\n,2,3,\n")

    blind = await laurel(database_url, home, "import", "members.csv", "--dry-run")
    seeing = await laurel(
        database_url, home, "import", "members.csv", LAUREL_ENCRYPTION_KEY=base64.b64encode(key).decode()
    )

    assert (blind[0], "name the customer by id" in blind[1]) == (1, True)
    assert (seeing[0], "2 rows applied: 10 points; 0 refused." in seeing[1]) == (0, True)
    assert await balances(engine, shop, 2) == [7, 3]
    assert await breaches(database_url) == {}


async def test_what_a_worker_or_a_killed_command_left_is_gone_on_with(
    engine: AsyncEngine, shop: ShopReference, database_url: str, home: Path
) -> None:
    await members(engine, shop, 2)
    content = "customer_id,points\n1,100\n2,50\n"
    (home / "gift.csv").write_text(content)
    await start(engine, shop, await check(engine, shop, content))

    done = await laurel(database_url, home, "grant", "gift.csv", "--reason", "Thank you")

    assert done[0] == 0
    assert "2 rows applied: 150 points; 0 refused." in done[1]
    assert await balances(engine, shop, 2) == [100, 50]


async def test_exports_are_written_whole_or_not_at_all(
    engine: AsyncEngine, shop: ShopReference, database_url: str, home: Path
) -> None:
    await members(engine, shop, 3)
    written = await laurel(database_url, home, "export", "members", "--from", "2020-01-01", "-o", "all.csv")
    workbook = await laurel(database_url, home, "export", "totals", "--format", "xlsx")
    nowhere = await laurel(database_url, home, "export", "members", "-o", "missing/all.csv")
    nonsense = await laurel(database_url, home, "export", "members", "--from", "31.12.2026")

    assert (written[0], "Wrote 3 rows to all.csv" in written[1]) == (0, True)
    assert len((home / "all.csv").read_text().splitlines()) == 4
    assert workbook[0] == 0
    assert load_workbook(home / "laurel-totals.xlsx").worksheets[0]["A1"].value == "status"
    assert (nowhere[0], "cannot be written" in nowhere[1], nonsense[0]) == (2, True, 2)
    assert sorted(os.listdir(home)) == ["all.csv", "laurel-totals.xlsx"]


async def test_where_there_are_several_shops_one_has_to_be_named(
    engine: AsyncEngine, shop: ShopReference, database_url: str, home: Path
) -> None:
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=2, name="Other", currency="USD", time_zone="UTC", scopes=[],
        at=(await members(engine, shop, 1))[1].joined_at,
    )  # fmt: skip
    unclear = await laurel(database_url, home, "export", "members")
    unknown = await laurel(database_url, home, "export", "members", "--shop", "nobody.myshopify.com")
    named = await laurel(database_url, home, "export", "members", "--shop", SHOP)
    numbered = await laurel(database_url, home, "export", "members", "--program", str(other.program_id))

    assert (unclear[0], unknown[0], named[0], numbered[0]) == (2, 2, 0, 0)
    assert f"--shop {SHOP}  (program {shop.program_id})" in unclear[1]
    assert "There is no such shop." in unknown[1]
    assert "Wrote 0 rows" in numbered[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("customer_id;punkte\n1;2\n", "gift.csv: Row 1: there is no column points"),
        ("PK\x03\x04", "gift.csv: the file is a zip archive"),
        ('customer_id,points\n1,"2\n', "gift.csv: Row 2: a quotation mark is left open"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why(
    shop: ShopReference, database_url: str, home: Path, content: str, said: str
) -> None:
    (home / "gift.csv").write_text(content)
    done = await laurel(database_url, home, "grant", "gift.csv", "--reason", "Thank you")

    assert (done[0], said in done[1]) == (2, True)


async def test_a_database_that_cannot_be_reached_is_named_without_its_password(home: Path) -> None:
    (home / "gift.csv").write_text("customer_id,points\n1,2\n")
    url = "postgresql://laurel_app:hunter2@127.0.0.1:1/laurel"
    taken = await laurel(url, home, "grant", "gift.csv", "--reason", "Thank you")
    exported = await laurel(url, home, "export", "members")

    assert (taken[0], exported[0]) == (2, 2)
    assert "The database gave up (OperationalError)" in taken[1]
    assert "hunter2" not in taken[1] + exported[1]
