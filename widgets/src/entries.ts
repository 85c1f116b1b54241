/** The list of what came and went, each with its reason: an order, its amount and rate, a welcome, a refund, a reward. */

import { element } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { laurel } from "./icons.ts";
import type { Entry } from "./model.ts";
import { entryPicture } from "./symbols.ts";
import type { Texts } from "./texts.ts";

export function drawEntries(texts: Texts, entries: readonly Entry[]): HTMLElement {
  if (entries.length === 0) return element("div", { class: "empty" }, laurel(), texts.get("panel.empty"));
  return element("ul", { class: "entries" }, ...entries.map((entry) => drawEntry(texts, entry)));
}

function drawEntry(texts: Texts, entry: Entry): HTMLElement {
  const details = [calculation(texts, entry), dayText(entry.occurredAt, texts.locale)].filter(Boolean).join(" \u00b7 ");
  return element(
    "li",
    { class: entry.points > 0 ? "entry" : "entry less", "data-entry": entry.id },
    element("span", { class: "seal" }, entryPicture(entry.kind)),
    element("div", {}, element("strong", {}, title(texts, entry)), element("small", {}, details)),
    element("b", {}, signed(texts, entry.points)),
  );
}

/** "+120", "−58", and "0" for what moved nothing that can be spent. */
export function signed(texts: Texts, points: number): string {
  const sign = points > 0 ? "+" : points < 0 ? "\u2212" : "";
  return sign + texts.number(Math.abs(points));
}

function title(texts: Texts, entry: Entry): string {
  const earned = entry.kind === "EARN" && entry.orderName;
  return earned ? texts.get("entries.order", { order: earned }) : entry.reason;
}

/** "$45.00 \u00d7 1": the amount that earned and its rate, as the program recorded them; fixed points have no rate. */
function calculation(texts: Texts, { kind, base, rate }: Entry): string {
  if (kind !== "EARN" || !base || !rate || !Number(rate)) return "";
  return texts.get("entries.calculation", { base: moneyText(base.amount, base.currencyCode, texts.locale), rate });
}
