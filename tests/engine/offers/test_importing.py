"""Files of codes: read piece by piece, each code once, what is wrong counted by row, what was kept kept."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.crash import CRASH_VARIABLE, EXIT_CODE
from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from engine.offers import code_text
from engine.offers.code_text import CodeRow, CodeText
from engine.offers.import_progress import ImportProblem, imports_of
from engine.offers.importing import STEP
from engine.offers.pool_rounds import break_off_silent_imports
from engine.offers.pools import PoolRefused
from engine.shops import ShopReference
from tests.support.pools import OTHER_PARTNER, PARTNER, Pools, as_file, numbered


@pytest.fixture
async def pools(engine: AsyncEngine, shop: ShopReference) -> Pools:
    made = Pools(engine, shop)
    await made.add_partners()
    return made


def read(*pieces: bytes) -> list[CodeRow]:
    reader = CodeText()
    return [row for piece in pieces for row in reader.feed(piece)] + reader.finish()


def refusal_of(*pieces: bytes) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as refusal:
        read(*pieces)
    return refusal.value.code, refusal.value.row


def test_a_file_of_one_column_needs_no_first_row_and_may_have_one() -> None:
    rows = [CodeRow(1, "SAVE-1"), CodeRow(3, "SAVE-2")]
    assert read(b"SAVE-1\r\n\r\nSAVE-2") == rows
    assert read(b"\xef\xbb\xbfCode\nSAVE-1\n") == [CodeRow(2, "SAVE-1")]
    assert read(b"SAVE-1\rSAVE-2\r") == [CodeRow(1, "SAVE-1"), CodeRow(2, "SAVE-2")]
    assert read(b"") == []


def test_the_column_is_found_by_its_name_whatever_separates_and_quotes_it() -> None:
    text_of_file = b'note;code;valid\n"two\nlines; and a "" mark";"AB;C-1";x\n;ABCD;\n'
    assert read(text_of_file) == [CodeRow(2, "AB;C-1"), CodeRow(3, "ABCD")]
    assert read(b"code\tnote\nABCD\tx") == [CodeRow(2, "ABCD")]
    assert refusal_of(b"SAVE-1,10 %\n") == ("NO_CODE_COLUMN", 1)


def test_each_row_that_cannot_be_handed_out_says_why() -> None:
    rows = read(b'x,code\n1,\n2,ABC\n3,two words\n4,caf\xc3\xa9\n5,"AB"C\n6\n7,' + b"A" * 65 + b"\n8,GOOD\n")
    assert [row.problem for row in rows] == [
        "missing", "length", "characters", "characters", "quotes", "missing", "length", None,
    ]  # fmt: skip
    assert [row.problem for row in read(b"SAVE-1\nSAVE-2,SAVE-3\n")] == [None, "columns"]
    assert [row.problem for row in read(b"SAVE-1\nSAVE\xff\nSAVE\xe2\x82")] == [None, "characters", "characters"]


def test_a_text_that_cannot_be_read_on_is_refused_at_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal_of(b'code\n"SAVE-1\nSAVE-2\n') == ("OPEN_QUOTE", 1)
    assert refusal_of(b'code\n"', b"A" * 70_000) == ("ROW_TOO_LONG", 2)
    assert refusal_of(b"A" * 70_000) == ("ROW_TOO_LONG", 1)
    monkeypatch.setattr(code_text, "ROWS_MAXIMUM", 2)
    assert refusal_of(b"SAVE-1\nSAVE-2\nSAVE-3\n") == ("TOO_MANY_ROWS", 3)


_CELLS = st.text(st.sampled_from('AB1-é ";,\n'), max_size=8)


@given(st.lists(_CELLS, max_size=12), st.lists(st.integers(0, 80), max_size=6), st.booleans())
def test_however_a_text_is_cut_it_reads_the_same(cells: list[str], cuts: list[int], header: bool) -> None:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    whole = "\n".join((["code"] if header else []) + quoted).encode()
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]

    rows = read(*(whole[first:last] for first, last in itertools.pairwise(places)))

    assert rows == read(whole)
    given = [cell.strip() for cell in cells]
    assert [row.code for row in rows if row.problem is None] == [
        cell for cell in given if 4 <= len(cell) <= 64 and cell.isascii() and " " not in cell and "\n" not in cell
    ]


async def test_each_code_of_a_partner_is_kept_once_in_whichever_of_its_pools(pools: Pools) -> None:
    first, second = await pools.pool(numbered(3)), await pools.pool()
    others = await pools.pool(partner_id=OTHER_PARTNER)

    repeated = await pools.send(second, as_file(["CODE-0000003", "NEW-1", "NEW-1", "bad one", "NEW-2"]))
    elsewhere = await pools.send(others, as_file(numbered(3)))

    assert (repeated.rows_added, repeated.rows_repeated, repeated.rows_refused) == (2, 2, 1)
    assert repeated.problems == (ImportProblem(5, "characters"),)
    assert (repeated.state, repeated.bytes_done) == ("finished", 44)
    assert elsewhere.rows_added == 3
    assert [await pools.counted(each) for each in (first, second, others)] == [3, 2, 3]


async def test_a_code_that_a_claim_of_the_partner_stands_for_is_no_code_of_a_pool(pools: Pools) -> None:
    pool_id = await pools.pool()
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        await connection.execute(
            text("""INSERT INTO offer_claims (program_id, claim_id, offer_id, offer_version, partner_id,
                agreement_version, member_id, shop_id, kind, state, code)
                VALUES (:program, 1, 1, 1, :partner, 1, 1, 1, 'code', 'ready', 'MADE-1')"""),
            {"program": pools.program_id, "partner": PARTNER},
        )

    made = await pools.send(pool_id, b"code\nMADE-1\nMADE-2\n")

    assert (made.rows_added, made.rows_repeated) == (1, 1)
    assert await pools.take(pool_id, 2) == "MADE-2"


async def test_an_upload_that_is_broken_off_keeps_its_steps_and_can_be_sent_again(pools: Pools) -> None:
    pool_id = await pools.pool()
    whole = as_file(numbered(2 * STEP + 10))
    seen: list[tuple[str, int]] = []

    async def cut() -> AsyncIterator[bytes]:
        yield whole[: len(whole) // 2 + 40]
        async with tenant_transaction(pools.engine, pools.program_id) as connection:
            (running,) = await imports_of(connection, pools.program_id, pool_id)
        seen.append((running.state, running.rows_added))
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await pools.stream(pool_id, cut())
    assert seen == [("running", STEP)]
    assert await pools.counted(pool_id) == STEP

    again = await pools.send(pool_id, whole)

    assert (again.rows_added, again.rows_repeated) == (STEP + 10, STEP)
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        states = [each.state for each in await imports_of(connection, pools.program_id, pool_id)]
    assert states == ["finished", "broken_off"]


async def test_a_text_that_breaks_in_the_middle_says_where_and_a_pool_that_closes_takes_no_more(pools: Pools) -> None:
    pool_id = await pools.pool()
    with pytest.raises(FileRefused):
        await pools.send(pool_id, as_file(numbered(STEP)), b'"open')
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        (broken,) = await imports_of(connection, pools.program_id, pool_id)
    assert (broken.state, broken.rows_added) == ("broken_off", STEP)
    assert broken.problems == (ImportProblem(STEP + 1, "OPEN_QUOTE"),)

    async def closing() -> AsyncIterator[bytes]:
        yield b"code\nONE-MORE\n"
        await pools.close(pool_id)

    with pytest.raises(PoolRefused, match="nothing more is handed out"):
        await pools.stream(pool_id, closing())
    with pytest.raises(PoolRefused):
        await pools.send(999_999, b"code\n")


_IMPORT = """
import asyncio, sys
from engine.database import create_engine
from engine.offers.importing import CodeFile, import_codes

