/** One reward before it is redeemed: what it gives, what it costs, what is left afterwards, and what holds of its code. */

import { element, type Child } from "./elements.ts";
import { dayText, listText } from "./formats.ts";
import { givesText } from "./gives.ts";
import { answerOf } from "./intents.ts";
import { redemptionView, type RewardView } from "./navigation.ts";
import { button, facts, heading, page } from "./panel_page.ts";
import { drawSlider } from "./points_slider.ts";
import { drawLock, missingText } from "./reward_cards.ts";
import type { Quote, Reward } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { rewardPicture } from "./symbols.ts";

export function drawReward(scene: Scene, view: RewardView): DocumentFragment {
  const { texts, store } = scene;
  const reward = store.reward(view.id);
  if (!reward) return page(heading(scene, texts.get("rewards.title")), [element("p", { class: "empty" }, texts.get("rewards.gone"))]);
  const { allowed } = reward.availability;
  const chosen = reward.cost.points === null && allowed;
  return page(
    heading(scene, texts.get(allowed ? "rewards.confirm" : "rewards.details")),
    [
      drawTicket(reward, givesText(texts, reward), chosen ? drawSlider(scene, reward, view, () => update(scene, reward, view)) : drawCost(scene, reward)),
      !allowed && drawLock(scene, reward),
      !allowed && element("p", { class: "missing" }, missingText(scene, reward)),
      drawFacts(scene, reward, view),
      reward.terms && element("p", { class: "small-print" }, reward.terms),
    ],
    allowed && drawDeck(scene, reward, view),
  );
}

/** What the reward is, above the line where the ticket is torn; below it what it costs, later its code. */
export function drawTicket({ title, kind }: { title: string; kind: string }, gives: string, stub: Child): HTMLElement {
  const name = element("h3", { tabindex: "-1", "data-focus": "heading" }, title);
  const words = element("div", {}, name, gives && element("p", {}, gives));
  const head = element("div", { class: "ticket-head" }, element("span", { class: "tile" }, rewardPicture(kind)), words);
  return element("div", { class: "ticket" }, head, element("div", { class: "ticket-stub" }, stub));
}

function drawCost({ texts }: Scene, { cost }: Reward): HTMLElement {
  const price = cost.points ?? cost.minimum;
  const number = element("span", { class: "figure-number" }, texts.number(price));
  return element("p", { class: "price" }, number, ` ${texts.counted("panel.unit", price)}`);
}

function drawFacts(scene: Scene, reward: Reward, view: RewardView): HTMLElement {
  const { texts, answer } = scene;
  const price = view.points ?? reward.cost.points;
  const available = answer?.me?.balance.available ?? 0;
  const left = reward.availability.allowed && price !== null && available >= price ? texts.points(available - price) : null;
  const rows = facts([
    [texts.get("rewards.left"), left],
    [texts.get("rewards.valid"), reward.codeDays === null ? null : texts.counted("rewards.days", reward.codeDays)],
    [texts.get("rewards.others"), combination(scene, reward.quote)],
    [texts.get("rewards.stock_name"), reward.stockLeft !== null && reward.availability.allowed ? texts.number(reward.stockLeft) : null],
    [texts.get("rewards.ends"), reward.endsAt && dayText(reward.endsAt, texts.locale)],
  ]);
  rows.id = "facts";
  return rows;
}

/** Which other discounts may be used beside it. */
function combination({ texts }: Scene, { combinesWith }: Quote): string {
  const { order, product, shipping } = combinesWith;
  if (order && product && shipping) return texts.get("combine.all");
  const kinds = [order && "combine.order", product && "combine.product", shipping && "combine.shipping"];
  const words = kinds.filter((kind): kind is string => Boolean(kind)).map((kind) => texts.get(kind));
  return words.length > 0 ? texts.get("combine.some", { kinds: listText(words, texts.locale) }) : texts.get("combine.none");
}

function drawDeck(scene: Scene, reward: Reward, view: RewardView): HTMLElement {
  const { texts } = scene;
  const redeem = button(label(scene, reward, view), "action main", "redeem", () => void send(scene, view));
  const problem = view.problem && element("p", { class: "problem", role: "alert" }, view.problem);
  if (view.busy) {
    redeem.setAttribute("aria-disabled", "true");
    redeem.replaceChildren(element("span", { class: "spinner" }), texts.get("rewards.busy"));
  }
  return element("div", { class: "deck" }, problem, redeem);
}

function label({ texts }: Scene, reward: Reward, view: RewardView): string {
  return texts.get("rewards.redeem_for", { points: texts.points(view.points ?? reward.cost.points ?? reward.cost.minimum) });
}

/** Another number of points was chosen: what depends on it follows in place, so that the slider stays in the hand. */
function update(scene: Scene, reward: Reward, view: RewardView): void {
  scene.part("facts")?.replaceWith(drawFacts(scene, reward, view));
  const redeem = scene.part("redeem");
  if (redeem && !view.busy) redeem.textContent = label(scene, reward, view);
}

/** What was sent and not answered is looked for in what the shopper has: there it is, once it came into being. */
export function resume(scene: Scene, view: RewardView): void {
  const made = view.sent && !view.busy && answerOf(view.intent, scene.store.redemptions);
  if (made) scene.show(redemptionView(made.id, true));
}

async function send(scene: Scene, view: RewardView): Promise<void> {
  const { texts, store, navigation } = scene;
  if (view.busy) return;
  Object.assign(view, { busy: true, sent: true, problem: "" });
  scene.announce(texts.get("rewards.busy"));
  scene.redraw();
  const { redemption, problem, answered } = await store.redeem(view.intent, view.points);
  view.busy = false;
  const made = redemption ?? answerOf(view.intent, store.redemptions);
  if (!made) view.problem = answered ? (problem ?? texts.get("rewards.refused")) : texts.get("rewards.unanswered");
  if (navigation.view !== view) return;
  if (made) scene.show(redemptionView(made.id, true));
  else scene.redraw();
}
