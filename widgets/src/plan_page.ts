/** Plans that can be joined: all of them, and one with what it costs, gives and asks for before anybody pays. */

import { element, type Child } from "./elements.ts";
import { laurel } from "./icons.ts";
import { shopLink } from "./links.ts";
import type { PlanView } from "./navigation.ts";
import { facts, heading, page, section } from "./panel_page.ts";
import { drawPrivileges } from "./privileges.ts";
import type { Scene } from "./scene.ts";
import { drawPlanCard, priceText } from "./standing_cards.ts";
import type { Plan } from "./standing_model.ts";
import { tinted } from "./tier_colors.ts";

export function drawPlans(scene: Scene): DocumentFragment {
  const { texts, standing } = scene;
  const cards = standing.plans.map((plan) => drawPlanCard(scene, plan));
  const none = element("p", { class: "empty" }, texts.get("plans.gone"));
  return page(heading(scene, texts.get("plans.title")), [cards.length > 0 ? element("ul", { class: "cards" }, ...cards) : none]);
}

export function drawPlan(scene: Scene, view: PlanView): DocumentFragment {
  const { texts, standing } = scene;
  const plan = standing.plan(view.planId);
  if (!plan) return page(heading(scene, texts.get("plans.title")), [element("p", { class: "empty" }, texts.get("plans.gone"))]);
  return page(
    heading(scene, texts.get("plans.title")),
    [
      drawPass(plan, element("p", { class: "pass-price" }, priceText(texts, plan))),
      plan.description && element("p", { class: "story" }, plan.description),
      drawBenefits(scene, plan),
      drawAsks(scene, plan),
      plan.terms && element("p", { class: "small-print" }, plan.terms),
    ],
    drawJoining(scene, plan),
  );
}

/** A plan as a card that one carries, in its own color. */
export function drawPass(plan: Plan, ...words: Child[]): HTMLElement {
  const sprig = laurel();
  sprig.classList.add("backdrop");
  const title = element("h3", { tabindex: "-1", "data-focus": "heading" }, plan.title);
  return tinted(element("div", { class: "pass" }, sprig, title, ...words), plan.color);
}

export function drawBenefits(scene: Scene, plan: Plan): Child {
  const benefits = drawPrivileges(scene, plan.benefits);
  return benefits && section(scene.texts.get("plans.gives"), benefits);
}

/** What is asked for and promised, before it is paid for. */
export function drawAsks({ texts }: Scene, plan: Plan): HTMLElement {
  const { trialDays, minimumCycles, graceDays } = plan;
  return facts([
    [texts.get("plans.trial_name"), trialDays > 0 ? texts.counted("plans.days", trialDays) : null],
    [texts.get("plans.minimum"), minimumCycles && minimumCycles > 1 ? texts.counted("plans.cycles", minimumCycles) : null],
    [texts.get("plans.grace"), graceDays > 0 ? texts.counted("plans.days", graceDays) : null],
  ]);
}

/** The way to the checkout; who is not logged in joins the program first, so that the membership finds its member. */
export function drawJoining(scene: Scene, plan: Plan, words = "plans.join"): Child {
  const { texts, links, answer } = scene;
  const link = shopLink(plan.joinUrl, links.cart);
  if (!link || plan.joined) return null;
  if (!answer?.me) {
    const target = links.signIn ?? links.join;
    const enter = target && element("a", { class: "action main", href: target, "data-focus": "sign-in" }, texts.get("plans.sign_in"));
    return enter && element("div", { class: "deck" }, enter);
  }
  const price = priceText(texts, plan);
  const label = price ? `${texts.get(words)} \u00b7 ${price}` : texts.get(words);
  const trial = plan.trialDays > 0 && words === "plans.join" && element("p", {}, texts.counted("plans.trial", plan.trialDays));
  return element("div", { class: "deck" }, trial, element("a", { class: "action main", href: link, "data-focus": "join-plan" }, label));
}