async def pieces():
    yield sys.stdin.buffer.read()

async def run(url, program_id, pool_id):
    await import_codes(create_engine(url), CodeFile(int(program_id), int(pool_id), "codes.csv", "staff:1"), pieces())

asyncio.run(run(*sys.argv[1:]))
"""


async def test_a_process_that_dies_leaves_its_steps_and_an_import_that_says_so_and_others_at_once_change_nothing(
    pools: Pools, database_url: str
) -> None:
    pool_id, whole = await pools.pool(), as_file(numbered(2 * STEP + 10))
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _IMPORT, database_url, str(pools.program_id), str(pool_id)],
        input=whole, env={CRASH_VARIABLE: "codes-kept"}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == EXIT_CODE
    assert await pools.counted(pool_id) == STEP

    backwards = as_file(numbered(2 * STEP + 10)[::-1])
    both = await asyncio.gather(pools.send(pool_id, whole), pools.send(pool_id, backwards))

    assert sum(each.rows_added for each in both) == STEP + 10
    assert sum(each.rows_repeated for each in both) == 3 * STEP + 10
    assert await pools.counted(pool_id) == 2 * STEP + 10
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        await connection.execute(text("UPDATE pool_imports SET updated_at = updated_at - interval '11 minutes'"))
        assert await break_off_silent_imports(connection) == 1
        assert [each.state for each in await imports_of(connection, pools.program_id, pool_id)] == [
            "finished", "finished", "broken_off",
        ]  # fmt: skip
