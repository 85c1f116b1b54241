/** Going over to another plan: which ones there are, and what it costs from when on, before it is done. */

import { element, type Child } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { drawOption } from "./membership_options.ts";
import type { MembershipView } from "./navigation.ts";
import type { Scene } from "./scene.ts";
import { priceText } from "./standing_cards.ts";
import type { ChangeQuote, Membership, Plan } from "./standing_model.ts";
import type { Texts } from "./texts.ts";

/** The plans that a membership can go over to, as far as anybody may join them. */
export function otherPlans({ standing }: Scene, { plan }: Membership): readonly Plan[] {
  return standing.plans.filter(({ id, joinUrl, joined }) => id !== plan.id && joinUrl && !joined);
}

export function drawPlanChoice(scene: Scene, membership: Membership, view: MembershipView): HTMLElement {
  const { texts } = scene;
  const rows = otherPlans(scene, membership).map((plan) => {
    const price = priceText(texts, plan);
    const words = element("span", {}, element("strong", {}, plan.title), price && element("small", {}, price));
    return drawOption(plan.id, view.toPlanId === plan.id, words, () => void choose(scene, view, plan.id));
  });
  const options = element("div", { class: "options", role: "radiogroup", "aria-labelledby": "question" }, ...rows);
  return element("div", {}, options, element("p", { class: "consequence", role: "status" }, costText(texts, view)));
}

/** Asks what a change to this plan would cost; what was asked for another plan meanwhile is no longer of interest. */
export async function choose(scene: Scene, view: MembershipView, toPlanId: string): Promise<void> {
  Object.assign(view, { toPlanId, quote: undefined, problem: "" });
  scene.redraw();
  const quote = await scene.standing.quote(view.planId, toPlanId);
  if (view.toPlanId !== toPlanId) return;
  view.quote = quote;
  scene.redraw();
}

function costText(texts: Texts, { quote }: MembershipView): Child {
  if (quote === undefined) return element("span", { class: "spinner" });
  return quote ? quoteText(texts, quote) : texts.get("change.impossible");
}

/** What a change costs, and from when on it holds. */
export function quoteText(texts: Texts, { when, due, effectiveAt }: ChangeQuote): string {
  const start = when === "NOW" ? texts.get("change.at_once") : texts.get("change.later", { date: dayText(effectiveAt, texts.locale) });
  const amount = moneyText(due.amount, due.currencyCode, texts.locale);
  const pay = Number(due.amount) > 0 ? texts.get("change.due", { amount }) : texts.get("change.free");
  return `${start} ${pay}`;
}
