/** Where the shopper stands, on the panel's first page: their tier, their memberships, and what could be joined. */

import { element, type Child } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { laurel } from "./icons.ts";
import { membershipView, type View } from "./navigation.ts";
import { button, section } from "./panel_page.ts";
import type { Scene } from "./scene.ts";
import type { Membership, MyTier, Plan, Tier } from "./standing_model.ts";
import type { StandingStore } from "./standing_store.ts";
import { sign } from "./symbols.ts";
import type { Texts } from "./texts.ts";
import { tinted } from "./tier_colors.ts";
import { drawRing, medal, percentOf } from "./tier_ring.ts";

const PLANS_AT_FIRST = 2;
const MEDALS_MAXIMUM = 4;

/** Nothing where the program has neither tiers nor plans. */
export function drawStanding(scene: Scene): Child {
  const { texts, standing } = scene;
  const { memberships, plans } = standing;
  if (!standing.answer && !standing.failed && scene.answer?.me) return section(texts.get("tier.title"), element("div", { class: "bone tiles" }));
  const tier = standing.answer?.me?.tier;
  const tiers = standing.answer?.program?.tiers ?? [];
  const open = plans.filter(({ id, joinUrl }) => joinUrl && !standing.membership(id));
  const shown = memberships.length > 0 ? [] : open.slice(0, PLANS_AT_FIRST);
  const cards = [
    tier ? drawTierCard(scene, tier) : tiers.length > 1 && drawLadderCard(scene, tiers),
    ...memberships.map((membership) => drawMembershipCard(scene, membership)),
    ...shown.map((plan) => drawPlanCard(scene, plan)),
  ].filter(Boolean);
  if (cards.length === 0) return null;
  const all = open.length > shown.length && button(texts.get("plans.all"), "link", "all-plans", () => scene.go(plansView(standing)));
  const title = texts.get(memberships.length > 0 || tier ? "tier.title" : tiers.length > 1 ? "tier.levels" : "plans.title");
  return section(title, element("ul", { class: "cards" }, ...cards), all);
}

function drawTierCard(scene: Scene, tier: MyTier): HTMLElement {
  const { texts } = scene;
  const { name, next, atRisk, graceUntil, validUntil } = tier;
  const ring = drawRing("home", next && percentOf(next.progress, next.match));
  const words = element("div", {}, element("strong", {}, name), element("small", {}, next?.message ?? texts.get("tier.top")));
  const until = graceUntil ?? validUntil;
  const risk = atRisk && until && drawNotice(texts.get("tier.at_risk", { tier: name, date: dayText(until, texts.locale) }));
  const open = opener(scene, name, "tier", { name: "tier" });
  return tinted(element("li", { class: "card wide" }, ring, words, open, risk), tier.color);
}

/** For who has no tier yet: the ladder's marks and names. */
function drawLadderCard(scene: Scene, tiers: readonly Tier[]): HTMLElement {
  const { texts } = scene;
  const marks = tiers.slice(0, MEDALS_MAXIMUM).map(({ color }) => tinted(medal(), color));
  const names = tiers.map(({ name }) => name).join(" \u203a ");
  const words = element("div", {}, element("strong", {}, texts.counted("tier.count", tiers.length)), element("small", {}, names));
  const open = opener(scene, texts.get("tier.levels"), "tier", { name: "tier" });
  return element("li", { class: "card wide" }, element("span", { class: "medals" }, ...marks), words, open);
}

function drawMembershipCard(scene: Scene, membership: Membership): HTMLElement {
  const { texts } = scene;
  const { plan, status, message } = membership;
  const trouble = status === "PAST_DUE" && message;
  const saved = savedText(texts, membership);
  const words = element(
    "div",
    {},
    element("strong", {}, plan.title, " ", drawState(texts, membership)),
    !trouble && message && element("small", {}, message),
    saved && element("small", { class: "saved" }, saved),
  );
  const open = opener(scene, plan.title, `membership:${plan.id}`, membershipView(plan.id));
  const card = element("li", { class: status === "ENDED" ? "card past" : "card" }, emblem(), words, open, trouble && drawNotice(trouble));
  return tinted(card, plan.color);
}

/** A plan that could be joined, with what it costs and gives. */
export function drawPlanCard(scene: Scene, plan: Plan): HTMLElement {
  const { texts, standing } = scene;
  const mine = standing.membership(plan.id);
  const gives = plan.benefits.map(({ title }) => title).join("\u00a0\u00b7 ") || plan.description;
  const words = element("div", {}, element("strong", {}, plan.title), element("small", {}, gives));
  const label = texts.get(mine ? "rewards.details" : "plans.view");
  const open = button(label, "pill", `plan:${plan.id}`, () => scene.go(planView(standing, plan)));
  open.setAttribute("aria-label", `${label}: ${plan.title}`);
  const trial = plan.trialDays > 0 && !mine && element("p", { class: "hints" }, texts.counted("plans.trial", plan.trialDays));
  const foot = element("div", { class: "foot" }, element("b", {}, priceText(texts, plan)), open);
  return tinted(element("li", { class: "card" }, emblem(), words, foot, trial), plan.color);
}

/** The page of a plan: the shopper's own membership by it, else what it offers. */
function planView(standing: StandingStore, { id }: Plan): View {
  return standing.membership(id) ? membershipView(id) : { name: "plan", planId: id };
}

/** Where plans are looked at: all of them, or the only one. */
export function plansView(standing: StandingStore): View {
  const [first, second] = standing.plans;
  return first && !second ? planView(standing, first) : { name: "plans" };
}

/** "$4.99 / month", "" where the plan has no price in the shop's currency. */
export function priceText(texts: Texts, { price, interval }: Plan): string {
  if (!price) return "";
  const amount = moneyText(price.amount, price.currencyCode, texts.locale);
  return texts.get("plans.price", { price: amount, interval: interval.text });
}

/** "You saved $43.20 this year", "" before there is anything. */
export function savedText(texts: Texts, { savedThisYear }: Membership): string {
  const some = savedThisYear.filter(({ amount }) => Number(amount) > 0);
  const amounts = some.map(({ amount, currencyCode }) => moneyText(amount, currencyCode, texts.locale));
  return amounts.length > 0 ? texts.get("membership.saved", { amount: amounts.join(" + ") }) : "";
}

/** The state as a small label. */
export function drawState(texts: Texts, { status }: Membership): HTMLElement {
  const words = texts.get(`membership.state.${status}`) || status;
  return element("span", { class: `status state-${status.toLowerCase()}` }, words);
}

/** Something that the shopper should know before it is too late. */
export function drawNotice(...words: Child[]): HTMLElement {
  return element("p", { class: "notice" }, sign("warning"), element("span", {}, ...words));
}

function emblem(): HTMLElement {
  return element("span", { class: "tile emblem" }, laurel());
}

function opener(scene: Scene, title: string, focus: string, view: View): HTMLElement {
  const open = button("", "more", focus, () => scene.go(view));
  open.setAttribute("aria-label", `${scene.texts.get("rewards.details")}: ${title}`);
  open.append(sign("forward"));
  return open;
}
