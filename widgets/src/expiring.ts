/** All points that end soon, each with its day: who sees only the first is surprised by the second. */

import { element, type Child } from "./elements.ts";
import { awayText, dayText } from "./formats.ts";
import { section } from "./panel_page.ts";
import type { ExpiringSoon } from "./rewards_model.ts";
import { sign } from "./symbols.ts";
import type { Texts } from "./texts.ts";

export function drawExpiring(texts: Texts, lots: readonly ExpiringSoon[]): Child {
  if (lots.length === 0) return null;
  const rows = lots.map(({ points, expiresAt, daysLeft }) =>
    element(
      "li",
      {},
      sign("hourglass"),
      element("strong", {}, texts.points(points)),
      element("span", {}, awayText(daysLeft, texts.locale), element("small", {}, dayText(expiresAt, texts.locale))),
    ),
  );
  return section(texts.get("panel.expiring"), element("ul", { class: "ends" }, ...rows));
}
