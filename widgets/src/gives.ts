/** What a reward gives, in the words of its kind where the merchant wrote none. */

import { moneyText } from "./formats.ts";
import type { Quote, Reward } from "./rewards_model.ts";
import type { Texts } from "./texts.ts";

export function givesText(texts: Texts, { description, kind, cost, quote }: Reward): string {
  if (description) return description;
  return texts.get(cost.points === null ? "gives.chosen" : `gives.${kind}`, { value: valueText(texts, quote) });
}

/** "$5", "10%": the value of a quote, in a few characters. */
export function valueText(texts: Texts, { money, percentage }: Quote): string {
  if (money) return moneyText(money.amount, money.currencyCode, texts.locale);
  return percentage ? texts.get("rewards.percent", { percent: percentage }) : "";
}
