"""The merchant settles with a partner: issues a statement, takes it out, is paid, compares books, ends what differs."""

from __future__ import annotations

import csv
import io
import time

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import NARROW, Demo
from tests.support.merchant_app import assert_app_sound, button, field, open_app, told


def partner_with_an_amount(page: Page, demo: Demo) -> FrameLocator:
    """A new partner that owes 12.50, on its page."""
    name = f"Lake Books {time.time_ns() % 10_000}"
    app = open_app(page, demo, "/partners/new")
    field(app, "name").fill(name)
    field(app, "buyRate").fill("0.01")
    button(app, "Save partner").click()
    told(page, "Partner saved")
    app.get_by_role("link", name=f"Open: {name}").click()
    app.locator("summary").filter(has_text="Put right by hand").click()
    field(app, "amount").fill("12.5")
    field(app, "reason").fill("Shelf rent")
    button(app, "Add amount").click()
    told(page, "Amount added")
    return app


def test_given_a_partner_that_owes_when_a_statement_is_issued_then_it_is_paid_and_compared(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=NARROW, expect_complaints=True)  # the browser logs the file that is refused
    app = partner_with_an_amount(page, demo)
    # When the running cycle is closed as it stands
    app.get_by_role("link", name="Statements", exact=True).click()
    expect(app.get_by_text("No statements yet")).to_be_visible()
    button(app, "Issue now").first.click()
    app.locator("[data-issue-now]").click()
    told(page, "Statement issued")
    listed = app.locator('[data-statement="1"]')
    expect(listed).to_contain_text("$12.50 to you")
    expect(listed).to_contain_text("Part of a cycle")
    assert_app_sound(page, "statements")
    # Then it can be read and taken out
    app.get_by_role("link", name="Statement 1").click()
    expect(app.get_by_text("Put right by hand").first).to_be_visible()
    with page.expect_download() as taken:
        button(app, "CSV").click()
    (row,) = csv.DictReader(io.StringIO(taken.value.path().read_text()))
    assert (row["kind"], row["amount"], row["reference"]) == ("adjusted", "12.50", "Shelf rent")
    # And compared with the partner's file: first one that cannot be read, then one that differs
    app.locator("#file input").set_input_files(
        {"name": "books.csv", "mimeType": "text/csv", "buffer": b"reference,amount\nShelf rent,many\n"}
    )
    button(app, "Compare").click()
    expect(app.locator("[data-rows]")).to_have_text("Row 2: This is no amount")
    app.locator("#file input").set_input_files(
        {"name": "books.csv", "mimeType": "text/csv", "buffer": b"reference,amount\nShelf rent,12.40\n"}
    )
    button(app, "Compare").click()
    told(page, "Compared. See below what does not match.")
    differs = app.locator('[data-suspense="Shelf rent"]')
    expect(differs).to_contain_text("$12.50")
    expect(differs).to_contain_text("$12.40")
    # And paid: what is left is there already
    expect(field(app, "amount")).to_have_value("12.50")
    field(app, "paidOn").fill(time.strftime("%Y-%m-%d", time.gmtime()))
    field(app, "reference").fill("wire 77")
    button(app, "Record payment").click()
    told(page, "Payment recorded")
    expect(app.get_by_text("$12.50 received")).to_be_visible()
    assert_app_sound(page, "statement")
    # And what differs is settled with a note
    app.get_by_role("button", name="Settle: Shelf rent: not the same").click()
    app.locator("[data-settle-now]").click()
    expect(field(app, "note")).to_be_focused()
    field(app, "note").fill("They booked it without the fee.")
    app.locator("[data-settle-now]").click()
    told(page, "Settled")
    expect(differs).to_contain_text("They booked it without the fee.")
    page.frames[1].evaluate("document.querySelector('.laurel-back a, .laurel-back s-link').click()")
    expect(app.locator('[data-statement="1"]')).to_contain_text("Paid")
    app.locator(".laurel-back").get_by_role("link").click()
    app.get_by_role("link", name="Payments", exact=True).click()
    expect(app.get_by_text("Everything matches")).to_be_visible()
    assert_app_sound(page, "payments")
