/** One redemption: its code, large and ready to be used, or what is being done about it. */

import { copyButton } from "./code.ts";
import { element, type Child } from "./elements.ts";
import { dayText } from "./formats.ts";
import { applyLink } from "./links.ts";
import type { RedemptionView } from "./navigation.ts";
import { button, facts, heading, page } from "./panel_page.ts";
import { drawStatus, isGiven, isOpen } from "./redemption_list.ts";
import { drawTicket } from "./reward_view.ts";
import type { Redemption } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { sign } from "./symbols.ts";

const READY: Readonly<Record<string, string>> = { GIFT_CARD: "gift_card", FREE_PRODUCT: "free_product" };

/** Says what became of it whenever that changes; a code that came into being gets its leaves. */
export function tell(scene: Scene, view: RedemptionView): void {
  const redemption = scene.store.redemption(view.id);
  if (!redemption || view.told === redemption.status) return;
  const news = view.told !== "" || view.fresh;
  view.told = redemption.status;
  if (!news) return;
  scene.announce(storyText(scene, redemption));
  if (redemption.status === "READY" || isGiven(redemption)) scene.cheer();
}

function storyText({ texts }: Scene, redemption: Redemption): string {
  return texts.get(`story.${storyOf(redemption)}`, { points: texts.points(redemption.points) });
}

export function drawRedemption(scene: Scene, view: RedemptionView): DocumentFragment {
  const { texts, store } = scene;
  const redemption = store.redemption(view.id);
  if (!redemption) return page(heading(scene, texts.get("mine.title")), [element("div", { class: "bone tiles" })]);
  const { status, note, canCancel } = redemption;
  return page(
    heading(scene, texts.get("mine.one")),
    [
      ticketOf(scene, redemption),
      element("p", { class: "story" }, storyText(scene, redemption)),
      note && element("p", { class: "note" }, note),
      drawFacts(scene, redemption),
      canCancel && !view.asking && drawCancel(scene, view),
    ],
    view.asking && canCancel ? drawQuestion(scene, redemption, view) : status === "READY" && drawDeck(scene, redemption),
  );
}

/** Which words tell what is going on: those of the state, and of the kind where that says more. */
export function storyOf(redemption: Redemption): string {
  const { status, code, reward } = redemption;
  if (isGiven(redemption)) return reward.kind === "MANUAL" ? "done" : "credited";
  if (status === "PENDING") return code ? "closing" : reward.kind === "MANUAL" ? "by_hand" : "PENDING";
  return (status === "READY" && READY[reward.kind]) || status;
}

function ticketOf(scene: Scene, redemption: Redemption): HTMLElement {
  const ticket = drawTicket(redemption.reward, "", drawStub(scene, redemption));
  if (!isOpen(redemption) && !isGiven(redemption)) ticket.classList.add("over");
  return ticket;
}

function drawStub(scene: Scene, redemption: Redemption): Child {
  const { status, code } = redemption;
  const waiting = status === "PENDING" || status === "UNKNOWN";
  const state = drawStatus(scene, redemption);
  if (waiting) state.prepend(element("span", { class: "spinner" }));
  if (status === "READY" && code) return copyButton(scene, redemption, "big-code");
  const spent = code && element("code", { class: "spent", translate: "no" }, code);
  return element("div", { class: "state" }, state, spent);
}

function drawFacts({ texts }: Scene, { points, createdAt, expiresAt, orderName, status }: Redemption): HTMLElement {
  const day = (moment: string | null): string | null => moment && dayText(moment, texts.locale);
  return facts([
    [texts.get("mine.cost"), texts.points(points)],
    [texts.get("mine.made"), day(createdAt)],
    [texts.get("mine.ends"), status === "READY" ? day(expiresAt) : null],
    [texts.get("mine.used"), orderName],
  ]);
}

function drawDeck({ texts, links }: Scene, { applyUrl, id }: Redemption): Child {
  const link = applyLink(applyUrl, links.cart);
  return link && element("div", { class: "deck" }, element("a", { class: "action main", href: link, "data-focus": `apply:${id}` }, texts.get("mine.apply_long")));
}

function drawCancel(scene: Scene, view: RedemptionView): HTMLElement {
  const ask = (): void => {
    view.asking = true;
    scene.redraw();
    scene.focus("keep");
  };
  return button(scene.texts.get("cancel.offer"), "link give-back", "cancel", ask);
}

function drawQuestion(scene: Scene, { points }: Redemption, view: RedemptionView): HTMLElement {
  const { texts } = scene;
  const question = element("p", { id: "question" }, texts.get("cancel.question", { points: texts.points(points) }));
  const yes = button(texts.get("cancel.yes"), "action main", "yes", () => void giveBack(scene, view));
  if (view.busy) yes.setAttribute("aria-disabled", "true");
  if (view.busy) yes.prepend(element("span", { class: "spinner" }));
  const keep = button(texts.get("cancel.keep"), "action outlined", "keep", () => {
    view.asking = false;
    scene.redraw();
    scene.focus("cancel");
  });
  const problem = view.problem && element("p", { class: "problem", role: "alert" }, sign("cross"), view.problem);
  const choices = element("div", { class: "choices" }, keep, yes);
  return element("div", { class: "deck", role: "group", "aria-labelledby": "question" }, question, problem, choices);
}

/** What became of it is said by `tell`, which knows whether the points are back already. */
async function giveBack(scene: Scene, view: RedemptionView): Promise<void> {
  const { texts, store } = scene;
  if (view.busy) return;
  Object.assign(view, { busy: true, problem: "" });
  scene.redraw();
  const { problem, answered } = await store.cancel(view.id);
  view.busy = false;
  if (!answered) view.problem = texts.get("cancel.unanswered");
  else if (problem) view.problem = problem;
  else view.asking = false;
  scene.redraw();
  if (!view.asking) scene.focus("heading");
}
