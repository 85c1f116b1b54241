/** What the shopper got for their points: codes that wait to be used, what became of the others. */

import { copyButton } from "./code.ts";
import { element, type Child } from "./elements.ts";
import { dayText } from "./formats.ts";
import { applyLink } from "./links.ts";
import { redemptionView } from "./navigation.ts";
import { button, heading, page, section } from "./panel_page.ts";
import type { Redemption } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { rewardPicture } from "./symbols.ts";

const AT_FIRST = 3;

/** Whether something is still to come of it: it is being made, or it waits to be used. */
export function isOpen({ status, code }: Redemption): boolean {
  return status === "PENDING" || status === "UNKNOWN" || (status === "READY" && code !== null);
}

/** Whether it is theirs for good, with no code to be used: credit on their account, or what the team took care of. */
export function isGiven({ status, reward }: Redemption): boolean {
  return (status === "READY" || status === "USED") && (reward.kind === "STORE_CREDIT" || reward.kind === "MANUAL");
}

/** Those that are open, else the last one; and the way to all of them. */
export function drawMine(scene: Scene): Child {
  const { texts, store } = scene;
  const all = store.redemptions;
  if (all.length === 0) return null;
  const open = all.filter(isOpen).slice(0, AT_FIRST);
  const shown = open.length > 0 ? open : all.slice(0, 1);
  const words = texts.get("rewards.all", { count: texts.number(all.length) });
  const more = shown.length < all.length && button(words, "link", "all-mine", () => scene.go({ name: "redemptions" }));
  return section(texts.get("mine.title"), drawList(scene, shown), more);
}

export function drawAllMine(scene: Scene): DocumentFragment {
  const { texts, store } = scene;
  const list = [...store.redemptions.filter(isOpen), ...store.redemptions.filter((each) => !isOpen(each))];
  return page(heading(scene, texts.get("mine.title")), [drawList(scene, list)]);
}

function drawList(scene: Scene, redemptions: readonly Redemption[]): HTMLElement {
  return element("ul", { class: "mine" }, ...redemptions.map((redemption) => drawRow(scene, redemption)));
}

function drawRow(scene: Scene, redemption: Redemption): HTMLElement {
  const { id, reward, status } = redemption;
  const open = button(reward.title, "stub-open", `mine:${id}`, () => scene.go(redemptionView(id)));
  return element(
    "li",
    { class: isOpen(redemption) ? "stub" : "stub past" },
    element("span", { class: "tile" }, rewardPicture(reward.kind)),
    element("div", {}, open, element("small", {}, detail(scene, redemption))),
    drawStatus(scene, redemption),
    status === "READY" && redemption.code && drawUse(scene, redemption),
  );
}

export function drawStatus({ texts }: Scene, redemption: Redemption): HTMLElement {
  const shown = isGiven(redemption) ? "DONE" : redemption.status;
  return element("span", { class: `status ${shown.toLowerCase()}` }, texts.get(`status.${shown}`) || shown);
}

function drawUse(scene: Scene, redemption: Redemption): HTMLElement {
  const { texts } = scene;
  const link = applyLink(redemption.applyUrl, scene.links.cart);
  const apply = link && element("a", { class: "pill", href: link, "data-focus": `apply:${redemption.id}` }, texts.get("mine.apply"));
  if (apply) apply.setAttribute("aria-label", `${texts.get("mine.apply")}: ${redemption.reward.title}`);
  return element("div", { class: "use" }, copyButton(scene, redemption, "small-code"), apply);
}

/** The most telling fact: the order it was used on, the end of what waits, else the day on which it was made. */
function detail({ texts }: Scene, { status, orderName, expiresAt, createdAt, points }: Redemption): string {
  const day = (moment: string): string => dayText(moment, texts.locale);
  if (status === "USED" && orderName) return texts.get("mine.order", { order: orderName });
  if (status === "READY" && expiresAt) return texts.get("mine.until", { date: day(expiresAt) });
  return `${texts.points(points)} \u00b7 ${day(createdAt)}`;
}
