"""Takes the README's picture: a member's panel on a desktop and on a phone, side by side, from the running demo.

Every run proves that it can be taken; with LAUREL_PICTURES=1 it also replaces the one in docs/pictures.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, PHONE, Demo, launcher, log_in, open_panel, settle

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "storefront.png"
LARGEST_BYTES = 300_000

COMPOSITION = """<!doctype html><style>
  body {{ margin: 0; width: 1520px; height: 860px; position: relative; background: #dfe5dd; overflow: hidden; }}
  img {{ position: absolute; display: block; }}
  .desktop {{ left: 44px; top: 52px; width: 1110px; border-radius: 14px; box-shadow: 0 30px 70px -20px #1c2a2499; }}
  .phone {{ right: 44px; top: 96px; width: 314px; border-radius: 40px; border: 9px solid #16201b;
    box-shadow: 0 34px 70px -16px #1c2a24bb; }}
</style><img class="desktop" src="data:image/png;base64,{desktop}">
<img class="phone" src="data:image/png;base64,{phone}">"""


def shown(page: Page, demo: Demo, customer: int, path: str) -> Page:
    """A member's page at rest, with everything on it loaded."""
    log_in(page, demo, customer)
    page.goto(demo.store + path, wait_until="networkidle")
    expect(launcher(page)).to_contain_text("311")
    return page


def encoded(page: Page) -> str:
    """What the page looks like."""
    settle(page)
    return base64.b64encode(page.screenshot()).decode()


def test_given_a_member_when_the_picture_is_taken_then_it_is_small_enough_to_read_in_a_readme(
    demo: Demo, visit: Visit, tmp_path: Path
) -> None:
    customer = int(
        demo.ask("customers", first_name="Ada", last_name="Okafor", email="ada@example.com")["customer"]["id"]
    )
    for handle in ("harbor-blend", "pour-over-set", "wool-throw"):
        demo.buy(customer, handle)
    desktop = shown(visit(viewport=DESKTOP), demo, customer, "/products/wool-throw")
    phone_options: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2}
    phone = shown(visit(**phone_options), demo, customer, "/products/stoneware-mug")
    open_panel(phone)

    composition = visit(viewport={"width": 1520, "height": 860})
    composition.set_content(COMPOSITION.format(desktop=encoded(desktop), phone=encoded(phone)))
    taken = tmp_path / "storefront.png"
    composition.screenshot(path=taken)

    assert 50_000 < taken.stat().st_size < LARGEST_BYTES
    if os.environ.get("LAUREL_PICTURES") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_bytes(taken.read_bytes())
