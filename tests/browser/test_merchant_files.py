"""The merchant gives points to many by a file that is checked first, and takes the books out as files."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, Demo, launcher, log_in
from tests.support.merchant_app import button, field, open_app, told


def test_given_a_file_when_checked_and_started_then_every_good_row_counts_once(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    lucky, other = demo.new_customer("Lucky"), demo.new_customer("Second")
    page, shopper = visit(viewport=viewport), visit()
    log_in(shopper, demo, lucky)
    expect(launcher(shopper)).to_contain_text("100")
    table = f"customer_id,points\n{lucky},40\n{other},5\n{lucky},many\nnobody,3\n"
    app = open_app(page, demo, "/import-export")
    button(app, "Check file").click()
    expect(app.locator("#file").get_by_role("alert")).to_have_text("Choose a file.")
    expect(app.locator('#upload [data-field="reason"]').get_by_role("alert")).to_have_text("Fill this in.")
    field(app.locator("#upload"), "reason").fill("Summer party")
    app.locator("#file input").set_input_files(
        {"name": f"party-{lucky}.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )

    button(app, "Check file").click()

    told(page, "Checked. Nothing was given yet.")
    file = app.locator("[data-operation]").filter(has_text=f"party-{lucky}.csv")
    expect(file).to_contain_text("2 rows have problems and are left out")
    expect(file).to_contain_text("points is not a whole number that can be given")
    expect(file).to_contain_text("the customer is neither a number nor an e-mail address")
    expect(launcher(shopper)).to_contain_text("100")
    file.get_by_role("button", name="Start").click()
    expect(app.locator("#start-file [data-about]")).to_have_text("Give 45 points to 2 members?")
    app.locator("[data-start-now]").click()
    expect(file).to_contain_text("Finished")
    expect(file).to_contain_text("4 of 4 rows")
    expect(launcher(shopper)).to_contain_text("140")


def test_given_a_file_that_is_none_when_checked_then_it_says_why(demo: Demo, visit: Visit) -> None:
    page = visit(viewport=DESKTOP, expect_complaints=True)  # the browser logs the refusal
    app = open_app(page, demo, "/import-export")
    field(app.locator("#upload"), "reason").fill("Anything")
    app.locator("#file input").set_input_files(
        {"name": "names.csv", "mimeType": "text/csv", "buffer": b"first,last\na,b\n"}
    )

    button(app, "Check file").click()

    expect(app.locator("#file").get_by_role("alert")).to_contain_text("first row")
    expect(field(app.locator("#upload"), "reason")).to_have_value("Anything")


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_given_transactions_when_exported_then_the_file_holds_them(
    demo: Demo, visit: Visit, file_format: str, tmp_path: Path
) -> None:
    customer = demo.new_customer("Exported")
    order = demo.buy(customer, "wool-throw")["order"]
    page = visit(viewport=DESKTOP)
    log_in(visit(), demo, customer)
    app = open_app(page, demo, "/import-export")
    app.get_by_label("What", exact=True).select_option("transactions")
    app.get_by_label("Format").select_option(file_format)

    with page.expect_download() as downloading:
        button(app, "Export").click()

    assert downloading.value.suggested_filename == f"laurel-transactions.{file_format}"
    content = Path(downloading.value.path()).read_bytes()
    rows = _rows(content, file_format)
    assert rows[0][0] == "transaction_id"
    assert any(str(order["id"]) in row and "129" in row for row in rows)


def _rows(content: bytes, file_format: str) -> list[list[str]]:
    if file_format == "csv":
        return [line.split(",") for line in content.decode().splitlines()]
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return [[str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
