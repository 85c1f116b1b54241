"""Steps of browser tests in the game's pages of the panel."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Demo, launcher, log_in_quietly, open_panel
from tests.support.offer_answers import offered
from tests.support.reward_answers import Answer, Stage, told
from tests.support.standing_answers import standing


def opened(demo: Demo, page: Page, data: Answer) -> tuple[Locator, Stage]:
    """The panel of a new member, for whom the app answers `data` about the game."""
    log_in_quietly(page, demo, demo.new_customer("Player"))
    Stage(page, "rewards", told())
    Stage(page, "standing", standing())
    stage = Stage(page, "game", data)
    Stage(page, "offers", offered([]))
    page.goto(demo.store)
    expect(launcher(page)).to_contain_text("100")
    return open_panel(page), stage


def answered(page: Page, operation: str, *problems: str) -> Stage:
    """The app does what a mutation asks for, or says why not."""
    errors = [{"code": "NO", "message": problem} for problem in problems]
    return Stage(page, operation, {"any": {"userErrors": errors}})


def press(panel: Locator, name: str) -> None:
    """Click the button of exactly this name."""
    panel.get_by_role("button", name=name, exact=True).click()
