"""The merchant makes what there is to play for: a badge with a preview, given by hand, boards, levels, leagues."""

from __future__ import annotations

from playwright.sync_api import FilePayload, FrameLocator, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, PHONE, Demo
from tests.support.merchant_app import assert_app_sound, button, field, find_member, open_app, told

PAGES = (
    "/game", "/game/badges", "/game/streaks", "/game/leaderboards", "/game/leagues", "/game/levels", "/game/badges/new",
    "/game/challenges/new", "/game/leaderboards/new",
)  # fmt: skip
HEART = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 7 1 4l3-3 3 3z" fill="#c33"/></svg>'
HOSTILE = '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'


def upload(app: FrameLocator, name: str, svg: str) -> None:
    """Bring a picture."""
    app.get_by_label("Name", exact=True).fill(name)
    file = FilePayload(name="picture.svg", mimeType="image/svg+xml", buffer=svg.encode())
    app.get_by_label("SVG file").set_input_files(file)
    button(app, "Upload").click()


def test_given_a_phone_and_chinese_when_every_page_of_the_game_is_opened_then_axe_finds_nothing(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    for path in PAGES:
        open_app(page, demo, path, "zh-CN")
        assert_app_sound(page, path)


def test_given_a_picture_when_a_badge_is_made_then_who_did_enough_before_has_it_at_once(
    demo: Demo, visit: Visit
) -> None:
    demo.buy(demo.new_customer("Earlier"), "wool-throw")
    page = visit(viewport=DESKTOP)
    app = open_app(page, demo, "/game/badges")
    app.get_by_role("link", name="Add badge").click()
    expect(app.locator("#badge-card h3")).to_have_text("Untitled badge")
    button(app, "Save badge").click()
    expect(app.get_by_role("alert")).to_contain_text(["Fill this in."])
    assert_app_sound(page, "form with errors")

    field(app, "title").fill("Early friend")
    upload(app, "Bomb", HOSTILE)
    expect(app.get_by_role("alert")).not_to_have_count(0)
    upload(app, "A heart", HEART)
    told(page, "The picture was added")
    expect(app.get_by_role("radio", name="A heart")).to_be_checked()
    button(app, "Add level").click()
    for place, (name, target) in enumerate((("Bronze", "1"), ("Silver", "50"))):
        row = app.locator("#levels > [data-row]").nth(place)
        field(row, "name").fill(name)
        field(row, "target").fill(target)
    app.get_by_label("Count test orders, too").first.check()
    button(app, "Count who gets it at once").click()
    expect(app.locator('#preview-figures [data-figure="members"] dd')).to_contain_text("member")
    expect(app.locator("#badge-preview dt").filter(has_text="Silver")).to_be_visible()
    assert_app_sound(page, "preview")
    button(app, "Save badge").click()

    told(page, "Saved")
    shown = app.locator('[data-badge="early-friend"]')
    expect(shown).to_contain_text("Bronze: Place 1 order.")
    expect(shown.locator("img").first).not_to_have_js_property("naturalWidth", 0)
    assert_app_sound(page, "badges")


def test_given_a_member_when_a_badge_is_given_by_hand_then_it_is_theirs_until_it_is_taken(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Honored")
    demo.buy(customer, "wool-throw")
    page = visit(viewport=PHONE)
    app = find_member(page, demo, customer)
    app.locator("#member-game summary").filter(has_text="Give a badge by hand").click()
    app.get_by_label("Badge", exact=True).select_option(label="Regular")
    app.locator("#give-badge").get_by_label("Level").select_option(label="Silver")
    field(app.locator("#give-badge"), "reason").fill("They helped us to move")
    button(app, "Give badge").click()

    told(page, "The badge was given")
    expect(app.locator('[data-held="regular"]')).to_contain_text("Silver")
    assert_app_sound(page, "member")
    button(app, "Take away: Regular").click()
    field(app.locator("#take-form"), "reason").fill("By mistake")
    app.locator("[data-take-now]").click()
    told(page, "The badge was taken away")
    expect(app.locator('[data-held="regular"]')).to_have_count(0)


def test_given_the_forms_when_a_board_a_league_and_levels_are_saved_then_they_say_what_was_written(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    app = open_app(page, demo, "/game/leaderboards/new")
    field(app, "title").fill("Quarter's best")
    app.get_by_label("It begins anew").select_option("CUSTOM")
    button(app, "Save leaderboard").click()
    expect(app.locator("[data-problems]")).to_contain_text("Add at least one season.")
    app.get_by_label("It begins anew").select_option("QUARTER")
    button(app, "Add prize").click()
    button(app, "Save leaderboard").click()
    told(page, "Saved")
    app.get_by_role("link", name="Show: Quarter's best").click()
    expect(app.get_by_text("Nobody yet")).to_be_visible()
    assert_app_sound(page, "board")
    app.get_by_role("link", name="Edit leaderboard").click()
    expect(field(app, "last")).to_have_value("1")
    button(app, "Archive").click()
    app.locator("[data-archive-game]").click()
    told(page, "Archived")
    expect(app.locator('[data-board="quarter-s-best"]')).to_be_hidden()

    app = open_app(page, demo, "/game/leagues/new")
    field(app.locator("#leagues > [data-row]").last, "promote").fill("3")
    button(app, "Save league").click()
    expect(app.locator("[data-problems]")).to_contain_text("Nobody moves up from the highest league")
    field(app.locator("#leagues > [data-row]").last, "promote").fill("0")
    button(app, "Save league").click()
    expect(app.locator('[data-league="weekly-league"]')).to_contain_text("Gold")
    app = open_app(page, demo, "/game/levels")
    field(app.locator("#steps > [data-row]").first, "title").fill("Newcomer of ours")
    button(app, "Save levels").click()
    told(page, "Saved")
    expect(field(app.locator("#steps > [data-row]").first, "title")).to_have_value("Newcomer of ours")
