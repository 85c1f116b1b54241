/** What points buy, as cards: those within reach can be redeemed, the others say what they wait for. */

import { element, type Child } from "./elements.ts";
import { dayText } from "./formats.ts";
import { givesText } from "./gives.ts";
import { intentFor } from "./intents.ts";
import type { RewardView } from "./navigation.ts";
import { button, heading, page, section } from "./panel_page.ts";
import type { Reward } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { plansView } from "./standing_cards.ts";
import { rewardPicture, sign } from "./symbols.ts";

const AT_FIRST = 4;

/** The first few, with the way to all of them. */
export function drawRewards(scene: Scene): HTMLElement {
  const { texts, store } = scene;
  const rewards = store.answer?.rewards.nodes ?? [];
  const words = texts.get("rewards.all", { count: texts.number(rewards.length) });
  const more = rewards.length > AT_FIRST && scene.answer?.me;
  const all = more && button(words, "link", "all-rewards", () => scene.go({ name: "rewards" }));
  return section(texts.get("rewards.title"), drawList(scene, more ? rewards.slice(0, AT_FIRST) : rewards), all);
}

export function drawAllRewards(scene: Scene): DocumentFragment {
  const { texts, store } = scene;
  return page(heading(scene, texts.get("rewards.title")), [drawList(scene, store.answer?.rewards.nodes ?? [])]);
}

function drawList(scene: Scene, rewards: readonly Reward[]): HTMLElement {
  const { texts, store } = scene;
  if (rewards.length > 0) return element("ul", { class: "cards" }, ...rewards.map((reward) => drawCard(scene, reward)));
  if (store.answer) return element("div", { class: "empty" }, rewardPicture("FREE_PRODUCT"), texts.get("rewards.empty"));
  if (!store.failed) return element("div", { class: "bone tiles" });
  const retry = button(texts.get("panel.retry"), "link", "retry-rewards", () => void store.refresh());
  return element("div", { class: "empty", role: "status" }, texts.get("rewards.error"), retry);
}

function drawCard(scene: Scene, reward: Reward): HTMLElement {
  const { texts, answer } = scene;
  const { allowed } = reward.availability;
  const tile = element("span", { class: "tile" }, rewardPicture(reward.kind));
  const words = element("div", {}, element("strong", {}, reward.title), element("small", {}, givesText(texts, reward)));
  if (!answer?.me) return element("li", { class: "card" }, tile, words, drawPrice(scene, reward));
  const label = texts.get(allowed ? "rewards.redeem" : "rewards.details");
  const open = button(allowed ? label : "", allowed ? "pill" : "more", `reward:${reward.id}`, () => scene.go(viewOf(scene, reward)));
  open.setAttribute("aria-label", `${label}: ${reward.title}`);
  if (!allowed) open.append(sign("forward"));
  const foot = element("div", { class: "foot" }, drawPrice(scene, reward), allowed ? open : drawMissing(scene, reward));
  if (allowed) return element("li", { class: "card" }, tile, words, foot, drawHints(scene, reward));
  return element("li", { class: "card locked" }, tile, words, open, drawLock(scene, reward), foot);
}

export function viewOf({ answer, store }: Scene, reward: Reward): RewardView {
  const intent = intentFor(answer?.me?.id ?? "", reward.id, store.redemptions);
  const chosen = reward.cost.points === null ? reward.quote.points : null;
  return { name: "reward", id: reward.id, intent, points: chosen, quote: reward.quote, busy: false, sent: false, problem: "" };
}

function drawPrice({ texts }: Scene, { cost }: Reward): HTMLElement {
  const price = cost.points === null ? texts.get("rewards.from", { points: texts.points(cost.minimum) }) : texts.points(cost.points);
  return element("b", {}, price);
}

/** How many are left and until when, where that is a reason to hurry. */
function drawHints({ texts }: Scene, { stockLeft, endsAt }: Reward): Child {
  const hints: string[] = [];
  if (stockLeft !== null && stockLeft <= 20) hints.push(texts.counted("rewards.stock", stockLeft));
  if (endsAt) hints.push(texts.get("rewards.until", { date: dayText(endsAt, texts.locale) }));
  return hints.length > 0 && element("p", { class: "hints" }, hints.join(" \u00b7 "));
}

/** What stands in the way: the way that is left as a bar where points are missing, and the API's words for the rest. */
export function drawLock(scene: Scene, reward: Reward): Child {
  const { availability, title } = reward;
  const missing = missingText(scene, reward);
  const price = String(priceOf(reward));
  const have = String(Math.max(scene.answer?.me?.balance.available ?? 0, 0));
  const bar = missing && element("progress", { max: price, value: have, "aria-label": `${title}: ${missing}` });
  const pointsOnly = missing && availability.reason === "NOT_ENOUGH_POINTS";
  const words = !pointsOnly && element("p", { class: "lock" }, sign("lock"), element("span", {}, availability.message, drawKey(scene, reward)));
  return element("div", { class: "in-the-way" }, words, bar);
}

/** The way to the tiers or plans that open a reward, where that is what it waits for. */
function drawKey(scene: Scene, { id, title, availability }: Reward): Child {
  const { texts, standing } = scene;
  const tiers = availability.reason === "TIER_LOCKED" && standing.answer?.program?.tiers.length;
  const plans = availability.reason === "PLAN_LOCKED" && standing.plans.length;
  if (!tiers && !plans) return null;
  const words = texts.get(tiers ? "rewards.see_tiers" : "rewards.see_plans");
  const key = button(words, "link", `key:${id}`, () => scene.go(tiers ? { name: "tier" } : plansView(standing)));
  key.setAttribute("aria-label", `${words}: ${title}`);
  return element("span", {}, " ", key);
}

/** "120 more points", "" where points are not what is missing. */
export function missingText({ texts, answer }: Scene, reward: Reward): string {
  const missing = priceOf(reward) - (answer?.me?.balance.available ?? 0);
  return missing > 0 ? texts.counted("rewards.missing", missing) : "";
}

function drawMissing(scene: Scene, reward: Reward): Child {
  const missing = missingText(scene, reward);
  return missing && element("small", {}, missing);
}

function priceOf({ cost }: Reward): number {
  return cost.points ?? cost.minimum;
}
