"""The merchant takes on a partner: agrees, is told what is wrong, makes a key, puts an amount right, and ends it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import NARROW, Demo
from tests.support.merchant_app import assert_app_sound, button, field, open_app, told


def test_given_a_new_partner_when_the_merchant_agrees_with_it_then_its_page_says_so_until_it_ends(
    demo: Demo, visit: Visit
) -> None:
    name = f"Tea House {time.time_ns() % 10_000}"
    page = visit(viewport=NARROW)
    app = open_app(page, demo, "/partners/new")
    assert_app_sound(page, "new partner")
    # Given what the browser and the program object to, each beside its field
    button(app, "Save partner").click()
    expect(field(app, "name")).to_be_focused()
    field(app, "name").fill(name)
    field(app, "website").fill("http://tea.example")
    field(app, "buyRate").fill("0.0125")
    button(app, "Add cap").click()
    field(app, "points").fill("5000")
    button(app, "Save partner").click()
    expect(app.get_by_text("Write a whole address that begins with https://.")).to_be_visible()
    # When it is right, it is in the list and has a page
    field(app, "website").fill("https://tea.example")
    button(app, "Save partner").click()
    told(page, "Partner saved")
    listed = app.locator("[data-partner]").filter(has_text=name)
    expect(listed).to_contain_text("Pays you $0.0125 for a point, gets $0.008 for one that is spent there")
    assert_app_sound(page, "partners")
    app.get_by_role("link", name=f"Open: {name}").click()
    expect(app.get_by_text("5,000 points given a month")).to_be_visible()
    # Then it gets a key, which is shown once
    field(app, "label").fill("Their till")
    button(app, "Make key").click()
    expect(app.locator("[data-new-key]")).to_have_text(re.compile(r"^lpk_[a-z2-7]{16}_[0-9a-f]{64}$"))
    button(app, "I have kept it").click()
    key = app.locator("[data-key]").filter(has_text="Their till")
    expect(key).to_contain_text("never used")
    expect(app.locator("[data-new-key]")).to_have_text("")
    app.get_by_role("button", name="Revoke: Their till").click()
    app.locator("[data-revoke-now]").click()
    told(page, "Key revoked")
    expect(key).to_contain_text("Revoked")
    # And an amount is put right, with a reason
    app.locator("summary").filter(has_text="Put right by hand").click()
    field(app, "amount").fill("-12.5")
    field(app, "reason").fill("Counted twice")
    button(app, "Add amount").click()
    told(page, "Amount added")
    expect(app.get_by_text("$12.50 to them")).to_be_visible()
    assert_app_sound(page, "partner")
    # And it is paused and ended
    button(app, "Pause").first.click()
    app.locator('#pause-partner [slot="primary-action"]').click()
    told(page, "Paused")
    expect(app.get_by_text("Paused: its offers cannot be claimed")).to_be_visible()
    button(app, "End partnership").first.click()
    app.locator('#archive-partner [slot="primary-action"]').click()
    told(page, "Partnership ended")
    expect(app.get_by_text("This partner has ended")).to_be_visible()
    app = open_app(page, demo, "/partners", "zh-CN")
    app.locator("summary").filter(has_text="已结束的合作").click()
    expect(app.locator("[data-partner]").filter(has_text=name)).to_contain_text("US$0.0125")


def test_given_a_shop_whose_partner_this_one_is_when_the_merchant_looks_then_it_is_connected_and_answers(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=NARROW)
    app = open_app(page, demo, "/partners")
    app.get_by_role("link", name="Shops whose partner you are").click()
    connected = app.locator("[data-host]").first
    expect(connected).to_contain_text("Connected")
    assert_app_sound(page, "hosts")
    # Given a key that is none, it is refused beside its field
    field(app, "name").fill("Elsewhere")
    field(app, "baseUrl").fill("https://elsewhere.example")
    field(app, "key").fill("lpk_wrong")
    button(app, "Connect").click()
    expect(app.get_by_text("This is not a key that a program gives its partners.")).to_be_visible()
    # When the one that is connected is opened, it says what was exchanged
    connected.get_by_role("link", name=re.compile("^Open")).click()
    expect(app.get_by_role("heading", name="Their statements")).to_be_visible()
    expect(app.get_by_text("Reports accepted")).to_be_visible()
    assert_app_sound(page, "host")
