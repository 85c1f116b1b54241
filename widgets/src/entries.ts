/** The list of what came and went, each with its reason: an order, its amount and rate, a welcome, a refund. */

import { element, icon } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { laurel } from "./icons.ts";
import type { Entry } from "./model.ts";
import type { Texts } from "./texts.ts";

export const BAG = ["M6 8.5h12l1 12H5z", "M9 11V7.2a3 3 0 0 1 6 0V11"] as const;
const RETURN = ["M9 14 4.5 9.5 9 5", "M5 9.5h9a5.5 5.5 0 0 1 0 11h-3"] as const;
const HOURGLASS = ["M7 3.5h10M7 20.5h10", "M8 3.5c0 5 8 5.5 8 8.5s-8 3.5-8 8.5", "M16 3.5c0 5-8 5.5-8 8.5s8 3.5 8 8.5"] as const;
const PENCIL = ["M5 19l1-4L16.5 4.5 19.5 7.5 9 18z", "M14 7l3 3"] as const;

export function drawEntries(texts: Texts, entries: readonly Entry[]): HTMLElement {
  if (entries.length === 0) return element("div", { class: "empty" }, laurel(), texts.get("panel.empty"));
  return element("ul", { class: "entries" }, ...entries.map((entry) => drawEntry(texts, entry)));
}

function drawEntry(texts: Texts, entry: Entry): HTMLElement {
  const less = entry.points < 0;
  const sign = less ? "\u2212" : "+";
  const details = [calculation(texts, entry), dayText(entry.occurredAt, texts.locale)].filter(Boolean).join(" \u00b7 ");
  return element(
    "li",
    { class: less ? "entry less" : "entry", "data-entry": entry.id },
    element("span", { class: "seal" }, picture(entry.kind)),
    element("div", {}, element("strong", {}, title(texts, entry)), element("small", {}, details)),
    element("b", {}, sign + texts.number(Math.abs(entry.points))),
  );
}

function title(texts: Texts, entry: Entry): string {
  const earned = entry.kind === "EARN" && entry.orderName;
  return earned ? texts.get("entries.order", { order: earned }) : entry.reason;
}

/** "$45.00 \u00d7 1": the amount that earned and its rate, as the program recorded them. */
function calculation(texts: Texts, { kind, base, rate }: Entry): string {
  if (kind !== "EARN" || !base || !rate) return "";
  return texts.get("entries.calculation", { base: moneyText(base.amount, base.currencyCode, texts.locale), rate });
}

function picture(kind: string): SVGSVGElement {
  if (kind === "EARN") return icon(...BAG);
  if (kind === "CLAWBACK") return icon(...RETURN);
  if (kind === "EXPIRE") return icon(...HOURGLASS);
  return kind === "ADJUST" ? icon(...PENCIL) : laurel();
}
